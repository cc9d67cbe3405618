package org.unrolled.quiz;

import java.nio.file.Path;
import java.util.List;
import org.unrolled.quiz.internal.CellCompiler;
import org.unrolled.quiz.internal.FarProof;
import org.unrolled.quiz.internal.Proof;

/**
 * Shows that a question can be trusted: its stub is not attempted, its solution is correct, each misconception is wrong
 * and gets its own text, and no wrong answer passes: the misconceptions, the intermediates, and the usual ways of being
 * wrong applied to the solution. Everything for {@value #SEEDS} seeds.
 */
public final class BankProof {

    public static final int SEEDS = 20;

    /**
     * @param mutants wrong answers tried; {@code killed} of them failed for every seed, {@code equivalent} never differed
     *     from the solution (the absolute value of what is never negative), the rest are in {@code problems}
     * @param problems sentences; empty where the question is proved
     */
    public record Result(String id, int mutants, int killed, int equivalent, long millis, List<String> problems) {
        public boolean ok() {
            return problems.isEmpty();
        }
    }

    private BankProof() {}

    public static Result of(Exercise<?> question) {
        return Proof.of(question, SEEDS);
    }

    /**
     * Compiles what answer cells will hold, stubs and solutions, with the imports of a lesson's first cell.
     *
     * @return sentences; empty where all compile
     */
    public static List<String> cells(List<Exercise<?>> questions) {
        return CellCompiler.problems(questions);
    }

    /**
     * Judges every solution in a JVM of its own, which sees the kit and of the bank the answer types alone.
     *
     * @param answers the folder or jar of answer types that the build made
     * @param bank the folder or jar of the bank itself, which is left out there
     * @return sentences; empty where every solution is correct there too
     */
    public static List<String> inAnotherJvm(List<Exercise<?>> questions, Path answers, Path bank) {
        return FarProof.problems(questions, answers, bank);
    }
}
