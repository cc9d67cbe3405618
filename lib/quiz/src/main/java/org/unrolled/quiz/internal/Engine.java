package org.unrolled.quiz.internal;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unrolled.notebook.cell.TimeLimit;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.AnswerSource;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Inputs;
import org.unrolled.quiz.Lesson;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Outcome;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.ShapeQuestion;
import org.unrolled.quiz.TextQuestion;
import org.unrolled.quiz.ValueQuestion;
import org.unrolled.quiz.Verdict;
import org.unrolled.quiz.Verdict.Argument;
import org.unrolled.quiz.Verdict.CheckResult;
import org.unrolled.quiz.Verdict.Counterexample;
import org.unrolled.quiz.Verdict.Finding;
import org.unrolled.quiz.Verdict.Judged;
import org.unrolled.quiz.internal.UsualWays.Pair;

/**
 * Judges an answer: runs the checks, and where they fail says why. The order of the reasons is the order in which a
 * teacher would look: did it run at all, is it a mistake that people make with this question, is it one that they make
 * everywhere, and only then the numbers.
 */
public final class Engine {

    /**
     * The learner's source.
     *
     * @param calls {@code Type.method} for every call in the byte code; empty where it is not known
     */
    public record Source(@Nullable Judged judged, Collection<String> calls) {
        /** "" where the answer was given as a lambda. */
        String text() {
            return judged == null ? "" : judged.source();
        }
    }

    /** How long looking for a reason may take, beyond the checks themselves. */
    private static final Duration LOOKING = Duration.ofSeconds(2);

    /** The last counterexample that was shown for a question: an answer written for it is recognised. */
    private static final Map<String, Inputs> SHOWN = new ConcurrentHashMap<>();

    private final @Nullable Duration limit;
    private final boolean junit;

    public Engine() {
        this(null);
    }

    /** @param limit for each check; null: the check's own */
    public Engine(@Nullable Duration limit) {
        this(limit, true);
    }

    private Engine(@Nullable Duration limit, boolean junit) {
        this.limit = limit;
        this.junit = junit;
    }

    /** For the proof, which judges thousands of answers that are known to end: calls the checks itself, without time limits. */
    static Engine withoutJUnit() {
        return new Engine(null, false);
    }

    private List<Checks.Ran> run(Exercise<?> question, Object answer, long seed, @Nullable Source source) {
        return junit ? Checks.launch(question.getClass(), answer, seed, limit, written(source))
                : Checks.of(question.getClass()).stream().map(c -> new Checks.Ran(c, Checks.invoke(question, c, answer, seed, written(source)), "")).toList();
    }

    private static AnswerSource written(@Nullable Source source) {
        return source == null || source.judged() == null ? AnswerSource.UNKNOWN : new AnswerSource(source.judged().name(), source.text());
    }

    /** The seed of an answer: another answer meets other inputs, the same answer always the same ones. */
    public static long seed(@Nullable String source) {
        return source == null ? 1 : 1 + Math.floorMod(source.hashCode(), 1_000_000);
    }

    public <A> Verdict judge(Exercise<A> question, A answer, @Nullable Source source, long seed) {
        long start = System.nanoTime();
        Verdict v = question instanceof ValueQuestion value ? value(value, (Answer) answer, source, seed)
                : code((CodeQuestion<A>) question, answer, source, seed);
        return new Verdict(v.questionId(), v.title(), v.outcome(), v.points(), v.maxPoints(), v.checks(), v.finding(), v.counterexample(),
                v.judged(), seed, (System.nanoTime() - start) / 1e6);
    }

    /** A verdict without running anything: not attempted, does not compile, crashed in the student's JVM. */
    public static Verdict unjudged(Exercise<?> question, Outcome outcome, @Nullable Finding finding, @Nullable Judged judged) {
        return verdict(question, outcome, 0, List.of(), finding, null, judged);
    }

    private static Verdict verdict(Exercise<?> question, Outcome outcome, int points, List<CheckResult> checks,
            @Nullable Finding finding, @Nullable Counterexample counterexample, @Nullable Judged judged) {
        return new Verdict(id(question), title(question), outcome, points, maxPoints(question), checks, finding, counterexample, judged, 0, 0);
    }

    // ---------------------------------------------------------------- values

