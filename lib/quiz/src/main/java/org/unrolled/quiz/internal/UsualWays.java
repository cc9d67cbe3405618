package org.unrolled.quiz.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Axes;
import org.unrolled.quiz.internal.Data.Numbers;
import org.unrolled.quiz.internal.Data.Parts;

/**
 * The ways in which answers are wrong whatever the question: they are recognised in a wrong answer, and the bank proof
 * applies them to the solution to see that no check lets one through.
 */
final class UsualWays {

    /** One call, what came out and what should have. */
    record Pair(Watch.Call call, Data yours, Data expected) {}

    /** What was recognised, in words. */
    record Found(String text, String fix) {}

    private UsualWays() {}

    // ---------------------------------------------------------------- recognising

    /** The way that explains every call, right ones included; part by part where the result is a record. */
    static Optional<Found> recognise(List<Pair> pairs, List<String> parameters) {
        return recognise(pairs, parameters, Map.of());
    }

    /** @param axes the named axes of the result's parts */
    static Optional<Found> recognise(List<Pair> pairs, List<String> parameters, Map<String, Axes> axes) {
        if (pairs.isEmpty() || pairs.stream().allMatch(p -> p.yours().close(p.expected()))) {
            return Optional.empty();
        }
        return recognise(pairs, parameters, "Your result", "", axes, false);
    }

    /**
     * What can be said where nothing explains all the numbers: where something that is handed on from step to step begins to be wrong.
     * For the engine's last look: a mistake of the question that explains the first wrong part says more.
     */
    static Optional<Found> handedOn(List<Pair> pairs, List<String> parameters, Map<String, Axes> axes) {
        return pairs.isEmpty() || pairs.stream().allMatch(p -> p.yours().close(p.expected())) ? Optional.empty()
                : recognise(pairs, parameters, "Your result", "", axes, true);
    }

    private static Optional<Found> recognise(List<Pair> pairs, List<String> parameters, String subject, String part, Map<String, Axes> axes,
            boolean handedOn) {
        Pair first = pairs.getFirst();
        if (first.expected() instanceof Parts e) {
            return parts(pairs, parameters, e, axes, handedOn);
        }
        String[] named = axes.containsKey(part) ? axes.get(part).value() : new String[0];
        if (handedOn) {
            return pairs.stream().allMatch(p -> p.yours() instanceof Numbers && p.expected() instanceof Numbers) ? carried(pairs, subject, named) : Optional.empty();
        }
        Optional<Found> argument = argument(pairs, parameters, subject);
        if (argument.isPresent()) {
            return argument;
        }
        if (!pairs.stream().allMatch(p -> p.yours() instanceof Numbers && p.expected() instanceof Numbers)) {
            return Optional.empty();
        }
        for (Map.Entry<Found, Function<Numbers, @Nullable Numbers>> way : fixed().entrySet()) {
            if (pairs.stream().allMatch(p -> {
                Numbers changed = way.getValue().apply((Numbers) p.expected());
                return changed != null && p.yours().close(changed);
            })) {
                return Optional.of(new Found(subject + " " + way.getKey().text(), way.getKey().fix()));
            }
        }
        return factor(pairs, parameters, subject)
                .or(() -> offset(pairs, subject))
                .or(() -> shifted(pairs, subject, named))
                .or(() -> edge(pairs, subject, named));
    }

    private static String axis(int axis, String[] named) {
        return axis < named.length ? named[axis] : "axis " + axis;
    }

    private static Optional<Found> parts(List<Pair> pairs, List<String> parameters, Parts e, Map<String, Axes> axes, boolean handedOn) {
        if (!pairs.stream().allMatch(p -> p.yours() instanceof Parts y && p.expected() instanceof Parts x && y.parts().size() == x.parts().size()
                && x.parts().size() == e.parts().size())) {
            return Optional.empty();
        }
        Optional<List<Where>> begins = whereItBegins(pairs, axes);
        if (begins.isPresent()) {
            return atItsFirstStep(pairs, begins.get(), parameters, e, handedOn);
        }
        for (int i = 0; i < e.parts().size(); i++) {
            int at = i;
            List<Pair> ofPart = pairs.stream().map(p -> new Pair(p.call(), ((Parts) p.yours()).parts().get(at), ((Parts) p.expected()).parts().get(at))).toList();
            if (ofPart.stream().allMatch(p -> p.yours().close(p.expected()))) {
                continue;
            }
            String name = e.names().get(i);
            for (int j = 0; j < e.parts().size(); j++) {
                int other = j;
                if (j != i && pairs.stream().allMatch(p -> ((Parts) p.yours()).parts().get(at).close(((Parts) p.expected()).parts().get(other)))) {
                    return Optional.of(new Found("Your " + name + " is what " + e.names().get(j) + " should be.", "Look at the order of the values you return."));
                }
            }
            String right = at == 0 ? "" : String.join(", ", e.names().subList(0, at)) + (at == 1 ? " is right. " : " are right. ");
            return recognise(ofPart, parameters, "Your " + name, name, axes, handedOn).map(f -> new Found(right + f.text(), f.fix()));
        }
        return Optional.empty();
    }

