package org.unrolled.tornado;

import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A loop for a device, and how it joins a task graph.
 *
 * @param loops where the loop stands
 * @param name  its method
 * @param join  adds the task: {@code (graph, id, a) -> graph.task(id, ElementwiseLoops::copy, a.floats(0), a.floats(1), a.n())}
 * @param groups for a kernel whose work items share local memory: how they are grouped; without, any work item takes any element
 */
record DeviceKernel(Class<?> loops, String name, Join join, @Nullable Groups groups) {
    /** A loop of which each round stands alone. */
    DeviceKernel(Class<?> loops, String name, Join join) {
        this(loops, name, join, null);
    }

    /**
     * Work groups.
     *
     * @param width  work items of a group along x
     * @param height along y
     * @param count  how many groups the call's ints ask for, along x and along y
     */
    record Groups(int width, int height, Count count) {
        @FunctionalInterface
        interface Count {
            int[] of(int[] ints);
        }
    }

    DeviceKernel {
        if (OpenClNames.taken(name)) throw new IllegalArgumentException("The kernel " + loops.getSimpleName() + "." + name + " has the name of a function or word of OpenCL C, and some drivers end Java when it is launched. Give the method another name.");
    }

    @FunctionalInterface
    interface Join {
        void add(TaskGraph graph, String id, Arguments a);
    }

    /**
     * What a task is given: an array for each buffer in the contract's order, and the numbers. Numbers are arrays too: a plain int
     * would become a constant of the compiled kernel, and every new size would compile it again.
     */
    interface Arguments {
        /** The array that the i-th buffer lies in. */
        FloatArray floats(int i);

        /** The array that the i-th buffer lies in. */
        IntArray ints(int i);

        /** The offset of each buffer in its array, then the ints of the call: sizes, strides and flags (1: true). */
        IntArray n();

        /** The floats of the call. */
        FloatArray c();
    }
}