    private Verdict value(ValueQuestion question, Answer answer, @Nullable Source source, long seed) {
        Judged judged = source == null ? null : source.judged();
        Object[] value = new Object[1];
        try {
            TimeLimit.TimedOut<?> late = Limits.run(() -> value[0] = answer.value(), limit == null ? Duration.ofSeconds(10) : limit);
            if (late != null) {
                return verdict(question, Outcome.TIMED_OUT, 0, List.of(), timedOut("Reading the answer", late), null, judged);
            }
        } catch (Throwable t) {
            if (t instanceof Lesson.Todo) {
                return unjudged(question, Outcome.NOT_ATTEMPTED, null, judged);
            }
            return verdict(question, Outcome.CRASHED, 0, List.of(), threw("Reading the answer", t), null, judged);
        }
        if (value[0] == null || value[0] instanceof String s && s.isBlank()) {
            return unjudged(question, Outcome.NOT_ATTEMPTED, null, judged);
        }
        Answer fixed = () -> value[0];
        List<Checks.Ran> ran = run(question, fixed, seed, source);
        Optional<Values.FormError> form = ran.stream().map(Checks.Ran::thrown).filter(Values.FormError.class::isInstance)
                .map(Values.FormError.class::cast).findFirst();
        if (form.isPresent()) {
            return verdict(question, Outcome.INCORRECT, 0, results(ran, null), new Finding("form", form.get().getMessage(), ""), null, judged);
        }
        boolean right = ran.stream().allMatch(r -> r.thrown() == null);
        if (question instanceof TextQuestion text && right) {
            boolean model = words(text.modelAnswer()).equals(words(value[0].toString()));
            return verdict(question, model ? Outcome.CORRECT : Outcome.AWAITING_TEACHER, model ? maxPoints(question) : 0, results(ran, null),
                    new Finding("rubric", model ? "That is the model answer." : "Recorded. A teacher marks it; alone, compare it with the rubric and the model answer below.", ""),
                    null, judged);
        }
        if (right) {
            return verdict(question, Outcome.CORRECT, maxPoints(question), results(ran, null), worthKnowing(question), null, judged);
        }
        Object mine = question.read(value[0]);
        Finding finding = null;
        for (Misconception<Answer> m : question.misconceptions()) {
            boolean fits = switch (m) {
                case Misconception.Twin<Answer> t -> sameValue(mine, question.read(Objects.requireNonNull(t.example().value())));
                case Misconception.Symptom<Answer> s -> holds(s, new Inputs(List.of()), mine);
                case Misconception.SourcePattern<Answer> p -> source != null && p.pattern().matcher(Sources.bare(source.text())).find();
            };
            if (fits) {
                finding = new Finding("misconception", m.text(), "");
                break;
            }
        }
        if (finding == null && mine instanceof Double d && question.read(question.solutionText()) instanceof Double e) {
            finding = usualNumber(d, e, question instanceof NumberQuestion n && !n.unit().isEmpty());
        }
        if (finding == null && question instanceof ShapeQuestion shape && mine instanceof List<?> sizes && sizes.size() == shape.expected().size()
                && shape.expected().containsAll(sizes) && sizes.containsAll(shape.expected())) {
            finding = new Finding("usual", "These are the right sizes in another order.", "Say what each axis counts, from left to right.");
        }
        int points = points(question, ran, 0);
        return verdict(question, points > 0 ? Outcome.PARTIAL : Outcome.INCORRECT, points, results(ran, null), finding, null, judged);
    }

    /** What the author says about the right options: whoever guessed learns why, too. */
    private static @Nullable Finding worthKnowing(ValueQuestion question) {
        if (!(question instanceof ChoiceQuestion choice)) {
            return null;
        }
        String comments = String.join(" ", choice.options().stream().filter(o -> o.right() && !o.comment().isBlank())
                .map(ChoiceQuestion.Option::comment).toList());
        return comments.isEmpty() ? null : new Finding("comment", comments, "");
    }

    static boolean sameValue(Object a, Object b) {
        return a instanceof Double x && b instanceof Double y ? Data.close(x, y, 1e-6 * Math.max(1, Math.abs(y))) : a.equals(b);
    }

    private static String words(String text) {
        return text.replaceAll("\\W+", " ").strip();
    }

