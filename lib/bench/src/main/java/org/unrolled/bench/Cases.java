package org.unrolled.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unrolled.bench.Case.Goal;

/** The cases: what lessons compute, at their sizes and at the field's; and what each is to reach. */
final class Cases {
    private static final double TIGHT = 1e-4, DEEP = 2e-3;
    /** A step of AdamW moves a parameter by 1e-3 of the largest, and its decay by 1e-5: a difference has to be smaller than both. */
    private static final double OF_A_STEP = 3e-6;

    private static final String CONV = "conv", STEPS = "training steps";
    /** The geometric mean of a group's ratios to PyTorch, at least. */
    static final Map<String, Double> MEANS = means();

    private Cases() { }

    private static Map<String, Double> means() {
        Map<String, Double> means = new LinkedHashMap<>();
        means.put(CONV, 1.0);
        means.put(STEPS, 1.5);
        return means;
    }

    static List<Case> all() {
        List<Case> all = new ArrayList<>();
        for (int n : new int[] {64, 128, 256, 512, 1024, 2048}) all.add(gemm(n, n, n));
        all.add(gemm(32, 256, 1024));
        all.add(gemm(1, 512, 512));
        all.add(gemm(2048, 16, 2048));
        for (boolean backward : new boolean[] {false, true}) {
            all.add(conv("conv 3x3 (8,64,56,56)x64", 8, 64, 56, 64, 3, 1, backward));
            all.add(conv("conv 3x3 (32,1,28,28)x32", 32, 1, 28, 32, 3, 1, backward));
            all.add(conv("conv 3x3 (32,32,14,14)x64", 32, 32, 14, 64, 3, 1, backward));
            all.add(conv("conv 1x1 (8,256,56,56)x64", 8, 256, 56, 64, 1, 1, backward));
            all.add(conv("conv depthwise 7x7 (8,96,28,28)", 8, 96, 28, 96, 7, 96, backward));
        }
        for (boolean backward : new boolean[] {false, true}) {
            all.add(recurrent("lstm", 4, backward));
            all.add(recurrent("gru", 3, backward));
        }
        all.add(Case.of("char-RNN of lesson 05, a training step", "step-rnn", 0, 0, DEEP, goal("", 2.0, 3.0, 0), "B", 32, "T", 50, "V", 52));
        for (int[] shape : new int[][] {{4, 8, 512, 64}, {1, 8, 4096, 64}}) {
            all.add(attention(shape, false, false));
            all.add(attention(shape, true, false));
            all.add(attention(shape, false, true));
        }
        Goal row = goal("", 1.0, 2.0, 0.8);
        double n = 8192 * 1024, floats = 4;
        // operations as ProfilingKernels counts them
        all.add(Case.of("layer norm 8192x1024", "layer-norm", 8 * n, 2 * floats * n, TIGHT, row, "N", 8192, "C", 1024));
        all.add(Case.of("softmax 8192x1024", "softmax", 4 * n, 2 * floats * n, TIGHT, row, "N", 8192, "C", 1024));
        // in the nearest cache: the memory is no ceiling of it
        all.add(Case.of("softmax 64x64", "softmax", 4 * 64 * 64, 2 * floats * 64 * 64, TIGHT, goal("", 1.0, 2.0, 0), "N", 64, "C", 64));
        all.add(Case.of("gelu 8M", "gelu", n, 2 * floats * n, TIGHT, row, "N", 8192, "C", 1024));
        all.add(Case.of("cross-entropy 8192x1024", "cross-entropy", 4 * n, floats * n, TIGHT, row, "N", 8192, "C", 1024));
        // reads p, g, m, v and writes p, m, v
        all.add(Case.of("AdamW step on 10 M", "adamw", 14 * 10_000_000.0, 7 * floats * 10_000_000.0, OF_A_STEP, row, "n", 10_000_000));
        Goal step = goal(STEPS, 1.0, 0, 0);
        all.add(Case.of("LeNet-5 batch 64, a training step", "step-lenet", 0, 0, DEEP, step, "B", 64));
        all.add(Case.of("LSTM of lesson 06, a training step", "step-lstm", 0, 0, DEEP, step, "B", 32, "T", 50));
        all.add(Case.of("GPT of lesson 08, a training step", "step-gpt", 0, 0, DEEP, step, "B", 16, "T", 64, "V", 52));
        all.add(Case.of("small ViT, a training step", "step-vit", 0, 0, DEEP, step, "B", 32));
        return List.copyOf(all);
    }

    /** @param nd4j 0: it has nothing of the kind, or is not asked for it */
    private static Goal goal(String group, double pytorch, double nd4j, double share) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("pytorch", pytorch);
        if (nd4j > 0) ratios.put("nd4j", nd4j);
        return new Goal(group, ratios, share);
    }

    private static Case gemm(int M, int N, int K) {
        String name = M == N && N == K ? "gemm " + M : "gemm %dx%dx%d".formatted(M, N, K);
        return Case.of(name, "matmul", 2.0 * M * N * K, 4.0 * (M * (double) K + K * (double) N + M * (double) N), TIGHT,
            goal("", 1.0, 1.5, M == N && M >= 512 ? 0.85 : 0), "M", M, "N", N, "K", K);
    }

    private static Case conv(String name, int B, int C, int size, int out, int k, int groups, boolean backward) {
        double flops = 2.0 * B * out * size * size * (C / groups) * k * k * (backward ? 3 : 1);
        double floats = (double) B * C * size * size + (double) B * out * size * size + (double) out * C / groups * k * k;
        return Case.of(name + (backward ? ", forward and backward" : ", forward"), "conv2d", flops, 4 * floats * (backward ? 3 : 1), TIGHT * 10, goal(CONV, 0.8, 2.0, 0),
            "B", B, "C", C, "size", size, "out", out, "k", k, "groups", groups, "backward", backward ? 1 : 0);
    }

    private static Case recurrent(String op, int gates, boolean backward) {
        int B = 32, T = 128, I = 256, H = 256;
        double flops = 2.0 * B * T * gates * H * (I + H) * (backward ? 3 : 1);
        double floats = (double) B * T * (I + H) + gates * (double) H * (I + H);
        return Case.of("%s 32x128, 256->256, %s".formatted(op.toUpperCase(), backward ? "forward and BPTT" : "forward"), op, flops, 4 * floats * (backward ? 3 : 1), DEEP,
            goal("", backward ? 1.3 : 1.0, 3.0, 0), "B", B, "T", T, "I", I, "H", H, "backward", backward ? 1 : 0);
    }

    private static Case attention(int[] s, boolean causal, boolean backward) {
        double flops = 4.0 * s[0] * s[1] * s[2] * (double) s[2] * s[3] * (backward ? 3.5 : 1) * (causal ? 0.5 : 1);
        return Case.of("attention (%d,%d,%d,%d)%s".formatted(s[0], s[1], s[2], s[3], causal ? ", causal" : backward ? ", forward and backward" : ", forward"),
            "attention", flops, 4.0 * 4 * (backward ? 3 : 1) * s[0] * s[1] * s[2] * s[3], TIGHT * 10, goal("", backward ? 1.0 : causal ? 1.6 : 1.3, 0, 0),
            "B", s[0], "H", s[1], "T", s[2], "D", s[3], "causal", causal ? 1 : 0, "backward", backward ? 1 : 0);
    }
}
