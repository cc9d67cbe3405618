package org.unrolled.bench;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN's primitives, which PyTorch calls, without an allocation a call. Pictures lie channel by channel, as everybody's do here;
 * a convolution's weights are brought into the order that oneDNN likes best before it is timed, and a weight's gradient back within the time.
 */
public final class OneDnnEntrant extends InJvm {
    private final engine cpu;
    private final stream queue;

    /** For ServiceLoader. */
    public OneDnnEntrant() {
        Loader.load(dnnl.class);
        cpu = new engine(engine.kind.cpu, 0);
        queue = new stream(cpu);
    }

    @Override public String name() {
        return "onednn";
    }

    @Override public String title() {
        return "oneDNN 3.11 by JavaCPP, OMP_NUM_THREADS " + System.getenv("OMP_NUM_THREADS");
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
        memory memory = new memory(desc, cpu);
        new FloatPointer(memory.get_data_handle()).put(Inputs.floats(n, array, scale));
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
            case "conv2d" -> conv2d(c);
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

    private Task conv2d(Case c) {
        int B = c.size("B"), C = c.size("C"), S = c.size("size"), O = c.size("out"), k = c.size("k"), g = c.size("groups");
        int inputs = B * C * S * S, outputs = B * O * S * S, weights = O * (C / g) * k * k;
        long[] one = {1, 1}, padding = {k / 2, k / 2};
        memory.desc x = desc(memory.format_tag.nchw, B, C, S, S), y = desc(memory.format_tag.nchw, B, O, S, S);
        long[] shape = g == 1 ? new long[] {O, C, k, k} : new long[] {g, O / g, C / g, k, k};
        memory.desc plain = desc(g == 1 ? memory.format_tag.oihw : memory.format_tag.goihw, shape), any = desc(memory.format_tag.any, shape);
        dnnl.prop_kind kind = c.is("backward") ? dnnl.prop_kind.forward_training : dnnl.prop_kind.forward_inference;
        var forward = new convolution_forward.primitive_desc(cpu, kind, dnnl.algorithm.convolution_auto, x, any, y, one, padding, padding);
        memory in = filled(x, inputs, 1, 1), weight = filled(plain, weights, 2, 0.125f), out = new memory(y, cpu);
        Steps steps = new Steps().then(new convolution_forward(forward), dnnl.DNNL_ARG_SRC, in, dnnl.DNNL_ARG_WEIGHTS, ordered(weight, forward.weights_desc()), dnnl.DNNL_ARG_DST, out)
            .output(out, outputs);
        if (!c.is("backward")) return steps;
        memory dout = filled(y, outputs, 3, 1), dx = new memory(x, cpu), dweight = new memory(plain, cpu);
        var data = new convolution_backward_data.primitive_desc(cpu, dnnl.algorithm.convolution_direct, x, any, y, one, padding, padding, forward);
        steps.then(new convolution_backward_data(data), dnnl.DNNL_ARG_DIFF_DST, dout, dnnl.DNNL_ARG_WEIGHTS, ordered(weight, data.weights_desc()), dnnl.DNNL_ARG_DIFF_SRC, dx);
        var byWeights = new convolution_backward_weights.primitive_desc(cpu, dnnl.algorithm.convolution_direct, x, any, y, one, padding, padding, forward);
        memory own = new memory(byWeights.diff_weights_desc(), cpu);
        steps.then(new convolution_backward_weights(byWeights), dnnl.DNNL_ARG_SRC, in, dnnl.DNNL_ARG_DIFF_DST, dout, dnnl.DNNL_ARG_DIFF_WEIGHTS, own);
        steps.then(new reorder(own, dweight), dnnl.DNNL_ARG_FROM, own, dnnl.DNNL_ARG_TO, dweight);
        return steps.output(dx, inputs).output(dweight, weights);
    }

    private memory ordered(memory from, memory.desc wanted) {
        memory to = new memory(wanted, cpu);
        new reorder(from, to).execute(queue, from, to);
        queue._wait();
        return to;
    }
}
