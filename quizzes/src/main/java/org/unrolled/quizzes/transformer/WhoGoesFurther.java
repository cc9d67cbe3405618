package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: which positions go beyond the trained length. */
@Question(id = "transformer/who-goes-further", lesson = "08-transformer", title = "Longer than it was trained for")
public final class WhoGoesFurther implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Small models learn to continue text on pieces of 32 characters, and are then tested on pieces of up to \
                256. Which positions keep their loss about as low as at 32?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("Sinusoidal: the formula has a value for every position.",
                        "A value, yes. But the rows beyond 32 are sums that the model never met, and nothing taught it what to do with them."),
                wrong("RoPE: a score depends on the distance alone.",
                        "On the distance, yes. But distances above 31 are angles that no score ever had in training."),
                right("ALiBi: a far key only gets a larger penalty.", "What is far away fades out, so a long text looks to each position much like a short one."),
                wrong("Sinusoidal and RoPE alike: both are fixed formulas and need no training.",
                        "The formulas need none; the weights that read them do, and they were trained on 32 positions."));
    }

    @Override
    public String variable() {
        return "goesFurther";
    }

    @Override
    public List<String> hints() {
        return List.of("For each of the three: what does a query at position 200 meet that no query met in training?");
    }
}
