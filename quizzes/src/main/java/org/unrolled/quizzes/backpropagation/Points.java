package org.unrolled.quizzes.backpropagation;

import java.util.Random;
import org.unrolled.notebook.Notebook;
import org.unrolled.notebook.Plane;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/**
 * Points in the plane of two classes.
 *
 * @param x (N, 2), where they lie
 * @param y (N, 1), the class of each: −1 or 1
 */
public record Points(Tensor x, Tensor y) {

    /** Two half circles that reach into each other; every second point is of the lower one, whose class is 1. */
    public static Points moons(Random random, int n, double noise) {
        return make(random, n, noise, (lower, t) -> {
            double angle = Math.PI * t;
            return lower ? new double[] {0.5 - Math.cos(angle), 0.25 - Math.sin(angle)}
                    : new double[] {Math.cos(angle) - 0.5, Math.sin(angle) - 0.25};
        });
    }

    /** Two arms that wind around each other and around the origin; every second point is of the second, whose class is 1. */
    public static Points spirals(Random random, int n, double turns, double noise) {
        return make(random, n, noise, (second, t) -> {
            double radius = 0.15 + 1.35 * Math.sqrt(t);   // the root spreads the points evenly along the arm
            double angle = 2 * Math.PI * turns * Math.sqrt(t) + (second ? Math.PI : 0);
            return new double[] {radius * Math.cos(angle), radius * Math.sin(angle)};
        });
    }

    private interface Curve {
        double[] at(boolean second, double t);
    }

    private static Points make(Random random, int n, double noise, Curve curve) {
        float[] x = new float[2 * n];
        float[] y = new float[n];
        for (int i = 0; i < n; i++) {
            boolean second = i % 2 == 1;
            double[] at = curve.at(second, random.nextDouble());
            x[2 * i] = (float) (at[0] + noise * random.nextGaussian());
            x[2 * i + 1] = (float) (at[1] + noise * random.nextGaussian());
            y[i] = second ? 1 : -1;
        }
        return new Points(Tensors.tensor(x, n, 2), Tensors.tensor(y, n, 1));
    }

    /** The points, drawn. */
    public Plane picture() {
        return Notebook.plane(x, y).extent(-2, 2).names("class −1", "class 1");
    }

    /** The share of predictions (N, 1) that have the sign of their class. */
    public double accuracy(Tensor predictions) {
        float[] said = predictions.toArray();
        float[] is = y.toArray();
        int right = 0;
        for (int i = 0; i < is.length; i++) {
            right += said[i] * is[i] > 0 ? 1 : 0;
        }
        return (double) right / is.length;
    }
}
