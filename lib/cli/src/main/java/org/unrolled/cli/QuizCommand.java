package org.unrolled.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.unrolled.quiz.BankProof;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.QuestionBank;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "quiz", description = "The question bank.", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND",
        subcommands = {QuizCommand.ListAll.class, QuizCommand.Show.class, QuizCommand.Verify.class, QuizCommand.New.class})
final class QuizCommand {
    private QuizCommand() {}

    private static Exercise<?> find(String id) {
        try {
            return Bank.find(id);
        } catch (IllegalArgumentException e) {
            throw Unrolled.Problem.usage(e.getMessage());
        }
    }

    @Command(name = "list", description = "Every question: id, kind, points, lesson.", mixinStandardHelpOptions = true)
    static final class ListAll implements Callable<Integer> {
        @Mixin Unrolled.Form form = new Unrolled.Form();
        @Spec CommandSpec spec;

        record Row(String id, String title, String kind, String lesson, int points, int checks, int misconceptions) {}

        @Override public Integer call() {
            List<Row> rows = QuestionBank.all().stream().map(question -> new Row(Bank.id(question), Bank.title(question), question.kind(),
                    Bank.annotation(question).lesson(), Bank.annotation(question).points(), Bank.checks(question).size(),
                    question.misconceptions().size())).toList();
            PrintWriter out = spec.commandLine().getOut();
            if (form.json) {
                out.println(Unrolled.JSON.toJson(rows));
            } else {
                int width = rows.stream().mapToInt(row -> row.id.length()).max().orElse(0);
                for (Row row : rows) {
                    out.printf("%-" + width + "s  %-8s %2d points · %d checks · %d misconceptions · %s · %s%n",
                            row.id, row.kind, row.points, row.checks, row.misconceptions, row.lesson, row.title);
                }
            }
            return 0;
        }
    }

    @Command(name = "show", description = "One question whole, its solution included.", mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        @Mixin Unrolled.Form form = new Unrolled.Form();
        @Spec CommandSpec spec;

        @Parameters(paramLabel = "ID")
        String id = "";

        record Whole(String id, String title, String kind, String prompt, String stub, List<String> checks, List<String> misconceptions,
                List<String> hints, String solution) {}

        @Override public Integer call() {
            Exercise<?> question = find(id);
            Whole whole = new Whole(id, Bank.title(question), question.kind(), question.prompt(), question.stub(), Bank.checks(question),
                    question.misconceptions().stream().map(Misconception::text).toList(), question.hints(), question.solutionSource());
            PrintWriter out = spec.commandLine().getOut();
            if (form.json) {
                out.println(Unrolled.JSON.toJson(whole));
                return 0;
            }
            out.printf("%s · %s · %s%n%n%s%n%n%s%n", whole.id, whole.title, whole.kind, whole.prompt.strip(), whole.stub.stripTrailing());
            section(out, "Checks", whole.checks);
            section(out, "Misconceptions", whole.misconceptions);
            section(out, "Hints", whole.hints);
            out.printf("%nSolution:%n%s%n", whole.solution.stripTrailing());
            return 0;
        }

        private static void section(PrintWriter out, String name, List<String> lines) {
            out.printf("%n%s:%n", name);
            if (lines.isEmpty()) out.println("  none");
            lines.forEach(line -> out.println("- " + line));
        }
    }

    @Command(name = "verify", description = "Proves questions: the stub is not attempted, the solution is correct, every misconception is "
            + "caught by its own text, and no wrong answer passes, for 20 seeds.", mixinStandardHelpOptions = true)
    static final class Verify implements Callable<Integer> {
        @Mixin Unrolled.Form form = new Unrolled.Form();
        @Spec CommandSpec spec;

        @Parameters(paramLabel = "ID", arity = "0..*", description = "default: all")
        List<String> ids = List.of();

        /** The JSON form; mutants, killed and equivalent are counts. */
        record Line(String id, boolean ok, int mutants, int killed, int equivalent, long millis) {}

        @Override public Integer call() {
            List<? extends Exercise<?>> questions = ids.isEmpty() ? QuestionBank.all() : ids.stream().map(QuizCommand::find).toList();
            PrintWriter out = spec.commandLine().getOut(), err = spec.commandLine().getErr();
            Progress progress = new Progress(err);
            List<BankProof.Result> results = new ArrayList<>();
            for (Exercise<?> question : questions) {
                progress.say("%d of %d · %s".formatted(results.size() + 1, questions.size(), Bank.id(question)));
                BankProof.Result result = BankProof.of(question);
                results.add(result);
                progress.clear();
                if (!form.json) {
                    out.printf("%s %s · %d wrong answers: %d caught, %d equivalent · %d ms%n", result.ok() ? "✓" : "✗", result.id(),
                            result.mutants(), result.killed(), result.equivalent(), result.millis());
                    result.problems().forEach(problem -> out.println("  " + problem));
                    out.flush();
                }
            }
            if (form.json) {
                out.println(Unrolled.JSON.toJson(results.stream().map(result -> new Line(result.id(), result.ok(), result.mutants(),
                        result.killed(), result.equivalent(), result.millis())).toList()));
                results.forEach(result -> result.problems().forEach(problem -> err.println(result.id() + ": " + problem)));
            }
            return results.stream().allMatch(BankProof.Result::ok) ? 0 : 1;
        }
    }

    @Command(name = "new", description = "Writes a small code question that is already proved, to change into yours.",
            mixinStandardHelpOptions = true)
    static final class New implements Callable<Integer> {
        @Mixin Unrolled.Form form = new Unrolled.Form();
        @Spec CommandSpec spec;

        @Parameters(paramLabel = "ID", description = "topic/name-in-words, such as attention/causal-mask")
        String id = "";

        record Written(String id, String file) {}

        @Override public Integer call() throws IOException {
            if (!id.matches("[a-z][a-z0-9]*/[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
                throw Unrolled.Problem.usage("\"" + id + "\" is no question id: write topic/name in small letters and digits, "
                        + "words joined by hyphens, such as attention/causal-mask.");
            }
            if (QuestionBank.find(id).isPresent()) {
                throw Unrolled.Problem.usage("there is a question " + id + " already: ./unrolled quiz show " + id);
            }
            String topic = id.substring(0, id.indexOf('/'));
            String name = Arrays.stream(id.substring(id.indexOf('/') + 1).split("-"))
                    .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1)).collect(Collectors.joining());
            Path folder = Path.of(System.getProperty("unrolled.root", ""), "quizzes/src/main/java/org/unrolled/quizzes", topic);
            Path file = folder.resolve(name + ".java");
            if (Files.exists(file)) {
                throw Unrolled.Problem.usage(file + " exists already: choose another name, or build what is there: ./unrolled quiz list");
            }
            Files.createDirectories(folder);
            if (!Files.exists(folder.resolve("package-info.java"))) {
                Files.writeString(folder.resolve("package-info.java"), fill("NewTopic.java.txt", topic, name));
            }
            Files.writeString(file, fill("NewQuestion.java.txt", topic, name));
            PrintWriter out = spec.commandLine().getOut();
            out.println(form.json ? Unrolled.JSON.toJson(new Written(id, file.toString()))
                    : file + "\nChange it into your question, then prove it: ./unrolled quiz verify " + id);
            return 0;
        }

        private String fill(String template, String topic, String name) throws IOException {
            try (InputStream in = QuizCommand.class.getResourceAsStream(template)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .replace("TOPIC", topic).replace("NAME", name).replace("ID", id);
            }
        }
    }
}
