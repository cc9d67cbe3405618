package org.unrolled.quiz.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.unrolled.notebook.Display;
import org.unrolled.notebook.cell.Binding;
import org.unrolled.notebook.cell.Cells;
import org.unrolled.notebook.cell.Definition;
import org.unrolled.notebook.cell.Diagnostic;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Outcome;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.QuestionBank;
import org.unrolled.quiz.ValueQuestion;
import org.unrolled.quiz.Verdict;
import org.unrolled.quiz.Verdict.Finding;
import org.unrolled.quiz.Verdict.Judged;

/** One learner at one kernel: judges, shows cards, keeps progress. */
public final class Session {

    private static final class Holder {
        static final Session CURRENT = new Session(Progress.ofSession(), Session::display);
    }

    private final Progress progress;
    private final Consumer<Card> show;
    private final Engine engine;

    Session(Progress progress, Consumer<Card> show) {
        this(progress, show, new Engine());
    }

    Session(Progress progress, Consumer<Card> show, Engine engine) {
        this.progress = progress;
        this.show = show;
        this.engine = engine;
    }

    public static Session current() {
        return Holder.CURRENT;
    }

    private static void display(Card card) {
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put("text/html", card.html());
        forms.put("text/plain", card.text());
        if (card.json() != null) {
            forms.put(Card.VERDICT, card.json());
        }
        Display.show(forms);
    }

    public void check(@Nullable Class<?> type, @Nullable String name) {
        Exercise<?> question = question(type);
        if (question != null) {
            checkByName(question, name == null || name.isBlank() ? Engine.answerName(question) : name.strip());
        }
    }

    private <A> void checkByName(Exercise<A> question, String name) {
        Optional<Cells> cells = Cells.current();
        if (cells.isEmpty()) {
            show.accept(Card.note("This kernel cannot be looked into", "The check cannot find " + name + " by its name here. Run this instead:", typed(question, name)));
            return;
        }
        switch (cells.get().bind(Watch.answerType(question), name)) {
            case Binding.Bound<A>(A answer, Definition definition) -> {
                judge(question, answer, new Engine.Source(judged(definition), cells.get().calls(name).orElse(Set.of())));
                cells.get().definition(name).filter(last -> last.executionCount() > definition.executionCount()).ifPresent(last ->
                        show.accept(Card.note("Not the last " + name, last.cell() + " defines another " + name + ", with other parameters. Judged is the one of "
                                + definition.cell() + ", which has the parameters that the question asks for.", null)));
            }
            case Binding.NotDefined<A>(String _, String hint) -> unjudged(question, Outcome.NOT_ATTEMPTED, new Finding("notDefined",
                    "No cell that ran defines " + name + "." + (hint.isEmpty() ? "" : " " + hint), "Run the answer cell first, then this cell again."), null);
            case Binding.DoesNotCompile<A>(Definition definition, List<Diagnostic> diagnostics) -> {
                Verdict verdict = Engine.unjudged(question, Outcome.DOES_NOT_COMPILE, new Finding("doesNotCompile",
                        String.join("\n", diagnostics.stream().map(Diagnostic::toString).toList()), ""), judged(definition));
                progress.record(verdict);
                show.accept(Card.doesNotCompile(verdict, definition.name(), definition.cell(), diagnostics));
                trouble();
            }
            case Binding.WrongSignature<A>(Definition definition, String expected, String found) -> unjudged(question, Outcome.DOES_NOT_COMPILE,
                    new Finding("signature", name + " is declared as " + found + "; the question calls it as " + expected + ".",
                            "Change the first line of your answer to that."), judged(definition));
        }
    }

    private void unjudged(Exercise<?> question, Outcome outcome, Finding finding, @Nullable Judged judged) {
        Verdict verdict = Engine.unjudged(question, outcome, finding, judged);
        progress.record(verdict);
        show.accept(Card.of(verdict, question));
        trouble();
    }

    private static Judged judged(Definition definition) {
        return new Judged(definition.name(), definition.executionCount(), definition.source());
    }