    /** Says how a number is off without giving the right one away more than it must. */
    private static @Nullable Finding usualNumber(double yours, double expected, boolean unit) {
        double ratio = yours / expected;
        if (Data.close(yours, -expected, 1e-6 * Math.abs(expected)) && expected != 0) {
            return new Finding("usual", "The size is right, the sign is not.", "");
        }
        if (Data.close(yours, expected * expected, 1e-6 * Math.abs(yours))) {
            return new Finding("usual", "That is the square of the right number.", "");
        }
        if (Data.close(yours * yours, expected, 1e-6 * Math.abs(expected))) {
            return new Finding("usual", "That is the square root of the right number.", "");
        }
        if (Data.close(yours * expected, 1, 1e-6)) {
            return new Finding("usual", "That is one divided by the right number.", "");
        }
        if (ratio > 0 && Math.abs(Math.log10(ratio) - Math.rint(Math.log10(ratio))) < 1e-6) {
            return new Finding("usual", "The digits are right, the power of ten is not.", "");
        }
        if (unit && ratio > 0 && Math.abs(Math.log(ratio) / Math.log(1024) - Math.rint(Math.log(ratio) / Math.log(1024))) < 1e-6) {
            return new Finding("usual", "Right up to a power of 1024: look at the unit.", "");
        }
        return Math.abs(yours - expected) == 1 ? new Finding("usual", "Off by one.", "") : null;
    }

    // ---------------------------------------------------------------- code

    private <A> Verdict code(CodeQuestion<A> question, A answer, @Nullable Source source, long seed) {
        Class<A> type = Watch.answerType(question);
        String name = source != null && source.judged() != null ? source.judged().name() : Watch.method(type).getName();
        Judged judged = source == null ? null : source.judged();
        Watch<A> watch = new Watch<>(type, answer, Watch.mutates(question));
        List<Checks.Ran> ran = run(question, watch.answer(), seed, source);

        if (watch.calls().stream().anyMatch(c -> c.thrown() instanceof Lesson.Todo)) {
            watch.close();
            return unjudged(question, Outcome.NOT_ATTEMPTED, null, judged);
        }
        List<CheckResult> results = new ArrayList<>(results(ran, watch));
        Optional<Checks.Ran> late = ran.stream().filter(r -> r.thrown() instanceof AnswerResolver.TimedOut).findFirst();
        if (late.isPresent()) {
            watch.close();
            return verdict(question, Outcome.TIMED_OUT, points(question, ran, 0), results,
                    timedOut(name, ((AnswerResolver.TimedOut) Objects.requireNonNull(late.get().thrown())).how), null, judged);
        }
        boolean passed = ran.stream().allMatch(r -> r.thrown() == null);
        Finding rule = null;
        if (source != null) {
            rule = Sources.forbidden(List.of(annotation(question).forbids()), source.calls(), source.text())
                    .map(call -> new Finding("forbidden", name + (call.endsWith(".<init>") ? " makes a new " + call.replace(".<init>", "") : " calls " + call)
                            + ", which is what this question asks you to write.",
                            "Write it with the operations it is made of.")).orElse(null);
            if (rule == null) {
                rule = Sources.borrowed(question.getClass(), question instanceof GradientQuestion<?>, source.calls(), name)
                        .map(text -> new Finding("forbidden", text, "Write the steps yourself; to read a solution, run solution("
                                + question.getClass().getSimpleName() + ".class, \"show me\").")).orElse(null);
            }
        }
        if (rule != null) {
            results.add(new CheckResult("written by yourself", false, rule.text()));
            return verdict(question, Outcome.INCORRECT, 0, results, rule, null, judged);
        }
        Optional<Finding> mutated = watch.calls().stream().filter(c -> !c.mutated().isEmpty()).findFirst()
                .map(c -> new Finding("mutates", name + " changes its argument " + parameters(type).get(c.mutated().getFirst())
                        + ". Whoever calls it still needs the old values.", "Work on a copy, or write the result into something new."));
        if (passed && mutated.isEmpty()) {
            return verdict(question, Outcome.CORRECT, maxPoints(question), results, null, null, judged);
        }
        mutated.ifPresent(_ -> results.add(new CheckResult("leaves its arguments as they are", false, "")));
        int points = points(question, ran, mutated.isPresent() ? 1 : 0);
        Reason reason = passed ? new Reason(mutated.orElseThrow(), null) : reason(question, watch, source, name, seed, ran, mutated);
        if (reason.finding() != null && reason.finding().kind().equals("hardCoded")) {
            points = 0;
        }
        boolean crashed = points == 0 && !watch.calls().isEmpty() && watch.calls().stream().noneMatch(Watch.Call::complete);
        watch.close();
        return verdict(question, crashed ? Outcome.CRASHED : points > 0 ? Outcome.PARTIAL : Outcome.INCORRECT, points, results,
                reason.finding(), reason.counterexample(), judged);
    }

    private record Reason(@Nullable Finding finding, @Nullable Counterexample counterexample) {}

