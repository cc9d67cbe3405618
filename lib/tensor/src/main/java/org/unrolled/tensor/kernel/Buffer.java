package org.unrolled.tensor.kernel;

/**
 * A handle to {@code length} consecutive elements of some storage, beginning at {@code offset}.
 *
 * <p>The storage belongs to the provider that made it: {@code float[]} or {@code int[]} on the CPU, a device's own
 * array elsewhere. Two buffers may be views of one storage (parameters lie in one flat array); the contract of
 * {@link Kernels} says where that is allowed.
 *
 * @param storage what holds the elements; compared by identity
 * @param type    float32 or int32
 * @param offset  index of the first element in the storage
 * @param length  number of elements
 */
public record Buffer(Object storage, Type type, int offset, int length) {
    /** What an element is. */
    public enum Type { FLOAT, INT }

    /** All of a float array, shared, not copied. */
    public static Buffer of(float[] values) {
        return new Buffer(values, Type.FLOAT, 0, values.length);
    }

    /** All of an int array, shared, not copied. */
    public static Buffer of(int[] values) {
        return new Buffer(values, Type.INT, 0, values.length);
    }

    /** A view of {@code length} elements from the {@code from}-th element of this buffer. */
    public Buffer slice(int from, int length) {
        if (from < 0 || length < 0 || from + length > this.length) {
            throw new IndexOutOfBoundsException("slice: elements " + from + " to " + (from + length)
                    + " of a buffer of " + this.length + ". A slice lies within its buffer.");
        }
        return new Buffer(storage, type, offset + from, length);
    }

    /** The storage of a CPU float buffer; element i of this buffer is {@code floats()[offset() + i]}. */
    public float[] floats() {
        return storage instanceof float[] values ? values : wrong("float[]");
    }

    /** The storage of a CPU int buffer; element i of this buffer is {@code ints()[offset() + i]}. */
    public int[] ints() {
        return storage instanceof int[] values ? values : wrong("int[]");
    }

    /** Whether both are views of one storage, whichever part of it. */
    public boolean sharesStorage(Buffer other) {
        return storage == other.storage;
    }

    private <T> T wrong(String wanted) {
        throw new IllegalStateException("This buffer holds " + storage.getClass().getSimpleName() + ", not " + wanted
                + ". A buffer is used with the provider that made it: read it with host() and upload it to the other.");
    }
}
