package org.unrolled.quiz.internal.remote;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.unrolled.notebook.cell.CellErrors;
import org.unrolled.quiz.Lesson;
import org.unrolled.quiz.internal.Data;
import org.unrolled.tensor.Edge;
import org.unrolled.tensor.Tensor;

/**
 * One end of the conversation; both ends are alike. A frame is a length, a kind and a body. While an end waits for the
 * reply to its call it serves the calls that come the other way (an answer may call a function it was given), so replies
 * come in the reverse order of their calls and one number for each keeps them apart.
 */
final class Peer implements Codec.Handles, AutoCloseable {

    private static final int CALL = 1;
    private static final int RETURN = 2;
    private static final int THROW = 3;
    private static final int BACKWARD = 4;

    private record Frame(int kind, byte[] body) {}

    /** What is exported, with the interface it may be called through. */
    private record Exported(Object object, Class<?> type) {}

    /** A result that a gradient can flow back through: it stays here, the other side has its number. */
    private record Taped(Tensor result, List<@Nullable Tensor> inputs) {}

    private final DataOutputStream out;
    private final Codec codec = new Codec(this);
    private final LinkedBlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private final ReentrantLock conversation = new ReentrantLock();
    private final List<Exported> exported = new ArrayList<>();
    private final Map<Object, Integer> numbers = new IdentityHashMap<>();
    private final Map<Integer, Object> proxies = new HashMap<>();
    private final Map<Integer, Taped> tapes = new HashMap<>();
    private int calls;
    private volatile @Nullable String over;

    Peer(InputStream in, OutputStream out) {
        this.out = new DataOutputStream(out);
        // a thread of its own, because nothing ends a read from a pipe, and waiting for a reply has to end when time is over
        Thread.ofPlatform().daemon().name("answers").start(() -> read(new DataInputStream(new BufferedInputStream(in))));
    }

    private void read(DataInputStream in) {
        String reason;
        try {
            while (true) {
                int length = in.readInt();
                int kind = in.readUnsignedByte();
                if (length < 0 || length > Codec.MOST_BYTES || kind < CALL || kind > BACKWARD) {
                    reason = length > Codec.MOST_BYTES && kind >= CALL && kind <= BACKWARD
                            ? "it sent " + (length >> 20) + " MiB at once; at most " + (Codec.MOST_BYTES >> 20) + " MiB are read"
                            : "it sent bytes that are no message";
                    break;
                }
                byte[] body = in.readNBytes(length);
                if (body.length < length) {
                    throw new EOFException();
                }
                received.add(new Frame(kind, body));
            }
        } catch (EOFException e) {
            reason = "it ended before it replied";
        } catch (IOException e) {
            reason = "the pipe broke";
        }
        over = reason;
        received.add(reason);
    }

    /** @throws RemoteFailure when the conversation is over */
    private Frame take() {
        if (received.isEmpty() && over != null) {
            throw RemoteFailure.ended(over);
        }
        try {
            Object next = received.take();
            if (next instanceof Frame frame) {
                return frame;
            }
            received.add(next); // for whoever waits next
            throw RemoteFailure.ended(String.valueOf(next));
        } catch (InterruptedException e) {
            end("its time was over");
            Thread.currentThread().interrupt();
            throw RemoteFailure.ended("its time was over");
        }
    }

    private void end(String reason) {
        if (over == null) {
            over = reason;
        }
        received.add(reason);
        close();
    }

    private void send(int kind, byte[] body) {
        try {
            synchronized (out) {
                out.writeInt(body.length);
                out.writeByte(kind);
                out.write(body);
                out.flush();
            }
        } catch (IOException e) {
            throw RemoteFailure.ended(over == null ? "it ended before it was called" : over);
        }
    }

