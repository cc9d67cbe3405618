package org.unrolled.tornado;

/** A compiled kernel with arrays of its own on a device. */
interface DevicePlan extends AutoCloseable {
    /** Computes a call whose buffers fit. */
    void run(DeviceCall call);

    /** What it holds on the device, and as much again in the host's memory. */
    long bytes();

    /** Gives back what it holds. */
    @Override void close();

    /** The same after an error, when what it holds is not known. */
    void abandon();
}
