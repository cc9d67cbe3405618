package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: what a causal mask lets through. */
@Question(id = "attention/who-changes", title = "Who notices a changed word?", lesson = "07-attention")
public final class WhoChanges implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Self-attention with the causal mask over nine words. Somebody replaces the **last** word. \
                Which of the nine output rows change?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("All nine: every word is compared with every other.",
                        "That is so without the mask. With it, the rows above the last give the last word a weight of exactly 0, so what"
                                + " it holds cannot reach them."),
                right("Only the last row.", "This is what makes training on all positions at once honest: row i has seen words 1 to i only."),
                wrong("All but the last row.",
                        "Turned around: the last row is the one that may look at the last word, and at all before it."),
                wrong("None: the mask hides the last word.",
                        "The mask hides what comes after a word, not the word itself: the last word sees itself."));
    }

    @Override
    public String variable() {
        return "whoChanges";
    }

    @Override
    public List<String> hints() {
        return List.of("Look at the last column of the masked weights: which rows have something there?");
    }
}