    /**
     * Steps that hand something on: the part that stands first in the record may be wrong only because another one was, a step before.
     * Where that is so on every wrong call: where each of them begins to be wrong.
     */
    private static Optional<List<Where>> whereItBegins(List<Pair> pairs, Map<String, Axes> axes) {
        List<Pair> wrong = wrong(pairs);
        List<Where> where = wrong.stream().flatMap(p -> Where.of(p.yours(), p.expected(), axes).stream()).toList();
        if (where.size() < wrong.size() || where.stream().anyMatch(w -> w.at() < 0 || w.first() != where.getFirst().first())) {
            return Optional.empty();
        }
        int part = where.getFirst().first();
        boolean firstOfTheRecord = where.stream().allMatch(w -> w.parts().subList(0, part).stream().allMatch(Where.Part::all));
        return firstOfTheRecord ? Optional.empty() : Optional.of(where);
    }

    /** The part in which it begins, at that step alone: whatever came after it carries the mistake. */
    private static Optional<Found> atItsFirstStep(List<Pair> pairs, List<Where> where, List<String> parameters, Parts e, boolean handedOn) {
        Where shown = where.getFirst();
        int part = shown.first();
        String name = e.names().get(part);
        String subject = (shown.backwards() ? "Going backwards through " : "Going through ") + shown.axis() + ", " + name + " is the first to be off";
        if (handedOn) {
            List<String> right = shown.parts().subList(0, part).stream().filter(Where.Part::steps).map(Where.Part::name).toList();
            return right.isEmpty() ? Optional.empty()
                    : Optional.of(new Found(subject + ", at a step at which " + String.join(", ", right) + (right.size() == 1 ? " is" : " are") + " right.",
                            "Look at the line that computes " + name + ", and at what it is given."));
        }
        List<Pair> wrong = wrong(pairs);
        List<Pair> steps = new ArrayList<>();
        for (int i = 0; i < wrong.size(); i++) {
            Pair p = wrong.get(i);
            int at = where.get(i).at();
            steps.add(new Pair(p.call(), position(((Parts) p.yours()).parts().get(part), at), position(((Parts) p.expected()).parts().get(part), at)));
        }
        return recognise(steps, parameters, subject + ": at that step it", "", Map.of(), false);
    }

    private static List<Pair> wrong(List<Pair> pairs) {
        return pairs.stream().filter(p -> !p.yours().close(p.expected())).toList();
    }

    private static Data position(Data steps, int at) {
        Numbers n = (Numbers) steps;
        int stride = n.values().length / n.shape()[0];
        return new Numbers(Arrays.copyOfRange(n.shape(), 1, n.dims()), Arrays.copyOfRange(n.values(), at * stride, (at + 1) * stride), n.whole());
    }

    /** Changes that need no number found. */
    private static Map<Found, Function<Numbers, @Nullable Numbers>> fixed() {
        Map<Found, Function<Numbers, @Nullable Numbers>> ways = new LinkedHashMap<>();
        ways.put(new Found("is zero everywhere.", "Nothing was put there, or what was added is lost: a.add(b) gives a new tensor and leaves a as it is."),
                n -> map(n, _ -> 0));
        ways.put(new Found("is the right one transposed: rows and columns are exchanged.", "Look at the order of the factors, or at a transpose() too many or too few."),
                n -> n.dims() < 2 ? null : transposed(n));
        ways.put(new Found("is the right one with the opposite sign.", "Look for a minus too many or too few, or a difference taken the other way round."),
                n -> map(n, v -> -v));
        ways.put(new Found("is the absolute value of the right one: signs are lost.", "Look for abs, a square root of a square, or a sign that was dropped."),
                n -> map(n, Math::abs));
        ways.put(new Found("is one divided by the right one.", "Numerator and denominator are exchanged."),
                n -> map(n, v -> 1 / v));
        ways.put(new Found("is the square of the right one.", "A square root is missing, or a square is too many."),
                n -> map(n, v -> v * v));
        ways.put(new Found("is the square root of the right one.", "A square is missing, or a square root is too many."),
                n -> map(n, Math::sqrt));
        ways.put(new Found("is the right one rounded to whole numbers.", "In Java 1 / 2 is 0: make one of the two a double, 1.0 / 2."),
                n -> map(n, v -> (double) (long) v));
        return ways;
    }

