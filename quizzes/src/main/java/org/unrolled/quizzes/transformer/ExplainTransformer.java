package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.TextQuestion.criterion;

import java.util.List;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.TextQuestion;

/** In your own words. */
@Question(id = "transformer/explain", points = 4, title = "Explain it to someone", lesson = "08-transformer")
public final class ExplainTransformer implements TextQuestion {

    @Override
    public String prompt() {
        return """
                **Explain it to someone.** A friend who knows attention asks: what else is in a Transformer block, where does the order of the words \
                come from, and why does writing need a cache? Four or five sentences.
                """;
    }

    @Override
    public String variable() {
        return "explanation";
    }

    @Override
    public String form() {
        return "four or five sentences";
    }

    @Override
    public List<Criterion> rubric() {
        return List.of(
                criterion("attention mixes positions, the feed-forward part works on each position by itself", 1),
                criterion("both are added to a stream that passes by them; norms keep what they read at one scale (pre-LN or post-LN)", 1),
                criterion("attention knows no order: it is added to the input, or put into the scores (turned, or lowered with distance)", 1),
                criterion("keys and values of what was read do not change under a causal mask, so they are kept and not computed again at each token", 1));
    }

    @Override
    public String modelAnswer() {
        return """
                A block has two parts: attention, which lets positions take from each other, and a feed-forward network, which works on
                each position by itself. Neither replaces what comes in: both add to a stream that runs past them, and a norm in front of
                each part keeps what it reads at one scale. Attention alone sees a set, so positions are added to the input, or they
                act in the scores, as a rotation of queries and keys or as a penalty for distance. A model that writes is causal: what
                it has read does not change when a token is added, so its keys and values are kept, and a new token costs one
                query and not the whole text again.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("Two parts, and how they are joined. Then positions: added or inside the scores. Then what a causal mask makes constant.");
    }
}
