package org.unrolled.quiz.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Expect;
import org.unrolled.quiz.Lesson;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Outcome;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.Verdict;
import org.unrolled.quiz.Verdict.CheckResult;
import org.unrolled.quiz.Verdict.Finding;
import org.unrolled.quiz.Verdict.Judged;
import org.unrolled.quiz.bank.BackThroughSteps;
import org.unrolled.quiz.bank.RestOfSequence;
import org.unrolled.quiz.bank.StandardDeviation;
import org.unrolled.quiz.bank.StandardDeviation.Deviation;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** What the engine says about answers of every kind of wrongness, on a question about an array of numbers. */
class EngineTest {

    private final StandardDeviation question = new StandardDeviation();
    private final Engine engine = new Engine();

    private Verdict judge(Deviation answer) {
        return engine.judge(question, answer, null, 1);
    }

    private static Engine.Source source(String text, String... calls) {
        return new Engine.Source(new Judged("deviation", 12, text), List.of(calls));
    }

    private static double mean(double[] x) {
        return Arrays.stream(x).average().orElse(0);
    }

    @Test
    void theSolutionIsCorrectAndItsChecksAreListedAsTheSourceListsThem() {
        Verdict v = judge(question.solution());
        assertThat(v.outcome()).isEqualTo(Outcome.CORRECT);
        assertThat(v.points()).isEqualTo(4);
        assertThat(v.finding()).isNull();
        assertThat(v.title()).isEqualTo("Standard deviation");
        assertThat(v.checks()).extracting(CheckResult::sentence)
                .containsExactly("never negative", "moving all values does not change it", "agrees with the formula");
    }

    @Test
    void aMisconceptionIsNamedAndTheSmallestInputShown() {
        Verdict v = judge(x -> {
            double m = mean(x);
            return Arrays.stream(x).map(e -> (e - m) * (e - m)).average().orElse(0);
        });
        assertThat(v.outcome()).isEqualTo(Outcome.PARTIAL);
        assertThat(v.points()).isEqualTo(2);
        assertThat(v.finding()).isEqualTo(new Finding("misconception",
                "That is the variance. The deviation has the unit of x, so take the square root.", ""));
        assertThat(v.counterexample().input()).singleElement().satisfies(a -> {
            assertThat(a.name()).isEqualTo("x");
            assertThat((double[]) a.value()).hasSize(2);
        });
        assertThat(v.checks()).extracting(CheckResult::passed).containsExactly(true, true, false);
    }

    @Test
    void aSymptomIsNamed() {
        assertThat(judge(x -> {
            double sum = 0;
            for (double e : x) {
                sum += e * e;
            }
            return Math.sqrt(sum / x.length);
        }).finding().text()).startsWith("Your result changes when every value grows by the same amount");
    }

    @Test
    void twoMisconceptionsAtOnce() {
        Verdict v = judge(x -> Math.pow(question.solution().deviation(x), 2) * Math.sqrt(x.length / (x.length - 1.0)));
        assertThat(v.finding().kind()).isEqualTo("twoMisconceptions");
        assertThat(v.finding().text()).startsWith("Two things at once. That is the variance.").contains(" And: You divided by n - 1.");
    }

    @Test
    void usualWaysOfBeingWrong() {
        assertThat(judge(x -> -question.solution().deviation(x)).finding().text())
                .isEqualTo("Your result is the right one with the opposite sign.");
        assertThat(judge(x -> 3 * question.solution().deviation(x)).finding().text())
                .isEqualTo("Your result is 3 times the right one, whatever the input.");
        assertThat(judge(x -> x.length * question.solution().deviation(x)).finding().text())
                .isEqualTo("Your result is the right one times the length of x.");
        assertThat(judge(x -> question.solution().deviation(x) + 0.5).finding().text())
                .isEqualTo("Your result is the right one plus 0.5, in every element.");
        assertThat(judge(x -> (int) question.solution().deviation(x)).outcome()).isNotEqualTo(Outcome.CORRECT);
    }

    @Test
    void theStubIsNotAttempted() {
        Verdict v = judge(_ -> {
            throw new Lesson.Todo("measure the spread of x");
        });
        assertThat(v.outcome()).isEqualTo(Outcome.NOT_ATTEMPTED);
        assertThat(v.points()).isZero();
    }

