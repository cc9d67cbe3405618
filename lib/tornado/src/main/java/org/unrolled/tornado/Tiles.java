package org.unrolled.tornado;

import java.util.Arrays;
import java.util.Locale;
import uk.ac.manchester.tornado.api.TornadoTargetDevice;

/**
 * Which of a kernel's two versions a device runs: the plain loop, one work item for each element, row or sequence; or work groups, whose items share what they fetch. This is the one place where that is decided.
 *
 * <p>First, a group must fit: its work items and its local memory are limits of the device, and where they do not fit the plain loop runs. Then it depends on the kind of the device.
 * <ul>
 * <li><b>CPU</b>: measured, on Intel's OpenCL CPU device (2 cores, AVX-512), each rule at the sizes beside its limit. A work item is a lane of a vector register there; the plain loops gather, the groups load.
 * <li><b>GPU</b>: reasoned, never measured: no GPU was at hand. A GPU hides the time of a fetch behind other work items, and the plain loop has one for each element, so that a product in tiles pays less than on a CPU
 * and only where the tiles are enough for its compute units. A line, a query or a sequence that a single work item goes through keeps a GPU waiting whatever its size; there groups pay much earlier.
 * <li><b>Others</b> (FPGAs have kernels of their own, {@link FpgaKernels}): nothing is known of them, so they run the plain loops, which need nothing.
 * </ul>
 * {@code -Dunrolled.tornado.tiles=always} or {@code never} forces one version wherever it fits: tests hold both to the reference, and a measurement compares them.
 *
 * @param localBytes local memory of a group
 * @param items      work items of a group at most
 * @param units      compute units: cores, or multiprocessors
 */
record Tiles(Choice choice, Kind kind, long localBytes, long items, int units) {
    enum Choice { CHOSEN, ALWAYS, NEVER }

    enum Kind {
        CPU, GPU, OTHER;

        /** @param kind as TornadoVM names the type of a device */
        static Kind of(String kind) {
            return switch (kind) {
                case "CPU" -> CPU;
                case "GPU" -> GPU;
                default -> OTHER;
            };
        }
    }

    static Tiles of(Devices.Device device) {
        TornadoTargetDevice physical = device.tornado().getPhysicalDevice();
        return new Tiles(Choice.valueOf(System.getProperty("unrolled.tornado.tiles", "chosen").toUpperCase(Locale.ROOT)), Kind.of(device.kind()), physical.getDeviceLocalMemorySize(),
            Arrays.stream(physical.getDeviceMaxWorkGroupSize()).max().orElse(1), physical.getDeviceMaxComputeUnits());
    }

    /** Whether groups of so many items fit and, that given, are wanted. */
    private boolean pay(int groupItems, int localFloats, boolean onCpu, boolean onGpu) {
        if (groupItems > items || 4L * localFloats > localBytes) return false;
        return switch (choice) {
            case ALWAYS -> true;
            case NEVER -> false;
            case CHOSEN -> switch (kind) {
                case CPU -> onCpu;
                case GPU -> onGpu;
                case OTHER -> false;
            };
        };
    }

    /** A quarter of the compute units have a group: with fewer, more of a GPU idles than its groups save. */
    private boolean keepBusy(long groups) {
        return 4 * groups >= units;
    }

    /**
     * So many products of matrices; a convolution and its gradients are such products too. A tile that C does not fill is computed whole. On Intel's CPU device a multiplication in tiles takes a tenth to a twentieth of the time of
     * one in the plain loop: a convolution of (64, 6, 14, 14) with 16 filters of 5 x 5, whose tiles are a fifth full, takes half the plain loop's time, one of 3 channels with 16 filters of 3 x 3, a tenth full, the gradient of its weights
     * twice as long. A GPU is taken to gain four times.
     */
    boolean product(int products, int M, int N, int K) {
        long tiles = products * tiles(M, MatrixLoops.TILE) * tiles(N, MatrixLoops.TILE), needed = (long) products * M * N * K;
        long whole = tiles * MatrixLoops.TILE * MatrixLoops.TILE * tiles(K, MatrixLoops.DEEP) * MatrixLoops.DEEP;
        boolean large = needed >= 1 << 14;
        return pay(MatrixLoops.SIDE * MatrixLoops.SIDE, 2 * MatrixLoops.TILE * MatrixLoops.DEEP, large && whole <= 8 * needed, large && whole <= 4 * needed && keepBusy(tiles));
    }

    /** A group for a line of so many elements. */
    boolean line(int count) {
        return pay(AxisLoops.LINE, AxisLoops.LINE, count >= 2 * AxisLoops.LINE, count >= AxisLoops.LINE);
    }

    /** A group of queries shares keys and values. On Intel's CPU device (4, 8, 512, 64) takes a ninth of the plain loop's time, and 32 queries and keys of 16 numbers as long. */
    boolean attention(int T, int S, int D, int V) {
        return share(T, S, D, V, AttentionLoops.QUERIES / 2);
    }

    /** The same for the three gradients, of keys and values with groups of keys. There, too, (4, 8, 512, 64) takes an eighth or a ninth, 64 queries and keys half; 32 take a little longer. */
    boolean attentionGradient(int T, int S, int D, int V) {
        return share(T, S, D, V, AttentionLoops.QUERIES);
    }

    private boolean share(int T, int S, int D, int V, int least) {
        int half = AttentionLoops.QUERIES / 2;
        return D <= AttentionLoops.WIDE && V <= AttentionLoops.WIDE
            && pay(AttentionLoops.SIDE * AttentionLoops.SIDE, AttentionLoops.LOCAL, T >= least && S >= least, T >= half && S >= half);
    }

    /**
     * A group's items compute a hidden unit each of a few sequences, in place of an item for a whole sequence. On Intel's CPU device an LSTM with (B, T, H) = (32, 128, 256) takes a fifth of the time, its gradient an
     * eighth, with H = 32 half to two thirds, with H = 16 hardly less, and the groups take longer to compile; on a GPU a sequence in one item leaves all but B of its items without work.
     */
    boolean units(int H) {
        return pay(RecurrentLoops.UNITS, 0, H >= 32, H >= 8);
    }

    private static long tiles(int n, int tile) {
        return (n + tile - 1) / tile;
    }
}
