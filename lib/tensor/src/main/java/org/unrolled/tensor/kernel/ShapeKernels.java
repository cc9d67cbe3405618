package org.unrolled.tensor.kernel;

import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Kernels that compute nothing and allocate nothing: what remains of a network is its shapes, so that one that would not fit
 * in memory can be summarised. A tensor made under them has a shape and no numbers.
 */
public final class ShapeKernels {
    private final AtomicLong bytes = new AtomicLong();
    private final Kernels kernels = KernelCall.watched(new KernelCall.Watcher() {
        @Override public void call(KernelCall call) { }

        @Override public Object other(Method method, Object[] args) {
            return switch (method.getName()) {
                case "name" -> "shapes";
                case "floats", "scratch" -> buffer(Buffer.Type.FLOAT, (Integer) args[0]);
                case "ints" -> buffer(Buffer.Type.INT, (Integer) args[0]);
                case "upload", "release" -> null;
                default -> {
                    CallSite site = CallSite.find();
                    throw new IllegalStateException(site.op() + ": there are no numbers to read, only shapes are computed here (at " + site.line()
                            + "). Run it with other kernels, such as Kernels.use(\"vector\").");
                }
            };
        }
    });

    /** New ones, which have allocated nothing yet. */
    public ShapeKernels() { }

    private Buffer buffer(Buffer.Type type, int n) {
        bytes.addAndGet(4L * n);
        return new Buffer(new Object(), type, 0, n);
    }

    /** What to run the network with. */
    public Kernels kernels() {
        return kernels;
    }

    /** Bytes that other kernels would have allocated so far. */
    public long bytes() {
        return bytes.get();
    }
}