    @Test
    void anExceptionIsTold() {
        Verdict v = judge(x -> x[99]);
        assertThat(v.outcome()).isEqualTo(Outcome.CRASHED);
        assertThat(v.finding().text()).isEqualTo("deviation threw ArrayIndexOutOfBoundsException: Index 99 out of bounds for length 3.");
        assertThat(v.finding().fix()).isEqualTo("An index runs past the end: compare it with the size.");
    }

    @Test
    void whatWentWrongIsToldApart() {
        assertThat(judge(x -> x[x.length - 99]).finding().fix()).isEqualTo("An index falls below 0, where nothing is.");
        Tensor unmarked = Tensors.zeros(1);
        assertThat(judge(x -> unmarked.grad().mul(2).item()).finding().fix()).startsWith("grad() is null until backward() has come by");
    }

    /** The element at a place, with a misconception that stops at the last place. */
    @Question(id = "example/element-at", points = 2)
    public static final class ElementAt implements CodeQuestion<ElementAt.At> {
        public interface At {
            double at(double[] x, int place);
        }

        @Override public At solution() { return (x, place) -> x[place]; }
        @Override public String prompt() { return "Write `at`."; }
        @Override public List<Misconception<At>> misconceptions() {
            return List.of(Misconception.twin("Places count from 0: you are one further on.", (x, place) -> x[place + 1]));
        }

        @Check("every place") void all(At yours, Random random) {
            double[] x = random.doubles(4).toArray();
            for (int i = 0; i < x.length; i++) {
                double found = yours.at(x, i);
                if (i == 3) {
                    Expect.close(found, x[i]);
                }
            }
        }
    }

    @Test
    void anAnswerThatStopsLikeAMisconceptionIsToldSo() {
        Verdict same = engine.judge(new ElementAt(), (x, place) -> x[1 + place], null, 1);
        assertThat(same.finding().text()).isEqualTo("Places count from 0: you are one further on.");
        assertThat(same.finding().fix()).isEqualTo("It shows as ArrayIndexOutOfBoundsException: Index 4 out of bounds for length 4.");
        Verdict elsewhere = engine.judge(new ElementAt(), (x, place) -> place < 3 ? x[1 + place] : x[7], null, 1);
        assertThat(elsewhere.finding().text()).as("another index: another mistake").startsWith("at threw ArrayIndexOutOfBoundsException: Index 7");
        Verdict otherwise = engine.judge(new ElementAt(), (x, place) -> place < 3 ? 0 : x[4], null, 1);
        assertThat(otherwise.finding().text()).as("other results: another mistake").startsWith("at threw ArrayIndexOutOfBoundsException: Index 4");
    }

    @Test
    void theCardTellsAnExceptionOnce() {
        String card = Card.of(judge(x -> x[99]), new StandardDeviation()).text();
        assertThat(card.split("ArrayIndexOutOfBoundsException", -1)).as("the finding's alone, not again in each check").hasSize(2);
        assertThat(card).endsWith("Next: hint(StandardDeviation.class)");
    }

    @Test
    void aNamedAxisSaysAtWhichStepAnAnswerGoesWrong() {
        RestOfSequence steps = new RestOfSequence();
        Verdict v = new Engine().judge(steps, x -> {
            Tensor rest = steps.solution().sums(x).rest();
            int last = x.size(0) - 1;
            Tensor wrong = Tensors.cat(0, rest.slice(0, 0, last).add(x.slice(0, 1, last + 1)), rest.slice(0, last, last + 1));
            return new RestOfSequence.Rest(wrong, wrong.mul(wrong).sum());
        }, null, 1);
        assertThat(v.finding().text()).isEqualTo("Your rest is right at the last position along t and wrong at the one before it.");
        assertThat(Card.of(v, steps).text()).contains("""
                what is right in it, for the smallest failing input: Going backwards through t, the first difference is in rest at t = 2.
                  t = 0 1 2 3
                  rest: ✗ ✗ ✗ ✓
                  squares: ✗
                """);
        assertThat(Card.of(v, steps).html()).contains("<td style=\"padding:.1em .6em;text-align:center\">✓</td>");
    }

    @Test
    void whereEveryStepIsRightTheWrongPartIsNamed() {
        RestOfSequence steps = new RestOfSequence();
        Verdict v = new Engine().judge(steps, x -> new RestOfSequence.Rest(steps.solution().sums(x).rest(), x.sum()), null, 1);
        assertThat(Card.of(v, steps).text()).contains("rest is right at every t; the first difference is in squares.\n", "  rest: ✓ ✓ ✓ ✓\n  squares: ✗\n");
    }