    /** Ends the conversation; the other side reads the end of its input. */
    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            // it is over already
        }
    }

    // ---------------------------------------------------------------- handles

    @Override
    public int export(Object object, Class<?> type) {
        if (Proxy.isProxyClass(object.getClass()) && Proxy.getInvocationHandler(object) instanceof Far far && far.peer() == this) {
            return -1 - far.handle();
        }
        return numbers.computeIfAbsent(object, o -> {
            exported.add(new Exported(o, type));
            return exported.size() - 1;
        });
    }

    @Override
    public Object resolve(int handle, Class<?> type) {
        if (handle < 0) {
            int own = -1 - handle;
            if (own >= exported.size() || !type.isInstance(exported.get(own).object())) {
                throw new Codec.Malformed("There is no object with the number " + own + " that is a " + type.getSimpleName() + ".");
            }
            return exported.get(own).object();
        }
        Object known = proxies.get(handle);
        if (known != null && type.isInstance(known)) {
            return known;
        }
        Object proxy = far(handle, type);
        proxies.put(handle, proxy);
        return proxy;
    }

    /** An object of the other side, which has {@code handle} there. The first that the other side exported has 0. */
    <T> T far(int handle, Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, new Far(this, handle, type)));
    }

    private record Far(Peer peer, int handle, Class<?> type) implements java.lang.reflect.InvocationHandler {
        @Override
        public @Nullable Object invoke(Object self, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
            if (method.getDeclaringClass() == Object.class) {
                return switch (method.getName()) {
                    case "equals" -> self == Objects.requireNonNull(arguments)[0];
                    case "hashCode" -> handle;
                    default -> type.getSimpleName() + " in another JVM";
                };
            }
            return peer.call(handle, method, arguments == null ? new Object[0] : arguments);
        }
    }

    // ---------------------------------------------------------------- calling

    private @Nullable Object call(int handle, Method method, @Nullable Object[] arguments) throws Throwable {
        conversation.lock();
        try {
            int number = ++calls;
            Codec.Writer body = codec.new Writer().putInt(number).putInt(handle).putText(signature(method));
            Type[] types = method.getGenericParameterTypes();
            for (int i = 0; i < arguments.length; i++) {
                body.put(arguments[i], types[i]);
            }
            send(CALL, body.toBytes());
            Codec.Reader reply = reply(number);
            int tape = reply.getInt();
            Object result = method.getReturnType() == void.class ? null : reply.get(method.getGenericReturnType());
            for (int changed = reply.getInt(); changed >= 0; changed = reply.getInt()) {
                if (changed >= arguments.length) {
                    throw new Codec.Malformed("The reply changes argument " + changed + " of " + arguments.length + ".");
                }
                overwrite(arguments[changed], reply.get(types[changed]));
            }
            return tape < 0 || !(result instanceof Tensor y) ? result : withTape(y, tape, arguments);
        } catch (Codec.Malformed e) {
            end("it sent what is not understood (" + e.getMessage() + ")");
            throw RemoteFailure.ended("it sent what is not understood (" + e.getMessage() + ")");
        } finally {
            conversation.unlock();
        }
    }

    /** Waits for the reply to a call and serves what comes before it. */
    private Codec.Reader reply(int number) throws Lesson.Todo {
        while (true) {
            Frame frame = take();
            Codec.Reader body = codec.new Reader(frame.body());
            switch (frame.kind()) {
                case CALL -> serve(body);
                case BACKWARD -> serveBackward(body);
                default -> {
                    if (body.getInt() != number) {
                        throw new Codec.Malformed("it replies to a call that was not made");
                    }
                    if (frame.kind() == RETURN) {
                        return body;
                    }
                    String type = body.getText();
                    String message = body.getText();
                    if (type.equals("Todo")) {
                        throw new Lesson.Todo(message);
                    }
                    throw RemoteFailure.thrown(type, message, body.getText());
                }
            }
        }
    }

    /** Puts into the caller's object what the callee left in its copy, so that mutation is seen. */
    private static void overwrite(@Nullable Object mine, @Nullable Object theirs) {
        if (Data.of(mine).same(Data.of(theirs))) {
            return; // one part of a record changed, not this one
        }
        switch (mine) {
            case Tensor t when theirs instanceof Tensor u -> t.detach().assign(u);
            case List<?> list when theirs instanceof List<?> other -> overwrite(list, other);
            case Record r when theirs instanceof Record s -> {
                for (int i = 0; i < r.getClass().getRecordComponents().length; i++) {
                    overwrite(value(r, i), value(s, i));
                }
            }
            case Object array when array.getClass().isArray() && theirs != null && Array.getLength(theirs) == Array.getLength(array) ->
                    System.arraycopy(theirs, 0, array, 0, Array.getLength(array));
            case null, default -> throw new Codec.Malformed("The reply changes an argument that cannot change.");
        }
    }

    @SuppressWarnings("unchecked")
    private static void overwrite(List<?> list, List<?> other) {
        List<@Nullable Object> to = (List<@Nullable Object>) list;
        if (list.size() != other.size()) {
            to.clear();
            to.addAll(other);
            return;
        }
        for (int i = 0; i < other.size(); i++) {
            // what an element holds may change although the list itself cannot
            if (list.get(i) instanceof Tensor || list.get(i) instanceof Record || list.get(i) instanceof List<?>
                    || list.get(i) != null && list.get(i).getClass().isArray() || Data.of(list.get(i)).same(Data.of(other.get(i)))) {
                overwrite(list.get(i), other.get(i));
            } else {
                to.set(i, other.get(i));
            }
        }
    }

    private static @Nullable Object value(Record r, int i) {
        try {
            Method accessor = r.getClass().getRecordComponents()[i].getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(r);
        } catch (ReflectiveOperationException e) {
            throw new Codec.Malformed("The record " + r.getClass().getSimpleName() + " cannot be read.");
        }
    }

    // ---------------------------------------------------------------- gradients

    /** A result whose gradient flows back through the other JVM: that side runs backward and sends its inputs' gradients. */
    private Tensor withTape(Tensor y, int tape, @Nullable Object[] arguments) {
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof Tensor x && x.requiresGrad()) {
                int at = i;
                edges.add(Edge.to(x, (dx, dout, acc) -> {
                    Tensor dX = backward(tape, at, Tensor.of(y.shape(), dout));
                    Tensor into = Tensor.of(x.shape(), dx);
                    into.assign(acc ? into.add(dX) : dX);
                }));
            }
        }
        return Tensor.of("answer", y.shape(), y.buffer(), edges.toArray(Edge[]::new));
    }

    private Tensor backward(int tape, int argument, Tensor dout) {
        conversation.lock();
        try {
            int number = ++calls;
            send(BACKWARD, codec.new Writer().putInt(number).putInt(tape).putInt(argument).put(dout, Tensor.class).toBytes());
            return (Tensor) Objects.requireNonNull(reply(number).get(Tensor.class));
        } catch (Codec.Malformed e) {
            end("it sent what is not understood (" + e.getMessage() + ")");
            throw RemoteFailure.ended("it sent what is not understood (" + e.getMessage() + ")");
        } finally {
            conversation.unlock();
        }
    }

    private void serveBackward(Codec.Reader body) {
        int number = body.getInt();
        try {
            Taped taped = tapes.get(body.getInt());
            int argument = body.getInt();
            Tensor dout = (Tensor) Objects.requireNonNull(body.get(Tensor.class));
            Tensor x = Objects.requireNonNull(Objects.requireNonNull(taped).inputs().get(argument));
            x.zeroGrad();
            taped.result().backward(dout);
            Tensor dX = x.grad();
            send(RETURN, codec.new Writer().putInt(number).put(dX == null ? x.mul(0).detach() : dX.detach(), Tensor.class).toBytes());
        } catch (RuntimeException e) {
            sendThrown(number, e);
        }
    }

    // ---------------------------------------------------------------- serving

    /** Serves calls until the other side ends. */
    void serve() {
        while (true) {
            Frame frame;
            try {
                frame = take();
            } catch (RemoteFailure e) {
                return;
            }
            switch (frame.kind()) {
                case CALL -> serve(codec.new Reader(frame.body()));
                case BACKWARD -> serveBackward(codec.new Reader(frame.body()));
                default -> throw new Codec.Malformed("A reply came, and nothing was asked.");
            }
        }
    }

    private void serve(Codec.Reader body) {
        int number = body.getInt();
        int handle = body.getInt();
        String signature = body.getText();
        if (handle < 0 || handle >= exported.size()) {
            throw new Codec.Malformed("There is no object with the number " + handle + ".");
        }
        Exported target = exported.get(handle);
        Method method = java.util.Arrays.stream(target.type().getMethods()).filter(m -> signature(m).equals(signature)).findFirst()
                .orElseThrow(() -> new Codec.Malformed(target.type().getSimpleName() + " has no method " + signature + "."));
        Type[] types = method.getGenericParameterTypes();
        @Nullable Object[] arguments = new Object[types.length];
        List<Data> before = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = body.get(types[i]);
            before.add(Data.of(arguments[i]));
        }
        Object result;
        try {
            method.setAccessible(true);
            result = method.invoke(target.object(), arguments);
        } catch (InvocationTargetException e) {
            sendThrown(number, e.getCause());
            return;
        } catch (IllegalAccessException e) {
            sendThrown(number, e);
            return;
        }
        try {
            Codec.Writer reply = codec.new Writer().putInt(number).putInt(tape(result, arguments));
            if (method.getReturnType() != void.class) {
                reply.put(result instanceof Tensor t && t.requiresGrad() ? t.detach() : result, method.getGenericReturnType());
            }
            for (int i = 0; i < arguments.length; i++) {
                if (!Data.of(arguments[i]).same(before.get(i))) {
                    reply.putInt(i).put(arguments[i], types[i]);
                }
            }
            send(RETURN, reply.putInt(-1).toBytes());
        } catch (Codec.Malformed e) {
            sendThrown(number, e);
        }
    }

    /** The number of a result that a gradient can flow back through, or -1. */
    private int tape(@Nullable Object result, @Nullable Object[] arguments) {
        if (!(result instanceof Tensor y) || !y.requiresGrad()) {
            return -1;
        }
        List<@Nullable Tensor> inputs = new ArrayList<>();
        for (Object argument : arguments) {
            inputs.add(argument instanceof Tensor x && x.requiresGrad() ? x : null);
        }
        tapes.put(tapes.size(), new Taped(y, inputs));
        return tapes.size() - 1;
    }

    private void sendThrown(int number, Throwable t) {
        String message = t.getMessage() == null ? "" : t.getMessage();
        String where = CellErrors.where(t).orElseGet(() -> where(t));
        send(THROW, codec.new Writer().putInt(number).putText(t.getClass().getSimpleName())
                .putText(message.length() > 2000 ? message.substring(0, 2000) + "…" : message).putText(where).toBytes());
    }

    /** Outside a notebook: the first frame that is not the library's. */
    private static String where(Throwable t) {
        for (StackTraceElement frame : t.getStackTrace()) {
            String name = frame.getClassName();
            if (!name.startsWith("java.") && !name.startsWith("jdk.") && !name.startsWith("org.unrolled.")) {
                return "line " + frame.getLineNumber() + " in " + frame.getMethodName();
            }
        }
        return "";
    }

    private static String signature(Method method) {
        return method.getName() + java.lang.invoke.MethodType.methodType(method.getReturnType(), method.getParameterTypes()).toMethodDescriptorString();
    }
}
