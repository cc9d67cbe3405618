package org.unrolled.quiz.internal;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.AnswerSource;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.BankProof.Result;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Lesson;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Outcome;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.Remote;
import org.unrolled.quiz.TextQuestion;
import org.unrolled.quiz.ValueQuestion;
import org.unrolled.quiz.Verdict;
import org.unrolled.quiz.Verdict.Judged;
import org.unrolled.tensor.Tensor;

/** The work behind {@link org.unrolled.quiz.BankProof}. */
public final class Proof {

    /** For how many seeds a misconception has to get its own text. */
    private static final int TOLD = 3;

    private final List<String> problems = new ArrayList<>();
    private final int seeds;
    private int mutants;
    private int killed;
    private int equivalent;

    private Proof(int seeds) {
        this.seeds = seeds;
    }

    public static Result of(Exercise<?> question, int seeds) {
        long start = System.nanoTime();
        Proof proof = new Proof(seeds);
        try {
            proof.form(question);
            if (question instanceof CodeQuestion<?> code) {
                proof.code(code);
            } else {
                proof.value((ValueQuestion) question);
            }
        } catch (RuntimeException e) {
            proof.problems.add("The proof stopped: " + Errors.brief(e));
        }
        return new Result(Engine.id(question), proof.mutants, proof.killed, proof.equivalent, (System.nanoTime() - start) / 1_000_000, List.copyOf(proof.problems));
    }

    private void problem(String text, Object... values) {
        problems.add(values.length == 0 ? text : String.format(java.util.Locale.ROOT, text, values));
    }

    // ---------------------------------------------------------------- what can be seen without running

    private void form(Exercise<?> question) {
        Question q = Engine.annotation(question);
        if (!q.id().matches("[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")) {
            problem("The id %s is not of the form topic/name in lower case with dashes.", q.id());
        }
        if (question.prompt().isBlank()) {
            problem("The prompt is empty.");
        }
        if (question.stub().isBlank() || question.solutionSource().isBlank()) {
            problem("The stub or the solved cell is empty.");
        }
        if (question.hints().stream().anyMatch(String::isBlank)) {
            problem("A hint is empty.");
        }
        if (Engine.maxPoints(question) < 1) {
            problem("The question gives no points.");
        }
        if (Checks.of(question.getClass()).isEmpty()) {
            problem("The question has no @Check.");
        }
        Set<String> sentences = new HashSet<>();
        for (Method check : Checks.of(question.getClass())) {
            String sentence = check.getAnnotation(org.unrolled.quiz.Check.class).value();
            if (!sentences.add(sentence)) {
                problem("Two checks say \"%s\".", sentence);
            }
        }
        Sources.forbidden(List.of(q.forbids()), List.of(), question.solutionSource())
                .ifPresent(call -> problem("The solution itself calls %s, which forbids rules out.", call));
        Set<String> texts = new HashSet<>();
        for (Misconception<?> m : question.misconceptions()) {
            if (m.text().isBlank() || !texts.add(m.text())) {
                problem(m.text().isBlank() ? "A misconception has no text." : "Two misconceptions have the text \"" + m.text() + "\".");
            }
            if (m instanceof Misconception.SourcePattern<?> p) {
                if (!p.pattern().matcher(Sources.bare(p.exampleSource())).find()) {
                    problem("The pattern %s does not match its own example.", p.pattern());
                }
                if (p.pattern().matcher(Sources.bare(question.solutionSource())).find()) {
                    problem("The pattern %s matches the solution.", p.pattern());
                }
            }
        }
    }

    // ---------------------------------------------------------------- code