    /** dH stands first in the record and is wrong, too, from the next step on: it is not the one to talk about. */
    @Test
    void aMistakeThatIsHandedOnIsToldOfThePartInWhichItBegins() {
        BackThroughSteps steps = new BackThroughSteps();
        Verdict sign = new Engine().judge(steps, (h, g) -> BackThroughSteps.with(h, g, (dH, ht) -> dH.mul(ht.mul(ht).sub(1))), null, 1);
        assertThat(sign.finding().text()).isEqualTo(
                "Going backwards through t, dA is the first to be off: at that step it is the right one with the opposite sign.");
        assertThat(Card.of(sign, steps).text()).contains("Going backwards through t, the first difference is in dA at t = 3.", " · dA · row 3\n");
        Verdict other = new Engine().judge(steps, (h, g) -> BackThroughSteps.with(h, g, (dH, ht) -> dH.mul(ht.mul(2).exp())), null, 1);
        assertThat(other.finding().text()).isEqualTo("Going backwards through t, dA is the first to be off, at a step at which dH is right.");
        assertThat(other.finding().fix()).isEqualTo("Look at the line that computes dA, and at what it is given.");
    }

    @Test
    void aMistakeOfTheQuestionIsToldBeforeWhereItBegins() {
        BackThroughSteps steps = new BackThroughSteps();
        Verdict v = new Engine().judge(steps, (h, g) -> {
            BackThroughSteps.Gradients without = BackThroughSteps.with(h, g, (dH, _) -> dH);
            return new BackThroughSteps.Gradients(without.dH(), without.dA(), h.exp().mean(0));
        }, null, 1);
        assertThat(v.finding().text()).isEqualTo("The slope is missing.");
        assertThat(v.finding().fix()).isEqualTo("dA is the first part that differs; look at those after it once it is right.");
    }

    @Test
    void aPartThatNobodyFilledIsZeroAndNotRounded() {
        BackThroughSteps steps = new BackThroughSteps();
        Verdict v = new Engine().judge(steps, (h, g) -> {
            BackThroughSteps.Gradients right = steps.solution().backward(h, g);
            return new BackThroughSteps.Gradients(right.dH(), right.dA(), right.sum().mul(0));
        }, null, 1);
        assertThat(v.finding().text()).isEqualTo("dH, dA are right. Your sum is zero everywhere.");
        assertThat(v.finding().fix()).isEqualTo("Nothing was put there, or what was added is lost: a.add(b) gives a new tensor and leaves a as it is.");
    }

    @Test
    void ofARecordTheFirstWrongPartIsNamedWhateverComesAfter() {
        RestOfSequence steps = new RestOfSequence();
        var fromTheBeginning = steps.misconceptions().getFirst();
        Verdict v = new Engine().judge(steps, x -> new RestOfSequence.Rest(fromTheBeginning.example().sums(x).rest(), x.mul(x).mean().exp()), null, 1);
        assertThat(v.finding().text()).isEqualTo(fromTheBeginning.text());
        assertThat(v.finding().fix()).isEqualTo("rest is the first part that differs; look at those after it once it is right.");
    }

    @Test
    void theRightChoiceSaysWhatIsWorthKnowing() {
        var question = new org.unrolled.quiz.bank.WhichGrows();
        Verdict right = new Engine().judge(question, () -> "B", null, 1);
        assertThat(right.outcome()).isEqualTo(Outcome.CORRECT);
        assertThat(Card.of(right, question).text()).isEqualTo("✓ Correct · Which grows · 1 of 1 point\nAnd n³ even faster.");
        Verdict wrong = new Engine().judge(question, () -> "C", null, 1);
        assertThat(Card.of(wrong, question).text()).contains("log n grows slower than any power of n.").doesNotContain("not this option");
    }

    @Test
    void endlessRecursionIsTold() {
        Deviation[] self = new Deviation[1];
        self[0] = x -> 1 + self[0].deviation(x);
        assertThat(judge(self[0]).finding().text()).isEqualTo("deviation threw StackOverflowError.");
    }

    @Test
    void notANumberIsTold() {
        Verdict v = judge(x -> Math.sqrt(-1 - x[0]));
        assertThat(v.finding().kind()).isEqualTo("nan");
        assertThat(v.finding().text()).isEqualTo("deviation returned NaN where the right result is a finite number.");
    }

