package org.unrolled.quizzes.pooling;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Why whole maps are dropped (Tompson et al. 2015). */
@Question(id = "pooling/which-dropout", title = "Why drop whole maps", lesson = "03-pooling-lenet")
public final class WhichDropout implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                Between convolutions, `Dropout2d` drops whole feature maps where `Dropout` drops single numbers. Why?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                right("A pixel's neighbours say nearly the same, so a single dropped number is not missed: only a whole map takes the feature away.",
                        "Tompson et al. (2015) saw that dropping single pixels only slowed training down, as a smaller learning rate would."),
                wrong("It is faster: one random number for each map instead of one for each pixel.",
                        "It does need fewer random numbers, but they cost next to nothing beside a convolution."),
                wrong("So that the same pixels are dropped in every map.",
                        "That would be the other way round: Dropout2d keeps or drops all pixels of a map together, each map on its own."),
                wrong("So that fewer parameters are left after training.",
                        "Nothing is removed for good. In eval mode every map is there again."));
    }

    @Override
    public String variable() {
        return "whichDropout";
    }

    @Override
    public List<String> hints() {
        return List.of("If one pixel of a picture is missing, can you guess it from the pixels around it? And if the whole colour red is missing?");
    }
}