    private <A> Reason reason(CodeQuestion<A> question, Watch<A> watch, @Nullable Source source, String name, long seed,
            List<Checks.Ran> ran, Optional<Finding> mutated) {
        // a check stops at its first failure, so two more seeds give enough inputs to tell one mistake from another
        Limits.Body more = () -> {
            for (long extra = 1; extra <= 2; extra++) {
                for (Method check : Checks.of(question.getClass())) {
                    Checks.invoke(question, check, watch.answer(), seed + extra, AnswerSource.UNKNOWN);
                }
            }
        };
        try {
            // what filled the memory once would fill it again for each input
            if (watch.calls().stream().noneMatch(c -> c.thrown() instanceof OutOfMemoryError)) {
                within(more);
            }
        } catch (Throwable t) {
            // what the answer throws is in the watch's calls
        }
        Class<?> type = Watch.answerType(question);
        List<String> parameters = parameters(type);
        List<Pair> pairs = new ArrayList<>();
        for (Watch.Call call : watch.calls()) {
            if (call.complete()) {
                Data expected = watch.replay(question.solution(), call);
                if (expected != null && expected.comparable()) {
                    pairs.add(new Pair(call, Objects.requireNonNull(call.result()), expected));
                }
            }
        }
        List<Pair> wrong = pairs.stream().filter(p -> !p.yours().close(p.expected())).toList();
        Counterexample smallest = smallest(wrong, parameters);

        List<Supplier<Optional<Finding>>> looks = List.of(
                () -> stoppedLikeATwin(question, watch, pairs),
                () -> thrown(watch, name),
                () -> wrong.stream().filter(p -> p.yours() instanceof Data.Opaque(Object o) && o == null).findFirst()
                        .map(_ -> new Finding("null", name + " returned null.", "Return the value you computed.")),
                () -> misconception(question, watch, source, pairs, wrong),
                () -> unstable(watch, name, wrong),
                () -> mutated,
                () -> notANumber(wrong, name),
                () -> hardCoded(question, watch, name, pairs, wrong),
                () -> intermediate(question, watch, pairs, wrong),
                () -> swapped(question, watch, pairs, wrong, parameters),
                () -> UsualWays.recognise(pairs, parameters, Where.axes(question)).map(f -> new Finding("usual", f.text(), f.fix())),
                () -> two(question, watch, pairs, wrong),
                () -> firstPart(question, watch, pairs, wrong),
                () -> UsualWays.handedOn(pairs, parameters, Where.axes(question)).map(f -> new Finding("usual", f.text(), f.fix())),
                () -> shape(wrong, name));
        for (Supplier<Optional<Finding>> look : looks) {
            Optional<Finding> found = look.get();
            if (found.isPresent()) {
                boolean shown = !found.get().kind().equals("throws") && !found.get().kind().equals("null");
                return new Reason(found.get(), remember(question, shown ? smallest : null));
            }
        }
        return new Reason(null, remember(question, smallest));
    }

    /** Runs the learner's code once more; the proof's answers are known to end. */
    private void within(Limits.Body body) throws Throwable {
        if (junit) {
            Limits.run(body, LOOKING);
        } else {
            body.run();
        }
    }

    /** What the answer says to these arguments now; null where it throws or does not come back. */
    private <A> @Nullable Data again(Watch<A> watch, Watch.Call call) {
        @Nullable Data[] said = new Data[1];
        try {
            within(() -> said[0] = watch.replay(watch.target(), call));
        } catch (Throwable t) {
            return null;
        }
        return said[0];
    }

    /** The same arguments, another result: a field that counts, or a random number. Nothing else said about it would hold. */
    private <A> Optional<Finding> unstable(Watch<A> watch, String name, List<Pair> wrong) {
        for (Pair p : wrong.subList(0, Math.min(2, wrong.size()))) {
            Data first = again(watch, p.call());
            Data second = first == null ? null : again(watch, p.call());
            if (first != null && second != null && !(first.close(p.yours()) && second.close(p.yours()))) {
                return Optional.of(new Finding("unstable", name + " gave two different results for the same arguments.",
                        "Look for a variable outside the method that changes from call to call, or for a random number."));
            }
        }
        return Optional.empty();
    }

    private static @Nullable Counterexample remember(Exercise<?> question, @Nullable Counterexample shown) {
        if (shown != null) {
            SHOWN.put(id(question), new Inputs(shown.input().stream().map(Argument::value).toList()));
        }
        return shown;
    }

