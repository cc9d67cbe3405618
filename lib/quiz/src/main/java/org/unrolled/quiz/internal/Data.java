package org.unrolled.quiz.internal;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * A value that a question's function takes or returns, taken apart: numbers with a shape, text, or named parts of these.
 * Everything that compares answers, tries ways of being wrong and draws differences works on this, so that a
 * {@code double}, an {@code int[][]} and a Tensor need no code of their own there.
 */
public sealed interface Data {

    /** Scalars (shape of length 0), arrays and tensors; row-major. */
    record Numbers(int[] shape, double[] values, boolean whole) implements Data {
        int dims() {
            return shape.length;
        }

        boolean sameShape(Numbers other) {
            return Arrays.equals(shape, other.shape);
        }

        double maxAbs() {
            double max = 0;
            for (double v : values) {
                if (Double.isFinite(v)) {
                    max = Math.max(max, Math.abs(v));
                }
            }
            return max;
        }

        boolean finite() {
            for (double v : values) {
                if (!Double.isFinite(v)) {
                    return false;
                }
            }
            return true;
        }
    }

    record Text(String text) implements Data {}

    /** A record (names are its components) or a list or ragged array (names are the positions). */
    record Parts(List<String> names, List<Data> parts) implements Data {}

    /** Null, a function, or anything else that cannot be looked into. */
    record Opaque(@Nullable Object object) implements Data {}

    static Data of(@Nullable Object value) {
        return switch (value) {
            case null -> new Opaque(null);
            case Tensor t -> new Numbers(t.shape(), doubles(t), t.isInt());
            case Boolean b -> new Numbers(new int[0], new double[] {b ? 1 : 0}, true);
            case Character c -> new Text(String.valueOf(c));
            case Number n -> new Numbers(new int[0], new double[] {n.doubleValue()}, !(n instanceof Double || n instanceof Float));
            case CharSequence s -> new Text(s.toString());
            case Enum<?> e -> new Text(e.name());
            case Record r -> ofRecord(r);
            case List<?> list -> ofList(list);
            case Object array when array.getClass().isArray() -> ofArray(array);
            default -> new Opaque(value);
        };
    }

    /** The name of an object's class; of a lambda or a proxy, whose class has no name worth reading, that of its interface. */
    static String typeName(Object object) {
        Class<?> type = object.getClass();
        boolean nameless = type.isHidden() || type.isAnonymousClass() || java.lang.reflect.Proxy.isProxyClass(type);
        return nameless && type.getInterfaces().length > 0 ? type.getInterfaces()[0].getSimpleName() : type.getSimpleName();
    }

    private static double[] doubles(Tensor t) {
        if (t.isInt()) {
            return Arrays.stream(t.toIntArray()).asDoubleStream().toArray();
        }
        float[] from = t.toArray();
        double[] to = new double[from.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = from[i];
        }
        return to;
    }

    private static Data ofRecord(Record r) {
        List<String> names = new ArrayList<>();
        List<Data> parts = new ArrayList<>();
        for (RecordComponent c : r.getClass().getRecordComponents()) {
            names.add(c.getName());
            parts.add(of(component(r, c)));
        }
        return new Parts(names, parts);
    }

    static @Nullable Object component(Record r, RecordComponent c) {
        try {
            c.getAccessor().setAccessible(true);
            return c.getAccessor().invoke(r);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot read " + c.getName() + " of " + r.getClass().getSimpleName(), e);
        }
    }

    private static Data ofList(List<?> list) {
        List<Data> parts = new ArrayList<>();
        boolean scalars = !list.isEmpty();
        for (Object o : list) {
            Data d = of(o);
            scalars &= d instanceof Numbers n && n.dims() == 0;
            parts.add(d);
        }
        return scalars ? stack(parts, new int[] {parts.size()}) : new Parts(positions(parts.size()), parts);
    }

    private static Data ofArray(Object array) {
        int n = Array.getLength(array);
        if (array.getClass().getComponentType().isPrimitive() && array.getClass().getComponentType() != char.class) {
            double[] values = new double[n];
            for (int i = 0; i < n; i++) {
                Object v = Array.get(array, i);
                values[i] = v instanceof Boolean b ? (b ? 1 : 0) : ((Number) v).doubleValue();
            }
            Class<?> c = array.getClass().getComponentType();
            return new Numbers(new int[] {n}, values, c != double.class && c != float.class);
        }
        if (array instanceof char[] chars) {
            return new Text(new String(chars));
        }
        Data list = ofList(Arrays.asList((Object[]) array));
        // a rectangular array of arrays is one block of numbers
        if (list instanceof Parts p && n > 0 && p.parts().getFirst() instanceof Numbers first
                && p.parts().stream().allMatch(d -> d instanceof Numbers m && m.sameShape(first))) {
            int[] shape = new int[first.dims() + 1];
            shape[0] = n;
            System.arraycopy(first.shape(), 0, shape, 1, first.dims());
            return stack(p.parts(), shape);
        }
        return list;
    }

