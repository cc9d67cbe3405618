package org.unrolled.tornado;

import java.util.List;
import org.unrolled.tensor.kernel.CompiledStep;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * Tells how many tasks of a graph are compiled while TornadoVM is at it: its one call compiles a graph of up to 60 tasks and says nothing
 * in between, but what it has compiled can be seen. (On PTX and CUDA, which name their code otherwise, only whole graphs are told.)
 */
final class CompileWatch implements AutoCloseable {
    private static final long LOOK_MS = 100;

    private final TornadoExecutionPlan plan;
    private final String graph;
    private final List<DeviceCall> calls;
    private final int before, all;
    private final CompiledStep.Progress progress;
    private final Thread thread;
    private int done;
    private volatile boolean ended;

    /** @param before tasks of the graphs before this one */
    CompileWatch(TornadoExecutionPlan plan, String graph, List<DeviceCall> calls, int before, int all, CompiledStep.Progress progress) {
        this.plan = plan;
        this.graph = graph;
        this.calls = calls;
        this.before = before;
        this.all = all;
        this.progress = progress;
        boolean visible = plan.getDevice(0).getTornadoVMBackend() == TornadoVMBackendType.OPENCL;
        // the first question makes the plan's cache: asked here, since two threads could make two
        if (visible) look();
        thread = Thread.ofPlatform().daemon().name("watches TornadoVM compile").unstarted(this::watch);
        if (visible) thread.start();
    }

    private void watch() {
        while (!ended) {
            int was = done;
            look();
            if (done > was && !ended) progress.compiled(before + done, all);
            try {
                Thread.sleep(LOOK_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void look() {
        while (done < calls.size() && GeneratedCode.isCompiled(plan, graph + ".t" + done, calls.get(done).kernel().name())) done++;
    }

    @Override public void close() {
        ended = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
