package org.unrolled.quizzes.convolution;

import static org.unrolled.quiz.ChoiceQuestion.right;
import static org.unrolled.quiz.ChoiceQuestion.wrong;

import java.util.List;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.Question;

/** Predict: loops against im2col and a matrix product, which do the same multiplications. */
@Question(id = "convolution/same-multiplications", title = "The same multiplications", lesson = "02-convolution")
public final class SameMultiplications implements ChoiceQuestion {

    @Override
    public String prompt() {
        return """
                **Predict before you run.** Is the patch matrix worth it? A layer as networks have them: 16 channels of 64×64 to 32 channels, kernels of 3×3. \
                The loops and the product do the same multiplications, and building $P$ comes on top. Which is faster?
                """;
    }

    @Override
    public List<Option> options() {
        return List.of(
                wrong("The loops: they need no $P$.", "Building P copies each number nine times, which costs something. But each number is then multiplied 9·32 times, and that is where the loops are slow."),
                wrong("Neither: the same multiplications take the same time.",
                        "A processor multiplies faster than it can fetch numbers from memory. What counts is in which order they come, and how often each is used while it is near."),
                wrong("The product, but not if building $P$ is counted.", "Building P may take as long as the product itself. Both together are still far below the loops: the table shows all three."),
                right("The product, many times faster, with building $P$ counted.",
                        "It takes several numbers in one instruction, runs on all cores, and uses each number often while it is near the processor."));
    }

    @Override
    public String variable() {
        return "sameMultiplications";
    }

    @Override
    public List<String> hints() {
        return List.of("How many multiplications does each number of X take part in, and how often is it copied into P?",
                "The number of multiplications is not the time: a processor can do eight or more of them in one instruction, if the numbers lie side by side.");
    }
}
