package org.unrolled.tornado;

import java.util.List;
import java.util.Map;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.VectorKernels;
import org.unrolled.tensor.kernel.Window;

/**
 * The contract where an FPGA is at hand: it computes the kernels of the four core equations, convolution, the recurrent step, the gates of an
 * LSTM, and attention's products and row softmax. These are the methods below; what is not overridden here is computed on the CPU, and the
 * device's line in {@link Kernels#available} says so.
 *
 * <p>A kernel is compiled at its first call; another size only makes its arrays anew.
 */
public class FpgaKernels extends VectorKernels {
    /** What is computed on the FPGA. */
    static final List<String> ON_THE_FPGA = List.of("matmul", "softmax", "attention", "conv2d", "rnn", "lstm");

    private static final float[] NONE = {};

    private static final DeviceKernel MATMUL = new DeviceKernel(FpgaLoops.class, "matmul", (g, id, a) -> g.task(id, FpgaLoops::matmul, a.floats(0), a.floats(1), a.floats(2), a.n()));
    private static final DeviceKernel SOFTMAX = new DeviceKernel(FpgaLoops.class, "softmax", (g, id, a) -> g.task(id, FpgaLoops::softmax, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel ATTENTION = new DeviceKernel(FpgaLoops.class, "attention", (g, id, a) -> g.task(id, FpgaLoops::attention, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.n(), a.c()));
    private static final DeviceKernel CONV2D = new DeviceKernel(FpgaLoops.class, "conv2d", (g, id, a) -> g.task(id, FpgaLoops::conv2d, a.floats(0), a.floats(1), a.floats(2), a.n()));
    private static final DeviceKernel RNN = new DeviceKernel(FpgaLoops.class, "rnn", (g, id, a) -> g.task(id, FpgaLoops::rnn, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.ints(5), a.n(), a.c()));
    private static final DeviceKernel LSTM = new DeviceKernel(FpgaLoops.class, "lstm", (g, id, a) -> g.task(id, FpgaLoops::lstm, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.floats(7), a.floats(8), a.ints(9), a.n(), a.c()));

    private final Devices.Device device;
    private final EagerPlans plans;
    private long runs;

    FpgaKernels(Devices.Device device) {
        this.device = device;
        this.plans = new EagerPlans(device);
    }

    @Override public String name() {
        return device.name();
    }

    @Override protected boolean wholeLayers() {
        return false;
    }

    /** Calls that the FPGA computed so far. */
    public synchronized long runs() {
        return runs;
    }

    /** The OpenCL C that TornadoVM wrote for each kernel so far, by its name. */
    public Map<String, String> sources() {
        return FpgaFlow.sources();
    }

    /** @param reads whether the last destination is added to, not overwritten */
    private synchronized void run(DeviceKernel kernel, int written, boolean reads, int elements, int[] ints, float[] floats, Buffer... buffers) {
        DeviceCall call = new DeviceCall(kernel, List.of(buffers), written, reads, TornadoKernels.join(ints, elements), floats);
        if (call.isEmpty()) return;
        plans.run(call);
        runs++;
    }

    private static int flag(boolean value) {
        return value ? 1 : 0;
    }

    // ---- attention: products and the softmax of rows

    @Override public void matmul(Buffer c, Buffer a, Buffer b, int batch, int M, int N, int K, int strideA, int strideB, boolean transposeA, boolean transposeB, boolean acc) {
        run(MATMUL, 1, acc, batch * M * N, new int[] {batch, M, N, K, strideA, strideB, transposeA ? 1 : K, transposeA ? M : 1, transposeB ? 1 : N, transposeB ? K : 1, flag(acc)}, NONE, c, a, b);
    }

    @Override public void softmax(Buffer y, Buffer x, int outer, int n, int inner) {
        run(SOFTMAX, 1, false, outer * inner, new int[] {outer, n, inner}, NONE, y, x);
    }

    @Override public void attention(Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift) {
        run(ATTENTION, 2, false, B * H * T, TornadoKernels.join(strideBias, B, H, T, S, D, V, shift), new float[] {scale}, y, log, q, k, v, bias);
    }

    // ---- convolution

    @Override public void conv2d(Buffer y, Buffer x, Buffer weight, int B, int C, int Cout, int groups, Window window, boolean acc) {
        run(CONV2D, 1, acc, B * Cout * window.outH() * window.outW(), TornadoKernels.window(window, B, C, Cout, groups, flag(acc)), NONE, y, x, weight);
    }

    // ---- recurrent layers

    @Override public void rnn(Buffer h, Buffer hN, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean relu, boolean reverse, int B, int T, int H) {
        requireLengths("rnn", lengths, T);
        run(RNN, 2, false, B, new int[] {flag(relu), flag(reverse), B, T, H}, NONE, h, hN, weight, bias, h0, lengths);
    }

    @Override public void lstm(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer weight, Buffer bias, Buffer h0, Buffer c0, Buffer lengths, boolean reverse, int B, int T, int H) {
        requireLengths("lstm", lengths, T);
        run(LSTM, 5, false, B, new int[] {flag(reverse), B, T, H}, NONE, gates, h, c, hN, cN, weight, bias, h0, c0, lengths);
    }

    private static void requireLengths(String op, Buffer lengths, int T) {
        int[] values = lengths.ints();
        for (int b = 0; b < lengths.length(); b++) Kernels.requireLength(op, values[lengths.offset() + b], b, T);
    }
}
