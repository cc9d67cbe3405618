package org.unrolled.nn.data;

import java.util.Random;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Shapes;

/**
 * Changes to training images (N, C, H, W) that leave the label as it is, or mix labels knowingly. Each image of the batch draws its own change from {@code random}; the same state of
 * {@code random} makes the same images. Only the training part is augmented.
 */
public final class Augmentation {
    private Augmentation() { }

    /**
     * Images mixed with others, and labels mixed in the same share: soft targets (N, K), whose rows sum to 1. The loss is the cross-entropy with soft targets,
     * −Σ targets · log softmax(logits) / N: {@code targets.mul(logits.logSoftmax(-1)).sum(-1).mean().neg()}.
     */
    public record Mixed(Tensor x, Tensor targets) { }

    /** Pads with {@code padding} black pixels on each side and cuts a window of the old size out at random: shifts by up to {@code padding} pixels. */
    public static Tensor crop(Tensor images, int padding, Random random) {
        int[] s = checked("crop", images);
        if (padding < 0) throw new IllegalArgumentException("crop: a padding of " + padding + " pixels: 0 or more.");
        float[] x = images.toArray();
        float[] y = new float[x.length];
        for (int n = 0; n < s[0]; n++) {
            int dy = random.nextInt(2 * padding + 1) - padding;
            int dx = random.nextInt(2 * padding + 1) - padding;
            for (int c = 0; c < s[1]; c++) {
                int plane = (n * s[1] + c) * s[2] * s[3];
                for (int i = Math.max(0, -dy); i < Math.min(s[2], s[2] - dy); i++) {
                    for (int j = Math.max(0, -dx); j < Math.min(s[3], s[3] - dx); j++) {
                        y[plane + i * s[3] + j] = x[plane + (i + dy) * s[3] + j + dx];
                    }
                }
            }
        }
        return Tensors.tensor(y, s);
    }

    /** Mirrors each image left to right with probability 1/2. Not for digits: a mirrored 2 is no 2. */
    public static Tensor flip(Tensor images, Random random) {
        int[] s = checked("flip", images);
        float[] y = images.toArray().clone();
        for (int n = 0; n < s[0]; n++) {
            if (random.nextBoolean()) continue;
            for (int row = n * s[1] * s[2]; row < (n + 1) * s[1] * s[2]; row++) {
                for (int a = row * s[3], b = a + s[3] - 1; a < b; a++, b--) {
                    float kept = y[a];
                    y[a] = y[b];
                    y[b] = kept;
                }
            }
        }
        return Tensors.tensor(y, s);
    }

    /** Turns each image around its middle by up to {@code degrees} either way, bilinearly; what comes from outside is black. */
    public static Tensor rotate(Tensor images, double degrees, Random random) {
        int[] s = checked("rotate", images);
        if (!(degrees >= 0 && degrees <= 180)) throw new IllegalArgumentException("rotate: up to " + degrees + " degrees: from 0 to 180, either way.");
        float[] x = images.toArray();
        float[] y = new float[x.length];
        double my = (s[2] - 1) / 2.0;
        double mx = (s[3] - 1) / 2.0;
        for (int n = 0; n < s[0]; n++) {
            double angle = StrictMath.toRadians(degrees * (2 * random.nextDouble() - 1));
            double cos = StrictMath.cos(angle);
            double sin = StrictMath.sin(angle);
            for (int i = 0; i < s[2]; i++) {
                for (int j = 0; j < s[3]; j++) {
                    double u = cos * (j - mx) + sin * (i - my) + mx;
                    double v = cos * (i - my) - sin * (j - mx) + my;
                    int j0 = (int) Math.floor(u);
                    int i0 = (int) Math.floor(v);
                    float fu = (float) (u - j0);
                    float fv = (float) (v - i0);
                    for (int c = 0; c < s[1]; c++) {
                        int plane = (n * s[1] + c) * s[2] * s[3];
                        float top = pixel(x, plane, s, i0, j0) * (1 - fu) + pixel(x, plane, s, i0, j0 + 1) * fu;
                        float bottom = pixel(x, plane, s, i0 + 1, j0) * (1 - fu) + pixel(x, plane, s, i0 + 1, j0 + 1) * fu;
                        y[plane + i * s[3] + j] = top * (1 - fv) + bottom * fv;
                    }
                }
            }
        }
        return Tensors.tensor(y, s);
    }

    private static float pixel(float[] x, int plane, int[] s, int i, int j) {
        return i < 0 || j < 0 || i >= s[2] || j >= s[3] ? 0 : x[plane + i * s[3] + j];
    }

    /** Changes brightness (a factor of 1 ± strength, all channels alike), contrast (around the image's mean) and the share of each channel, then cuts to 0 … 1. */
    public static Tensor jitter(Tensor images, double strength, Random random) {
        int[] s = checked("jitter", images);
        if (!(strength >= 0 && strength <= 1)) throw new IllegalArgumentException("jitter: a strength of " + strength + ": from 0 (nothing) to 1.");
        float[] y = images.toArray().clone();
        int plane = s[2] * s[3];
        for (int n = 0; n < s[0]; n++) {
            double brightness = around(strength, random);
            double contrast = around(strength, random);
            double mean = 0;
            for (int i = n * s[1] * plane; i < (n + 1) * s[1] * plane; i++) mean += y[i];
            mean /= Math.max(1, s[1] * plane);
            for (int c = 0; c < s[1]; c++) {
                double tint = s[1] == 1 ? 1 : around(strength / 2, random);
                for (int i = (n * s[1] + c) * plane; i < (n * s[1] + c + 1) * plane; i++) {
                    y[i] = (float) Math.clamp((mean + (y[i] - mean) * contrast) * brightness * tint, 0, 1);
                }
            }
        }
        return Tensors.tensor(y, s);
    }

