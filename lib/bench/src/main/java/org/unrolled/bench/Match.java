package org.unrolled.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** One case between Unrolled and its peers: first the same result, then the times, in turns. */
final class Match {
    /** What an optimiser does is compared after each of so many steps: at the first one no moment counts yet. */
    private static final int STEPS = 5;
    /** Nanoseconds that our own rounds before the measured ones take at least. */
    private static final long WARM_UP = 1_500_000_000;

    private final List<Entrant> entrants;
    private final int threads, rounds;
    private final double seconds;

    /** @param entrants Unrolled first */
    Match(List<Entrant> entrants, int threads, int rounds, double seconds) {
        this.entrants = List.copyOf(entrants);
        this.threads = threads;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** @param missing told the peer and the case where it has nothing of the kind */
    Row play(Case what, BiConsumer<String, String> missing) {
        List<Entrant> playing = new ArrayList<>();
        for (Entrant entrant : entrants) {
            if (entrant.prepare(what)) playing.add(entrant);
            else missing.accept(entrant.name(), what.name());
        }
        Entrant ours = playing.getFirst();
        if (ours != entrants.getFirst()) throw new IllegalStateException("Unrolled cannot compute " + what.name() + ".");
        for (int step = 0; step < (what.op().startsWith("step") || what.op().equals("adamw") ? STEPS : 1); step++) {
            List<float[]> wanted = ours.results();
            for (Entrant peer : playing.subList(1, playing.size())) requireSame(what, peer.name(), wanted, peer.results());
        }
        for (Entrant entrant : playing) warm(entrant);
        Entrant.Heap heap = ours.heap();
        Map<String, List<Double>> measured = new LinkedHashMap<>();
        for (Entrant entrant : playing) measured.put(entrant.name(), new ArrayList<>());
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < playing.size(); i++) {
                Entrant next = playing.get((i + round) % playing.size());       // everyone is first in turn
                measured.get(next.name()).add(next.round(seconds));
            }
        }
        return Row.of(what, threads, measured, heap);
    }

    /**
     * Until a round is no faster than the one before, ten rounds at most; but our own for some time at least, since the JVM compiles what it has seen often
     * beside the rounds, and a training step is dozens of methods: one was measured half compiled, at half its speed.
     */
    private void warm(Entrant entrant) {
        double before = Double.MAX_VALUE;
        long end = System.nanoTime() + (entrant == entrants.getFirst() ? WARM_UP : 0);
        for (int i = 0; ; i++) {
            double now = entrant.round(seconds);
            if (System.nanoTime() >= end && (i >= 9 || i >= 3 && now > 0.97 * before)) return;
            before = now;
        }
    }

    private static void requireSame(Case what, String peer, List<float[]> ours, List<float[]> theirs) {
        if (ours.size() != theirs.size()) {
            throw new IllegalStateException("%s: Unrolled has %d outputs, %s has %d. Both must compute the same.".formatted(what.name(), ours.size(), peer, theirs.size()));
        }
        for (int o = 0; o < ours.size(); o++) {
            float[] a = ours.get(o), b = theirs.get(o);
            if (a.length != b.length) throw new IllegalStateException("%s: output %d has %d elements, and %d in %s.".formatted(what.name(), o, a.length, b.length, peer));
            double largest = 1e-30, worst = 0;
            for (int i = 0; i < a.length; i++) {
                if (Float.isFinite(b[i])) largest = Math.max(largest, Math.abs(b[i]));
                double difference = Math.abs(a[i] - b[i]);
                worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
            }
            if (!(worst <= what.tolerance() * largest)) {       // so that NaN is a difference too
                throw new IllegalStateException("%s: output %d of %s differs by %.3g, where the largest element is %.3g. A time of another result says nothing."
                    .formatted(what.name(), o, peer, worst, largest));
            }
        }
    }
}