    private static @Nullable Counterexample smallest(List<Pair> wrong, List<String> parameters) {
        return wrong.stream().min(Comparator.comparingLong(p -> p.call().size())).map(p -> {
            List<Argument> input = new ArrayList<>();
            for (int i = 0; i < p.call().before().size(); i++) {
                input.add(new Argument(parameters.get(i), p.call().before().get(i)));
            }
            return new Counterexample(input, p.yours(), p.expected(), null);
        }).orElse(null);
    }

    /** A misconception that stops where the answer stops, with the same words, and says the same where it does not. */
    private static <A> Optional<Finding> stoppedLikeATwin(CodeQuestion<A> question, Watch<A> watch, List<Pair> pairs) {
        List<Watch.Call> stopped = watch.calls().stream().filter(c -> !c.complete()).toList();
        if (stopped.isEmpty()) {
            return Optional.empty();
        }
        for (Misconception<A> m : question.misconceptions()) {
            if (m instanceof Misconception.Twin<A> t && stopped.stream().allMatch(c -> throwsAlike(watch, t.example(), c))
                    && pairs.stream().allMatch(p -> says(watch, t.example(), p, p.yours()))) {
                return Optional.of(new Finding("misconception", m.text(), "It shows as " + Errors.describe(Objects.requireNonNull(stopped.getFirst().thrown()))));
            }
        }
        return Optional.empty();
    }

    private static <A> boolean throwsAlike(Watch<A> watch, A other, Watch.Call call) {
        Throwable said = watch.thrown(other, call);
        return said != null && Errors.brief(said).equals(Errors.brief(Objects.requireNonNull(call.thrown())));
    }

    private static Optional<Finding> thrown(Watch<?> watch, String name) {
        return watch.calls().stream().filter(c -> !c.complete()).findFirst().map(c -> threw(name, Objects.requireNonNull(c.thrown())));
    }

    private static Finding threw(String name, Throwable t) {
        String fix = switch (t) {
            case StackOverflowError _ -> "A method calls itself without end: look at the case in which it should stop.";
            case OutOfMemoryError _ -> "Something grows without end, or an array is far larger than the input.";
            case NullPointerException e when String.valueOf(e.getMessage()).contains("Tensor.grad()\" is null") ->
                    "grad() is null until backward() has come by a tensor that requires a gradient. Was it called before this line? And is this the"
                            + " tensor you marked, or a result of it, which = has put in its place?";
            case NullPointerException _ -> "Something that was never set is used.";
            case IndexOutOfBoundsException e when String.valueOf(e.getMessage()).contains(" -") -> "An index falls below 0, where nothing is.";
            case IndexOutOfBoundsException _ -> "An index runs past the end: compare it with the size.";
            case UnsupportedOperationException _ -> "A list that is given may be fixed: leave it as it is, and put the result into a new one.";
            default -> "";
        };
        return new Finding("throws", name + " threw " + Errors.describe(t), fix);
    }

    private static Finding timedOut(String name, TimeLimit.TimedOut<?> late) {
        return new Finding("timedOut", name + " did not finish within " + Text.seconds(late.limit())
                + (late.ended() ? " and was stopped." : " and could not be stopped: it goes on using the processor. Restart the kernel.")
                + late.where().map(w -> "\nIt was at " + w).orElse(""),
                "Look for a loop whose condition never becomes false, or for far more work than the size of the input asks for.");
    }

    private <A> Optional<Finding> misconception(CodeQuestion<A> question, Watch<A> watch, @Nullable Source source, List<Pair> pairs, List<Pair> wrong) {
        for (Misconception<A> m : question.misconceptions()) {
            boolean fits = switch (m) {
                case Misconception.Twin<A> t -> !wrong.isEmpty() && pairs.stream().allMatch(p -> says(watch, t.example(), p, p.yours()));
                case Misconception.Symptom<A> s -> !wrong.isEmpty()
                        && wrong.stream().allMatch(p -> holds(s, new Inputs(p.call().before()), p.call().raw()));
                case Misconception.SourcePattern<A> p -> source != null && p.pattern().matcher(Sources.bare(source.text())).find();
            };
            if (fits) {
                return Optional.of(new Finding("misconception", m.text(), ""));
            }
        }
        return Optional.empty();
    }

    private static <A> boolean says(Watch<A> watch, A other, Pair pair, Data what) {
        Data said = watch.replay(other, pair.call());
        return said != null && what.close(said);
    }

    private static boolean holds(Misconception.Symptom<?> symptom, Inputs in, @Nullable Object out) {
        try {
            return symptom.holds().test(in, out);
        } catch (RuntimeException e) {
            return false; // a predicate that trips over an odd result does not recognise it
        }
    }