    private <A> void code(CodeQuestion<A> question) {
        Class<A> type = Watch.answerType(question);
        Method method = Watch.method(type);
        crosses(question, type);
        if (!question.stub().contains("throw new Todo(")) {
            problem("The stub does not throw Todo, so an untouched cell would be judged.");
        }
        Engine quick = Engine.withoutJUnit();
        A stub = Watch.proxy(type, (_, _) -> {
            throw new Lesson.Todo("write this");
        });
        expect("The stub", new Engine().judge(question, stub, null, 1), Outcome.NOT_ATTEMPTED);
        Engine.Source source = new Engine.Source(new Judged(method.getName(), 1, question.solutionSource()), List.of());
        expect("The solution", new Engine().judge(question, question.solution(), source, 1), Outcome.CORRECT);
        for (long seed = 1; seed <= seeds; seed++) {
            Verdict v = quick.judge(question, question.solution(), source, seed);
            if (v.outcome() != Outcome.CORRECT) {
                problem("The solution is %s for seed %d: %s", v.outcome().json(), seed, v.checks());
                break;
            }
        }
        boolean looksAtTheSource = Checks.of(question.getClass()).stream().anyMatch(c -> List.of(c.getParameterTypes()).contains(AnswerSource.class));
        for (Misconception<A> m : question.misconceptions()) {
            if (looksAtTheSource && m instanceof Misconception.SourcePattern<A> p) {
                // right in what it returns, wrong in what it says
                Verdict v = new Engine().judge(question, question.solution(), new Engine.Source(new Judged(method.getName(), 1, p.exampleSource()), List.of()), 1);
                mutants++;
                if (v.outcome() == Outcome.CORRECT || v.finding() == null || !v.finding().text().equals(p.text())) {
                    problem("The example of the pattern \"%s\" is %s and told as \"%s\".", start(p.text()), v.outcome().json(), v.finding() == null ? "nothing" : start(v.finding().text()));
                } else {
                    killed++;
                }
            }
            if (m.example() != null) {
                mutants++;
                if (misconception(question, m, quick)) {
                    killed++;
                }
            }
        }
        for (CodeQuestion.Intermediate<A> i : question.intermediates()) {
            mutant(question, type, "stops at " + i.text(), i.computes());
        }
        for (Map.Entry<String, A> mutant : mutants(question, type, method).entrySet()) {
            mutant(question, type, mutant.getKey(), mutant.getValue());
        }
    }

    private void expect(String what, Verdict v, Outcome expected) {
        if (v.outcome() != expected) {
            problem("%s is %s, expected %s. %s", what, v.outcome().json(), expected.json(), v.finding() == null ? "" : v.finding().text());
        }
    }

    private <A> boolean misconception(CodeQuestion<A> question, Misconception<A> m, Engine quick) {
        A example = Objects.requireNonNull(m.example());
        for (long seed = 1; seed <= seeds; seed++) {
            if (passes(question, new Watch<>(Watch.answerType(question), example, Watch.mutates(question)), seed)) {
                problem("The misconception \"%s\" passes every check for seed %d.", start(m.text()), seed);
                return false;
            }
        }
        // finding the words tries every other misconception on every input: the slow part, and one seed says little less than twenty
        for (long seed = 1; seed <= TOLD; seed++) {
            Verdict v = quick.judge(question, example, null, seed);
            if (v.finding() == null || !v.finding().text().equals(m.text())) {
                problem("The misconception \"%s\" is told as \"%s\" for seed %d.", start(m.text()), v.finding() == null ? "nothing" : start(v.finding().text()), seed);
                return true;
            }
        }
        return true;
    }

    private static String start(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "…";
    }

    /** Tried for every seed: it has to fail wherever it differs from the solution. */
    private <A> void mutant(CodeQuestion<A> question, Class<A> type, String name, A mutant) {
        mutants++;
        boolean everDifferent = false;
        for (long seed = 1; seed <= seeds; seed++) {
            Watch<A> watch = new Watch<>(type, mutant, Watch.mutates(question));
            boolean failed = !passes(question, watch, seed);
            everDifferent |= failed;
            if (!failed && watch.calls().stream().anyMatch(c -> differs(question, watch, c))) {
                problem("A wrong answer passes for seed %d: the solution, %s.", seed, name);
                return;
            }
        }
        if (everDifferent) {
            killed++;
        } else {
            equivalent++;
        }
    }

