package org.unrolled.quizzes.attention;

import static org.unrolled.quiz.TextQuestion.criterion;

import java.util.List;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.TextQuestion;

/** In your own words. */
@Question(id = "attention/explain", points = 4, title = "Explain it to someone", lesson = "07-attention")
public final class ExplainAttention implements TextQuestion {

    @Override
    public String prompt() {
        return """
                **Explain it to someone.** A friend who knows matrices asks: what does attention do, why the $\\sqrt{d_k}$, and what does it \
                cost? Three or four sentences.
                """;
    }

    @Override
    public String variable() {
        return "explanation";
    }

    @Override
    public String form() {
        return "three or four sentences";
    }

    @Override
    public List<Criterion> rubric() {
        return List.of(
                criterion("each query is compared with all keys, and softmax makes weights out of the scores that sum to one", 1),
                criterion("the output is the mean of the values, weighted like that", 1),
                criterion("without √d_k the scores grow with d_k, softmax saturates, and its gradient vanishes", 1),
                criterion("cost: every pair, so it grows with the square of the length (or: no fixed-size bottleneck in exchange)", 1));
    }

    @Override
    public String modelAnswer() {
        return """
                Attention looks things up softly: each query is compared with every key by a dot product, and softmax turns
                the scores of a query into positive weights that sum to one. The output is the mean of the values with these weights,
                so nothing has to be squeezed into one vector first. Dot products of d_k numbers have a standard deviation of √d_k;
                without dividing by it softmax saturates and lets almost no gradient through. The price is one score for each
                pair of positions, so time and memory grow with the square of the length.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("Use the words query, key, value, weight. Then: what happens to softmax if its inputs get large? Then: how many pairs?");
    }
}