    private <A> Optional<Finding> hardCoded(CodeQuestion<A> question, Watch<A> watch, String name, List<Pair> pairs, List<Pair> wrong) {
        if (wrong.isEmpty()) {
            return Optional.empty();
        }
        boolean oneValue = pairs.stream().map(Pair::yours).allMatch(d -> d.close(pairs.getFirst().yours()));
        boolean otherInputs = pairs.stream().anyMatch(p -> !p.expected().close(pairs.getFirst().expected()));
        if (oneValue && otherInputs && pairs.size() > 1) {
            return Optional.of(new Finding("hardCoded", name + " returns the same result whatever its arguments are; the right result depends on them.",
                    "Compute it from the arguments."));
        }
        double constant = pairs.getFirst().yours() instanceof Data.Numbers n && n.values().length > 0 ? n.values()[0] : Double.NaN;
        if (otherInputs && pairs.stream().allMatch(p -> p.yours() instanceof Data.Numbers n && Arrays.stream(n.values()).allMatch(v -> v == constant))
                && pairs.stream().anyMatch(p -> ((Data.Numbers) p.yours()).values().length > 1)) {
            return Optional.of(new Finding("hardCoded", "Every element that " + name + " returns is " + Text.number(constant) + ", whatever its arguments are.",
                    "Compute it from the arguments."));
        }
        Stream<Inputs> known = Stream.concat(question.examples().stream(), Stream.ofNullable(SHOWN.get(id(question))));
        if (wrong.size() == pairs.size() && known.anyMatch(in -> rightFor(question, watch, in))) {
            return Optional.of(new Finding("hardCoded", name + " is right for the example that was shown and for no other input.",
                    "Compute the result from the arguments; do not return the numbers of the example."));
        }
        return Optional.empty();
    }

    /** One whole number, a class or a count, is soon right by chance: nobody has to have copied it. */
    private static boolean hitByChance(Data expected) {
        return expected instanceof Data.Numbers n && n.values().length == 1 && n.values()[0] == Math.rint(n.values()[0]);
    }

    private <A> boolean rightFor(CodeQuestion<A> question, Watch<A> watch, Inputs in) {
        Watch.Call example = new Watch.Call(in.values(), null, null, null, List.of());
        Data expected = watch.replay(question.solution(), example);
        Data yours = again(watch, example);
        return expected != null && yours != null && yours.close(expected) && !hitByChance(expected);
    }

    private <A> Optional<Finding> intermediate(CodeQuestion<A> question, Watch<A> watch, List<Pair> pairs, List<Pair> wrong) {
        return wrong.isEmpty() ? Optional.empty() : question.intermediates().stream()
                .filter(i -> pairs.stream().allMatch(p -> says(watch, i.computes(), p, p.yours()))).findFirst()
                .map(i -> new Finding("intermediate", "Your result is " + i.text() + ": right so far, and not yet the end.", "Go on from there."));
    }

    /** Two arguments of one type taken for each other. */
    private <A> Optional<Finding> swapped(CodeQuestion<A> question, Watch<A> watch, List<Pair> pairs, List<Pair> wrong, List<String> parameters) {
        if (wrong.isEmpty()) {
            return Optional.empty();
        }
        for (int i = 0; i < parameters.size(); i++) {
            for (int j = i + 1; j < parameters.size(); j++) {
                int a = i;
                int b = j;
                if (pairs.stream().allMatch(p -> {
                    Data said = watch.replay(question.solution(), p.call(), arguments -> {
                        java.util.Collections.swap(arguments, a, b);
                        return arguments;
                    });
                    return said != null && p.yours().close(said);
                })) {
                    return Optional.of(new Finding("usual", "Your result is the right one for " + parameters.get(i) + " and " + parameters.get(j) + " exchanged.",
                            "Look where each of the two belongs."));
                }
            }
        }
        return Optional.empty();
    }