    private static boolean passes(CodeQuestion<?> question, Watch<?> watch, long seed) {
        for (Method check : Checks.of(question.getClass())) {
            if (Checks.invoke(question, check, watch.answer(), seed, AnswerSource.UNKNOWN) != null) {
                return false;
            }
        }
        return true;
    }

    private static <A> boolean differs(CodeQuestion<A> question, Watch<A> watch, Watch.Call call) {
        Data right = watch.replay(question.solution(), call);
        return right != null && right.comparable() && !(call.result() != null && call.result().close(right));
    }

    private static <A> Map<String, A> mutants(CodeQuestion<A> question, Class<A> type, Method method) {
        Map<String, A> all = new LinkedHashMap<>();
        boolean mutates = Watch.mutates(question);
        A solution = question.solution();
        if (method.getReturnType() != void.class) {
            for (UsualWays.Mutation mutation : UsualWays.mutations()) {
                all.put(mutation.name(), Watch.proxy(type, (m, arguments) -> {
                    Object right = Watch.invoke(solution, m, arguments);
                    Data changed = mutation.change().apply(Data.of(right));
                    return changed == null ? right : Data.like(right, changed);
                }));
            }
            all.put("always the first result", Watch.proxy(type, new Watch.Handler() {
                private @Nullable Object first;

                @Override
                public @Nullable Object call(Method m, @Nullable Object[] arguments) throws Throwable {
                    if (first == null) {
                        first = Data.copy(Watch.invoke(solution, m, arguments));
                    }
                    return Data.copy(first);
                }
            }));
            if (!method.getReturnType().isPrimitive()) {
                all.put("null", Watch.proxy(type, (_, _) -> null));
            }
        } else if (mutates) {
            all.put("does nothing", Watch.proxy(type, (_, _) -> null));
        }
        Class<?>[] parameters = method.getParameterTypes();
        for (int i = 0; i < parameters.length; i++) {
            int a = i;
            String name = method.getParameters()[i].getName();
            if (method.getReturnType().isAssignableFrom(parameters[i]) && method.getReturnType() != void.class) {
                all.put("returns its argument " + name, Watch.proxy(type, (_, arguments) -> arguments[a]));
            }
            for (int j = i + 1; j < parameters.length; j++) {
                int b = j;
                if (parameters[i] == parameters[j]) {
                    all.put(name + " and " + method.getParameters()[j].getName() + " exchanged", Watch.proxy(type, (m, arguments) -> {
                        @Nullable Object[] swapped = arguments.clone();
                        swapped[a] = arguments[b];
                        swapped[b] = arguments[a];
                        return Watch.invoke(solution, m, swapped);
                    }));
                }
            }
        }
        return all;
    }

    // ---------------------------------------------------------------- values