    private static Numbers stack(List<Data> parts, int[] shape) {
        double[] values = parts.stream().flatMapToDouble(d -> Arrays.stream(((Numbers) d).values())).toArray();
        return new Numbers(shape, values, parts.stream().allMatch(d -> ((Numbers) d).whole()));
    }

    /** How many numbers there are in it: what "smallest input" is measured by. */
    default long size() {
        return switch (this) {
            case Numbers n -> Math.max(1, n.values().length);
            case Text t -> Math.max(1, t.text().length());
            case Parts p -> p.parts().stream().mapToLong(Data::size).sum();
            case Opaque _ -> 1;
        };
    }

    /** How far apart two numbers may be: float32 arithmetic in another order, scaled to the largest value. */
    static double tolerance(Numbers expected) {
        return expected.whole() ? 1e-9 : 1e-6 + 2e-5 * expected.maxAbs();
    }

    default boolean close(Data expected) {
        return switch (expected) {
            case Numbers e -> this instanceof Numbers n && n.sameShape(e) && close(n.values(), e.values(), tolerance(e));
            case Text e -> this instanceof Text t && t.text().equals(e.text());
            case Parts e -> this instanceof Parts p && p.parts().size() == e.parts().size() && allClose(p, e);
            case Opaque e -> this instanceof Opaque o && Objects.equals(o.object(), e.object());
        };
    }

    private static boolean allClose(Parts p, Parts e) {
        for (int i = 0; i < e.parts().size(); i++) {
            if (!p.parts().get(i).close(e.parts().get(i))) {
                return false;
            }
        }
        return true;
    }

    static boolean close(double[] a, double[] b, double tolerance) {
        if (a.length != b.length) {
            return false;
        }
        for (int i = 0; i < a.length; i++) {
            if (!close(a[i], b[i], tolerance)) {
                return false;
            }
        }
        return true;
    }

    static boolean close(double a, double b, double tolerance) {
        return Math.abs(a - b) <= tolerance || a == b || Double.isNaN(a) && Double.isNaN(b);
    }

    /** Equal to the last bit: what "unchanged" means. */
    default boolean same(Data other) {
        return switch (other) {
            case Numbers e -> this instanceof Numbers n && n.sameShape(e) && Arrays.equals(n.values(), e.values());
            case Parts e -> {
                if (!(this instanceof Parts p) || p.parts().size() != e.parts().size()) {
                    yield false;
                }
                boolean all = true;
                for (int i = 0; i < e.parts().size(); i++) {
                    all &= p.parts().get(i).same(e.parts().get(i));
                }
                yield all;
            }
            default -> close(other);
        };
    }

    /** True where there is something to compare: no function or null in it. */
    default boolean comparable() {
        return switch (this) {
            case Opaque _ -> false;
            case Parts p -> p.parts().stream().allMatch(Data::comparable);
            default -> true;
        };
    }

    /** "(2, 3)", "a number", "a record (dQ, dK)". */
    default String form() {
        return switch (this) {
            case Numbers n when n.dims() == 0 -> "a number";
            case Numbers n -> "shape " + shape(n.shape());
            case Text _ -> "a text";
            case Parts p when p.names().equals(positions(p.names().size())) -> "a list of " + p.names().size();
            case Parts p -> "a record (" + String.join(", ", p.names()) + ")";
            case Opaque o -> o.object() == null ? "null" : "an object of type " + typeName(o.object());
        };
    }

    /** What the parts of a list are called. */
    static List<String> positions(int n) {
        return java.util.stream.IntStream.range(0, n).mapToObj(i -> "number " + i).toList();
    }

    static String shape(int[] shape) {
        return Arrays.stream(shape).mapToObj(String::valueOf)
                .collect(java.util.stream.Collectors.joining(", ", "(", ")"));
    }

