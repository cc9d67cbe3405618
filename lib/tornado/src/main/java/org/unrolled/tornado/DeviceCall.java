package org.unrolled.tornado;

import java.util.List;
import org.unrolled.tensor.kernel.Buffer;

/**
 * One kernel to run.
 *
 * @param buffers in the contract's order, the destinations first
 * @param written how many of them, from the first, are destinations
 * @param reads   whether what the destinations held before matters
 * @param ints    sizes, strides and flags, as the loop reads them
 * @param floats  constants
 */
record DeviceCall(DeviceKernel kernel, List<Buffer> buffers, int written, boolean reads, int[] ints, float[] floats) {
    /** Nothing to write, and a kernel of no work items is none. */
    boolean isEmpty() {
        return buffers.stream().limit(written).allMatch(buffer -> buffer.length() == 0);
    }
}
