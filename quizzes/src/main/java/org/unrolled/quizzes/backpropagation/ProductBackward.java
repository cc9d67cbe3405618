package org.unrolled.quizzes.backpropagation;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Misconception.twin;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;

/** The way back through a product node: z = a·b. */
@Question(id = "backpropagation/product-backward", points = 2, lesson = "01-backpropagation", title = "Back through a product")
public final class ProductBackward implements CodeQuestion<ProductBackward.Backward> {

    /** What a product node hands to its two inputs. */
    public record Gradients(double da, double db) {}

    public interface Backward {
        Gradients productBackward(double a, double b, double dz);
    }

    // BEGIN ANSWER
    /** z = a·b and dz, the gradient that has arrived at z -> what goes on to a and to b. */
    static ProductBackward.Gradients productBackward(double a, double b, double dz) {
        // BEGIN SOLUTION what arrives, times how fast z changes with each input
        double da = dz * b;
        double db = dz * a;
        return new ProductBackward.Gradients(da, db);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return ProductBackward::productBackward;
    }

    @Override
    public String prompt() {
        return """
                **Your turn.** Write `productBackward`, the way back through $z = a\\,b$: from $dz$, which has arrived at $z$, to $da$ and $db$. \
                The chain rule (1.6) does it; hold $b$ still and ask how fast $z$ changes with $a$. \
                End with `return new ProductBackward.Gradients(da, db);`.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "Chain rule: da = dz · ∂z/∂a. What is ∂z/∂a of z = a·b, with b held still?",
                "If a grows by 1, z grows by b. So ∂z/∂a = b, and ∂z/∂b = a: each input gets the other one as its factor.",
                "double da = dz * b; double db = dz * a; and both go into the record.");
    }

    @Override
    public List<Misconception<Backward>> misconceptions() {
        return List.of(
                twin("da and db are exchanged: a got dz·a. How fast z = a·b changes with a is b: each input's slope is the other input.",
                        (a, b, dz) -> new Gradients(dz * a, dz * b)),
                twin("dz is missing: b and a are only the node's own slopes. The chain rule multiplies them by what has arrived at z.",
                        (a, b, dz) -> new Gradients(b, a)),
                twin("You handed dz on unchanged. That is the way back through a sum; through a product, each input's part is multiplied by"
                                + " the other input.",
                        (a, b, dz) -> new Gradients(dz, dz)),
                twin("You added dz to the slopes. Along one way through the graph slopes are multiplied; adding is for different ways that"
                                + " meet.",
                        (a, b, dz) -> new Gradients(dz + b, dz + a)),
                twin("Both got dz·a·b, the value of z times dz. For da hold b still: z grows by b for each 1 that a grows.",
                        (a, b, dz) -> new Gradients(dz * a * b, dz * a * b)),
                twin("You divided dz by the other input. If a grows by 1, z grows by b, not by 1/b: multiply.",
                        (a, b, dz) -> new Gradients(dz / b, dz / a)));
    }

    @Check("agrees with the chain rule")
    void agrees(Backward yours, Random random) {
        for (int i = 0; i < 12; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            double dz = random.nextGaussian();
            close(yours.productBackward(a, b, dz), productBackward(a, b, dz));
        }
    }

    @Check("an input of 0 still gets its gradient")
    void zero(Backward yours, Random random) {
        double b = 1 + random.nextDouble();
        double dz = 1 + random.nextDouble();
        close(yours.productBackward(0, b, dz), new Gradients(dz * b, 0));
    }
}