    private void value(ValueQuestion question) {
        Engine quick = Engine.withoutJUnit();
        expect("The stub", new Engine().judge(question, (Answer) () -> "", null, 1), Outcome.NOT_ATTEMPTED);
        expect("The solution", new Engine().judge(question, question.solution(), null, 1), Outcome.CORRECT);
        Object right = question.read(question.solutionText());
        Map<String, Object> wrong = new LinkedHashMap<>();
        switch (question) {
            case ChoiceQuestion choice -> {
                int n = choice.options().size();
                if (n < 2 || choice.solutionText().isEmpty()) {
                    problem("There must be two options or more, and a right one.");
                }
                for (int set = 1; set < 1 << n; set++) {
                    StringBuilder letters = new StringBuilder();
                    for (int i = 0; i < n; i++) {
                        if ((set >> i & 1) == 1) {
                            letters.append((char) ('A' + i));
                        }
                    }
                    wrong.put("options " + letters, letters.toString());
                }
            }
            case org.unrolled.quiz.NumberQuestion _ -> {
                double x = (Double) right;
                for (double w : new double[] {-x, 2 * x, x / 2, 10 * x, x / 10, x + 1, x - 1, x * x, Math.sqrt(Math.abs(x)), 1 / x, 0, Double.NaN}) {
                    wrong.put("the number " + Text.number(w), w);
                }
            }
            case org.unrolled.quiz.ShapeQuestion shape -> {
                List<Integer> sizes = shape.expected();
                List<Integer> reversed = new ArrayList<>(sizes);
                Collections.reverse(reversed);
                wrong.put("the shape reversed", reversed);
                wrong.put("one dimension less", sizes.subList(0, Math.max(0, sizes.size() - 1)));
                List<Integer> longer = new ArrayList<>(sizes);
                longer.add(1);
                wrong.put("one dimension more", longer);
                for (int i = 0; i < sizes.size(); i++) {
                    List<Integer> other = new ArrayList<>(sizes);
                    other.set(i, other.get(i) + 1);
                    wrong.put("one more along axis " + i, other);
                }
            }
            case TextQuestion text -> {
                if (text.rubric().isEmpty()) {
                    problem("The rubric is empty.");
                }
                wrong.put("a text of other words", "This says nothing about it, in so many words.");
            }
        }
        wrong.forEach((name, answer) -> {
            mutants++;
            if (Engine.sameValue(question.read(answer), right)) {
                equivalent++;
            } else if (quick.judge(question, (Answer) () -> answer, null, 1).outcome() == Outcome.CORRECT) {
                problem("A wrong answer passes: %s.", name);
            } else {
                killed++;
            }
        });
        for (Misconception<Answer> m : question.misconceptions()) {
            if (m.example() == null) {
                continue;
            }
            mutants++;
            Verdict v = quick.judge(question, m.example(), null, 1);
            if (v.outcome() == Outcome.CORRECT) {
                problem("The misconception \"%s\" is correct.", start(m.text()));
            } else {
                killed++;
                if (v.finding() == null || !v.finding().text().equals(m.text())) {
                    problem("The misconception \"%s\" is told as \"%s\".", start(m.text()), v.finding() == null ? "nothing" : start(v.finding().text()));
                }
            }
        }
    }

    // ---------------------------------------------------------------- types that cross between JVMs

    private void crosses(CodeQuestion<?> question, Class<?> type) {
        Method m = Watch.method(type);
        List<Type> types = new ArrayList<>(List.of(m.getGenericParameterTypes()));
        types.add(m.getGenericReturnType());
        for (Type t : types) {
            String bad = bad(t, new HashSet<>());
            if (bad != null) {
                problem("%s has %s in its signature, which cannot go to another JVM: use primitives, String, arrays, Tensor, records and lists of them, or an interface marked @Remote.",
                        type.getSimpleName(), bad);
            }
        }
        if (!java.lang.reflect.Modifier.isPublic(type.getModifiers())) {
            problem("%s must be public: the learner's cell and the other JVM have to see it.", type.getSimpleName());
        }
    }

    private static @Nullable String bad(Type t, Set<Type> seen) {
        if (!seen.add(t)) {
            return null;
        }
        return switch (t) {
            case ParameterizedType p when p.getRawType() == List.class -> bad(p.getActualTypeArguments()[0], seen);
            case java.lang.reflect.GenericArrayType a -> bad(a.getGenericComponentType(), seen);
            case Class<?> c when c.isPrimitive() || c == String.class || c == Tensor.class || c.isAnnotationPresent(Remote.class) -> null;
            case Class<?> c when Number.class.isAssignableFrom(c) && c.getName().startsWith("java.lang.") || c == Boolean.class || c == Character.class || c.isEnum() -> null;
            case Class<?> c when c.isArray() -> bad(c.getComponentType(), seen);
            case Class<?> c when c.isRecord() -> {
                for (RecordComponent component : c.getRecordComponents()) {
                    String bad = bad(component.getGenericType(), seen);
                    if (bad != null) {
                        yield bad;
                    }
                }
                yield null;
            }
            default -> t.getTypeName().replaceAll("^.*[.$]", "");
        };
    }
}
