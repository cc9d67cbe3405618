package org.unrolled.tensor.kernel;

import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Kernels that measure what other kernels do: time, bytes and floating point operations of each method.
 *
 * <pre>
 *   ProfilingKernels profile = new ProfilingKernels(Kernels.current());
 *   Kernels.with(profile.kernels(), () -&gt; loss(x).backward());
 *   System.out.println(profile.table());
 * </pre>
 *
 * Around {@link ShapeKernels} it counts bytes and operations of a network without computing it.
 */
public final class ProfilingKernels {
    /**
     * What one method of the contract did.
     *
     * @param bytes read and written, if every element crosses the memory once
     * @param flops floating point operations; a multiply-add is two, a function such as exp one
     */
    public record Row(String kernel, long calls, double seconds, long bytes, long flops) {
        /** Billions of bytes a second. */
        public double gigabytesPerSecond() {
            return bytes / seconds * 1e-9;
        }

        /** Billions of floating point operations a second. */
        public double gigaflopsPerSecond() {
            return flops / seconds * 1e-9;
        }
    }

    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final Kernels kernels;

    /** Measures these. */
    public ProfilingKernels(Kernels on) {
        kernels = KernelCall.watched(new KernelCall.Watcher() {
            @Override public void call(KernelCall call) {
                long start = System.nanoTime();
                call.run(on);
                double seconds = (System.nanoTime() - start) * 1e-9;
                synchronized (rows) {
                    rows.merge(call.name(), new Row(call.name(), 1, seconds, call.bytes(), call.flops()), (a, b) -> new Row(a.kernel,
                            a.calls + b.calls, a.seconds + b.seconds, a.bytes + b.bytes, a.flops + b.flops));
                }
            }

            @Override public Object other(Method method, Object[] args) {
                return method.getName().equals("name") ? "profiling " + on.name() : KernelCall.invoke(method, on, args);
            }
        });
    }

    /** What to compute with, so that it is measured. */
    public Kernels kernels() {
        return kernels;
    }

    /** One row for each method that was called, the one that took longest first. */
    public List<Row> rows() {
        synchronized (rows) {
            return rows.values().stream().sorted(Comparator.comparingDouble(Row::seconds).reversed()).toList();
        }
    }

    /** The rows as text. */
    public String table() {
        StringBuilder text = new StringBuilder("%-24s %8s %10s %9s %9s%n".formatted("kernel", "calls", "ms", "GB/s", "GF/s"));
        for (Row row : rows()) {
            text.append(String.format(Locale.ROOT, "%-24s %8d %10.3f %9.2f %9.2f%n", row.kernel, row.calls, row.seconds * 1e3, row.gigabytesPerSecond(), row.gigaflopsPerSecond()));
        }
        return text.toString();
    }
}