    private static Optional<Found> argument(List<Pair> pairs, List<String> parameters, String subject) {
        int n = pairs.getFirst().call().before().size();
        for (int i = 0; i < n; i++) {
            int at = i;
            if (pairs.stream().allMatch(p -> p.call().before().size() == n && Data.of(p.call().before().get(at)).comparable()
                    && p.yours().close(Data.of(p.call().before().get(at))))) {
                return Optional.of(new Found(subject + " is the argument " + parameters.get(i) + ", unchanged.", "Return what you computed from it."));
            }
        }
        return Optional.empty();
    }

    private static Optional<Found> factor(List<Pair> pairs, List<String> parameters, String subject) {
        double[] factors = new double[pairs.size()];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = ratio((Numbers) pairs.get(i).yours(), (Numbers) pairs.get(i).expected());
            if (Double.isNaN(factors[i]) || factors[i] == 0) {
                return Optional.empty();
            }
        }
        String by = sizeFactor(pairs, parameters, factors);
        boolean constant = Arrays.stream(factors).allMatch(f -> Math.abs(f / factors[0] - 1) < 1e-4);
        // with one shape only, "twice" and "n times" cannot be told apart; the size is the likelier reason
        boolean oneShape = pairs.stream().map(p -> shapes(p.call())).distinct().count() == 1;
        if (by != null && (!constant || oneShape)) {
            return Optional.of(new Found(subject + " is the right one " + by + ".", "Look at what you divide or multiply by."));
        }
        if (!constant || Math.abs(factors[0] - 1) < 1e-4) {
            return Optional.empty();
        }
        double f = factors[0];
        String words = Math.abs(f) > 1 || f < 0 ? Text.number(f) + " times the right one" : "the right one divided by " + Text.number(1 / f);
        return Optional.of(new Found(subject + " is " + words + ", whatever the input.", "Look for a constant factor too many or too few."));
    }

    private static String shapes(Watch.Call call) {
        return call.before().stream().map(o -> Data.of(o).form()).toList().toString();
    }

    /** "times n", "divided by √n" where n is the size of an argument along an axis, on every call. */
    private static @Nullable String sizeFactor(List<Pair> pairs, List<String> parameters, double[] factors) {
        int arguments = pairs.getFirst().call().before().size();
        for (int a = 0; a < arguments; a++) {
            if (!(Data.of(pairs.getFirst().call().before().get(a)) instanceof Numbers first)) {
                continue;
            }
            for (int axis = first.dims() - 1; axis >= 0; axis--) {
                double[] sizes = new double[factors.length];
                boolean known = true;
                for (int i = 0; i < factors.length && known; i++) {
                    known = Data.of(pairs.get(i).call().before().get(a)) instanceof Numbers n && n.dims() == first.dims();
                    sizes[i] = known ? ((Numbers) Data.of(pairs.get(i).call().before().get(a))).shape()[axis] : 0;
                }
                if (!known || Arrays.stream(sizes).anyMatch(s -> s < 1) || Arrays.stream(sizes).allMatch(s -> s == 1)) {
                    continue;
                }
                String size = first.dims() == 1 ? "the length of " + parameters.get(a)
                        : "the size of " + parameters.get(a) + " along axis " + axis;
                Map<String, DoubleUnaryOperator> laws = new LinkedHashMap<>();
                laws.put("times " + size, s -> s);
                laws.put("divided by " + size, s -> 1 / s);
                laws.put("times the square root of " + size, Math::sqrt);
                laws.put("divided by the square root of " + size, s -> 1 / Math.sqrt(s));
                for (Map.Entry<String, DoubleUnaryOperator> law : laws.entrySet()) {
                    boolean all = true;
                    for (int i = 0; i < factors.length; i++) {
                        all &= Math.abs(factors[i] / law.getValue().applyAsDouble(sizes[i]) - 1) < 1e-4;
                    }
                    if (all) {
                        return law.getKey();
                    }
                }
            }
        }
        return null;
    }

    /** yours / expected where that is one number, else NaN. */
    private static double ratio(Numbers yours, Numbers expected) {
        if (!yours.sameShape(expected) || !yours.finite() || !expected.finite() || expected.maxAbs() < 1e-9) {
            return Double.NaN;
        }
        double top = 0;
        double bottom = 0;
        for (int i = 0; i < yours.values().length; i++) {
            top += yours.values()[i] * expected.values()[i];
            bottom += expected.values()[i] * expected.values()[i];
        }
        double ratio = top / bottom;
        return yours.close(map(expected, v -> v * ratio)) ? ratio : Double.NaN;
    }

    private static Optional<Found> offset(List<Pair> pairs, String subject) {
        double constant = Double.NaN;
        for (Pair p : pairs) {
            Numbers y = (Numbers) p.yours();
            Numbers e = (Numbers) p.expected();
            // a single number is always "something more"; several that differ by the same are a finding
            if (!y.sameShape(e) || !y.finite() || !e.finite() || y.values().length < (pairs.size() > 2 ? 1 : 3)) {
                return Optional.empty();
            }
            if (Double.isNaN(constant)) {
                constant = y.values()[0] - e.values()[0];
            }
            double c = constant;
            if (!y.close(map(e, v -> v + c))) {
                return Optional.empty();
            }
        }
        return Math.abs(constant) < 1e-6 ? Optional.empty() : Optional.of(new Found(
                subject + " is the right one " + (constant > 0 ? "plus " : "minus ") + Text.number(Math.abs(constant)) + ", in every element.",
                "Look for a term too many or too few, or a count that starts at the wrong number."));
    }

    private static Optional<Found> shifted(List<Pair> pairs, String subject, String[] named) {
        int dims = ((Numbers) pairs.getFirst().expected()).dims();
        for (int axis = 0; axis < dims; axis++) {
            for (int by : new int[] {1, -1}) {
                int ax = axis;
                if (pairs.stream().allMatch(p -> isShifted((Numbers) p.yours(), (Numbers) p.expected(), ax, by))) {
                    return Optional.of(new Found(subject + " is the right one shifted by one along " + axis(axis, named) + (by > 0 ? ", to the end." : ", to the beginning."),
                            "Look at the first index of a loop or a slice: it is off by one."));
                }
            }
            int ax = axis;
            if (pairs.stream().allMatch(p -> dims((Numbers) p.expected()) > ax && p.yours().close(reversed((Numbers) p.expected(), ax)))) {
                return Optional.of(new Found(subject + " is the right one in reverse order along " + axis(axis, named) + ".", "Look at the direction of a loop."));
            }
        }
        return Optional.empty();
    }

    private static int dims(Numbers n) {
        return n.dims();
    }

    private static boolean isShifted(Numbers y, Numbers e, int axis, int by) {
        if (!y.sameShape(e) || axis >= e.dims() || e.shape()[axis] < 3) {
            return false;
        }
        double tolerance = Data.tolerance(e);
        int stride = stride(e, axis);
        for (int i = 0; i < e.values().length; i++) {
            int at = i / stride % e.shape()[axis];
            int from = at - by;
            if (from >= 0 && from < e.shape()[axis] && !Data.close(y.values()[i], e.values()[i - by * stride], tolerance)) {
                return false;
            }
        }
        return true;
    }

    /** Right except at the first, the last, or the first and last positions along an axis. */
    private static Optional<Found> edge(List<Pair> pairs, String subject, String[] named) {
        int dims = ((Numbers) pairs.getFirst().expected()).dims();
        for (int axis = 0; axis < dims; axis++) {
            for (int which = 0; which < 3; which++) {
                int ax = axis;
                int w = which;
                // of two positions, the first may be the only wrong one; a wrong second may as well be what the first hands on
                int fewest = which == 0 && axis >= named.length ? 2 : 3;
                if (pairs.stream().allMatch(p -> wrongOnlyAt((Numbers) p.yours(), (Numbers) p.expected(), ax, w, fewest))) {
                    String where = switch (which) {
                        case 0 -> "at the first position";
                        case 1 -> "at the last position";
                        default -> "at the border";
                    };
                    return Optional.of(new Found(subject + " is right except " + where + (dims > 1 || named.length > 0 ? " along " + axis(axis, named) : "") + ".",
                            "Look at what happens " + (which == 2 ? "at the two ends" : where) + ": where a loop begins or ends, and what stands outside."));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean wrongOnlyAt(Numbers y, Numbers e, int axis, int which, int fewest) {
        if (!y.sameShape(e) || axis >= e.dims() || e.shape()[axis] < fewest) {
            return y.close(e);
        }
        int last = e.shape()[axis] - 1;
        int stride = stride(e, axis);
        double tolerance = Data.tolerance(e);
        for (int i = 0; i < e.values().length; i++) {
            int at = i / stride % (last + 1);
            boolean allowed = which == 0 ? at == 0 : which == 1 ? at == last : at == 0 || at == last;
            if (!allowed && !Data.close(y.values()[i], e.values()[i], tolerance)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Right at the first (or last) position along an axis, wrong at the next and at most of those that follow: what goes from one position to the next is
     * wrong. An axis of two positions alone proves nothing.
     */
    private static Optional<Found> carried(List<Pair> pairs, String subject, String[] named) {
        int dims = ((Numbers) pairs.getFirst().expected()).dims();
        for (int axis = 0; axis < dims; axis++) {
            for (boolean first : new boolean[] {true, false}) {
                int ax = axis;
                if (pairs.stream().anyMatch(p -> ax < ((Numbers) p.expected()).dims() && ((Numbers) p.expected()).shape()[ax] > 2)
                        && pairs.stream().allMatch(p -> rightUntil((Numbers) p.yours(), (Numbers) p.expected(), ax, first))) {
                    return Optional.of(new Found(subject + " is right at the " + (first ? "first" : "last") + " position along " + axis(axis, named)
                            + " and wrong at the one " + (first ? "after" : "before") + " it.",
                            "If each position is computed from the one before, the step by itself is right: look at what is carried from one position to the next."));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean rightUntil(Numbers y, Numbers e, int axis, boolean first) {
        if (!y.sameShape(e) || axis >= e.dims()) {
            return false;
        }
        int n = e.shape()[axis];
        if (n < 2) {
            return y.close(e);
        }
        int stride = stride(e, axis);
        double tolerance = Data.tolerance(e);
        boolean[] right = new boolean[n];
        Arrays.fill(right, true);
        for (int i = 0; i < e.values().length; i++) {
            right[i / stride % n] &= Data.close(y.values()[i], e.values()[i], tolerance);
        }
        int later = 0;
        for (int i = 2; i < n; i++) {
            later += right[first ? i : n - 1 - i] ? 1 : 0;
        }
        return (first ? right[0] && !right[1] : right[n - 1] && !right[n - 2]) && (n == 2 || 2 * later < n - 2);
    }

    // ---------------------------------------------------------------- making mutants

    /** A change of a right result into a wrong one; null where it cannot be applied. */
    record Mutation(String name, Function<Data, @Nullable Data> change) {}

    static List<Mutation> mutations() {
        List<Mutation> all = new ArrayList<>();
        all.add(onNumbers("transposed", n -> n.dims() < 2 ? null : transposed(n)));
        all.add(onNumbers("negated", n -> map(n, v -> -v)));
        all.add(onNumbers("twice", n -> map(n, v -> 2 * v)));
        all.add(onNumbers("half", n -> map(n, v -> v / 2)));
        all.add(onNumbers("5 % too much", n -> n.whole() ? null : map(n, v -> v * 1.05)));
        all.add(onNumbers("one more", n -> map(n, v -> v + 1)));
        all.add(onNumbers("absolute value", n -> map(n, Math::abs)));
        all.add(onNumbers("rounded down to whole numbers", n -> n.whole() ? null : map(n, Math::floor)));
        all.add(onNumbers("zeros", n -> map(n, _ -> 0)));
        all.add(onNumbers("ones", n -> map(n, _ -> 1)));
        all.add(onNumbers("not a number", n -> n.whole() ? null : map(n, _ -> Double.NaN)));
        for (int a = 0; a < 2; a++) {
            int axis = a;
            all.add(onNumbers("shifted along axis " + axis, n -> n.dims() <= axis ? null : rolled(n, axis)));
            all.add(onNumbers("reversed along axis " + axis, n -> n.dims() <= axis ? null : reversed(n, axis)));
            all.add(onNumbers("first wrong along axis " + axis, n -> n.dims() <= axis ? null : edited(n, axis, i -> i == 0)));
            all.add(onNumbers("last wrong along axis " + axis, n -> n.dims() <= axis ? null : edited(n, axis, i -> i == n.shape()[axis] - 1)));
        }
        all.add(new Mutation("one element wrong", d -> firstNumbers(d, n -> {
            double[] values = n.values().clone();
            if (values.length > 0) {
                values[values.length / 2] += 0.1 + 0.1 * Math.abs(values[values.length / 2]) + (n.whole() ? 1 : 0);
            }
            return new Numbers(n.shape(), values, n.whole());
        })));
        all.add(new Mutation("other text", d -> d instanceof Data.Text t ? new Data.Text(t.text() + "x") : null));
        return all;
    }

    private static Mutation onNumbers(String name, Function<Numbers, @Nullable Numbers> change) {
        return new Mutation(name, d -> everyNumbers(d, change));
    }

    private static @Nullable Data everyNumbers(Data d, Function<Numbers, @Nullable Numbers> change) {
        return switch (d) {
            case Numbers n -> change.apply(n);
            case Parts p -> {
                boolean any = false;
                List<Data> parts = new ArrayList<>();
                for (Data part : p.parts()) {
                    Data changed = everyNumbers(part, change);
                    any |= changed != null;
                    parts.add(changed == null ? part : changed);
                }
                yield any ? new Parts(p.names(), parts) : null;
            }
            default -> null;
        };
    }

    private static @Nullable Data firstNumbers(Data d, Function<Numbers, @Nullable Numbers> change) {
        return switch (d) {
            case Numbers n -> change.apply(n);
            case Parts p -> {
                List<Data> parts = new ArrayList<>(p.parts());
                for (int i = 0; i < parts.size(); i++) {
                    Data changed = firstNumbers(parts.get(i), change);
                    if (changed != null) {
                        parts.set(i, changed);
                        yield new Parts(p.names(), parts);
                    }
                }
                yield null;
            }
            default -> null;
        };
    }

    // ---------------------------------------------------------------- arithmetic on blocks of numbers

    static Numbers map(Numbers n, DoubleUnaryOperator f) {
        return new Numbers(n.shape(), Arrays.stream(n.values()).map(f).toArray(), n.whole());
    }

    private static int stride(Numbers n, int axis) {
        int stride = 1;
        for (int i = axis + 1; i < n.dims(); i++) {
            stride *= n.shape()[i];
        }
        return stride;
    }

    static Numbers transposed(Numbers n) {
        int rows = n.shape()[n.dims() - 2];
        int columns = n.shape()[n.dims() - 1];
        int[] shape = n.shape().clone();
        shape[n.dims() - 2] = columns;
        shape[n.dims() - 1] = rows;
        double[] values = new double[n.values().length];
        for (int i = 0; i < values.length; i++) {
            int block = i / (rows * columns) * rows * columns;
            int r = i % (rows * columns) / columns;
            int c = i % columns;
            values[block + c * rows + r] = n.values()[i];
        }
        return new Numbers(shape, values, n.whole());
    }

    private static Numbers rolled(Numbers n, int axis) {
        return moved(n, axis, (at, size) -> (at + size - 1) % size);
    }

    static Numbers reversed(Numbers n, int axis) {
        return moved(n, axis, (at, size) -> size - 1 - at);
    }

    private static Numbers moved(Numbers n, int axis, java.util.function.IntBinaryOperator from) {
        int stride = stride(n, axis);
        int size = n.shape()[axis];
        double[] values = new double[n.values().length];
        for (int i = 0; i < values.length; i++) {
            int at = i / stride % size;
            values[i] = n.values()[i + (from.applyAsInt(at, size) - at) * stride];
        }
        return new Numbers(n.shape(), values, n.whole());
    }

    private static Numbers edited(Numbers n, int axis, IntPredicate where) {
        int stride = stride(n, axis);
        double[] values = n.values().clone();
        for (int i = 0; i < values.length; i++) {
            if (where.test(i / stride % n.shape()[axis])) {
                values[i] = values[i] + 1;
            }
        }
        return new Numbers(n.shape(), values, n.whole());
    }
}
