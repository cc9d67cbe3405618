package org.unrolled.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.lbr_gru_forward;
import org.bytedeco.dnnl.lstm_forward;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN's primitives, which PyTorch calls, without an allocation a call. Weights are brought into the order that oneDNN likes best before it is
 * timed, and a weight's gradient back within the time. Pictures lie channel by channel, as everybody's do here. A convolution is the faster of two:
 * on pictures as they lie, or in oneDNN's own layout, with the reorders of pictures from and to theirs in the time.
 */
public final class OneDnnEntrant extends InJvm {
    private final engine cpu;
    private final stream queue;
    /**
     * Room to work in is given with each call. The library's own belongs to the thread that made a primitive, and JMH calls from another one: an LSTM
     * ends the JVM then.
     */
    private final primitive_attr ownRoom = new primitive_attr();

    /** For ServiceLoader. */
    public OneDnnEntrant() {
        Loader.load(dnnl.class);
        cpu = new engine(engine.kind.cpu, 0);
        queue = new stream(cpu);
        ownRoom.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    }

    @Override public String name() {
        return "onednn";
    }

    @Override public String title() {
        return "oneDNN 3.11 by JavaCPP, OMP_NUM_THREADS " + System.getenv("OMP_NUM_THREADS") + "; a convolution by the faster of plain pictures and of its own layout, reorders of pictures counted, of weights not";
    }

    /** A primitive and what it is given. */
    private record Step(primitive primitive, IntMemoryMap arguments) { }

    /** Steps in order, and the memory that holds the outputs. */
    private final class Steps implements Task {
        final List<Step> steps = new ArrayList<>();
        final List<memory> outputs = new ArrayList<>();
        final List<Integer> lengths = new ArrayList<>();

        /** @param arguments numbers of arguments and memories in turn */
        Steps then(primitive what, Object... arguments) {
            IntMemoryMap map = new IntMemoryMap();
            for (int i = 0; i < arguments.length; i += 2) map.put((Integer) arguments[i], (memory) arguments[i + 1]);
            steps.add(new Step(what, map));
            return this;
        }

        /** What is in this memory, in the wanted layout: itself, or a copy that each call makes. */
        memory from(memory given, memory.desc layout, memory.desc wanted) {
            if (wanted.equals(layout)) return given;
            memory copy = new memory(wanted, cpu);
            then(new reorder(given, copy), dnnl.DNNL_ARG_FROM, given, dnnl.DNNL_ARG_TO, copy);
            return copy;
        }

        /** An output that lies as {@code layout} says, computed by {@code step} in the layout {@code own}. */
        void to(memory.desc layout, memory.desc own, int length, Consumer<memory> step) {
            memory computed = new memory(own, cpu), out = own.equals(layout) ? computed : new memory(layout, cpu);
            step.accept(computed);
            if (out != computed) then(new reorder(computed, out), dnnl.DNNL_ARG_FROM, computed, dnnl.DNNL_ARG_TO, out);
            output(out, length);
        }

        /** With the room that it works in. */
        Steps then(primitive_desc_base described, primitive what, Object... arguments) {
            then(what, arguments);
            steps.getLast().arguments.put(dnnl.DNNL_ARG_SCRATCHPAD, new memory(described.scratchpad_desc(), cpu));
            return this;
        }

        Steps output(memory memory, int length) {
            outputs.add(memory);
            lengths.add(length);
            return this;
        }

        @Override public void call() {
            for (Step step : steps) step.primitive.execute(queue, step.arguments);
            queue._wait();
        }

        @Override public List<float[]> results() {
            List<float[]> results = new ArrayList<>();
            for (int i = 0; i < outputs.size(); i++) {
                float[] result = new float[lengths.get(i)];
                new FloatPointer(outputs.get(i).get_data_handle()).get(result);
                results.add(result);
            }
            return results;
        }
    }

    private static memory.desc desc(memory.format_tag tag, long... dims) {
        return new memory.desc(dims, memory.data_type.f32, tag);
    }

    private memory filled(memory.desc desc, int n, int array, float scale) {
        return filled(desc, Inputs.floats(n, array, scale));
    }

    private memory filled(memory.desc desc, float[] values) {
        memory memory = new memory(desc, cpu);
        new FloatPointer(memory.get_data_handle()).put(values);
        return memory;
    }

