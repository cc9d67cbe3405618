package org.unrolled.quiz.internal.remote;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Remote;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Values as bytes: primitives and their boxes, strings, enums, arrays, Tensors without their tape, records and lists of
 * these, and handles for interfaces marked {@link Remote}. A value is read as the type that the interface declares; no
 * bytes name a class, so none can make this JVM load or construct anything else.
 */
final class Codec {

    /** The bytes are not what they should be. */
    static final class Malformed extends RuntimeException {
        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    /** Objects that stay where they are. */
    interface Handles {
        /** The number under which the other side may call this object, or minus one minus the number under which it knows its own. */
        int export(Object object, Class<?> type);

        Object resolve(int handle, Class<?> type);
    }

    static final int MOST_BYTES = 64 << 20;
    private static final int DEEPEST = 32;

    private final Handles handles;

    Codec(Handles handles) {
        this.handles = handles;
    }

    // ---------------------------------------------------------------- writing

    final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        Writer putByte(int b) {
            return io(() -> out.writeByte(b));
        }

        Writer putInt(int i) {
            return io(() -> out.writeInt(i));
        }

        Writer putText(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            room(utf8.length);
            return io(() -> {
                out.writeInt(utf8.length);
                out.write(utf8);
            });
        }

        Writer put(@Nullable Object value, Type type) {
            return io(() -> write(value, type));
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }

        private interface Step {
            void run() throws IOException;
        }

        /** Before anything is copied, so that a message too large does not become a heap too small. */
        private void room(long more) {
            if (bytes.size() + more > MOST_BYTES) {
                throw new Malformed("A message of " + (bytes.size() + more >> 20) + " MiB is too large; at most " + (MOST_BYTES >> 20) + " MiB go at once.");
            }
        }

        private Writer io(Step step) {
            try {
                step.run();
                return this;
            } catch (IOException e) {
                throw new AssertionError("memory does not fail", e);
            }
        }

        private void write(@Nullable Object value, Type type) throws IOException {
            switch (value) {
                case null -> out.writeByte('N');
                case Boolean v -> {
                    out.writeByte('Z');
                    out.writeBoolean(v);
                }
                case Byte v -> {
                    out.writeByte('B');
                    out.writeByte(v);
                }
                case Short v -> {
                    out.writeByte('S');
                    out.writeShort(v);
                }
                case Character v -> {
                    out.writeByte('C');
                    out.writeChar(v);
                }
                case Integer v -> {
                    out.writeByte('I');
                    out.writeInt(v);
                }
                case Long v -> {
                    out.writeByte('J');
                    out.writeLong(v);
                }
                case Float v -> {
                    out.writeByte('F');
                    out.writeFloat(v);
                }
                case Double v -> {
                    out.writeByte('D');
                    out.writeDouble(v);
                }
                case String v -> {
                    out.writeByte('T');
                    putText(v);
                }
                case Enum<?> v -> {
                    out.writeByte('E');
                    putText(v.name());
                }
                case Tensor v -> writeTensor(v);
                case Record v -> {
                    out.writeByte('R');
                    for (RecordComponent c : v.getClass().getRecordComponents()) {
                        write(component(v, c), c.getGenericType());
                    }
                }
                case List<?> v -> {
                    out.writeByte('L');
                    out.writeInt(v.size());
                    for (Object element : v) {
                        write(element, argument(type));
                    }
                }
                case Object v when v.getClass().isArray() -> writeArray(v, type);
                case Object v when raw(type).isInterface() && raw(type).isAnnotationPresent(Remote.class) -> {
                    out.writeByte('H');
                    out.writeInt(handles.export(v, raw(type)));
                }
                default -> throw new Malformed("A value of type " + value.getClass().getSimpleName() + " cannot go to another JVM.");
            }
        }

        private void writeTensor(Tensor t) throws IOException {
            room(4L * t.numel());
            out.writeByte('X');
            out.writeBoolean(t.isInt());
            out.writeBoolean(t.requiresGrad());
            int[] shape = t.shape();
            out.writeByte(shape.length);
            for (int size : shape) {
                out.writeInt(size);
            }
            if (t.isInt()) {
                for (int v : t.toIntArray()) {
                    out.writeInt(v);
                }
            } else {
                for (float v : t.toArray()) {
                    out.writeFloat(v);
                }
            }
        }

