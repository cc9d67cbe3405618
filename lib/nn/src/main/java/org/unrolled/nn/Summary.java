package org.unrolled.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.ProfilingKernels;
import org.unrolled.tensor.kernel.ShapeKernels;
import org.unrolled.tensor.op.Shapes;

/**
 * What a model consists of and costs: its layers with their output shapes, parameters, operations and memory, found by a forward pass in
 * evaluation that computes shapes only. A model made by the supplier of {@link #of(Supplier, int...)} never has any numbers, so one that
 * would not fit into memory can be summarised.
 *
 * @param rows one for each layer, in the order of its names; the columns add up to the totals
 * @param input the shape of the input
 */
public record Summary(List<Row> rows, List<Integer> input) {
    /**
     * One layer.
     *
     * @param name       full, such as "encoder.0"; the model itself is ""
     * @param type       its class
     * @param output     the shape of what it returned last; null if it was not called, or not seen to be
     * @param parameters its own trained numbers, without those of its parts
     * @param flops      floating point operations of its forward pass (a multiply-add is two), without those of its parts; a part that a
     *                   module of your own calls by itself counts for that module
     * @param bytes      what its forward pass allocates, without its parts
     */
    public record Row(String name, String type, @Nullable List<Integer> output, long parameters, long flops, long bytes) { }

    /** Watches the parts that a module runs with {@link Module#run}. */
    static final ScopedValue<Observer> OBSERVER = ScopedValue.newInstance();

    /** All parameters, each tensor once. */
    public long parameters() {
        return rows.stream().mapToLong(Row::parameters).sum();
    }

    /** Operations of the forward pass. */
    public long flops() {
        return rows.stream().mapToLong(Row::flops).sum();
    }

    /** What the forward pass allocates, the parameters not counted. */
    public long bytes() {
        return rows.stream().mapToLong(Row::bytes).sum();
    }

    /** Of a model for floats of this shape. */
    public static Summary of(Layer model, int... shape) {
        return of(() -> model, shape);
    }

    /** Of a model that is made without memory for its numbers. */
    public static Summary of(Supplier<? extends Layer> model, int... shape) {
        return of(model, () -> Tensors.zeros(shape));
    }

    /** Of a model for ids of this shape. */
    public static Summary ofIds(Layer model, int... shape) {
        return of(() -> model, () -> Tensors.ids(new int[Shapes.count(shape)], shape));
    }

    private static Summary of(Supplier<? extends Layer> supplier, Supplier<Tensor> input) {
        ShapeKernels shapes = new ShapeKernels();
        Observer observer = new Observer(shapes);
        return Kernels.with(observer.profile.kernels(), () -> {
            Layer model = supplier.get();
            Tensor x = input.get();
            Tensor y = Module.evaluating(() -> ScopedValue.where(OBSERVER, observer).call(() -> observer.run(model, () -> model.forward(x))));
            return new Summary(rows(model, observer, y), Arrays.stream(x.shape()).boxed().toList());
        });
    }

    private static List<Row> rows(Layer model, Observer observer, Tensor y) {
        Map<Tensor, Tensor> users = users(y);
        Set<Tensor> counted = new HashSet<>();
        List<Row> rows = new ArrayList<>();
        model.namedModules().forEach((name, module) -> {
            Seen seen = observer.seen.get(module);
            int[] output = seen == null ? null : seen.output;
            long parameters = 0;
            for (Tensor parameter : module.ownParameters()) {
                if (counted.add(parameter)) parameters += parameter.numel();
                Tensor user = users.get(parameter);
                if (seen == null && user != null) output = user.shape();
            }
            rows.add(new Row(name, module.getClass().getSimpleName(), output == null ? null : Arrays.stream(output).boxed().toList(),
                    parameters, seen == null ? 0 : seen.flops, seen == null ? 0 : seen.bytes));
        });
        return rows;
    }

    /** For each tensor that no operation made: a result it went into. */
    private static Map<Tensor, Tensor> users(Tensor y) {
        Map<Tensor, Tensor> users = new IdentityHashMap<>();
        Set<Tensor> visited = new HashSet<>();
        List<Tensor> open = new ArrayList<>(List.of(y));
        while (!open.isEmpty()) {
            Tensor result = open.removeLast();
            if (!visited.add(result)) continue;
            for (Tensor input : result.inputs()) {
                if (input.inputs().isEmpty()) users.putIfAbsent(input, result);
                else open.add(input);
            }
        }
        return users;
    }

    private static final class Seen {
        int @Nullable [] output;
        long flops;
        long bytes;
    }

    /** Counts what each part does; what its parts do in turn is taken off. */
    static final class Observer {
        private final ShapeKernels shapes;
        private final ProfilingKernels profile;
        private final Map<Module, Seen> seen = new IdentityHashMap<>();
        private long countedFlops;
        private long countedBytes;

        Observer(ShapeKernels shapes) {
            this.shapes = shapes;
            profile = new ProfilingKernels(shapes.kernels());
        }

        Tensor run(Module part, Supplier<Tensor> forward) {
            long flops = flops() - countedFlops, bytes = shapes.bytes() - countedBytes;
            Tensor y = forward.get();
            Seen all = seen.computeIfAbsent(part, _ -> new Seen());
            long ownFlops = flops() - countedFlops - flops, ownBytes = shapes.bytes() - countedBytes - bytes;
            all.output = y.shape();
            all.flops += ownFlops;
            all.bytes += ownBytes;
            countedFlops += ownFlops;
            countedBytes += ownBytes;
            return y;
        }

        private long flops() {
            return profile.rows().stream().mapToLong(ProfilingKernels.Row::flops).sum();
        }
    }

    /** The rows as text. */
    @Override public String toString() {
        StringBuilder text = new StringBuilder("%-28s %-20s %12s %14s %12s%n".formatted("layer", "output", "parameters", "flops", "bytes"));
        for (Row row : rows) {
            text.append("%-28s %-20s %12d %14d %12d%n".formatted(row.name.isEmpty() ? row.type : row.name + " (" + row.type + ")",
                    row.output == null ? "" : row.output.toString(), row.parameters, row.flops, row.bytes));
        }
        return text.append("%-28s %-20s %12d %14d %12d".formatted("total", "", parameters(), flops(), bytes())).toString();
    }
}
