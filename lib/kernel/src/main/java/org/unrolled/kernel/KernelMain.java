package org.unrolled.kernel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;

/**
 * Starts the kernel: {@code KernelMain connection-file}, which Jupyter does, or {@code KernelMain --train}, which runs
 * typical cells and exits, so that the JVM can write an AOT cache of what they use (-XX:AOTCacheOutput).
 */
public final class KernelMain {
    private KernelMain() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("KernelMain: it takes one argument, Jupyter's connection file or --train, and got " + args.length
                    + ". Jupyter starts it; to start Jupyter: ./unrolled lab");
            System.exit(2);
        }
        // JJava reports each of its threads starting and stopping, on the terminal that Jupyter runs in
        Logger.getLogger("").setLevel(Level.WARNING);
        if (args[0].equals("--train")) Training.start();
        else serve(Files.readString(Path.of(args[0])));
        // the thread that ran the cells idles on for a minute and would hold the JVM
        System.exit(0);
    }

    /** Returns when Jupyter asks the kernel to shut down. */
    static void serve(String connectionFile) throws Exception {
        JupyterConnection connection = new JupyterConnection(KernelConnectionProperties.parse(connectionFile));
        UnrolledKernel kernel = UnrolledKernel.create();
        kernel.onStartup();
        kernel.becomeHandlerForConnection(connection);
        kernel.warmUp();
        connection.connect();
        connection.waitUntilClose();
    }
}
