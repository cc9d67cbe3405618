package org.unrolled.quiz.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unrolled.quiz.Outcome;
import org.unrolled.quiz.Verdict;
import org.unrolled.quiz.bank.StandardDeviation;
import org.unrolled.quiz.bank.WhichGrows;

/** The progress file: two kernels, a restart, a broken file; and the hints and solutions that hang on it. */
class ProgressTest {

    @TempDir
    private Path folder;

    private static Verdict verdict(String id, Outcome outcome, int points) {
        return new Verdict(id, id, outcome, points, 4, List.of(), null, null, null, 1, 1);
    }

    @Test
    void theBestAttemptIsKeptAndARestartFindsIt() {
        Path file = folder.resolve("p.json");
        Progress before = Progress.in(file);
        before.record(verdict("a/b", Outcome.NOT_ATTEMPTED, 0));
        before.record(verdict("a/b", Outcome.PARTIAL, 2));
        before.record(verdict("a/b", Outcome.CORRECT, 4));
        before.record(verdict("a/b", Outcome.INCORRECT, 0));
        assertThat(Progress.in(file).of("a/b")).isEqualTo(new Progress.Entry("correct", 4, 4, 3, 0, false));
        assertThat(Progress.in(file).of("never/seen")).isEqualTo(Progress.Entry.NONE);
    }

    /** Run by the next test in JVMs of its own. */
    public static void main(String[] args) {
        for (int i = 0; i < 40; i++) {
            Progress.in(Path.of(args[0])).record(verdict("shared/question", Outcome.PARTIAL, 1));
            Progress.in(Path.of(args[0])).record(verdict(args[1] + "/question-" + i, Outcome.CORRECT, 4));
        }
    }

    @Test
    void twoKernelsAtOnceLoseNothing() throws Exception {
        Path file = folder.resolve("p.json");
        List<Process> kernels = new ArrayList<>();
        for (String name : List.of("one", "two")) {
            kernels.add(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), ProgressTest.class.getName(), file.toString(), name)
                    .inheritIO().start());
        }
        for (Process kernel : kernels) {
            assertThat(kernel.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(kernel.exitValue()).isZero();
        }
        Progress after = Progress.in(file);
        assertThat(after.all()).hasSize(81);
        assertThat(after.of("shared/question").attempts()).isEqualTo(80);
    }

    @Test
    void aBrokenFileIsKeptAsideAndTold() throws IOException {
        Path file = folder.resolve("p.json");
        Files.writeString(file, "{\"version\": 1, \"questions\": {\"a/b\": {\"be");
        Progress progress = Progress.in(file);
        progress.record(verdict("a/b", Outcome.CORRECT, 4));
        assertThat(progress.trouble()).hasValueSatisfying(t -> assertThat(t)
                .startsWith("The progress file p.json could not be read (").endsWith("It was kept as p.json.broken and a new one was begun."));
        assertThat(progress.trouble()).isEmpty();
        assertThat(Files.readString(folder.resolve("p.json.broken"))).endsWith("\"be");
        assertThat(Progress.in(file).of("a/b").best()).isEqualTo("correct");
        Files.writeString(file, "null");
        assertThat(Progress.in(file).all()).isEmpty();
        assertThat(folder.resolve("p.json.broken2")).exists();
    }

    @Test
    void whereNothingCanBeWrittenItIsKeptInMemoryAndTold() throws IOException {
        Path file = Files.writeString(folder.resolve("a-file"), "").resolve("p.json");
        Progress progress = Progress.in(file);
        progress.record(verdict("a/b", Outcome.CORRECT, 4));
        assertThat(progress.of("a/b").best()).isEqualTo("correct");
        assertThat(progress.trouble()).hasValueSatisfying(t -> assertThat(t).startsWith("Progress cannot be kept in ")
                .endsWith("It is kept until the kernel restarts; make the folder writable to keep it longer."));
    }

    @Test
    void hintsOpenOneByOneAndTheSolutionAfterAnAttempt() {
        List<Card> cards = new ArrayList<>();
        Session session = new Session(Progress.in(folder.resolve("p.json")), cards::add);
        session.solution(StandardDeviation.class, "");
        assertThat(cards.getLast().text()).isEqualTo("○ Not open yet · Standard deviation\nIt opens after an attempt: write something, run "
                + "check(StandardDeviation.class, \"deviation\"), and it may be wrong. Or say so: solution(StandardDeviation.class, \"show me\").");
        session.hint(StandardDeviation.class);
        assertThat(cards.getLast().text()).isEqualTo("✎ Hint 1 of 3 · Standard deviation\n  1. Find the mean first.\nAnother: run this cell again.");
        session = new Session(Progress.in(folder.resolve("p.json")), cards::add);
        session.hint(StandardDeviation.class);
        session.hint(StandardDeviation.class);
        session.hint(StandardDeviation.class);
        assertThat(cards.getLast().text()).startsWith("✎ Hint 3 of 3").contains("3. End with a square root.", "That was the last.");
        session.hint(WhichGrows.class);
        assertThat(cards.getLast().text()).contains("This question has no hints.");
        session.check(StandardDeviation.class, (StandardDeviation.Deviation) x -> {
            throw new org.unrolled.quiz.Lesson.Todo("not yet");
        });
        session.solution(StandardDeviation.class, "");
        assertThat(cards.getLast().text()).startsWith("○ Not open yet");
        session.check(StandardDeviation.class, (StandardDeviation.Deviation) x -> 7);
        session.solution(StandardDeviation.class, "");
        assertThat(cards.getLast().text()).startsWith("✎ A solution · Standard deviation\n/** The square root").contains("return Math.sqrt(variance);");
        session.solution(WhichGrows.class, "Show me!");
        assertThat(cards.getLast().text()).isEqualTo("✎ A solution · Which grows\nString answer = \"B\";");
    }

    @Test
    void theOverviewCountsQuestionsAndPoints() {
        Card card = ProgressCard.of(new java.util.TreeMap<>(java.util.Map.of("07-attention", List.of(new StandardDeviation(), new WhichGrows()))),
                java.util.Map.of("example/standard-deviation", new Progress.Entry("partial", 2, 4, 3, 1, true)));
        assertThat(card.text()).isEqualTo("""
                Where you stand
                07-attention: 0 of 2 questions · 2 of 5 points
                  ◐ Standard deviation · 2 of 4 · partly right, 3 attempts, 1 hint, solution seen
                  ○ Which grows · 0 of 1 · not attempted""");
        assertThat(card.html()).contains("<progress max=\"5\" value=\"2\"").doesNotContain("<style", "<script", "aria-");
    }
}
