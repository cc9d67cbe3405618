package org.unrolled.quizzes.kernels;

import static org.unrolled.quiz.TextQuestion.criterion;

import java.util.List;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.TextQuestion;

/** The whole lesson in a few sentences. */
@Question(id = "kernels/explain", points = 4, title = "Explain why the fast kernel is fast", lesson = "15-kernels")
public final class ExplainKernels implements TextQuestion {

    @Override
    public String prompt() {
        return """
                **Explain it to someone.** A friend has bought a GPU and finds that her small network trains more slowly on it than on the processor. Explain in three or four sentences what a matrix product's speed \
                depends on, how to see whether arithmetic or memory is the limit, and what she could do.
                """;
    }

    @Override
    public List<Criterion> rubric() {
        return List.of(
                criterion("says that the same operations are fast or slow by how often a number is used while it is near (cache, registers)", 1),
                criterion("compares operations for each byte with the ridge of the roofline, peak divided by bandwidth", 1),
                criterion("says that each call has a fixed price (start, transfer), so that small calls lose on a device", 1),
                criterion("names a remedy: larger batches, data that stays on the device, or a compiled step of fused kernels", 1));
    }

    @Override
    public String modelAnswer() {
        return "All versions of a matrix product do the same operations; the fast ones use each number many times while it is in a register or a cache. Divide a kernel's operations by its bytes: below peak divided by"
                + " bandwidth the memory is the limit, above it arithmetic. Each call on a device also pays for being started and for its transfers, whatever its size, so a network of small tensors spends its time"
                + " there. She should use larger batches, keep the weights on the device, and compile the whole step, so that there are fewer and larger calls.";
    }

    @Override
    public String variable() {
        return "explanation";
    }

    @Override
    public String form() {
        return "three or four sentences";
    }
}