    public <A> void check(Class<? extends Exercise<A>> type, A answer) {
        @SuppressWarnings("unchecked") // the class says so
        Exercise<A> question = (Exercise<A>) question(type);
        if (question != null) {
            // a lambda in the check cell calls what it calls
            judge(question, answer, new Engine.Source(null, Cells.current().flatMap(Cells::callsOfFunctionsInCaller).orElse(Set.of())));
        }
    }

    private <A> void judge(Exercise<A> question, A answer, Engine.Source source) {
        Verdict verdict = Output.shortened(
                () -> engine.judge(question, answer, source, Engine.seed(source.judged() == null ? null : source.text())));
        progress.record(verdict);
        show.accept(Card.of(verdict, question));
        trouble();
    }

    private void trouble() {
        progress.trouble().ifPresent(t -> show.accept(Card.note("Progress", t, null)));
    }

    /** The form of the check that needs no look into the cells. */
    static String typed(Exercise<?> question, String name) {
        String type = question.getClass().getSimpleName();
        if (question instanceof CodeQuestion<?> code) {
            String parameters = Arrays.stream(Watch.method(Watch.answerType(code)).getParameters()).map(java.lang.reflect.Parameter::getName)
                    .collect(Collectors.joining(", ", "(", ")"));
            return "check(" + type + ".class, " + parameters + " -> " + name + parameters + ");";
        }
        return "check(" + type + ".class, () -> " + name + ");";
    }

    private @Nullable Exercise<?> question(@Nullable Class<?> type) {
        if (type == null) {
            show.accept(Card.note("Unknown question", "The class is null. Name a question, such as check(ScaledDotProduct.class, \"attend\").", null));
            return null;
        }
        try {
            return QuestionBank.of(type);
        } catch (IllegalArgumentException e) {
            show.accept(Card.note("Unknown question", String.valueOf(e.getMessage()), null));
            return null;
        }
    }

    public void hint(@Nullable Class<?> type) {
        Exercise<?> question = question(type);
        if (question == null) {
            return;
        }
        String name = question.getClass().getSimpleName();
        List<String> hints = question.hints();
        if (hints.isEmpty()) {
            show.accept(Card.locked(Engine.title(question), "This question has no hints. After an attempt `solution(" + name + ".class)` opens."));
            return;
        }
        int shown = progress.openHint(Engine.id(question), hints.size());
        boolean more = shown < hints.size();
        show.accept(Card.hint(Engine.title(question), hints, shown, more ? "Another: run this cell again."
                : "That was the last. After an attempt, " + Card.code("solution(" + name + ".class)") + " opens."));
        trouble();
    }

    public void solution(@Nullable Class<?> type, @Nullable String please) {
        Exercise<?> question = question(type);
        if (question == null) {
            return;
        }
        String id = Engine.id(question);
        String name = question.getClass().getSimpleName();
        boolean asked = please != null && please.strip().toLowerCase(java.util.Locale.ROOT).replaceAll("\\W+", " ").strip().equals("show me");
        if (!asked && progress.of(id).attempts() == 0) {
            String answer = Engine.answerName(question);
            show.accept(Card.locked(Engine.title(question), "It opens after an attempt: write something, run `check(" + name + ".class, \"" + answer
                    + "\")`, and it may be wrong. Or say so: `solution(" + name + ".class, \"show me\")`."));
            return;
        }
        progress.solutionSeen(id);
        show.accept(Card.solution(Engine.title(question), question.solutionSource(),
                question instanceof ValueQuestion ? "" : "Yours may look different and be as right: the checks decide."));
        trouble();
    }

    public void progress() {
        Map<String, List<Exercise<?>>> lessons = new LinkedHashMap<>();
        for (Exercise<?> q : QuestionBank.all()) {
            Question annotation = Engine.annotation(q);
            lessons.computeIfAbsent(annotation.lesson().isEmpty() ? annotation.id().replaceFirst("/.*", "") : annotation.lesson(), _ -> new ArrayList<>()).add(q);
        }
        show.accept(ProgressCard.of(lessons, progress.all()));
        trouble();
    }
}
