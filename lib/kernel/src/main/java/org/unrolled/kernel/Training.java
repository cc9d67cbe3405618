package org.unrolled.kernel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.shaded.com.google.gson.Gson;
import org.dflib.jjava.shaded.org.zeromq.SocketType;
import org.dflib.jjava.shaded.org.zeromq.ZMQ;

/** A kernel and its client in one JVM: the client sends typical cells, so that the JVM sees what a lesson will need. */
final class Training {
    private static final List<String> CELLS = List.of(
            "1 + 1",
            "import java.util.stream.*;\nint twice(int x) { return 2 * x; }\ntwice(4)",
            "double[] a = new double[10];\nfor (int i = 0; i < 10; i++) a[i] = twice(i);\nSystem.out.println(Arrays.toString(a));",
            "record Point(int x, double y) {}\nvar points = IntStream.range(0, 3).mapToObj(i -> new Point(i, a[i])).toList();\npoints",
            "interface Shape { double area(); }\nclass Square implements Shape { double side = 2; public double area() { return side * side; } }\nnew Square().area()",
            "int wrong(int x) { return \"x\"; }",
            "int twice(int x) { return missing(x); }",
            "throw new IllegalStateException(\"as it should\");",
            // a lesson's start, a picture and a check, where the kit is on the class path
            "import static org.unrolled.quiz.Lesson.*;\nimport org.unrolled.tensor.Tensor;\nimport org.unrolled.quizzes.attention.*;",
            "Tensor t = randn(new Random(0), 3, 4);\nshow(softmax(t.matmul(t.transpose())));",
            "Tensor attend(Tensor q, Tensor k, Tensor v) {\n    return softmax(q.matmul(k.transpose())).matmul(v);\n}",
            "check(ScaledDotProduct.class, \"attend\");");

    private static final int TIMEOUT_MS = 60_000;
    private static final int CLOSING_MS = 5_000;

    private Training() {}

    /** Returns when the kernel has run the cells and was shut down. */
    static void start() throws Exception {
        System.setProperty("unrolled.progress", "off");  // nobody's answers
        int[] ports = freePorts(5);
        String file = new KernelConnectionProperties("127.0.0.1", ports[0], ports[1], ports[2], ports[3], ports[4], "tcp", "hmac-sha256", "").toJsonString();
        CountDownLatch answered = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("client").start(() -> {
            try (ZMQ.Context context = ZMQ.context(1)) {
                for (String cell : CELLS) ask(context, ports[1], "execute_request", "{\"code\": " + new Gson().toJson(cell) + ", \"allow_stdin\": false}");
                ask(context, ports[0], "shutdown_request", "{\"restart\": false}");
            } catch (RuntimeException e) {
                System.err.println("KernelMain --train: " + e.getMessage());
                System.exit(1);
            }
            answered.countDown();
            // closing the kernel's sockets has been seen to wait for ever; the cells have run, and exiting writes the cache
            sleep(CLOSING_MS);
            System.exit(0);
        });
        KernelMain.serve(file);
        answered.await(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void ask(ZMQ.Context context, int port, String type, String content) {
        try (ZMQ.Socket socket = context.socket(SocketType.DEALER)) {
            socket.setReceiveTimeOut(TIMEOUT_MS);
            socket.setLinger(0);
            socket.connect("tcp://127.0.0.1:" + port);
            String header = "{\"msg_id\": \"1\", \"username\": \"train\", \"session\": \"1\", \"date\": \"2026-01-01T00:00:00.000Z\", \"version\": \"5.3\", \"msg_type\": \"" + type + "\"}";
            // an empty key means no signature
            for (String part : List.of("<IDS|MSG>", "", header, "{}", "{}")) socket.sendMore(part.getBytes(StandardCharsets.UTF_8));
            socket.send(content.getBytes(StandardCharsets.UTF_8));
            if (socket.recv() == null) throw new IllegalStateException("no reply to " + type + " within " + TIMEOUT_MS / 1000 + " s: " + content);
            while (socket.hasReceiveMore()) socket.recv();
        }
    }

    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            return sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } finally {
            for (ServerSocket socket : sockets) socket.close();
        }
    }
}