    @Override @Nullable Task task(Case c) {
        return switch (c.op()) {
            case "matmul" -> {
                int M = c.size("M"), N = c.size("N"), K = c.size("K");
                memory.desc a = desc(memory.format_tag.ab, M, K), b = desc(memory.format_tag.ab, K, N), y = desc(memory.format_tag.ab, M, N);
                memory out = new memory(y, cpu);
                yield new Steps().then(new matmul(new matmul.primitive_desc(cpu, a, b, y)), dnnl.DNNL_ARG_SRC, filled(a, M * K, 1, 1), dnnl.DNNL_ARG_WEIGHTS, filled(b, K * N, 2, 1),
                    dnnl.DNNL_ARG_DST, out).output(out, M * N);
            }
            case "conv2d" -> faster(conv2d(c, false), conv2d(c, true));
            case "lstm", "gru" -> c.is("backward") ? null : recurrent(c);
            case "softmax" -> {
                memory.desc d = desc(memory.format_tag.ab, c.size("N"), c.size("C"));
                yield rows(c, 8, new softmax_forward(new softmax_forward.primitive_desc(cpu, dnnl.prop_kind.forward_inference, dnnl.algorithm.softmax_accurate, d, d, 1)), d);
            }
            case "gelu" -> {
                memory.desc d = desc(memory.format_tag.ab, c.size("N"), c.size("C"));
                yield rows(c, 4, new eltwise_forward(new eltwise_forward.primitive_desc(cpu, dnnl.prop_kind.forward_inference, dnnl.algorithm.eltwise_gelu_erf, d, d, 0f, 0f)), d);
            }
            case "layer-norm" -> {
                int N = c.size("N"), C = c.size("C");
                memory.desc d = desc(memory.format_tag.ab, N, C), row = desc(memory.format_tag.a, C);
                memory out = new memory(d, cpu);
                int flags = dnnl.normalization_flags.use_scale.value | dnnl.normalization_flags.use_shift.value;
                yield new Steps().then(new layer_normalization_forward(new layer_normalization_forward.primitive_desc(cpu, dnnl.prop_kind.forward_inference.value, d, d, 1e-5f, flags)),
                    dnnl.DNNL_ARG_SRC, filled(d, N * C, 1, 1), dnnl.DNNL_ARG_SCALE, filled(row, C, 2, 1), dnnl.DNNL_ARG_SHIFT, filled(row, C, 3, 1), dnnl.DNNL_ARG_DST, out).output(out, N * C);
            }
            default -> null;
        };
    }

    private Task rows(Case c, float scale, primitive primitive, memory.desc d) {
        int n = c.size("N") * c.size("C");
        memory out = new memory(d, cpu);
        return new Steps().then(primitive, dnnl.DNNL_ARG_SRC, filled(d, n, 1, scale), dnnl.DNNL_ARG_DST, out).output(out, n);
    }

    /** @param own in oneDNN's own layout, else on pictures as they lie */
    private Steps conv2d(Case c, boolean own) {
        int B = c.size("B"), C = c.size("C"), S = c.size("size"), O = c.size("out"), k = c.size("k"), g = c.size("groups");
        int inputs = B * C * S * S, outputs = B * O * S * S, weights = O * (C / g) * k * k;
        long[] one = {1, 1}, padding = {k / 2, k / 2};
        memory.desc x = desc(memory.format_tag.nchw, B, C, S, S), y = desc(memory.format_tag.nchw, B, O, S, S);
        memory.desc anyX = own ? desc(memory.format_tag.any, B, C, S, S) : x, anyY = own ? desc(memory.format_tag.any, B, O, S, S) : y;
        long[] shape = g == 1 ? new long[] {O, C, k, k} : new long[] {g, O / g, C / g, k, k};
        memory.desc plain = desc(g == 1 ? memory.format_tag.oihw : memory.format_tag.goihw, shape), any = desc(memory.format_tag.any, shape);
        dnnl.prop_kind kind = c.is("backward") ? dnnl.prop_kind.forward_training : dnnl.prop_kind.forward_inference;
        var forward = new convolution_forward.primitive_desc(cpu, kind, dnnl.algorithm.convolution_auto, anyX, any, anyY, one, padding, padding, ownRoom, false);
        memory in = filled(x, inputs, 1, 1), weight = filled(plain, weights, 2, 0.125f);
        Steps steps = new Steps();
        memory source = steps.from(in, x, forward.src_desc());
        steps.to(y, forward.dst_desc(), outputs, out -> steps.then(forward, new convolution_forward(forward), dnnl.DNNL_ARG_SRC, source,
            dnnl.DNNL_ARG_WEIGHTS, ordered(weight, forward.weights_desc()), dnnl.DNNL_ARG_DST, out));
        if (!c.is("backward")) return steps;
        memory dout = filled(y, outputs, 3, 1);
        var data = new convolution_backward_data.primitive_desc(cpu, dnnl.algorithm.convolution_direct, anyX, any, anyY, one, padding, padding, forward, ownRoom, false);
        memory ofData = steps.from(dout, y, data.diff_dst_desc());
        steps.to(x, data.diff_src_desc(), inputs, dx -> steps.then(data, new convolution_backward_data(data), dnnl.DNNL_ARG_DIFF_DST, ofData,
            dnnl.DNNL_ARG_WEIGHTS, ordered(weight, data.weights_desc()), dnnl.DNNL_ARG_DIFF_SRC, dx));
        var byWeights = new convolution_backward_weights.primitive_desc(cpu, dnnl.algorithm.convolution_direct, anyX, any, anyY, one, padding, padding, forward, ownRoom, false);
        // what the other two have reordered already serves here too, where it is in the wanted layout
        memory sourceAgain = byWeights.src_desc().equals(forward.src_desc()) ? source : steps.from(in, x, byWeights.src_desc());
        memory doutAgain = byWeights.diff_dst_desc().equals(data.diff_dst_desc()) ? ofData : steps.from(dout, y, byWeights.diff_dst_desc());
        steps.to(plain, byWeights.diff_weights_desc(), weights, dweight -> steps.then(byWeights, new convolution_backward_weights(byWeights), dnnl.DNNL_ARG_SRC, sourceAgain,
            dnnl.DNNL_ARG_DIFF_DST, doutAgain, dnnl.DNNL_ARG_DIFF_WEIGHTS, dweight));
        return steps;
    }

