package org.unrolled.tornado;

/**
 * Whether a product is computed in tiles. {@code -Dunrolled.tornado.tiles=always} or {@code never} forces one version everywhere: tests hold
 * both to the reference, and a measurement compares them.
 */
enum Tiles {
    /** Where they pay. */
    CHOSEN, ALWAYS, NEVER;

    static Tiles chosen() {
        return valueOf(System.getProperty("unrolled.tornado.tiles", "chosen").toUpperCase(java.util.Locale.ROOT));
    }

    /**
     * A tile that C does not fill is computed whole. Measured on Intel's CPU device, a multiplication in tiles takes a twentieth of one of
     * the plain loop; on a GPU less is gained, and a group that is idle in part costs less.
     */
    boolean pay(int batch, int M, int N, int K) {
        if (this != CHOSEN) return this == ALWAYS;
        long whole = (long) whole(M, MatrixLoops.TILE) * whole(N, MatrixLoops.TILE) * whole(K, MatrixLoops.DEEP), needed = (long) M * N * K;
        return needed * batch >= 1 << 14 && whole <= 8 * needed;
    }

    /** Whether a group shares a line of so many elements. */
    boolean share(int count) {
        return this == CHOSEN ? count >= 2 * AxisLoops.LINE : this == ALWAYS;
    }

    /** Whether groups of queries share keys and values: local memory has room for so many numbers of each. On Intel's CPU device (4, 8, 512, 64) takes a sixth of the plain loop's time. */
    boolean attend(int T, int S, int D, int V) {
        if (D > AttentionLoops.WIDE || V > AttentionLoops.WIDE) return false;
        return this == CHOSEN ? T >= AttentionLoops.QUERIES / 2 && S >= AttentionLoops.KEYS : this == ALWAYS;
    }

    private static int whole(int n, int tile) {
        return (n + tile - 1) / tile * tile;
    }
}
