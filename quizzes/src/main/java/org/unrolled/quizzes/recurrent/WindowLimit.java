package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: what lies outside of the window is not known. */
@Question(id = "recurrent/window-limit", title = "Outside the window", lesson = "05-rnn-bptt")
public final class WindowLimit implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** The network sees the last four minutes. After training, it is asked about corridors whose last press was \
                0, 1, 2, … 11 minutes ago. How often is it right?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("It gets worse slowly, the older the press.",
                        "Nothing fades in a window: a minute is in it, with a weight of its own, or it is not."),
                wrong("Always: it has learned what the earlier minutes are likely to hold.",
                        "ON and OFF are equally likely, so nothing in four empty minutes says which of the two came before."),
                right("Always up to 3 minutes, and then half of the time.", "Four empty minutes look the same, whatever came before them."),
                wrong("Never, once the press lies outside: it answers the opposite.",
                        "To be wrong always one has to know the answer. Without information, one of two answers is right half of the time."));
    }

    @Override
    public String variable() {
        return "windowLimit";
    }

    @Override
    public List<String> hints() {
        return List.of("What does the network see when the last press was five minutes ago?");
    }
}