    /** By the best of a few calls of each. */
    private static Steps faster(Steps a, Steps b) {
        return best(a) <= best(b) ? a : b;
    }

    private static long best(Steps steps) {
        long best = Long.MAX_VALUE;
        for (int call = 0; call < 5; call++) {
            long start = System.nanoTime();
            steps.call();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    /** Parameters by the arrays that their names, in order, have: bias_hh, bias_ih, weight_hh, weight_ih. Batch first, as everybody's here. */
    private Task recurrent(Case c) {
        int B = c.size("B"), T = c.size("T"), I = c.size("I"), H = c.size("H");
        boolean lstm = c.op().equals("lstm");
        int G = lstm ? 4 : 3;
        float[] biasHh = Inputs.floats(G * H, 10, 0.125f), biasIh = Inputs.floats(G * H, 11, 0.125f), weightHh = Inputs.floats(G * H * H, 12, 0.125f), weightIh = Inputs.floats(G * H * I, 13, 0.125f);
        float[] bias = new float[4 * H];
        if (lstm) {
            for (int i = 0; i < bias.length; i++) bias[i] = biasHh[i] + biasIh[i];
        } else {
            // oneDNN's gates are update, reset, candidate, ours reset, update, candidate; the candidate's two biases stay apart, since the reset gate comes between
            weightHh = swapped(weightHh, H * H);
            weightIh = swapped(weightIh, H * I);
            biasHh = swapped(biasHh, H);
            biasIh = swapped(biasIh, H);
            for (int i = 0; i < 2 * H; i++) bias[i] = biasHh[i] + biasIh[i];
            System.arraycopy(biasIh, 2 * H, bias, 2 * H, H);
            System.arraycopy(biasHh, 2 * H, bias, 3 * H, H);
        }
        memory.desc x = desc(memory.format_tag.ntc, T, B, I), y = desc(memory.format_tag.ntc, T, B, H), none = new memory.desc();
        memory.desc plainX = desc(memory.format_tag.ldgoi, 1, 1, I, G, H), plainH = desc(memory.format_tag.ldgoi, 1, 1, H, G, H);
        memory.desc anyX = desc(memory.format_tag.any, 1, 1, I, G, H), anyH = desc(memory.format_tag.any, 1, 1, H, G, H), biases = desc(memory.format_tag.ldgo, 1, 1, 4, H);
        var way = dnnl.rnn_direction.unidirectional_left2right;
        primitive_desc_base described;
        primitive run;
        memory.desc ofX, ofH;
        if (lstm) {
            var wanted = new lstm_forward.primitive_desc(cpu, dnnl.prop_kind.forward_inference, way, x, none, none, anyX, anyH, biases, y, none, none, ownRoom, false);
            described = wanted;
            run = new lstm_forward(wanted);
            ofX = wanted.weights_layer_desc();
            ofH = wanted.weights_iter_desc();
        } else {
            var wanted = new lbr_gru_forward.primitive_desc(cpu, dnnl.prop_kind.forward_inference, way, x, none, anyX, anyH, biases, y, none, ownRoom, false);
            described = wanted;
            run = new lbr_gru_forward(wanted);
            ofX = wanted.weights_layer_desc();
            ofH = wanted.weights_iter_desc();
        }
        memory out = new memory(y, cpu);
        return new Steps().then(described, run, dnnl.DNNL_ARG_SRC_LAYER, filled(x, B * T * I, 1, 1), dnnl.DNNL_ARG_WEIGHTS_LAYER, ordered(filled(plainX, weightIh), ofX),
            dnnl.DNNL_ARG_WEIGHTS_ITER, ordered(filled(plainH, weightHh), ofH), dnnl.DNNL_ARG_BIAS, filled(biases, bias), dnnl.DNNL_ARG_DST_LAYER, out).output(out, B * T * H);
    }

    /** The first two blocks of so many elements change places. */
    private static float[] swapped(float[] of, int block) {
        float[] to = of.clone();
        System.arraycopy(of, 0, to, block, block);
        System.arraycopy(of, block, to, 0, block);
        return to;
    }

    private memory ordered(memory from, memory.desc wanted) {
        memory to = new memory(wanted, cpu);
        new reorder(from, to).execute(queue, from, to);
        queue._wait();
        return to;
    }
}
