package org.unrolled.quiz.internal;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Axes;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Exercise;

/**
 * Which parts of a result are right and, along an axis that has a name ({@link Axes}), at which positions.
 *
 * @param parts in the order of the record's components
 * @param axis what the positions count, "" where no part has a named axis
 * @param backwards whether the result was computed from the last position to the first
 * @param first the part that is the first to differ, in the order in which the result was computed
 * @param at the position at which it does; -1 where that part has no named axis
 * @param sentence where the first difference is
 */
record Where(List<Part> parts, String axis, boolean backwards, int first, int at, String sentence) {

    /** @param right for each position of the named axis; one element for a part without */
    record Part(String name, boolean steps, boolean[] right) {
        boolean all() {
            for (boolean r : right) {
                if (!r) {
                    return false;
                }
            }
            return true;
        }
    }

    /** More marks than this in a row are not looked at one by one. */
    private static final int MARKS = 24;

    /** The named axes of each part; "" is the name of a result that is no record. */
    static Map<String, Axes> axes(Exercise<?> question) {
        Map<String, Axes> axes = new LinkedHashMap<>();
        if (question instanceof CodeQuestion<?>) {
            Method method = Watch.method(Watch.answerType(question));
            put(axes, "", method);
            if (method.getReturnType().isRecord()) {
                Arrays.stream(method.getReturnType().getRecordComponents()).forEach(c -> put(axes, c.getName(), c));
            }
        }
        return axes;
    }

    private static void put(Map<String, Axes> axes, String name, AnnotatedElement of) {
        @Nullable Axes named = of.getAnnotation(Axes.class);
        if (named != null) {
            axes.put(name, named);
        }
    }

    /** Nothing to say about a result of one part without a named axis, or where both results have not the same form. */
    static Optional<Where> of(Data yours, Data expected, Map<String, Axes> axes) {
        List<Part> parts = new ArrayList<>();
        if (yours instanceof Data.Parts y && expected instanceof Data.Parts e && y.parts().size() == e.parts().size() && y.names().equals(e.names())
                && !e.names().equals(Data.positions(e.names().size()))) {
            for (int i = 0; i < e.parts().size(); i++) {
                parts.add(part(e.names().get(i), y.parts().get(i), e.parts().get(i), axes.get(e.names().get(i))));
            }
        } else {
            parts.add(part("", yours, expected, axes.get("")));
        }
        List<Part> stepped = parts.stream().filter(Part::steps).toList();
        if (parts.size() < 2 && stepped.isEmpty() || parts.stream().allMatch(Part::all)) {
            return Optional.empty();
        }
        int first = IntStream.range(0, parts.size()).filter(i -> !parts.get(i).all()).findFirst().orElseThrow();
        if (stepped.isEmpty()) {
            return Optional.of(new Where(parts, "", false, first, -1, ""));
        }
        Axes named = axes.get(stepped.getFirst().name());
        String axis = named.value()[0];
        boolean backwards = named.backwards();
        int n = stepped.stream().mapToInt(p -> p.right().length).max().orElseThrow();
        for (int i = 0; i < n; i++) {
            int at = backwards ? n - 1 - i : i;
            for (Part p : stepped) {
                if (at < p.right().length && !p.right()[at]) {
                    return Optional.of(new Where(parts, axis, backwards, parts.indexOf(p), at, sentence(p, axis, backwards, at)));
                }
            }
        }
        String sentence = String.join(", ", stepped.stream().map(Part::name).toList()) + (stepped.size() == 1 ? " is" : " are") + " right at every "
                + axis + "; the first difference is in " + parts.get(first).name() + ".";
        return Optional.of(new Where(parts, axis, backwards, first, -1, sentence));
    }

    private static String sentence(Part p, String axis, boolean backwards, int at) {
        String first = (p.name().isEmpty() ? "the first difference is" : "the first difference is in " + p.name()) + " at " + axis + " = " + at + ".";
        return backwards ? "Going backwards through " + axis + ", " + first : Character.toUpperCase(first.charAt(0)) + first.substring(1);
    }

    private static Part part(String name, Data yours, Data expected, @Nullable Axes axes) {
        if (axes != null && axes.value().length > 0 && yours instanceof Data.Numbers y && expected instanceof Data.Numbers e && y.sameShape(e)
                && e.dims() > 0 && e.shape()[0] > 0 && e.shape()[0] <= MARKS) {
            boolean[] right = new boolean[e.shape()[0]];
            int stride = e.values().length / right.length;
            double tolerance = Data.tolerance(e);
            Arrays.fill(right, true);
            for (int i = 0; i < e.values().length; i++) {
                right[i / stride] &= Data.close(y.values()[i], e.values()[i], tolerance);
            }
            return new Part(name, true, right);
        }
        return new Part(name, false, new boolean[] {yours.close(expected)});
    }
}
