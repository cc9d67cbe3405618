package org.unrolled.tensor.kernel;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes down the kernel calls of one training step, so that they can be run again and again: on the CPU as they stand, on a
 * device as a compiled graph. While it records nothing is computed.
 *
 * <pre>
 *   Recording step = RecordingKernels.record(Kernels.current(), List.of(x.buffer(), labels.buffer(), adamW.lrBuffer()), () -&gt; {
 *       adamW.zeroGrad();
 *       loss(x, labels).backward();
 *       adamW.step();
 *   });
 *   step.upload(x.buffer(), batch);
 *   step.replay();
 * </pre>
 *
 * {@link Recording#compile} makes a {@link CompiledStep} of it where the kernels are a device's.
 *
 * What varies from step to step lies in a declared input. Everything else that existed before (parameters, moments, counters) is
 * state, which a replay reads and updates; what the step allocates is made anew by each replay. A number that the Java code
 * hands over, such as a plain float or an uploaded array, is a constant of the recording.
 *
 * <p>A step that a TornadoVM device would silently get wrong or never finish is refused here already, with the call that is to
 * blame.
 */
public final class RecordingKernels {
    private final Kernels on;
    private final List<KernelCall> calls = new ArrayList<>();
    /** Storages that the step allocated, with their lengths, until the first call that touches them. */
    private final Map<Object, Integer> untouched = new IdentityHashMap<>();
    private final Set<Object> touched = identitySet();
    private final Set<Object> constants = identitySet();
    private final Set<Object> allocated = identitySet();
    private boolean ended;

    private RecordingKernels(Kernels on) {
        this.on = on;
    }

    private static Set<Object> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /**
     * Records what {@code step} does.
     *
     * @param on     the kernels that made the buffers and that replay
     * @param inputs what is uploaded before a replay: batch, labels, learning rate, step number
     */
    public static Recording record(Kernels on, List<Buffer> inputs, Runnable step) {
        RecordingKernels recorder = new RecordingKernels(on);
        Kernels recording = KernelCall.watched(new KernelCall.Watcher() {
            @Override public void call(KernelCall call) {
                recorder.add(call);
            }

            @Override public Object other(Method method, Object[] args) {
                return recorder.other(method, args);
            }
        });
        try {
            Kernels.with(recording, step);
        } finally {
            recorder.ended = true;
        }
        return new Recording(on, List.copyOf(inputs), List.copyOf(recorder.calls));
    }

    private void requireRecording() {
        if (ended) {
            throw new IllegalStateException("recording: it is over, and a tensor made while it ran is used now (in " + CallSite.find().op() + ", at "
                    + CallSite.find().line() + "). Call backward() inside the recorded step, or compute outside it.");
        }
    }

    private Object other(Method method, Object[] args) {
        requireRecording();
        switch (method.getName()) {
            case "name" -> {
                return "recording " + on.name();
            }
            // each has floats of its own in a recording: what is given back is not lent again, or a replay's calls would wait for each other
            case "release" -> {
                return null;
            }
            case "floats", "scratch", "ints" -> {
                Buffer made = method.getName().equals("ints") ? on.ints((Integer) args[0]) : on.floats((Integer) args[0]);
                untouched.put(made.storage(), made.length());
                allocated.add(made.storage());
                return made;
            }
            case "upload" -> {
                Buffer y = (Buffer) args[0];
                if (allocated.contains(y.storage())) {
                    untouched.remove(y.storage());
                    touched.add(y.storage());
                    constants.add(y.storage());
                }
                return KernelCall.invoke(method, on, args);
            }
            default -> {
                CallSite site = CallSite.find();
                throw new IllegalStateException(site.op() + ": a step is being recorded, and what it does may not depend on the numbers it computes (at "
                        + site.line() + "). Keep the tensor and read it after replay().");
            }
        }
    }

    private void add(KernelCall call) {
        requireRecording();
        checkSharing(call);
        List<Buffer> buffers = call.buffers();
        for (int i = 0; i < buffers.size(); i++) {
            boolean destination = i < call.destinations();
            checkFirstUse(call, i);
            if (destination && constants.contains(buffers.get(i).storage())) {
                throw refused(call, "it writes over numbers that were uploaded while recording, so a replay would not begin with them. "
                        + "Make that tensor before recording, or copy it first");
            }
        }
        calls.add(call);
    }

    /** On a device a call that is given one array twice, once of them to write, never ends. */
    private static void checkSharing(KernelCall call) {
        List<Buffer> buffers = call.buffers();
        for (int d = 0; d < call.destinations(); d++) {
            for (int other = d + 1; other < buffers.size(); other++) {
                if (!buffers.get(d).sharesStorage(buffers.get(other))) continue;
                String views = view(buffers.get(d)) + " and " + view(buffers.get(other)) + " of one storage";
                throw refused(call, other < call.destinations()
                        ? "its destinations " + (d + 1) + " and " + (other + 1) + " are elements " + views + ". Give each a storage of its own"
                        : "it writes elements " + views.replace(" and ", " and reads ") + ". Write to a buffer of another storage");
            }
        }
    }

    /**
     * What a step allocates is 0 at first, in a replay too: unless its first call writes all of it, a fill goes before. What was
     * there before the step is copied to a device only if the first call that touches it reads it: one that writes a part of it
     * leaves the rest undefined there.
     */
    private void checkFirstUse(KernelCall call, int i) {
        Buffer buffer = call.buffers().get(i);
        Object storage = buffer.storage();
        boolean reads = call.reads(i);
        Integer length = untouched.remove(storage);
        boolean first = touched.add(storage);
        if (length != null) {
            boolean whole = call.written(buffer) == length;
            if (!reads && whole) return;
            if (buffer.type() == Buffer.Type.INT) {
                throw refused(call, "it relies on new ints being 0. Write all of them first");
            }
            calls.add(new KernelCall(FILL, new Object[] {new Buffer(storage, Buffer.Type.FLOAT, 0, length), 0f}));
        } else if (first && !reads && call.written(buffer) < length(buffer)) {
            throw refused(call, "it is the first to touch a storage and writes only " + call.written(buffer) + " of its " + length(buffer)
                    + " elements: a device would not copy in the rest. Fill or read the whole storage first");
        }
    }

    private static final Method FILL = fillMethod();

    private static Method fillMethod() {
        try {
            return Kernels.class.getMethod("fill", Buffer.class, float.class);
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    static IllegalStateException compilesNothing(Kernels on) {
        return new IllegalStateException("compile: the kernels \"" + on.name() + "\" run one call after the other and compile nothing. Choose a device before you record, such as "
            + "Kernels.use(\"tornado:cpu\"); on these kernels the recording's own replay() runs the step.");
    }

    private static int length(Buffer buffer) {
        return buffer.storage().getClass().isArray() ? Array.getLength(buffer.storage()) : buffer.offset() + buffer.length();
    }

    private static String view(Buffer b) {
        return b.offset() + ".." + (b.offset() + b.length() - 1);
    }

    private static IllegalStateException refused(KernelCall call, String why) {
        CallSite site = CallSite.find();
        return new IllegalStateException("recording: " + call.name() + " cannot run on a device: " + why + ". (In " + site.op() + ", at " + site.line() + ")");
    }

    /**
     * A recorded step.
     */
    public static final class Recording {
        private final Kernels on;
        private final List<Buffer> inputs;
        private final List<KernelCall> calls;

        private Recording(Kernels on, List<Buffer> inputs, List<KernelCall> calls) {
            this.on = on;
            this.inputs = inputs;
            this.calls = calls;
        }

        /** Runs the step once. */
        public void replay() {
            replay(on);
        }

        /**
         * Compiles the step for the device that it was recorded on. Kernels that compute on the CPU have nothing to compile: there this
         * throws, and {@link #replay()} runs the step.
         *
         * @param outputs  what each replay brings back, such as the loss
         * @param progress is told how many of the calls are compiled
         */
        public CompiledStep compile(List<Buffer> outputs, CompiledStep.Progress progress) {
            if (on instanceof StepCompiler compiler) return compiler.compile(this, outputs, progress);
            throw compilesNothing(on);
        }

        /** Hands each call to other kernels, in order: what compiles a step goes through it in this way. */
        public void replay(Kernels kernels) {
            for (KernelCall call : calls) call.run(kernels);
        }

        /** What is uploaded before a replay. */
        public List<Buffer> inputs() {
            return inputs;
        }

        /** New contents of a declared input. */
        public void upload(Buffer input, float... values) {
            requireInput(input);
            on.upload(input, values);
        }

        /** New contents of a declared input of ints. */
        public void upload(Buffer input, int... values) {
            requireInput(input);
            on.upload(input, values);
        }

        private void requireInput(Buffer input) {
            if (!inputs.contains(input)) {
                throw new IllegalArgumentException("upload: this buffer of " + input.length() + " is not one of the recording's " + inputs.size()
                        + " declared inputs, and only these change between replays. Name it in record(…).");
            }
        }

        /** The names of the recorded calls, in their order: the tasks of a device graph. */
        public List<String> calls() {
            return calls.stream().map(KernelCall::name).toList();
        }

        @Override public String toString() {
            Map<String, Long> counts = calls.stream().collect(Collectors.groupingBy(KernelCall::name, TreeMap::new, Collectors.counting()));
            return calls.size() + " calls " + counts;
        }
    }
}
