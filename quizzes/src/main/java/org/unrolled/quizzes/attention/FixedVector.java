package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: a summary of fixed size, and an input that grows (Cho et al. 2014; Bahdanau et al. 2014, section 1). */
@Question(id = "attention/fixed-vector", title = "A fixed vector and a growing input", lesson = "07-attention")
public final class FixedVector implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** The same network, with a summary of 16 numbers, is trained afresh on phone books \
                of 1, 2, 4, 8 and 16 lines, equally long each time. What happens to its accuracy as the book grows?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("It stays about the same: training makes room for what matters.",
                        "Training decides what goes into the summary, but not how much fits: the reader may ask for any line,"
                                + " so every line matters, and the 16 numbers are shared by all of them."),
                right("It falls as the book grows, towards guessing one digit in ten.",
                        "And there is no sharp edge: each new line makes the others a little less readable."),
                wrong("It rises: a longer book shows the network more examples.",
                        "A longer book does show more name-digit pairs, but they all have to pass through the same 16 numbers."
                                + " Ask yourself what the reader of that summary can still tell apart."),
                wrong("It is perfect up to 16 lines, one number each, and then breaks.",
                        "A network does not keep one line in one number: names have to be stored too, and numbers are noisy."
                                + " Lines overlap in the summary long before there are 16 of them."));
    }

    @Override
    public String variable() {
        return "fixedVector";
    }

    @Override
    public List<String> hints() {
        return List.of("How many different phone books of 16 lines are there? And does the summary know which line you will ask for?");
    }
}
