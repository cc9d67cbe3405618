package org.unrolled.tensor.kernel;

import static org.unrolled.tensor.kernel.VectorMath.FLOATS;
import static org.unrolled.tensor.kernel.VectorMath.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of one or two numbers, a register at a time. A function has a loop of its own, since a loop that is handed its
 * function would put every vector into an object.
 */
final class VectorElementwise {
    private VectorElementwise() { }

    /** y (+)= f(a, b) over n elements, n a multiple of the lanes; a function of one number ignores b. */
    private interface Loop { void run(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n, boolean acc); }

    static void unary(Buffer y, Unary f, Buffer x) {
        Loop loop = switch (f) {
            case EXP -> VectorElementwise::exp;
            case LOG -> VectorElementwise::log;
            case SQRT -> VectorElementwise::sqrt;
            case ABS -> VectorElementwise::abs;
            case TANH -> VectorElementwise::tanh;
            case SIGMOID -> VectorElementwise::sigmoid;
            case RELU -> VectorElementwise::relu;
            case GELU -> VectorElementwise::gelu;
            case GELU_TANH -> VectorElementwise::geluTanh;
            case SILU -> VectorElementwise::silu;
        };
        run(loop, y, x, x, 1, false);
    }

    static void unaryBackward(Buffer dx, Unary f, Buffer dout, Buffer x, Buffer y, boolean acc) {
        switch (f) {
            case EXP -> run(VectorElementwise::mul, dx, dout, y, 1, acc);
            case LOG -> run(VectorElementwise::div, dx, dout, x, 1, acc);
            case SQRT -> run(VectorElementwise::sqrtBackward, dx, dout, y, 1, acc);
            case ABS -> run(VectorElementwise::absBackward, dx, dout, x, 1, acc);
            case TANH -> run(VectorElementwise::tanhBackward, dx, dout, y, 1, acc);
            case SIGMOID -> run(VectorElementwise::sigmoidBackward, dx, dout, y, 1, acc);
            case RELU -> run(VectorElementwise::reluBackward, dx, dout, x, 1, acc);
            case GELU -> run(VectorElementwise::geluBackward, dx, dout, x, 2, acc);
            case GELU_TANH -> run(VectorElementwise::geluTanhBackward, dx, dout, x, 2, acc);
            case SILU -> run(VectorElementwise::siluBackward, dx, dout, x, 2, acc);
        }
    }

    /** y (+)= f(a, b), all three contiguous. */
    static void binary(Buffer y, Binary f, Buffer a, Buffer b, boolean acc) {
        run(loop(f), y, a, b, 1, acc);
    }

    /** y (+)= alpha·x + beta. */
    static void affine(Buffer y, Buffer x, float alpha, float beta, boolean acc) {
        float[] ys = y.floats(), xs = x.floats();
        int y0 = y.offset(), x0 = x.offset();
        Workers.forRanges(y.length(), LANES, y.length() / 3, (from, to) -> affine(ys, y0 + from, xs, x0 + from, to - from, alpha, beta, acc));
    }

