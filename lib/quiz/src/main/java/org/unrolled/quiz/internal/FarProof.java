package org.unrolled.quiz.internal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Outcome;
import org.unrolled.quiz.Verdict;
import org.unrolled.quiz.internal.remote.StudentJvm;

/** Shows that questions can be graded over the pipe: each solution, compiled against the answer types alone, is correct there. */
public final class FarProof {

    private FarProof() {}

    public static List<String> problems(List<Exercise<?>> questions, Path answers, Path bank) {
        String kit = answers + File.pathSeparator + Arrays.stream(CellCompiler.classPath().split(File.pathSeparator))
                .filter(p -> !Path.of(p).toAbsolutePath().normalize().equals(bank.toAbsolutePath().normalize())).collect(Collectors.joining(File.pathSeparator));
        List<String> problems = new ArrayList<>();
        for (Exercise<?> q : questions) {
            problem(q, kit, problems);
        }
        return problems;
    }

    private static <A> void problem(Exercise<A> question, String kit, List<String> problems) {
        Path classes = null;
        try {
            classes = Files.createTempDirectory("answer");
            String refused = CellCompiler.compile(question, question.solutionSource(), kit, classes);
            if (!refused.isEmpty()) {
                problems.add(Engine.id(question) + ": the solved cell does not compile against the answer types alone: " + refused);
                return;
            }
            try (StudentJvm<A> student = StudentJvm.start(StudentJvm.plainLauncher(), classes + File.pathSeparator + kit, Watch.answerType(question),
                    CellCompiler.ANSWER, Engine.answerName(question))) {
                Verdict v = new Engine().judge(question, student.answer(), null, 1);
                if (v.outcome() != Outcome.CORRECT) {
                    problems.add(Engine.id(question) + ": the solution is " + v.outcome().json() + " in another JVM. "
                            + (v.finding() == null ? v.checks() : v.finding().text()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (classes != null) {
                delete(classes);
            }
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
