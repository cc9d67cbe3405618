package org.unrolled.bench;

/**
 * Numbers that every library makes for itself, equal to the last bit: element i of array s is
 * ((7919·i + 104729·s) mod 2003 - 1001) / 1001, which lies in [-1, 1], times a power of two.
 */
final class Inputs {
    private Inputs() { }

    static float[] floats(int n, int array, float scale) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) ((7919L * i + 104729L * array) % 2003 - 1001) / 1001f * scale;
        return x;
    }

    /** Ids below {@code bound}. */
    static int[] ids(int n, int array, int bound) {
        int[] x = new int[n];
        for (int i = 0; i < n; i++) x[i] = (int) ((7919L * i + 104729L * array) % 2003 % bound);
        return x;
    }
}
