package org.unrolled.quiz.internal.remote;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An answer in a JVM of its own, called through a proxy. Closing ends that JVM, whatever it does. */
public final class StudentJvm<A> implements AutoCloseable {

    private final Process process;
    private final Peer peer;
    private final A answer;

    private StudentJvm(Process process, Class<A> type) {
        this.process = process;
        this.peer = new Peer(process.getInputStream(), process.getOutputStream());
        this.answer = peer.far(0, type);
    }

    /**
     * @param launcher what comes before {@code -cp}: the java command with its options, or a sandbox around it
     * @param classPath the student's classes, quizzes-answers.jar, and the kit without its bank
     * @param type the answer interface
     */
    public static <A> StudentJvm<A> start(List<String> launcher, String classPath, Class<A> type, String className, String member) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of("-cp", classPath, StudentMain.class.getName(), type.getName(), className, member));
        try {
            return new StudentJvm<>(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start(), type);
        } catch (IOException e) {
            throw new UncheckedIOException("The student's JVM cannot be started with " + launcher.getFirst(), e);
        }
    }

    /** This JVM's java, with a small heap and without the reading of attach requests. */
    public static List<String> plainLauncher() {
        List<String> launcher = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+DisableAttachMechanism"));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            launcher.add("--add-modules=jdk.incubator.vector");
        }
        return launcher;
    }

    /** What checks call. Every failure of the other JVM is a {@link RemoteFailure}. */
    public A answer() {
        return answer;
    }

    @Override
    public void close() {
        peer.close();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