    /** Two misconceptions at once: their effects added, multiplied, or one here and the other there. */
    private <A> Optional<Finding> two(CodeQuestion<A> question, Watch<A> watch, List<Pair> pairs, List<Pair> wrong) {
        List<Misconception<A>> twins = question.misconceptions().stream().filter(m -> m instanceof Misconception.Twin<A>).toList();
        if (wrong.isEmpty() || twins.size() < 2) {
            return Optional.empty();
        }
        List<List<@Nullable Data>> said = new ArrayList<>();
        for (Misconception<A> twin : twins) {
            List<@Nullable Data> out = new ArrayList<>();
            pairs.forEach(p -> out.add(watch.replay(Objects.requireNonNull(twin.example()), p.call())));
            said.add(out);
        }
        for (int i = 0; i < twins.size(); i++) {
            for (int j = i + 1; j < twins.size(); j++) {
                for (Two how : Two.values()) {
                    boolean all = true;
                    for (int p = 0; p < pairs.size() && all; p++) {
                        all = how.explains(pairs.get(p).yours(), pairs.get(p).expected(), said.get(i).get(p), said.get(j).get(p));
                    }
                    if (all) {
                        return Optional.of(new Finding("twoMisconceptions", "Two things at once. " + twins.get(i).text() + " And: " + twins.get(j).text(), ""));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /**
     * A record whose first wrong part is as wrong as a twin's, whatever comes after: of an answer with several mistakes, the first one
     * is named all the same.
     */
    private <A> Optional<Finding> firstPart(CodeQuestion<A> question, Watch<A> watch, List<Pair> pairs, List<Pair> wrong) {
        if (wrong.isEmpty() || !(wrong.getFirst().expected() instanceof Data.Parts form)
                || !pairs.stream().allMatch(p -> parts(p.yours(), form) && parts(p.expected(), form))) {
            return Optional.empty();
        }
        int first = wrong.stream().mapToInt(p -> agreeing((Data.Parts) p.yours(), (Data.Parts) p.expected())).min().orElseThrow();
        for (Misconception<A> m : question.misconceptions()) {
            if (m instanceof Misconception.Twin<A> t && pairs.stream().allMatch(p -> {
                Data said = watch.replay(t.example(), p.call());
                return said != null && parts(said, form) && agreeing((Data.Parts) said, (Data.Parts) p.expected()) >= first
                        && ((Data.Parts) said).parts().get(first).close(((Data.Parts) p.yours()).parts().get(first));
            })) {
                // step after step, a part may be off only because one that comes after it in the record was, a step before
                List<Integer> begins = wrong.stream().flatMap(p -> Where.of(p.yours(), p.expected(), Where.axes(question)).stream()).map(Where::first)
                        .distinct().toList();
                int named = begins.size() == 1 ? begins.getFirst() : first;
                return Optional.of(new Finding("misconception", m.text(),
                        form.names().get(named) + " is the first part that differs; look at those after it once it is right."));
            }
        }
        return Optional.empty();
    }

    private static boolean parts(Data d, Data.Parts form) {
        return d instanceof Data.Parts p && p.names().equals(form.names());
    }

    /** How many parts are right before the first that is not. */
    private static int agreeing(Data.Parts a, Data.Parts expected) {
        int n = 0;
        while (n < expected.parts().size() && a.parts().get(n).close(expected.parts().get(n))) {
            n++;
        }
        return n;
    }

    private enum Two {
        PRODUCT((e, a, b) -> a * b / e), SUM((e, a, b) -> a + b - e);

        private interface Law {
            double of(double expected, double a, double b);
        }

        private final Law law;

        Two(Law law) {
            this.law = law;
        }

        boolean explains(Data yours, Data expected, @Nullable Data a, @Nullable Data b) {
            if (expected instanceof Data.Parts e && yours instanceof Data.Parts y && a instanceof Data.Parts pa && b instanceof Data.Parts pb
                    && e.parts().size() == y.parts().size() && e.parts().size() == pa.parts().size() && e.parts().size() == pb.parts().size()) {
                for (int i = 0; i < e.parts().size(); i++) {
                    if (!explains(y.parts().get(i), e.parts().get(i), pa.parts().get(i), pb.parts().get(i))) {
                        return false;
                    }
                }
                return true;
            }
            if (!(expected instanceof Data.Numbers e && yours instanceof Data.Numbers y && a instanceof Data.Numbers na && b instanceof Data.Numbers nb)
                    || !e.sameShape(y) || !e.sameShape(na) || !e.sameShape(nb)) {
                return a != null && b != null && yours.close(a) && yours.close(b);
            }
            double[] both = new double[e.values().length];
            for (int i = 0; i < both.length; i++) {
                both[i] = law.of(e.values()[i], na.values()[i], nb.values()[i]);
            }
            return y.close(new Data.Numbers(e.shape(), both, e.whole()));
        }
    }

    private static Optional<Finding> notANumber(List<Pair> wrong, String name) {
        return wrong.stream().filter(p -> firstOdd(p.yours(), p.expected()) != null).findFirst().map(p -> new Finding("nan",
                name + " returned " + firstOdd(p.yours(), p.expected()) + " where the right result is a finite number.",
                "Look for 0 / 0, the logarithm or square root of something negative, exp of something large, or a row in which everything is masked."));
    }

    private static @Nullable String firstOdd(Data yours, Data expected) {
        if (yours instanceof Data.Numbers y && expected instanceof Data.Numbers e && e.finite() && !y.finite()) {
            return Text.number(Arrays.stream(y.values()).filter(v -> !Double.isFinite(v)).findFirst().orElseThrow());
        }
        if (yours instanceof Data.Parts y && expected instanceof Data.Parts e && y.parts().size() == e.parts().size()) {
            for (int i = 0; i < y.parts().size(); i++) {
                String odd = firstOdd(y.parts().get(i), e.parts().get(i));
                if (odd != null) {
                    return odd + " in " + y.names().get(i);
                }
            }
        }
        return null;
    }

    private static Optional<Finding> shape(List<Pair> wrong, String name) {
        for (Pair p : wrong) {
            String text = shape(p.yours(), p.expected(), name + " returned");
            if (text != null) {
                String inputs = String.join(", ", p.call().before().stream().map(o -> Data.of(o).form()).filter(f -> f.startsWith("shape")).map(f -> f.substring(6)).toList());
                return Optional.of(new Finding("shape", text + (inputs.isEmpty() ? "." : " for inputs " + inputs + "."), "Follow the shape through your code, one operation at a time."));
            }
        }
        return Optional.empty();
    }

    private static @Nullable String shape(Data yours, Data expected, String subject) {
        if (yours instanceof Data.Parts y && expected instanceof Data.Parts e && y.parts().size() == e.parts().size()) {
            for (int i = 0; i < y.parts().size(); i++) {
                String text = shape(y.parts().get(i), e.parts().get(i), e.names().get(i) + (y.parts().get(i).form().startsWith("shape") ? " has" : " is"));
                if (text != null) {
                    return text;
                }
            }
            return null;
        }
        return yours.form().equals(expected.form()) || yours.getClass() == expected.getClass() && !(yours instanceof Data.Numbers) && !(yours instanceof Data.Parts)
                ? null : subject + " " + yours.form() + "; it should be " + expected.form();
    }

    // ---------------------------------------------------------------- the question's annotation

    static Question annotation(Exercise<?> question) {
        Question q = question.getClass().getAnnotation(Question.class);
        if (q == null) {
            throw new IllegalStateException(question.getClass().getSimpleName() + " is not marked @Question(id = \"topic/name\").");
        }
        return q;
    }

    public static String id(Exercise<?> question) {
        return annotation(question).id();
    }

    public static String title(Exercise<?> question) {
        String title = annotation(question).title();
        return title.isEmpty() ? Text.title(question.getClass()) : title;
    }

    public static int maxPoints(Exercise<?> question) {
        return question instanceof TextQuestion t ? t.rubric().stream().mapToInt(TextQuestion.Criterion::points).sum() : annotation(question).points();
    }

    /** What the learner's method or variable is called. */
    public static String answerName(Exercise<?> question) {
        return question instanceof ValueQuestion v ? v.variable() : Watch.method(Watch.answerType(question)).getName();
    }

    private static int points(Exercise<?> question, List<Checks.Ran> ran, int broken) {
        int all = ran.stream().mapToInt(Checks.Ran::weight).sum() + broken;
        int passed = ran.stream().filter(r -> r.thrown() == null).mapToInt(Checks.Ran::weight).sum();
        return all == 0 ? 0 : maxPoints(question) * passed / all;
    }

    private static List<CheckResult> results(List<Checks.Ran> ran, @Nullable Watch<?> watch) {
        return ran.stream().map(r -> new CheckResult(r.sentence(), r.thrown() == null, note(r, watch))).toList();
    }

    private static String note(Checks.Ran ran, @Nullable Watch<?> watch) {
        Throwable t = ran.thrown();
        if (t == null) {
            return ran.note();
        }
        if (t instanceof AssertionError || t instanceof org.opentest4j.TestAbortedException) {
            return t.getMessage() == null ? "" : t.getMessage();
        }
        // the check itself could not go on, for example with a null
        return watch == null || watch.threw(t) ? Errors.brief(t) : "it could not go on with this result";
    }

    private static List<String> parameters(Class<?> type) {
        return Arrays.stream(Watch.method(type).getParameters()).map(java.lang.reflect.Parameter::getName).toList();
    }
}