    @Test
    void anAnswerThatChangesItsArgumentIsNotCorrect() {
        Verdict v = judge(x -> {
            double d = question.solution().deviation(x);
            Arrays.sort(x);
            return d;
        });
        assertThat(v.outcome()).isEqualTo(Outcome.PARTIAL);
        assertThat(v.finding().text()).isEqualTo("deviation changes its argument x. Whoever calls it still needs the old values.");
        assertThat(v.checks().getLast()).isEqualTo(new CheckResult("leaves its arguments as they are", false, ""));
    }

    @Test
    void aConstantIsHardCodedAndEarnsNothing() {
        Verdict v = judge(_ -> 0.25);
        assertThat(v.outcome()).isEqualTo(Outcome.INCORRECT);
        assertThat(v.points()).isZero();
        assertThat(v.finding().text()).isEqualTo(
                "deviation returns the same result whatever its arguments are; the right result depends on them.");
    }

    @Test
    void numbersCopiedFromTheLastCardAreRecognised() {
        Verdict first = judge(x -> question.solution().deviation(x) + x[0]);
        double[] shown = (double[]) first.counterexample().input().getFirst().value();
        Verdict second = engine.judge(question, x -> Arrays.equals(x, shown) ? question.solution().deviation(x) : x[0] - 7, null, 2);
        assertThat(second.finding().kind()).isEqualTo("hardCoded");
        assertThat(second.finding().text()).isEqualTo("deviation is right for the example that was shown and for no other input.");
    }

    /** A question whose answer is one small whole number. */
    @Question(id = "engine-test/place-of-largest")
    public static final class PlaceOfLargest implements CodeQuestion<PlaceOfLargest.Place> {

        public interface Place {
            int place(double[] x);
        }

        @Override
        public Place solution() {
            return x -> IntStream.range(0, x.length).reduce((a, b) -> x[b] > x[a] ? b : a).orElseThrow();
        }

        @Override
        public String prompt() {
            return "Where is the largest?";
        }

        @Check("the place of the largest")
        void place(Place yours, Random random) {
            for (int n = 3; n < 7; n++) {
                double[] x = random.doubles(n).toArray();
                Expect.close(yours.place(x), solution().place(x));
            }
        }
    }

    @Test
    void aWholeNumberThatWasShownIsNotCalledCopied() {
        PlaceOfLargest places = new PlaceOfLargest();
        Verdict first = engine.judge(places, x -> places.solution().place(x) + x.length, null, 1);
        double[] shown = (double[]) first.counterexample().input().getFirst().value();
        int right = places.solution().place(shown);
        Verdict second = engine.judge(places, x -> x.length == shown.length && Arrays.equals(x, shown) ? right : -1 - (int) (1000 * x[0]), null, 2);
        assertThat(second.finding()).satisfiesAnyOf(f -> assertThat(f).isNull(), f -> assertThat(f.kind()).isNotEqualTo("hardCoded"));
    }

    @Test
    void aForbiddenCallIsTold() {
        Verdict byCode = engine.judge(question, question.solution(), source("return f(x);", "Stats.standardDeviation"), 1);
        assertThat(byCode.outcome()).isEqualTo(Outcome.INCORRECT);
        assertThat(byCode.points()).isZero();
        assertThat(byCode.finding().text())
                .isEqualTo("deviation calls standardDeviation, which is what this question asks you to write.");
        Verdict bySource = engine.judge(question, question.solution(), source("return Stats.standardDeviation(x);"), 1);
        assertThat(bySource.finding().kind()).isEqualTo("forbidden");
        Verdict inComment = engine.judge(question, question.solution(), source("// not standardDeviation(x)\nreturn \"standardDeviation(\";"), 1);
        assertThat(inComment.outcome()).isEqualTo(Outcome.CORRECT);
    }

    @Test
    void anEndlessLoopIsEndedOnceAndTheOtherChecksAreNotBegun() {
        Verdict v = new Engine(Duration.ofMillis(200)).judge(question, x -> {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            return 0;
        }, null, 1);
        assertThat(v.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(v.finding().text()).isEqualTo("deviation did not finish within 0.2 s and was stopped.");
        assertThat(v.checks()).extracting(CheckResult::note).containsExactly("not finished after 0.2 s", "not begun", "not begun");
        assertThat(judge(question.solution()).outcome()).isEqualTo(Outcome.CORRECT);
    }

    @Test
    void theSameAnswerAlwaysMeetsTheSameInputsAndAnotherMeetsOthers() {
        assertThat(Engine.seed("return 1;")).isEqualTo(Engine.seed("return 1;")).isNotEqualTo(Engine.seed("return 2;"));
    }
}