    private static void affine(float[] y, int y0, float[] x, int x0, int n, float alpha, float beta, boolean acc) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) put(at(x, x0 + i).mul(alpha).add(beta), y, y0 + i, acc);
        for (; i < n; i++) {
            float value = alpha * x[x0 + i] + beta;
            y[y0 + i] = acc ? y[y0 + i] + value : value;
        }
    }

    /** One row of a strided operation: a and b with stride 1, or 0 for a single number. */
    static void binaryRow(Binary f, float[] y, int y0, float[] a, int a0, int strideA, float[] b, int b0, int strideB, int n, boolean acc) {
        int whole = n / LANES * LANES;
        if (strideA == 1 && strideB == 1) {
            loop(f).run(y, y0, a, a0, b, b0, whole, acc);
        } else {
            FloatVector left = FloatVector.broadcast(FLOATS, a[a0]), right = FloatVector.broadcast(FLOATS, b[b0]);
            for (int i = 0; i < whole; i += LANES) {
                if (strideA == 1) left = FloatVector.fromArray(FLOATS, a, a0 + i);
                if (strideB == 1) right = FloatVector.fromArray(FLOATS, b, b0 + i);
                put(switch (f) {
                    case ADD -> left.add(right);
                    case SUB -> left.sub(right);
                    case MUL -> left.mul(right);
                    case DIV -> left.div(right);
                    case MAXIMUM -> left.max(right);
                    case STEP -> step(left, right);
                }, y, y0 + i, acc);
            }
        }
        for (int i = whole; i < n; i++) {
            float value = f.apply(a[a0 + i * strideA], b[b0 + i * strideB]);
            y[y0 + i] = acc ? y[y0 + i] + value : value;
        }
    }

    private static Loop loop(Binary f) {
        return switch (f) {
            case ADD -> VectorElementwise::add;
            case SUB -> VectorElementwise::sub;
            case MUL -> VectorElementwise::mul;
            case DIV -> VectorElementwise::div;
            case MAXIMUM -> VectorElementwise::maximum;
            case STEP -> VectorElementwise::step;
        };
    }

    private static void run(Loop loop, Buffer y, Buffer a, Buffer b, int nanosPerElement, boolean acc) {
        float[] ys = y.floats(), as = a.floats(), bs = b.floats();
        int y0 = y.offset(), a0 = a.offset(), b0 = b.offset(), n = y.length();
        Workers.forRanges(n, LANES, (long) n * nanosPerElement / 2, (from, to) -> {
            int whole = from + (to - from) / LANES * LANES, rest = to - whole;
            loop.run(ys, y0 + from, as, a0 + from, bs, b0 + from, whole - from, acc);
            if (rest > 0) {
                // what does not fill a register goes through one that is filled up
                float[] yRest = new float[LANES], aRest = new float[LANES], bRest = new float[LANES];
                System.arraycopy(as, a0 + whole, aRest, 0, rest);
                System.arraycopy(bs, b0 + whole, bRest, 0, rest);
                System.arraycopy(ys, y0 + whole, yRest, 0, rest);
                loop.run(yRest, 0, aRest, 0, bRest, 0, LANES, acc);
                System.arraycopy(yRest, 0, ys, y0 + whole, rest);
            }
        });
    }

    private static FloatVector at(float[] x, int i) {
        return FloatVector.fromArray(FLOATS, x, i);
    }

    /** Stored in either branch: a vector that is the one or the other would be an object. */
    private static void put(FloatVector value, float[] y, int i, boolean acc) {
        if (acc) value.add(at(y, i)).intoArray(y, i);
        else value.intoArray(y, i);
    }

    // ---- two numbers

    private static void add(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(a, a0 + i).add(at(b, b0 + i)), y, y0 + i, acc);
    }

    private static void sub(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(a, a0 + i).sub(at(b, b0 + i)), y, y0 + i, acc);
    }

    private static void mul(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(a, a0 + i).mul(at(b, b0 + i)), y, y0 + i, acc);
    }

    private static void div(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(a, a0 + i).div(at(b, b0 + i)), y, y0 + i, acc);
    }

    private static void maximum(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(a, a0 + i).max(at(b, b0 + i)), y, y0 + i, acc);
    }

    private static void step(float[] y, int y0, float[] a, int a0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(step(at(a, a0 + i), at(b, b0 + i)), y, y0 + i, acc);
    }

    private static FloatVector step(FloatVector a, FloatVector b) {
        return FloatVector.zero(FLOATS).blend(1f, a.compare(VectorOperators.GT, b)).blend(0.5f, a.compare(VectorOperators.EQ, b));
    }

    // ---- one number

    private static void exp(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(VectorMath.exp(at(x, x0 + i)), y, y0 + i, acc);
    }

    private static void log(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(VectorMath.log(at(x, x0 + i)), y, y0 + i, acc);
    }

    private static void sqrt(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(x, x0 + i).sqrt(), y, y0 + i, acc);
    }

    private static void abs(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(x, x0 + i).abs(), y, y0 + i, acc);
    }

    private static void tanh(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(VectorMath.tanh(at(x, x0 + i)), y, y0 + i, acc);
    }

    private static void sigmoid(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(VectorMath.sigmoid(at(x, x0 + i)), y, y0 + i, acc);
    }

    private static void relu(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(x, x0 + i).max(0f), y, y0 + i, acc);
    }

    private static void gelu(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(VectorMath.gelu(at(x, x0 + i)), y, y0 + i, acc);
    }

    private static void geluTanh(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(VectorMath.geluTanh(at(x, x0 + i)), y, y0 + i, acc);
    }

    private static void silu(float[] y, int y0, float[] x, int x0, float[] b, int b0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(VectorMath.silu(at(x, x0 + i)), y, y0 + i, acc);
    }

    // ---- backward: y is dx, a is dout, b is what the derivative needs (x, or the output where that is shorter)

    private static void sqrtBackward(float[] dx, int dx0, float[] dout, int d0, float[] out, int o0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(dout, d0 + i).mul(0.5f).div(at(out, o0 + i)), dx, dx0 + i, acc);
    }

    private static void absBackward(float[] dx, int dx0, float[] dout, int d0, float[] x, int x0, int n, boolean acc) {
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = at(x, x0 + i);
            // sign x: 1, -1 and, for ±0 and NaN, x itself
            FloatVector sign = v.blend(1f, v.compare(VectorOperators.GT, zero)).blend(-1f, v.compare(VectorOperators.LT, zero));
            put(at(dout, d0 + i).mul(sign), dx, dx0 + i, acc);
        }
    }

    private static void tanhBackward(float[] dx, int dx0, float[] dout, int d0, float[] out, int o0, int n, boolean acc) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector y = at(out, o0 + i);
            put(at(dout, d0 + i).mul(one.sub(y.mul(y))), dx, dx0 + i, acc);
        }
    }

    private static void sigmoidBackward(float[] dx, int dx0, float[] dout, int d0, float[] out, int o0, int n, boolean acc) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector y = at(out, o0 + i);
            put(at(dout, d0 + i).mul(y.mul(one.sub(y))), dx, dx0 + i, acc);
        }
    }

    private static void reluBackward(float[] dx, int dx0, float[] dout, int d0, float[] x, int x0, int n, boolean acc) {
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int i = 0; i < n; i += LANES) {
            FloatVector slope = zero.blend(1f, at(x, x0 + i).compare(VectorOperators.GT, zero));
            put(at(dout, d0 + i).mul(slope), dx, dx0 + i, acc);
        }
    }

    private static void geluBackward(float[] dx, int dx0, float[] dout, int d0, float[] x, int x0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector value = at(dout, d0 + i).mul(VectorMath.geluDerivative(at(x, x0 + i)));
            // not by put: after so long a function the compiler takes no other in, and a vector that is handed to one that stays outside becomes an object
            if (acc) value.add(FloatVector.fromArray(FLOATS, dx, dx0 + i)).intoArray(dx, dx0 + i);
            else value.intoArray(dx, dx0 + i);
        }
    }

    private static void geluTanhBackward(float[] dx, int dx0, float[] dout, int d0, float[] x, int x0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(dout, d0 + i).mul(VectorMath.geluTanhDerivative(at(x, x0 + i))), dx, dx0 + i, acc);
    }

    private static void siluBackward(float[] dx, int dx0, float[] dout, int d0, float[] x, int x0, int n, boolean acc) {
        for (int i = 0; i < n; i += LANES) put(at(dout, d0 + i).mul(VectorMath.siluDerivative(at(x, x0 + i))), dx, dx0 + i, acc);
    }
}
