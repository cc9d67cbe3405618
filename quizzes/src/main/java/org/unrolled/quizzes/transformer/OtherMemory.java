package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: what a decoder writes when the memory is another picture's. */
@Question(id = "transformer/other-memory", lesson = "08-transformer", title = "Another picture's memory")
public final class OtherMemory implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Exchange the memories: the decoder is to describe each picture, and cross-attention gets the memory of the next \
                one. What does it write?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("Words in disorder: the memory does not fit to the picture.", "Fit to what? The decoder has no second way to the picture with which it could compare."),
                wrong("The same as before: the decoder was trained on these sentences and knows them.",
                        "The sentences' form, yes. Which of them is asked for, only the memory says, and training never met these pictures."),
                right("A well-formed sentence about the other picture.", "All that it knows of the picture is the memory; how a sentence goes, it knows by itself."),
                wrong("A sentence about both, half the words from each.", "Half of its words would need a way to the first picture, and there is none."));
    }

    @Override
    public String variable() {
        return "otherMemory";
    }

    @Override
    public List<String> hints() {
        return List.of("Follow the arrows backwards from a written word: by which ways can a pixel reach it?");
    }
}
