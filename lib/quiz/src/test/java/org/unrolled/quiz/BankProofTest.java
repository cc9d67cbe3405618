package org.unrolled.quiz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unrolled.quiz.bank.BytesOfFloats;
import org.unrolled.quiz.bank.ProductShape;
import org.unrolled.quiz.bank.StandardDeviation;
import org.unrolled.quiz.bank.TanhBackward;
import org.unrolled.quiz.bank.WhichGrows;
import org.unrolled.quiz.bank.WhyDivide;

/** The proof proves a good question, and finds what is wrong with bad ones. */
class BankProofTest {

    private static final List<Exercise<?>> EXAMPLES = List.of(new StandardDeviation(), new TanhBackward(), new BytesOfFloats(), new WhichGrows(),
            new ProductShape(), new WhyDivide());

    @Test
    void aGoodQuestionIsProved() {
        BankProof.Result result = BankProof.of(new StandardDeviation());
        assertThat(result.problems()).isEmpty();
        assertThat(result.ok()).isTrue();
        assertThat(result.killed()).isGreaterThan(10);
        assertThat(result.equivalent()).isPositive(); // the absolute value of what is never negative
        assertThat(result.killed() + result.equivalent()).isEqualTo(result.mutants());
    }

    @Test
    void everyKindCanBeProved() {
        for (Exercise<?> question : EXAMPLES) {
            assertThat(BankProof.of(question).problems()).as(question.getClass().getSimpleName()).isEmpty();
        }
    }

    @Test
    void theirCellsCompileWithALessonsImports() {
        assertThat(BankProof.cells(EXAMPLES)).isEmpty();
    }

    public interface Twice {
        double twice(double x);
    }

    /** Its one check looks at positive numbers only and allows too much. */
    @Question(id = "bad/lax")
    public static final class Lax implements CodeQuestion<Twice> {
        @Override public String prompt() { return "Write `twice`."; }
        @Override public Twice solution() { return x -> 2 * x; }
        @Override public String stub() { return "double twice(double x) { throw new Todo(\"\"); }"; }
        @Override public String solutionSource() { return "double twice(double x) { return 2 * x; }"; }
        @Override public List<Misconception<Twice>> misconceptions() {
            return List.of(Misconception.twin("You added 0.1.", x -> 2 * x + 0.1), Misconception.twin("You took the square.", x -> x * x),
                    Misconception.twin("The square again.", x -> x * x));
        }
        @Check("near") void near(Twice yours, Random random) {
            double x = 10 + random.nextDouble();
            Expect.close(yours.twice(x), 2 * x, 0.5);
        }
    }

    @Test
    void wrongAnswersThatPassAreNamed() {
        BankProof.Result result = BankProof.of(new Lax());
        assertThat(result.ok()).isFalse();
        assertThat(result.problems()).contains(
                "The misconception \"You added 0.1.\" passes every check for seed 1.",
                "The misconception \"The square again.\" is told as \"You took the square.\" for seed 1.",
                "A wrong answer passes for seed 3: the solution, rounded down to whole numbers.");
    }

    /** Its solution is wrong, its cell does not compile, and it calls what it forbids. */
    @Question(id = "Bad Id", forbids = "Math.abs")
    public static final class Broken implements CodeQuestion<Twice> {
        @Override public String prompt() { return ""; }
        @Override public Twice solution() { return x -> 3 * x; }
        @Override public String stub() { return "double twice(double x) { return 0; }"; }
        @Override public String solutionSource() { return "double twice(double x) { return 2 * Math.abs(y); }"; }
        @Check("near") void near(Twice yours) {
            Expect.close(yours.twice(1), 2.0);
        }
    }

    @Test
    void whatCanBeSeenWithoutRunningIsSeen() {
        assertThat(BankProof.of(new Broken()).problems()).contains(
                "The id Bad Id is not of the form topic/name in lower case with dashes.",
                "The prompt is empty.",
                "The solution itself calls Math.abs, which forbids rules out.",
                "The stub does not throw Todo, so an untouched cell would be judged.")
                .anySatisfy(p -> assertThat(p).startsWith("The solution is incorrect, expected correct."));
        assertThat(BankProof.cells(List.of(new Broken()))).singleElement().asString()
                .startsWith("Bad Id: the solved cell, line 1, does not compile with a lesson's imports: cannot find symbol");
    }

    public interface Runs {
        void run(Thread thread);
    }

    @Question(id = "bad/types")
    public static final class Types implements CodeQuestion<Runs> {
        @Override public String prompt() { return "Run it."; }
        @Override public Runs solution() { return Thread::run; }
        @Override public String stub() { return "throw new Todo(\"\");"; }
        @Override public String solutionSource() { return "x"; }
        @Check("runs") void runs(Runs yours) {}
    }

    @Test
    void typesThatCannotCrossAreTold() {
        assertThat(BankProof.of(new Types()).problems()).contains("Runs has Thread in its signature, which cannot go to another JVM:"
                + " use primitives, String, arrays, Tensor, records and lists of them, or an interface marked @Remote.");
    }
}
