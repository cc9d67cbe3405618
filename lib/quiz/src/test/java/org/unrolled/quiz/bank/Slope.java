package org.unrolled.quiz.bank;

import static org.unrolled.quiz.Misconception.twin;

import java.util.List;
import java.util.Random;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Expect;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.Remote;

/** The example of an answer that takes and returns functions, which stay in their JVMs. */
@Question(id = "example/slope", points = 2)
public final class Slope implements CodeQuestion<Slope.Derivative> {

    @Remote
    public interface Curve {
        double at(double x);
    }

    public interface Derivative {
        Curve derivative(Curve f);
    }

    // BEGIN ANSWER
    /** The central difference of f with h = 1e-4, as a function. */
    static Slope.Curve derivative(Slope.Curve f) {
        // BEGIN SOLUTION a function of x that looks a little to the left and to the right
        return x -> (f.at(x + 1e-4) - f.at(x - 1e-4)) / 2e-4;
        // END SOLUTION
    }
    // END ANSWER

    @Override public Derivative solution() { return Slope::derivative; }
    @Override public String prompt() { return "Write `derivative`."; }
    @Override public List<Misconception<Derivative>> misconceptions() {
        return List.of(twin("never told", f -> x -> f.at(x)));
    }

    @Check("the slope of x²")
    void square(Derivative yours, Random random) {
        double x = 1 + random.nextDouble();
        Expect.close(yours.derivative(v -> v * v).at(x), 2 * x, 1e-3);
    }

    @Check("the slope of a slope")
    void twice(Derivative yours) {
        Expect.close(yours.derivative(yours.derivative(v -> v * v * v)).at(2), 12.0, 1e-2);
    }
}
