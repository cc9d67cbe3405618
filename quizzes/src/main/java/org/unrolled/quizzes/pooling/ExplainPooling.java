package org.unrolled.quizzes.pooling;

import static org.unrolled.quiz.TextQuestion.criterion;

import java.util.List;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.TextQuestion;

/** In your own words. */
@Question(id = "pooling/explain", points = 3, title = "Explain it to someone", lesson = "03-pooling-lenet")
public final class ExplainPooling implements TextQuestion {

    @Override
    public String prompt() {
        return """
                **Explain it to someone.** A friend says: "Convolution and pooling make a network see a digit wherever it stands." Is that true? Use what you \
                measured in sections 2 and 7. Three sentences.
                """;
    }

    @Override
    public String variable() {
        return "explanation";
    }

    @Override
    public String form() {
        return "three sentences";
    }

    @Override
    public List<Criterion> rubric() {
        return List.of(
                criterion("convolution moves its output along with its input (equivariant), it does not forget where", 1),
                criterion("pooling forgets small moves, those inside a window: tolerant, not invariant", 1),
                criterion("larger moves still hurt, since the dense layers know places, as the table of moved digits shows", 1));
    }

    @Override
    public String modelAnswer() {
        return """
                Only in part. A convolution answers a moved digit with a moved map, and pooling forgets moves that stay inside a window, so a few
                pixels do little harm. What comes after, the dense layers, has a weight for each place again: moved by more than a window or two,
                the digits are read much worse, as the table of moved digits shows.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("What does a convolution's output do when its input moves? How far can a feature move inside a window? What comes after the last pooling?");
    }
}