        private void writeArray(Object array, Type type) throws IOException {
            int n = Array.getLength(array);
            Class<?> component = array.getClass().getComponentType();
            room(8L * n);
            out.writeByte('A');
            out.writeByte(component.isPrimitive() ? component.descriptorString().charAt(0) : 'L');
            out.writeInt(n);
            Type inner = type instanceof GenericArrayType g ? g.getGenericComponentType() : component;
            for (int i = 0; i < n; i++) {
                switch (array) {
                    case double[] a -> out.writeDouble(a[i]);
                    case float[] a -> out.writeFloat(a[i]);
                    case int[] a -> out.writeInt(a[i]);
                    case long[] a -> out.writeLong(a[i]);
                    case short[] a -> out.writeShort(a[i]);
                    case byte[] a -> out.writeByte(a[i]);
                    case char[] a -> out.writeChar(a[i]);
                    case boolean[] a -> out.writeBoolean(a[i]);
                    default -> write(Array.get(array, i), inner);
                }
            }
        }
    }

    private static @Nullable Object component(Record r, RecordComponent c) {
        try {
            Method accessor = c.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(r);
        } catch (ReflectiveOperationException e) {
            throw new Malformed("The record " + r.getClass().getSimpleName() + " cannot be read: " + e);
        }
    }

    // ---------------------------------------------------------------- reading

    final class Reader {
        private final ByteBuffer in;

        Reader(byte[] bytes) {
            in = ByteBuffer.wrap(bytes);
        }

        int getByte() {
            return guarded(in::get);
        }

        int getInt() {
            return guarded(in::getInt);
        }

        String getText() {
            byte[] utf8 = new byte[length(1)];
            guarded(() -> in.get(utf8));
            return new String(utf8, StandardCharsets.UTF_8);
        }

        boolean atEnd() {
            return !in.hasRemaining();
        }

        @Nullable Object get(Type type) {
            return guarded(() -> read(type, 0));
        }

        private interface Step<T> {
            T run();
        }

        private <T> T guarded(Step<T> step) {
            try {
                return step.run();
            } catch (BufferUnderflowException e) {
                throw new Malformed("The message ends too early.");
            }
        }

        /** A count, which may not promise more than is there: so no few bytes ask for a large array. */
        private int length(int bytesEach) {
            int n = guarded(in::getInt);
            if (n < 0 || (long) n * bytesEach > in.remaining()) {
                throw new Malformed("The message announces " + n + " elements and has " + in.remaining() + " bytes left.");
            }
            return n;
        }

        private @Nullable Object read(Type type, int depth) {
            if (depth > DEEPEST) {
                throw new Malformed("The value is nested deeper than " + DEEPEST + ".");
            }
            Class<?> raw = raw(type);
            byte tag = in.get();
            Object value = switch (tag) {
                case 'N' -> null;
                case 'Z' -> in.get() != 0;
                case 'B' -> in.get();
                case 'S' -> in.getShort();
                case 'C' -> in.getChar();
                case 'I' -> in.getInt();
                case 'J' -> in.getLong();
                case 'F' -> in.getFloat();
                case 'D' -> in.getDouble();
                case 'T' -> getText();
                case 'E' -> enumConstant(raw, getText());
                case 'X' -> tensor();
                case 'R' -> record(raw, depth);
                case 'L' -> list(type, depth);
                case 'A' -> array(type, depth);
                case 'H' -> handle(raw);
                default -> throw new Malformed("The message has the unknown tag " + tag + ".");
            };
            if (value == null ? raw.isPrimitive() : !box(raw).isInstance(value)) {
                throw new Malformed("The value is " + (value == null ? "null" : "of type " + value.getClass().getSimpleName()) + ", the interface says " + raw.getSimpleName() + ".");
            }
            return value;
        }

        private Object enumConstant(Class<?> type, String name) {
            return Arrays.stream(type.isEnum() ? type.getEnumConstants() : new Object[0]).filter(c -> ((Enum<?>) c).name().equals(name)).findFirst()
                    .orElseThrow(() -> new Malformed(type.getSimpleName() + " has no constant " + name + "."));
        }

