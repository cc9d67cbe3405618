package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: an MLP on images whose pixels were shuffled. */
@Question(id = "backpropagation/permuted-pixels", title = "Shuffled pixels", lesson = "01-backpropagation")
public final class PermutedPixels implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** The 64 pixels of every image are shuffled, in the same way for all images, and the same network is trained \
                on the result. How well will it read the shuffled digits of the test images?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("Not at all, about 10 %: nobody can read these images.",
                        "We cannot, because our eyes look for lines and loops. The network never knew which pixels are neighbours; to it, an"
                                + " image is a list of 64 numbers."),
                wrong("Clearly worse: the lines are torn apart.",
                        "Lines are something that neighbouring pixels form. X W₁ adds up 64 products, and a sum does not know the order of its"
                                + " terms."),
                right("About as well as the images in order.",
                        "X W₁ is a sum over the pixels, and a sum does not care for their order: permute the rows of W₁ in the same way, and you"
                                + " have the very same network."),
                wrong("Better: shuffling removes what the digits have in common.",
                        "Shuffling in the same way for all images moves information around; it neither adds nor removes any."));
    }

    @Override
    public String variable() {
        return "permutedPixels";
    }

    @Override
    public List<String> hints() {
        return List.of("Write down what one hidden neuron computes from pixels p₁ … p₆₄. What changes if you exchange two of them in all images?");
    }
}
