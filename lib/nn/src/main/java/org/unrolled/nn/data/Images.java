package org.unrolled.nn.data;

import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.op.Shapes;

/** What is done to images before a network sees them: (C, H, W), or a batch (N, C, H, W). Data preparation: no gradient flows through it. */
public final class Images {
    private Images() { }

    /**
     * Bilinear interpolation to another height and width, pixel centres at half-integers as in PyTorch's
     * {@code interpolate(mode="bilinear", align_corners=False)}. For enlarging; when shrinking to less than half it skips pixels.
     */
    public static Tensor resize(Tensor images, int height, int width) {
        int[] shape = checked("resize", images);
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("resize: " + height + " by " + width + " pixels: an image has at least one of each.");
        }
        int h = shape[shape.length - 2];
        int w = shape[shape.length - 1];
        if (h == 0 || w == 0) {
            throw new IllegalArgumentException("resize: " + Shapes.text(shape) + " has no pixels to interpolate between.");
        }
        float[] x = images.toArray();
        int n = x.length / (h * w);
        float[] y = new float[n * height * width];
        int[] left = new int[width];
        float[] right = new float[width];
        for (int j = 0; j < width; j++) {
            double at = Math.max(0, (j + 0.5) * w / width - 0.5);
            left[j] = Math.min((int) at, w - 1);
            right[j] = (float) (at - left[j]);
        }
        for (int i = 0; i < height; i++) {
            double at = Math.max(0, (i + 0.5) * h / height - 0.5);
            int top = Math.min((int) at, h - 1);
            int bottom = Math.min(top + 1, h - 1);
            float below = (float) (at - top);
            for (int k = 0; k < n; k++) {
                int upper = (k * h + top) * w;
                int lower = (k * h + bottom) * w;
                int out = (k * height + i) * width;
                for (int j = 0; j < width; j++) {
                    int a = left[j];
                    int b = Math.min(a + 1, w - 1);
                    float u = x[upper + a] * (1 - right[j]) + x[upper + b] * right[j];
                    float l = x[lower + a] * (1 - right[j]) + x[lower + b] * right[j];
                    y[out + j] = u * (1 - below) + l * below;
                }
            }
        }
        int[] to = shape.clone();
        to[to.length - 2] = height;
        to[to.length - 1] = width;
        return Tensors.tensor(y, to);
    }

    /** Brightness as the eye weighs it, 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601): (3, H, W) → (1, H, W), and so for a batch. */
    public static Tensor grey(Tensor images) {
        int[] shape = checked("grey", images);
        int channel = shape.length - 3;
        if (shape[channel] != 3) {
            throw new IllegalArgumentException("grey: " + Shapes.text(shape) + " has " + shape[channel] + " channels, and a colour image has 3: red, green, blue.");
        }
        float[] x = images.toArray();
        int pixels = shape[shape.length - 2] * shape[shape.length - 1];
        int n = channel == 0 ? 1 : shape[0];
        float[] y = new float[n * pixels];
        for (int k = 0; k < n; k++) {
            int at = 3 * k * pixels;
            for (int i = 0; i < pixels; i++) {
                y[k * pixels + i] = 0.299f * x[at + i] + 0.587f * x[at + pixels + i] + 0.114f * x[at + 2 * pixels + i];
            }
        }
        int[] to = shape.clone();
        to[channel] = 1;
        return Tensors.tensor(y, to);
    }

    static int[] checked(String op, Tensor images) {
        int[] shape = images.shape();
        if (shape.length < 3 || shape.length > 4 || images.isInt()) {
            throw new IllegalArgumentException(op + ": " + (images.isInt() ? "ints of " : "") + Shapes.text(shape)
                    + " are no images: (C, H, W) or (N, C, H, W) floats. Hint: unsqueeze(0) gives a grey image its channel.");
        }
        return shape;
    }
}