    private static double around(double strength, Random random) {
        return 1 + strength * (2 * random.nextDouble() - 1);
    }

    /**
     * Mixup (Zhang et al. 2018): x̃ = λ x_i + (1 − λ) x_j and the same for the one-hot labels, λ from Beta(alpha, alpha), one for each image.
     *
     * @param labels (N) ints below {@code classes}
     * @param alpha  0.2 mixes little, 1 draws λ evenly from 0 to 1
     */
    public static Mixed mixup(Tensor images, Tensor labels, int classes, double alpha, Random random) {
        int[] s = checked("mixup", images);
        int[] y = labels("mixup", labels, s[0], classes);
        int[] other = partners(s[0], random);
        float[] x = images.toArray();
        float[] mixed = new float[x.length];
        float[] targets = new float[s[0] * classes];
        int width = s[1] * s[2] * s[3];
        for (int n = 0; n < s[0]; n++) {
            float lambda = (float) beta(alpha, random);
            for (int i = 0; i < width; i++) mixed[n * width + i] = lambda * x[n * width + i] + (1 - lambda) * x[other[n] * width + i];
            targets[n * classes + y[n]] += lambda;
            targets[n * classes + y[other[n]]] += 1 - lambda;
        }
        return new Mixed(Tensors.tensor(mixed, s), Tensors.tensor(targets, s[0], classes));
    }

    /**
     * CutMix (Yun et al. 2019): a rectangle of another image is pasted in, and the labels are mixed by the areas that are left. The rectangle has the image's proportions and
     * the share 1 − λ of its area, λ from Beta(alpha, alpha); at the edge it is cut off, and the targets count what is really covered.
     */
    public static Mixed cutmix(Tensor images, Tensor labels, int classes, double alpha, Random random) {
        int[] s = checked("cutmix", images);
        int[] y = labels("cutmix", labels, s[0], classes);
        int[] other = partners(s[0], random);
        float[] x = images.toArray();
        float[] mixed = x.clone();
        float[] targets = new float[s[0] * classes];
        for (int n = 0; n < s[0]; n++) {
            double side = Math.sqrt(1 - beta(alpha, random));
            int h = (int) Math.round(s[2] * side);
            int w = (int) Math.round(s[3] * side);
            int ci = random.nextInt(Math.max(1, s[2]));
            int cj = random.nextInt(Math.max(1, s[3]));
            int top = Math.clamp(ci - h / 2, 0, s[2]);
            int bottom = Math.clamp(ci - h / 2 + h, 0, s[2]);
            int left = Math.clamp(cj - w / 2, 0, s[3]);
            int right = Math.clamp(cj - w / 2 + w, 0, s[3]);
            for (int c = 0; c < s[1]; c++) {
                for (int i = top; i < bottom; i++) {
                    int row = (c * s[2] + i) * s[3];
                    int width = s[1] * s[2] * s[3];
                    System.arraycopy(x, other[n] * width + row + left, mixed, n * width + row + left, right - left);
                }
            }
            float pasted = (float) ((bottom - top) * (double) (right - left) / Math.max(1, s[2] * s[3]));
            targets[n * classes + y[n]] += 1 - pasted;
            targets[n * classes + y[other[n]]] += pasted;
        }
        return new Mixed(Tensors.tensor(mixed, s), Tensors.tensor(targets, s[0], classes));
    }

    private static int[] partners(int n, Random random) {
        int[] all = new int[n];
        for (int i = 0; i < n; i++) all[i] = i;
        return Split.shuffled(all, random);
    }

    private static int[] labels(String op, Tensor labels, int n, int classes) {
        if (!labels.isInt() || labels.dim() != 1 || labels.size(0) != n) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(labels.shape()) + (labels.isInt() ? " ints" : " floats") + " are no labels for " + n
                    + " images: one int for each. Hint: batch.y() has them.");
        }
        int[] y = labels.toIntArray();
        for (int label : y) {
            if (label < 0 || label >= classes) throw new IllegalArgumentException(op + ": the label " + label + " is not in 0 to " + (classes - 1) + ", the " + classes + " classes.");
        }
        return y;
    }

    /** Beta(a, a) as G₁ / (G₁ + G₂) of two gamma variates. */
    private static double beta(double alpha, Random random) {
        if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("alpha is " + alpha + ", and Beta(alpha, alpha) needs a finite number above 0. Hint: 0.2 to 1.");
        }
        double a = gamma(alpha, random);
        double b = gamma(alpha, random);
        // for a tiny alpha both may be 0: then one of the two images stays as it is
        return a + b > 0 ? a / (a + b) : random.nextInt(2);
    }

    /** Marsaglia and Tsang (2000); below 1 by the boost of their section 6. */
    private static double gamma(double shape, Random random) {
        if (shape < 1) return gamma(shape + 1, random) * StrictMath.pow(1 - random.nextDouble(), 1 / shape);
        double d = shape - 1 / 3.0;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double z = random.nextGaussian();
            double v = 1 + c * z;
            if (v <= 0) continue;
            v = v * v * v;
            if (StrictMath.log(1 - random.nextDouble()) < 0.5 * z * z + d - d * v + d * StrictMath.log(v)) return d * v;
        }
    }

    private static int[] checked(String op, Tensor images) {
        int[] shape = images.shape();
        if (shape.length != 4 || images.isInt()) {
            throw new IllegalArgumentException(op + ": " + Shapes.text(shape) + " is no batch of images, (N, C, H, W) floats. Hint: unsqueeze(0) makes one image a batch.");
        }
        return shape;
    }
}
