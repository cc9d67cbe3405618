package org.unrolled.tensor.kernel;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One call of a {@code void} method of {@link Kernels} other than upload and release: the unit that decorators time, write down or skip.
 * What is known about a method beyond its arguments stands here, once.
 *
 * @param method of the contract
 * @param args   in the method's order: buffers, sizes, constants
 */
record KernelCall(Method method, Object[] args) {
    /** Methods that update their destinations from what these held. */
    private static final Set<String> IN_PLACE = Set.of("accumulate", "scale", "increment", "sgd", "adam", "adamW", "clip", "movingAverage");
    /** Methods that update their first destination so, and overwrite the others. */
    private static final Set<String> FIRST_IN_PLACE = Set.of("rnn", "lstm", "gru");

    /** What a decorator does with the calls it sees. */
    interface Watcher {
        void call(KernelCall call);

        /** A method that is no {@link KernelCall}: name, an allocation, upload, host. */
        Object other(Method method, Object[] args);
    }

    /** Kernels whose every method goes to the watcher. */
    static Kernels watched(Watcher watcher) {
        InvocationHandler handler = (proxy, method, args) -> {
            if (method.getDeclaringClass() == Object.class) return objectMethod(proxy, method, args);
            if (method.getReturnType() != void.class || method.getName().equals("upload") || method.getName().equals("release")) return watcher.other(method, args);
            watcher.call(new KernelCall(method, args));
            return null;
        };
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, handler);
    }

    private static Object objectMethod(Object proxy, Method method, Object[] args) {
        return switch (method.getName()) {
            case "equals" -> proxy == args[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> ((Kernels) proxy).name();
        };
    }

    /** Calls a method on kernels and lets through what it throws. */
    static Object invoke(Method method, Kernels on, Object[] args) {
        try {
            return method.invoke(on, args);
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case Throwable cause -> throw new IllegalStateException(cause);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    void run(Kernels on) {
        invoke(method, on, args);
    }

    String name() {
        return method.getName();
    }

    /** The buffers in the order of the arguments, the destinations first. */
    List<Buffer> buffers() {
        List<Buffer> buffers = new ArrayList<>();
        for (Object arg : args) if (arg instanceof Buffer b) buffers.add(b);
        return buffers;
    }

    /** How many of the buffers, from the first, are written. */
    int destinations() {
        return switch (name()) {
            case "max", "layerNorm", "crossEntropy", "sgd", "maxPool2d", "groupNorm", "rnn", "rnnLayer", "rnnBackward", "smoothedCrossEntropy", "rmsNorm", "attention", "selfAttention" -> 2;
            case "adam", "adamW", "lstmBackward", "gruBackward", "attentionBackward" -> 3;
            case "gru", "gruLayer" -> 4;
            case "lstm", "lstmLayer" -> 5;
            default -> 1;
        };
    }

    /** Whether what the i-th buffer held before matters: a source, or a destination that is updated in place or added to. */
    boolean reads(int i) {
        return i >= destinations() || FIRST_IN_PLACE.contains(name()) && i == 0 || readsDestinations();
    }

    private boolean readsDestinations() {
        if (IN_PLACE.contains(name())) return true;
        Class<?>[] types = method.getParameterTypes();
        // in every method that has one, acc is the last argument
        return types[types.length - 1] == boolean.class && (Boolean) args[args.length - 1];
    }

    /** How many elements of a destination the call writes: all of them, except where it writes at strides. */
    int written(Buffer destination) {
        return name().equals("writeStrided") ? ReferenceKernels.count((int[]) args[2]) : destination.length();
    }

    private long pairs(int first) {
        return (long) intArg(first) * intArg(first + 1) * intArg(first + 2) * intArg(first + 3);
    }

    /** B·H·T·T. */
    private long ownPairs(int first) {
        return (long) intArg(first) * intArg(first + 1) * intArg(first + 2) * intArg(first + 2);
    }

    /** The gates' arguments of B, T, I, H, from that argument on, and their functions. */
    private long layer(int gates, int first) {
        return (long) intArg(first) * intArg(first + 1) * gates * intArg(first + 3) * (2L * intArg(first + 2) + 2L * intArg(first + 3) + 4);
    }

    private int intArg(int i) {
        return (Integer) args[i];
    }

    /** Bytes read and written if every element needed crosses the memory once. */
    long bytes() {
        List<Buffer> buffers = buffers();
        long elements = 0;
        for (int i = 0; i < buffers.size(); i++) {
            boolean destination = i < destinations();
            long moved = destination ? written(buffers.get(i)) : buffers.get(i).length();
            // of a large source these read only what they copy
            if (!destination && (name().equals("readStrided") || (name().equals("embedding") || name().equals("gather")) && i == 1)) moved = Math.min(moved, buffers.getFirst().length());
            elements += destination && reads(i) ? 2 * moved : moved;
        }
        return 4 * elements;
    }

    /**
     * Floating point operations, counted as papers do: a multiply-add is two, a function such as exp one, comparing and copying
     * none.
     */
    long flops() {
        long n = buffers().getFirst().length(), accumulating = readsDestinations() && !IN_PLACE.contains(name()) ? n : 0;
        return accumulating + switch (name()) {
            case "matmul" -> 2L * intArg(3) * intArg(4) * intArg(5) * intArg(6);
            case "fill", "copy", "readStrided", "writeStrided", "toFloats", "maskedFill", "max", "maxBackward", "embedding", "gather", "oneHot", "increment" -> 0;
            case "accumulate", "scale", "unary", "binary", "dropout", "pow" -> n;
            case "affine", "unaryBackward" -> 2 * n;
            case "powBackward" -> 3 * n;
            case "sum", "embeddingBackward", "gatherBackward" -> buffers().get(1).length();
            case "sumOfSquares" -> 2L * buffers().get(1).length();
            case "clipCoefficient" -> buffers().get(1).length() + 4L;
            case "variance" -> 4L * buffers().get(1).length();
            case "varianceBackward" -> 4 * n;
            case "softmax", "logSoftmax" -> 4 * n;
            case "softmaxBackward", "logSoftmaxBackward" -> 4 * n;
            case "crossEntropy" -> 3L * buffers().get(2).length();
            case "crossEntropyBackward" -> 5 * n;
            case "layerNorm" -> 8 * n;
            case "layerNormBackward" -> 12 * n;
            case "layerNormGammaBackward" -> 4L * buffers().get(1).length();
            // each output is a sum of C/groups · taps products; for the gradients the outputs are dout
            case "conv2d" -> 2 * n * (intArg(4) / intArg(6)) * ((Window) args[7]).taps();
            case "conv2dBackward", "conv2dWeightBackward" -> 2L * buffers().get(1).length() * (intArg(4) / intArg(6)) * ((Window) args[7]).taps();
            case "unfold", "maxPool2d" -> 0;
            case "fold", "maxPool2dBackward" -> buffers().get(1).length();
            case "avgPool2d" -> n * ((Window) args[3]).taps();
            case "avgPool2dBackward" -> (long) buffers().get(1).length() * ((Window) args[3]).taps();
            case "adaptiveAvgPool2d", "adaptiveAvgPool2dBackward" -> Math.max(n, buffers().get(1).length());
            case "channelMoments" -> 4L * buffers().get(1).length();
            case "batchNorm" -> 4 * n;
            case "batchNormBackward" -> (Boolean) args[10] ? 10 * n : n;
            case "groupNorm" -> 8 * n;
            case "groupNormBackward" -> 12 * n;
            case "batchNormGammaBackward", "groupNormGammaBackward" -> 4L * buffers().get(1).length();
            case "movingAverage" -> 3 * n;
            // for each element of a gate 2H of the product, the sum with what the input adds and its function; then what joins the gates
            case "rnn" -> n * (2L * intArg(10) + 3);
            case "rnnLayer" -> layer(1, 11);
            case "rnnBackward" -> n * (2L * intArg(11) + 4);
            case "lstm" -> n * (2L * intArg(13) + 3) + n / 4 * 5;
            case "lstmLayer" -> layer(4, 14) + (long) intArg(14) * intArg(15) * intArg(17) * 5;
            case "lstmBackward" -> n * 2L * intArg(14) + n / 4 * 25;
            case "gru" -> n * (2L * intArg(11) + 3) + n / 3 * 6;
            case "gruLayer" -> layer(3, 12) + (long) intArg(12) * intArg(13) * intArg(15) * 6;
            case "gruBackward" -> n * 2L * intArg(14) + n / 3 * 17;
            case "recurrentWeightBackward" -> 2L * buffers().get(1).length() * intArg(8);
            // B·H·T·S pairs; for each the products of its kind, hidden ones counted too
            case "attention" -> pairs(7) * (2L * intArg(11) + 2L * intArg(12) + 4);
            case "attentionQueryBackward", "attentionKeyBackward" -> pairs(9) * (4L * intArg(13) + 2L * intArg(14) + 4);
            case "attentionBackward" -> pairs(11) * (6L * intArg(15) + 4L * intArg(16) + 5);
            case "selfAttention" -> ownPairs(5) * (4L * intArg(8) + 4);
            case "selfAttentionBackward" -> ownPairs(7) * (10L * intArg(10) + 5);
            case "attentionValueBackward" -> pairs(8) * (2L * intArg(12) + 2L * intArg(13) + 2);
            case "labelWeights" -> 0;
            case "clip" -> n;
            case "leakyRelu" -> n;
            case "leakyReluBackward" -> 2 * n;
            case "smoothedCrossEntropy" -> 5L * buffers().get(2).length();
            case "smoothedCrossEntropyBackward" -> 7 * n;
            case "bceWithLogits" -> 8 * n;
            case "bceWithLogitsBackward" -> 8 * n;
            case "rmsNorm" -> 5 * n;
            case "rmsNormBackward" -> 8 * n;
            case "sgd" -> 6 * n;
            case "adam" -> 14 * n;
            case "adamW" -> 14 * n;
            default -> throw new IllegalStateException("flops: the contract's method " + name() + " is not counted here yet. Add it to KernelCall.");
        };
    }
}
