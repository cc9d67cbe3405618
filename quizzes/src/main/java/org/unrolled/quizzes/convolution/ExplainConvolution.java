package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.TextQuestion.criterion;

import java.util.List;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.TextQuestion;

/** In your own words. */
@Question(id = "convolution/explain", points = 4, title = "Explain it to someone", lesson = "02-convolution")
public final class ExplainConvolution implements TextQuestion {

    @Override
    public String prompt() {
        return """
                **Explain it to someone.** A friend who knows matrices asks: what does a convolution compute, why does it need so few weights, what happens \
                when the picture moves, and what does it cost? Three or four sentences.
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
                criterion("a window slides over the picture; each output is the sum of kernel times window, over all channels", 1),
                criterion("all places share one kernel, so the number of weights does not depend on the picture's size", 1),
                criterion("if the picture moves, the output moves with it (with a stride: for moves by whole steps)", 1),
                criterion("cost: each weight is used at every place, so few weights still mean many multiplications (or: a matrix product after im2col)", 1));
    }

    @Override
    public String modelAnswer() {
        return """
                A convolution slides a small window over the picture, and each output is the sum of the kernel's weights times what the
                window sees, over all channels. All places share that one kernel, so the number of weights depends on the window and
                the channels and not on the size of the picture. When the picture moves, the output moves with it, as long as the move
                is a whole number of strides and stays away from the border. Few weights are not little work: each is used once at
                every place, which is a large matrix product.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("Use the words window, kernel, channel, shared. Then: what does a move do? Then: how often is a weight used?");
    }
}
