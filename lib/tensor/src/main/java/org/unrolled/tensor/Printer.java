package org.unrolled.tensor;

import java.util.Locale;
import org.unrolled.tensor.op.Shapes;

/** Tensors as text: nested brackets, four decimals, long axes cut in the middle. */
final class Printer {
    private static final int EDGE = 3;
    private static final int LONG = 8;

    private final float[] values;
    private final int[] shape;
    private final String format;
    private final StringBuilder out = new StringBuilder();

    private Printer(Tensor x) {
        values = x.toArray();
        shape = x.shape();
        format = format(x.isInt());
    }

    static String print(Tensor x) {
        Printer printer = new Printer(x);
        printer.out.append("Tensor ").append(Shapes.text(printer.shape)).append(x.isInt() ? " int" : "")
                .append(x.dim() < 2 ? " " : "\n");
        printer.axis(0, 0);
        return printer.out.toString();
    }

    /** One format for all elements, so that columns line up. */
    private String format(boolean ints) {
        float largest = 0;
        boolean whole = true;
        for (float value : values) {
            if (!Float.isFinite(value)) continue;
            largest = Math.max(largest, Math.abs(value));
            whole &= value == Math.rint(value);
        }
        boolean negative = false;
        for (float value : values) negative |= value < 0;
        if (largest >= 1e6f || largest > 0 && largest < 1e-3f) return "%" + (negative ? 11 : 10) + ".4e";
        int digits = (int) Math.log10(Math.max(1, largest)) + 1 + (negative ? 1 : 0);
        if (ints) return "%" + digits + ".0f";
        return whole ? "%" + (digits + 2) + ".1f" : "%" + (digits + 5) + ".4f";
    }

    private void axis(int axis, int at) {
        if (axis == shape.length) {
            out.append(String.format(Locale.ROOT, format, values[at]));
            return;
        }
        int size = shape[axis], step = Shapes.count(shape, axis + 1, shape.length);
        boolean last = axis == shape.length - 1;
        out.append('[');
        for (int i = 0; i < size; i++) {
            if (i > 0) out.append(last ? ", " : ",\n" + " ".repeat(axis + 1));
            if (size > LONG && i == EDGE) {
                out.append('…');
                i = size - EDGE - 1;
                continue;
            }
            axis(axis + 1, at + i * step);
        }
        out.append(']');
    }
}
