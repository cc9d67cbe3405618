package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;

/** A tensor as one line of facts (shape, range, mean) and a picture: a heat map, or small multiples from three axes on. */
record TensorView(@Nullable String name, int[] shape, float[] values, boolean isInt) {
    private static final int MOST_MAPS = 12;

    static TensorView of(@Nullable String name, Tensor tensor) {
        return new TensorView(name, tensor.shape(), tensor.toArray(), tensor.isInt());
    }

    String shapeText() {
        return Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(", ", "(", shape.length == 1 ? ",)" : ")"));
    }

    /** What stands behind the shape: type, range, mean, and what is worth knowing about the rows. */
    String facts() {
        StringBuilder out = new StringBuilder(isInt ? "int" : "float32");
        double sum = 0;
        int finite = 0;
        int nan = 0;
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (float v : values) {
            if (Float.isFinite(v)) {
                sum += v;
                finite++;
                min = Math.min(min, v);
                max = Math.max(max, v);
            } else if (Float.isNaN(v)) {
                nan++;
            }
        }
        if (values.length == 0) {
            return out.append(" · no elements").toString();
        }
        if (values.length > 1 && finite > 0) {
            out.append(" · min ").append(Numbers.brief(min, 3)).append(" · max ").append(Numbers.brief(max, 3));
            if (!isInt) {
                out.append(" · mean ").append(Numbers.brief(meanOf(sum, finite, min, max), 3));
            }
        }
        if (values.length > 1 && !isInt && rowsSumToOne(min)) {
            out.append(shape.length == 1 ? " · sums to 1" : " · rows sum to 1");
        }
        if (nan > 0) {
            out.append(" · ").append(nan).append(" NaN");
        }
        if (finite + nan < values.length) {
            out.append(" · ").append(values.length - finite - nan).append(" infinite");
        }
        return out.toString();
    }

    /** A mean of rounding noise around zero reads as zero. */
    private static double meanOf(double sum, int n, float min, float max) {
        double mean = sum / n;
        return Math.abs(mean) < 1e-7 * Math.max(Math.abs(min), Math.abs(max)) ? 0 : mean;
    }

    private boolean rowsSumToOne(float min) {
        int n = shape.length == 0 ? 1 : shape[shape.length - 1];
        if (n < 2 || !(min >= 0)) {
            return false;
        }
        boolean soft = false;
        for (int i = 0; i < values.length; i += n) {
            double sum = 0;
            for (int j = i; j < i + n; j++) {
                sum += values[j];
                soft |= values[j] > 0 && values[j] < 1;
            }
            if (!(Math.abs(sum - 1) < 1e-4)) {
                return false;
            }
        }
        return soft;
    }

    /** The tensor drawn; null for a scalar and for a tensor without elements, which a line of text says better. */
    @Nullable Picture<?> picture() {
        if (shape.length == 0 || values.length == 0) {
            return null;
        }
        String title = (name == null ? "" : name + " ") + shapeText();
        if (shape.length <= 2) {
            int columns = shape[shape.length - 1];
            return new HeatMap(new Matrix(values, values.length / columns, columns)).alt("Tensor " + title + ". "
                    + new HeatMap(new Matrix(values, values.length / columns, columns)).alt());
        }
        int rows = shape[shape.length - 2];
        int columns = shape[shape.length - 1];
        int maps = values.length / (rows * columns);
        List<Matrix> matrices = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < Math.min(maps, MOST_MAPS); i++) {
            matrices.add(new Matrix(Arrays.copyOfRange(values, i * rows * columns, (i + 1) * rows * columns), rows, columns));
            names.add(index(i));
        }
        Multiples multiples = new Multiples(matrices, names, maps - matrices.size());
        return multiples.alt("Tensor " + title + ". " + multiples.alt());
    }

    /** The index of the i-th matrix on the leading axes: [1, 0]. */
    private String index(int i) {
        int[] at = new int[shape.length - 2];
        for (int d = at.length - 1; d >= 0; d--) {
            at[d] = i % shape[d];
            i /= shape[d];
        }
        return Arrays.toString(at);
    }

    String html() {
        StringBuilder out = new StringBuilder("<figure style=\"margin:.5em 0\"><div>");
        if (name != null) {
            out.append(isIdentifier(name) ? "<code>" + name + "</code> " : Html.escape(name) + " ");
        }
        if (shape.length == 0) {
            out.append("<strong>").append(Numbers.brief(values[0], 6)).append("</strong> <span style=\"").append(Html.QUIET).append("\">scalar, ");
        } else {
            out.append("<strong>").append(shapeText()).append("</strong> <span style=\"").append(Html.QUIET).append("\">");
        }
        out.append(facts()).append("</span></div>");
        Picture<?> picture = picture();
        if (picture != null) {
            out.append(Html.img(picture.render(), picture.alt()));
        }
        return out.append("</figure>").toString();
    }

    String text() {
        String head = (name == null ? "" : name + " ") + (shape.length == 0 ? Numbers.brief(values[0], 6) + " scalar, " : shapeText() + " ") + facts();
        Picture<?> picture = picture();
        return picture == null ? head : head + "\n" + picture.text();
    }

    static boolean isIdentifier(String text) {
        return text.matches("[\\p{Alpha}_][\\w.]*");
    }
}