        private Tensor tensor() {
            boolean ints = in.get() != 0;
            boolean grad = in.get() != 0;
            int[] shape = new int[Math.min(in.get() & 0xff, 16)];
            long n = 1;
            for (int i = 0; i < shape.length; i++) {
                shape[i] = in.getInt();
                n = shape[i] < 0 ? Long.MAX_VALUE / 4 : Math.multiplyHigh(n, shape[i]) != 0 ? Long.MAX_VALUE / 4 : n * shape[i];
                if (n * 4 < 0 || n * 4 > Math.max(in.remaining(), 64)) {
                    throw new Malformed("The tensor's shape is larger than its message.");
                }
            }
            if (n * 4 > in.remaining()) {
                throw new Malformed("The tensor's shape is larger than its message.");
            }
            if (ints) {
                int[] data = new int[(int) n];
                in.asIntBuffer().get(data);
                in.position(in.position() + 4 * data.length);
                return Tensors.ids(data, shape);
            }
            float[] data = new float[(int) n];
            in.asFloatBuffer().get(data);
            in.position(in.position() + 4 * data.length);
            Tensor t = Tensors.tensor(data, shape);
            return grad ? t.requiresGrad(true) : t;
        }

        private Object record(Class<?> type, int depth) {
            if (!type.isRecord()) {
                throw new Malformed("The value is a record, the interface says " + type.getSimpleName() + ".");
            }
            RecordComponent[] components = type.getRecordComponents();
            @Nullable Object[] values = new Object[components.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = read(components[i].getGenericType(), depth + 1);
            }
            try {
                Constructor<?> constructor = type.getDeclaredConstructor(Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
                constructor.setAccessible(true);
                return constructor.newInstance(values);
            } catch (InvocationTargetException e) {
                throw new Malformed("The record " + type.getSimpleName() + " does not take these values: " + e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new Malformed("The record " + type.getSimpleName() + " cannot be made: " + e);
            }
        }

        private List<@Nullable Object> list(Type type, int depth) {
            int n = length(1);
            List<@Nullable Object> list = new ArrayList<>(n);
            for (int i = 0; i < n; i++) {
                list.add(read(argument(type), depth + 1));
            }
            return list;
        }

        private Object array(Type type, int depth) {
            char kind = (char) in.get();
            Class<?> raw = raw(type);
            // Object is what the answer to a question about a value is declared as: there the bytes may say which primitive
            Class<?> component = raw.isArray() ? raw.getComponentType() : raw == Object.class ? primitive(kind) : void.class;
            if (component == void.class || component.isPrimitive() && component != primitive(kind) || !component.isPrimitive() && kind != 'L') {
                throw new Malformed("The value is an array of another type than the interface says (" + raw.getSimpleName() + ").");
            }
            int n = length(switch (kind) {
                case 'D', 'J' -> 8;
                case 'F', 'I' -> 4;
                case 'S', 'C' -> 2;
                default -> 1;
            });
            Object array = Array.newInstance(component, n);
            Type inner = type instanceof GenericArrayType g ? g.getGenericComponentType() : component;
            for (int i = 0; i < n; i++) {
                switch (array) {
                    case double[] a -> a[i] = in.getDouble();
                    case float[] a -> a[i] = in.getFloat();
                    case int[] a -> a[i] = in.getInt();
                    case long[] a -> a[i] = in.getLong();
                    case short[] a -> a[i] = in.getShort();
                    case byte[] a -> a[i] = in.get();
                    case char[] a -> a[i] = in.getChar();
                    case boolean[] a -> a[i] = in.get() != 0;
                    default -> Array.set(array, i, read(inner, depth + 1));
                }
            }
            return array;
        }

        private Object handle(Class<?> type) {
            if (!type.isInterface() || !type.isAnnotationPresent(Remote.class)) {
                throw new Malformed("The value is a handle, the interface says " + type.getSimpleName() + ".");
            }
            return handles.resolve(in.getInt(), type);
        }
    }

    // ---------------------------------------------------------------- types

    static Class<?> raw(Type type) {
        return switch (type) {
            case Class<?> c -> c;
            case ParameterizedType p -> (Class<?>) p.getRawType();
            case GenericArrayType a -> raw(a.getGenericComponentType()).arrayType();
            default -> Object.class;
        };
    }

    private static Type argument(Type type) {
        return type instanceof ParameterizedType p ? p.getActualTypeArguments()[0] : Object.class;
    }

    private static Class<?> primitive(char descriptor) {
        return switch (descriptor) {
            case 'D' -> double.class;
            case 'F' -> float.class;
            case 'I' -> int.class;
            case 'J' -> long.class;
            case 'S' -> short.class;
            case 'B' -> byte.class;
            case 'C' -> char.class;
            case 'Z' -> boolean.class;
            default -> void.class;
        };
    }

    private static Class<?> box(Class<?> type) {
        return java.lang.invoke.MethodType.methodType(type).wrap().returnType();
    }
}
