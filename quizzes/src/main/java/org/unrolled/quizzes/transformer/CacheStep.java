package org.unrolled.quizzes.transformer;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.ones;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.softmax;
import static org.unrolled.tensor.Tensors.sqrt;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** One step of causal attention with a cache of keys and values (Shazeer 2019, section 2.4). */
@Question(id = "transformer/cache-step", points = 4, lesson = "08-transformer", title = "A step with a KV cache", forbids = {"KeyValueCache.*", "MultiHeadAttention.*", "Transformer.*"})
public final class CacheStep implements CodeQuestion<CacheStep.Steps> {

    /** What the new position gets, and the cache after it. */
    public record Step(Tensor output, Tensor keys, Tensor values) {}

    public interface Steps {
        Step step(Tensor x, Tensor keys, Tensor values, Tensor wQ, Tensor wK, Tensor wV);
    }

    // BEGIN ANSWER
    /** x (1, d) is new; keys (t, dK), values (t, dV) of the t before it -> output (1, dV), t + 1 of both. */
    static CacheStep.Step step(Tensor x, Tensor keys, Tensor values, Tensor wQ, Tensor wK, Tensor wV) {
        // BEGIN SOLUTION append the new key and value, then let the new query look at all of them
        Tensor k = cat(0, keys, x.matmul(wK)), v = cat(0, values, x.matmul(wV));
        Tensor q = x.matmul(wQ);
        Tensor output = softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1)))).matmul(v);
        return new CacheStep.Step(output, k, v);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Steps solution() {
        return CacheStep::step;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `step`, equation (8.17), for one head. `cat(0, a, b)` puts the rows of `b` under those of `a`. \
                The check compares the output, the keys and the values, in this order.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of("The new position sees itself, too: its key and value go into the cache first.",
                "Three projections of x; cat(0, keys, x.matmul(wK)); then attention of one query over t + 1 keys. No mask: nothing later is there.",
                "return new CacheStep.Step(softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1)))).matmul(v), k, v);");
    }

    private static Tensor attended(Tensor q, Tensor k, Tensor v) {
        return softmax(q.matmul(k.transpose()).div(sqrt(q.size(-1)))).matmul(v);
    }

    @Override
    public List<Misconception<Steps>> misconceptions() {
        return List.of(
                twin("The new position does not see itself: append its key and value before it looks.",
                        (x, keys, values, wQ, wK, wV) -> new Step(attended(x.matmul(wQ), keys, values), cat(0, keys, x.matmul(wK)), cat(0, values, x.matmul(wV)))),
                twin("The cache does not grow: return the keys and values with the new ones at their end, or the next step forgets this one.",
                        (x, keys, values, wQ, wK, wV) -> new Step(step(x, keys, values, wQ, wK, wV).output(), keys, values)),
                twin("The new key and value stand in front of the old ones. The output is the same, but the cache is in the order of the text: append at its end.",
                        (x, keys, values, wQ, wK, wV) -> new Step(step(x, keys, values, wQ, wK, wV).output(), cat(0, x.matmul(wK), keys), cat(0, x.matmul(wV), values))),
                twin("The scores are not divided by √d_k: a cached step computes what equation 7.6 says.",
                        (x, keys, values, wQ, wK, wV) -> {
                            Step s = step(x, keys, values, wQ, wK, wV);
                            return new Step(softmax(x.matmul(wQ).matmul(s.keys().transpose())).matmul(s.values()), s.keys(), s.values());
                        }),
                twin("You divided by the square root of d, the size of x. d_k is the size of a query and of a key: q.size(-1).",
                        (x, keys, values, wQ, wK, wV) -> {
                            Step s = step(x, keys, values, wQ, wK, wV);
                            return new Step(softmax(x.matmul(wQ).matmul(s.keys().transpose()).div(sqrt(x.size(-1)))).matmul(s.values()), s.keys(), s.values());
                        }),
                twin("Softmax ran down the columns, over the one query, so that every weight is 1. It runs along the keys, the last axis.",
                        (x, keys, values, wQ, wK, wV) -> {
                            Step s = step(x, keys, values, wQ, wK, wV);
                            return new Step(ones(1, s.keys().size(0)).matmul(s.values()), s.keys(), s.values());
                        }),
                twin("The query went into the cache in place of the key: what is cached is x W_K.",
                        (x, keys, values, wQ, wK, wV) -> {
                            Tensor k = cat(0, keys, x.matmul(wQ)), v = cat(0, values, x.matmul(wV));
                            return new Step(attended(x.matmul(wQ), k, v), k, v);
                        }),
                twin("Softmax is missing: the values are mixed with the raw scores.",
                        (x, keys, values, wQ, wK, wV) -> {
                            Step s = step(x, keys, values, wQ, wK, wV);
                            return new Step(x.matmul(wQ).matmul(s.keys().transpose()).div(sqrt(wQ.size(1))).matmul(s.values()), s.keys(), s.values());
                        }),
                twin("The new position sees itself alone: its query looks at all keys, the cached ones too.",
                        (x, keys, values, wQ, wK, wV) -> {
                            Step s = step(x, keys, values, wQ, wK, wV);
                            return new Step(x.matmul(wV), s.keys(), s.values());
                        }));
    }

    @Check("the output of the new position, and the cache after it")
    void step(Steps yours, Random random) {
        for (int t = 1; t <= 4; t++) {
            int d = 4 + t;
            Tensor x = randn(random, 1, d), keys = randn(random, t, 3), values = randn(random, t, 2);
            Tensor wQ = randn(random, d, 3), wK = randn(random, d, 3), wV = randn(random, d, 2);
            close(yours.step(x, keys, values, wQ, wK, wV), step(x, keys, values, wQ, wK, wV));
        }
    }
}