    /** A value of the same type as {@code template} that holds {@code data}; the template itself where it cannot be made. */
    static @Nullable Object like(@Nullable Object template, Data data) {
        return switch (template) {
            case Tensor t when data instanceof Numbers n -> t.isInt() && n.whole()
                    ? Tensors.ids(Arrays.stream(n.values()).mapToInt(v -> (int) v).toArray(), n.shape())
                    : Tensors.tensor(floats(n.values()), n.shape());
            case Number t when data instanceof Numbers n && n.dims() == 0 -> number(t.getClass(), n.values()[0]);
            case Boolean _ when data instanceof Numbers n && n.dims() == 0 -> n.values()[0] != 0;
            case CharSequence _ when data instanceof Text t -> t.text();
            case Record r when data instanceof Parts p -> record(r, p);
            case List<?> list when data instanceof Parts p && p.parts().size() == list.size() -> {
                List<@Nullable Object> copy = new ArrayList<>();
                for (int i = 0; i < list.size(); i++) {
                    copy.add(like(list.get(i), p.parts().get(i)));
                }
                yield copy;
            }
            case List<?> list when data instanceof Numbers n && n.dims() == 1 && !list.isEmpty() ->
                    new ArrayList<>(Arrays.stream(n.values()).mapToObj(v -> number(list.getFirst().getClass(), v)).toList());
            case Object array when array.getClass().isArray() && data instanceof Numbers n && n.dims() >= 1 ->
                    array(array.getClass().getComponentType(), n, 0, new int[1]);
            case null, default -> template;
        };
    }

    private static Object number(Class<?> type, double v) {
        return type == Integer.class || type == int.class ? (Object) (int) v
                : type == Long.class || type == long.class ? (Object) (long) v
                : type == Float.class || type == float.class ? (Object) (float) v
                : type == Short.class || type == short.class ? (Object) (short) v
                : type == Byte.class || type == byte.class ? (Object) (byte) v
                : type == Boolean.class || type == boolean.class ? (Object) (v != 0) : (Object) v;
    }

    private static float[] floats(double[] values) {
        float[] to = new float[values.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = (float) values[i];
        }
        return to;
    }

    private static Object array(Class<?> component, Numbers n, int axis, int[] next) {
        Object array = Array.newInstance(component, n.shape()[axis]);
        for (int i = 0; i < n.shape()[axis]; i++) {
            Array.set(array, i, component.isArray() ? array(component.getComponentType(), n, axis + 1, next)
                    : number(component, n.values()[next[0]++]));
        }
        return array;
    }

    private static Object record(Record r, Parts p) {
        try {
            RecordComponent[] components = r.getClass().getRecordComponents();
            Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            @Nullable Object[] values = new Object[components.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = like(component(r, components[i]), p.parts().get(i));
            }
            Constructor<?> constructor = r.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot make a " + r.getClass().getSimpleName(), e);
        }
    }

    /** A copy that shares nothing that could be changed; functions and other objects are shared. */
    static @Nullable Object copy(@Nullable Object value) {
        return switch (value) {
            case Tensor t -> t.requiresGrad() ? t.detach().copy().requiresGrad(true) : t.copy();
            case Object[] array -> {
                Object[] copy = array.clone();
                Arrays.setAll(copy, i -> copy(array[i]));
                yield copy;
            }
            case Object array when array.getClass().isArray() -> {
                Object copy = Array.newInstance(array.getClass().getComponentType(), Array.getLength(array));
                System.arraycopy(array, 0, copy, 0, Array.getLength(array));
                yield copy;
            }
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>();
                list.forEach(o -> copy.add(copy(o)));
                yield copy;
            }
            case Record r -> copyRecord(r);
            case Random random -> copyRandom(random);
            case null, default -> value;
        };
    }

    private static Object copyRecord(Record r) {
        try {
            RecordComponent[] components = r.getClass().getRecordComponents();
            @Nullable Object[] values = new Object[components.length];
            boolean changed = false;
            for (int i = 0; i < values.length; i++) {
                Object value = component(r, components[i]);
                values[i] = copy(value);
                changed |= values[i] != value;
            }
            if (!changed) {
                return r;
            }
            Constructor<?> constructor = r.getClass().getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot copy a " + r.getClass().getSimpleName(), e);
        }
    }

    /** java.util.Random has no copy of its own; its serial form is its state. */
    private static Random copyRandom(Random random) {
        try {
            var bytes = new java.io.ByteArrayOutputStream();
            try (var out = new java.io.ObjectOutputStream(bytes)) {
                out.writeObject(random);
            }
            try (var in = new java.io.ObjectInputStream(new java.io.ByteArrayInputStream(bytes.toByteArray()))) {
                return (Random) in.readObject();
            }
        } catch (java.io.IOException | ClassNotFoundException e) {
            throw new IllegalStateException("Cannot copy a " + random.getClass().getSimpleName(), e);
        }
    }
}
