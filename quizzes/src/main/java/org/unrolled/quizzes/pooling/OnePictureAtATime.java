package org.unrolled.quizzes.pooling;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: a batch-normalised network that was left in training mode. */
@Question(id = "pooling/one-picture-at-a-time", title = "One picture at a time", lesson = "03-pooling-lenet")
public final class OnePictureAtATime implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** A trained network with batch normalisation reads the test pictures one at a time, and somebody forgot \
                `eval()`: it is still in training mode. What happens to its accuracy?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("Nothing: γ and β are what was trained, and they are the same in both modes.",
                        "γ and β are. But in training mode the mean and the variance come from the batch, and the batch is one picture."),
                right("It falls: each picture is normalised by its own mean and variance, not by those of the training.",
                        "What tells pictures apart, that a feature is strong here and weak there, is partly normalised away."),
                wrong("It rises: each picture gets the normalisation that fits it best.",
                        "The layers behind were trained on maps normalised over many pictures. A map that is strong in this picture should stay strong."),
                wrong("The network refuses: a variance needs at least two pictures.",
                        "It needs at least two numbers, and a feature map has many pixels. Only a batch of one single number would be refused."));
    }

    @Override
    public String variable() {
        return "onePicture";
    }

    @Override
    public List<String> hints() {
        return List.of("Over what does equation (3.6) average in training mode, when B = 1? And over what did it average while γ and β were trained?");
    }
}
