package org.unrolled.quizzes.kernels;

import java.util.List;
import org.unrolled.quiz.Answer;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.NumberQuestion;
import org.unrolled.quiz.Question;

/** How long a pipeline takes: its depth once, then a result each interval. */
@Question(id = "kernels/pipeline-cycles", title = "Cycles of a pipeline", lesson = "15-kernels")
public final class PipelineCycles implements NumberQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A pipeline has 12 stages of one cycle each and takes a new element in every cycle. How many cycles pass from the first element's entering until the last of 1000 leaves?
                """;
    }

    @Override
    public double expected() {
        return 1011;
    }

    @Override
    public double tolerance() {
        return 0.1;
    }

    @Override
    public String variable() {
        return "pipelineCycles";
    }

    @Override
    public List<String> hints() {
        return List.of("The first element needs 12 cycles. How many cycles after it does the second one leave?",
                "After the first result, one more each cycle: 999 are left.");
    }

    @Override
    public List<Misconception<Answer>> misconceptions() {
        return List.of(
                NumberQuestion.wrong("That is one element after the other, each alone in the pipeline. The next one enters as soon as the first stage is free.", 12_000),
                NumberQuestion.wrong("That is when the last element enters. It still has to pass all stages.", 1000),
                NumberQuestion.wrong("Off by one: the first result comes after 12 cycles and is one of the 1000, so 999 follow it.", 1012),
                NumberQuestion.wrong("Off by one: the first element takes 12 cycles, not 11; then 999 follow.", 1010),
                NumberQuestion.wrong("That is the work shared out among the stages. Every element passes all 12 of them; what they share is the time.", 1000.0 / 12));
    }
}
