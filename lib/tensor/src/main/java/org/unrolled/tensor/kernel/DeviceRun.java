package org.unrolled.tensor.kernel;

import java.util.List;

/**
 * What running one kernel on a device took, and the code that the device was given. Times are milliseconds: {@code compileMs}
 * was measured once, at the first run; every other time is the median of the warm runs after it, each with its transfers.
 *
 * @param kernel     the method's name
 * @param device     what its driver calls the device
 * @param language   of {@code source}: "OpenCL C", "PTX" or "CUDA C"
 * @param source     what TornadoVM made of the kernel
 * @param java       the kernel as it was written; empty where only its byte code is known
 * @param compileMs  from byte code to {@code source} (TornadoVM) and from there to the device's own code (the driver); the first kernel of a JVM also warms TornadoVM's compiler up
 * @param copyInMs   the arrays, from Java's memory to the device's, by the device's clock; those that the kernel writes too, since it may leave a part of them as it was
 * @param kernelMs   the kernel itself, by the device's clock
 * @param copyOutMs  the arrays that the kernel writes, back into Java's memory, by the device's clock
 * @param callMs     one whole warm call by Java's clock: the three times before, and what TornadoVM and the driver need to start them
 * @param bytesIn    of the arrays that are copied in
 * @param bytesOut   of the arrays that are copied out
 * @param workItems  of the grid, axis by axis: (1048576) or (512, 512)
 * @param warmRuns   that the medians are taken of
 */
public record DeviceRun(String kernel, String device, String language, String source, String java, double compileMs, double copyInMs,
        double kernelMs, double copyOutMs, double callMs, long bytesIn, long bytesOut, List<Long> workItems, int warmRuns) {
    public DeviceRun {
        workItems = List.copyOf(workItems);
    }

    /** The same with the kernel as it was written. */
    public DeviceRun withJava(String source) {
        return new DeviceRun(kernel, device, language, this.source, source, compileMs, copyInMs, kernelMs, copyOutMs, callMs, bytesIn, bytesOut, workItems, warmRuns);
    }

    /** What a warm call takes beyond transfers and kernel: TornadoVM and the driver setting them up and waiting for them. */
    public double overheadMs() {
        return Math.max(0, callMs - copyInMs - kernelMs - copyOutMs);
    }
}
