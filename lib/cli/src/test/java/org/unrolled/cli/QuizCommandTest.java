package org.unrolled.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unrolled.quiz.BankProof;
import org.unrolled.quiz.QuestionBank;
import picocli.CommandLine;

class QuizCommandTest {
    private record Said(int status, String out, String err) {}

    private static Said quiz(String... arguments) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        CommandLine line = Unrolled.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        String[] all = new String[arguments.length + 1];
        all[0] = "quiz";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return new Said(line.execute(all), out.toString(), err.toString());
    }

    @AfterEach void forgetTheRoot() {
        System.clearProperty("unrolled.root");
    }

    @Test void listHasTheJsonForm() {
        Said said = quiz("list", "--json");
        assertThat(said.status).isZero();
        assertThat(Unrolled.JSON.fromJson(said.out, QuizCommand.ListAll.Row[].class)).anySatisfy(row -> {
            assertThat(row.id()).isEqualTo("attention/scaled-dot-product");
            assertThat(row.title()).isEqualTo("Scaled dot-product attention");
            assertThat(row.kind()).isEqualTo("code");
            assertThat(row.lesson()).isEqualTo("07-attention");
            assertThat(row.points()).isEqualTo(4);
            assertThat(row.checks()).isGreaterThanOrEqualTo(3);
            assertThat(row.misconceptions()).isGreaterThanOrEqualTo(3);
        });
    }

    @Test void aGradientQuestionsOwnChecksAreCounted() {
        assertThat(Bank.checks(Bank.find("attention/softmax-backward"))).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test void showHasStubAndSolution() {
        Said said = quiz("show", "attention/scaled-dot-product");
        assertThat(said.status).isZero();
        assertThat(said.out).contains("throw new Todo(", "Misconceptions:\n- ", "\nSolution:\n");
    }

    @Test void anUnknownQuestionNamesItsNeighbours() {
        Said said = quiz("show", "attention/scaled-dot");
        assertThat(said.status).isEqualTo(2);
        assertThat(said.out).isEmpty();
        assertThat(said.err).startsWith("unrolled: there is no question \"attention/scaled-dot\". In this topic: ")
                .contains("attention/scaled-dot-product").contains("./unrolled quiz list");
    }

    @Test void verifyHasTheJsonForm() {
        Said said = quiz("verify", "start/how-many-numbers", "--json");
        QuizCommand.Verify.Line[] lines = Unrolled.JSON.fromJson(said.out, QuizCommand.Verify.Line[].class);
        assertThat(lines).hasSize(1);
        assertThat(lines[0].ok()).as(said.err).isTrue();
        assertThat(lines[0].mutants()).isPositive().isEqualTo(lines[0].killed() + lines[0].equivalent());
        assertThat(said.status).isZero();
    }

    @Test void quizAloneIsAUsageError() {
        assertThat(quiz().status).isEqualTo(2);
    }

    @ParameterizedTest @ValueSource(strings = {"mask", "Attention/mask", "attention/two words", "attention/", "../x/y"})
    void newRefusesWhatIsNoId(String id) {
        Said said = quiz("new", id);
        assertThat(said.status).isEqualTo(2);
        assertThat(said.err).startsWith("unrolled: \"" + id + "\" is no question id: write topic/name in small letters");
    }

    @Test void newRefusesAnIdThatExists() {
        assertThat(quiz("new", "start/how-many-numbers").err).contains("there is a question start/how-many-numbers already");
    }

    @Test void aNewQuestionCompilesAndIsProved(@TempDir Path root) throws Exception {
        System.setProperty("unrolled.root", root.toString());
        Said said = quiz("new", "trial/of-the-template", "--json");
        assertThat(said.status).as(said.err).isZero();
        Path sources = root.resolve("quizzes/src/main/java");
        Path file = sources.resolve("org/unrolled/quizzes/trial/OfTheTemplate.java");
        assertThat(file).exists();

        Path classes = Files.createDirectory(root.resolve("classes"));
        StringWriter diagnostics = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        boolean compiled = compiler.getTask(diagnostics, null, null,
                List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-parameters", "-Xlint:all,-processing,-classfile"), null,
                compiler.getStandardFileManager(null, null, null)
                        .getJavaFileObjects(file, file.resolveSibling("package-info.java"))).call();
        assertThat(compiled).as(diagnostics.toString()).isTrue();
        assertThat(diagnostics.toString()).isEmpty();
        // as the bank's build packages it
        Path packaged = classes.resolve("META-INF/unrolled/sources/org/unrolled/quizzes/trial/OfTheTemplate.java");
        Files.createDirectories(packaged.getParent());
        Files.copy(file, packaged);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            BankProof.Result proof = BankProof.of(QuestionBank.of(loader.loadClass("org.unrolled.quizzes.trial.OfTheTemplate")));
            assertThat(proof.problems()).isEmpty();
        }
    }
}
