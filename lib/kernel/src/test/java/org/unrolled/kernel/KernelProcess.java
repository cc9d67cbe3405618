package org.unrolled.kernel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.shaded.com.google.gson.JsonArray;
import org.dflib.jjava.shaded.com.google.gson.JsonElement;
import org.dflib.jjava.shaded.com.google.gson.JsonObject;
import org.dflib.jjava.shaded.com.google.gson.JsonParser;
import org.dflib.jjava.shaded.org.zeromq.SocketType;
import org.dflib.jjava.shaded.org.zeromq.ZMQ;

/** A kernel in a process of its own, and Jupyter's side of the conversation. */
final class KernelProcess implements AutoCloseable {
    /** What a cell sent back; {@code traceback} without colours. */
    record Answer(String status, String result, String output, String name, String message, String traceback) {}

    private static final int TIMEOUT_MS = 60_000;

    private final Path folder;
    private final Process process;
    private final ZMQ.Context context = ZMQ.context(1);
    private final ZMQ.Socket shell;
    private final ZMQ.Socket control;
    private final ZMQ.Socket published;
    private int messages;

    private KernelProcess(String mainClass) throws IOException, InterruptedException {
        folder = Files.createTempDirectory("kernel");
        int[] ports = freePorts();
        Path connection = folder.resolve("connection.json");
        Files.writeString(connection, new KernelConnectionProperties("127.0.0.1", ports[0], ports[1], ports[2], ports[3], ports[4], "tcp", "hmac-sha256", "").toJsonString());
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea", "--add-modules=jdk.incubator.vector",
                "--add-opens=jdk.jshell/jdk.jshell=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx512m",
                "-cp", System.getProperty("java.class.path"), mainClass, connection.toString())
                .redirectOutput(folder.resolve("out").toFile()).redirectError(folder.resolve("err").toFile()).start();
        published = context.socket(SocketType.SUB);
        published.subscribe("");
        shell = context.socket(SocketType.DEALER);
        control = context.socket(SocketType.DEALER);
        for (ZMQ.Socket socket : List.of(published, shell, control)) {
            socket.setReceiveTimeOut(TIMEOUT_MS);
            socket.setLinger(0);
        }
        published.connect("tcp://127.0.0.1:" + ports[4]);
        control.connect("tcp://127.0.0.1:" + ports[0]);
        shell.connect("tcp://127.0.0.1:" + ports[1]);
        send(shell, "kernel_info_request", new JsonObject());
        receive(shell);
        Thread.sleep(200);  // a subscription takes effect a moment later; nothing tells when
    }

    static KernelProcess ours() throws IOException, InterruptedException {
        return new KernelProcess(KernelMain.class.getName());
    }

    static KernelProcess stockJJava() throws IOException, InterruptedException {
        return new KernelProcess("org.dflib.jjava.distro.JJava");
    }

    Answer run(String code) {
        return collect(start(code));
    }

    /** Runs a cell and interrupts it after a while. */
    Answer runAndInterrupt(String code, int millis) throws InterruptedException {
        String id = start(code);
        Thread.sleep(millis);
        send(control, "interrupt_request", new JsonObject());
        Answer answer = collect(id);
        receive(control);
        return answer;
    }

    private String start(String code) {
        JsonObject request = new JsonObject();
        request.addProperty("code", code);
        request.addProperty("allow_stdin", false);
        return send(shell, "execute_request", request);
    }

    private Answer collect(String id) {
        StringBuilder output = new StringBuilder();
        String result = "";
        JsonObject error = new JsonObject();
        while (true) {
            JsonObject message = receive(published);
            JsonElement parent = message.getAsJsonObject("parent").get("msg_id");
            if (parent == null || !parent.getAsString().equals(id)) continue;
            JsonObject content = message.getAsJsonObject("content");
            switch (message.getAsJsonObject("header").get("msg_type").getAsString()) {
                case "stream" -> output.append(content.get("text").getAsString());
                case "execute_result" -> result = content.getAsJsonObject("data").get("text/plain").getAsString();
                case "error" -> error = content;
                case "status" -> {
                    if (!content.get("execution_state").getAsString().equals("idle")) continue;
                    String status = receive(shell).getAsJsonObject("content").get("status").getAsString();
                    JsonArray lines = error.has("traceback") ? error.getAsJsonArray("traceback") : new JsonArray();
                    List<String> traceback = new ArrayList<>();
                    lines.forEach(line -> traceback.add(line.getAsString().replaceAll("\u001B\\[[0-9;]*m", "")));
                    return new Answer(status, result, output.toString(), text(error, "ename"), text(error, "evalue"), String.join("\n", traceback));
                }
                default -> { }
            }
        }
    }

    private static String text(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsString() : "";
    }

    private String send(ZMQ.Socket socket, String type, JsonObject content) {
        String id = "message-" + messages++;
        JsonObject header = new JsonObject();
        header.addProperty("msg_id", id);
        header.addProperty("username", "test");
        header.addProperty("session", "1");
        header.addProperty("date", "2026-01-01T00:00:00.000Z");
        header.addProperty("version", "5.3");
        header.addProperty("msg_type", type);
        for (String part : List.of("<IDS|MSG>", "", header.toString(), "{}", "{}")) socket.sendMore(part.getBytes(StandardCharsets.UTF_8));
        socket.send(content.toString().getBytes(StandardCharsets.UTF_8));
        return id;
    }

    private JsonObject receive(ZMQ.Socket socket) {
        List<String> parts = new ArrayList<>();
        do {
            byte[] part = socket.recv();
            if (part == null) throw new AssertionError("the kernel sent nothing for " + TIMEOUT_MS / 1000 + " s; its stderr: " + stderr());
            parts.add(new String(part, StandardCharsets.UTF_8));
        } while (socket.hasReceiveMore());
        int start = parts.indexOf("<IDS|MSG>");
        JsonObject message = new JsonObject();
        message.add("header", JsonParser.parseString(parts.get(start + 2)));
        message.add("parent", JsonParser.parseString(parts.get(start + 3)));
        message.add("content", JsonParser.parseString(parts.get(start + 5)));
        return message;
    }

    /** Asks the kernel to end; returns the milliseconds until its process is gone. */
    long shutdown() throws InterruptedException {
        long start = System.nanoTime();
        JsonObject request = new JsonObject();
        request.addProperty("restart", false);
        send(control, "shutdown_request", request);
        if (!process.waitFor(TIMEOUT_MS, TimeUnit.MILLISECONDS)) throw new AssertionError("the kernel still runs after " + TIMEOUT_MS / 1000 + " s");
        return (System.nanoTime() - start) / 1_000_000;
    }

    String stderr() {
        try {
            return Files.readString(folder.resolve("err"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override public void close() throws IOException {
        process.destroyForcibly();
        for (ZMQ.Socket socket : List.of(published, shell, control)) socket.close();
        context.close();
        for (String file : List.of("connection.json", "out", "err")) Files.deleteIfExists(folder.resolve(file));
        Files.deleteIfExists(folder);
    }

    private static int[] freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 5; i++) sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        int[] ports = sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        for (ServerSocket socket : sockets) socket.close();
        return ports;
    }
}
