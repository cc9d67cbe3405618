package org.unrolled.quizzes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unrolled.quiz.BankProof;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.QuestionBank;

/** The proof over the whole bank: a question that fails it is not asked. */
class BankTest {

    @TestFactory
    Stream<DynamicTest> everyQuestionIsProved() {
        assertThat(QuestionBank.all()).as("the bank's index").isNotEmpty();
        return QuestionBank.all().stream().map(question -> DynamicTest.dynamicTest(question.getClass().getAnnotation(Question.class).id(), () -> {
            BankProof.Result result = BankProof.of(question);
            System.out.printf("%-40s %3d mutants, %3d killed, %2d equivalent, %4d ms%n", result.id(), result.mutants(), result.killed(),
                    result.equivalent(), result.millis());
            assertThat(result.problems()).isEmpty();
            assertThat(result.killed()).isPositive();
        }));
    }

    @Test
    void everySolutionIsCorrectInAJvmThatSeesTheAnswerTypesAlone() throws Exception {
        Path bank = Path.of(QuestionBank.all().getFirst().getClass().getProtectionDomain().getCodeSource().getLocation().toURI());
        Path answers = Path.of("target", "answers");
        assertThat(answers.resolve("org/unrolled/quizzes/attention/ScaledDotProduct$Attend.class")).exists();
        List<Exercise<?>> code = QuestionBank.all().stream().filter(CodeQuestion.class::isInstance).toList();
        assertThat(BankProof.inAnotherJvm(code, answers, bank)).isEmpty();
    }

    @Test
    void everyAnswerCellCompilesWithALessonsImports() {
        assertThat(BankProof.cells(QuestionBank.all())).isEmpty();
    }
}
