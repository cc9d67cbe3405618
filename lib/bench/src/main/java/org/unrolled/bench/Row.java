package org.unrolled.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A case's figures, as the JSON form has them.
 *
 * @param unit     of {@code unrolled} and {@code peers}: µs of one call, the median over rounds
 * @param ratio    a peer's time by Unrolled's, above 1 where Unrolled is faster: the median of the rounds' ratios
 * @param spread   the ratio's lower and upper quartile over rounds
 * @param gflops   floating point operations a second in 10⁹, 0 where they are not counted
 * @param gbytes   bytes a second in 10⁹ that must at least have moved, 0 where they are not counted
 * @param heap     what a call of Unrolled's needs of the Java heap
 */
record Row(String name, String unit, int threads, double unrolled, Map<String, Double> peers, Map<String, Double> ratio, Map<String, double[]> spread,
           double gflops, double gbytes, Entrant.Heap heap) {
    /**
     * @param seconds of one call in each round, by entrant; the first entrant is Unrolled
     * @param heap    what a call of Unrolled's needs
     */
    static Row of(Case what, int threads, Map<String, List<Double>> seconds, Entrant.Heap heap) {
        List<String> names = List.copyOf(seconds.keySet());
        double[] ours = array(seconds.get(names.getFirst()));
        Map<String, Double> peers = new LinkedHashMap<>(), ratio = new LinkedHashMap<>();
        Map<String, double[]> spread = new LinkedHashMap<>();
        for (String name : names.subList(1, names.size())) {
            double[] theirs = array(seconds.get(name)), ratios = new double[theirs.length];
            for (int i = 0; i < ratios.length; i++) ratios[i] = theirs[i] / ours[i];
            peers.put(name, round(quantile(theirs, 0.5) * 1e6));
            ratio.put(name, round(quantile(ratios, 0.5)));
            spread.put(name, new double[] {round(quantile(ratios, 0.25)), round(quantile(ratios, 0.75))});
        }
        double median = quantile(ours, 0.5);
        return new Row(what.name(), "us", threads, round(median * 1e6), peers, ratio, spread, round(what.flops() / median / 1e9), round(what.bytes() / median / 1e9), heap);
    }

    private static double[] array(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Between two values it lies on the line. */
    static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double at = q * (sorted.length - 1);
        int below = (int) at;
        return sorted[below] + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
    }

    /** Four digits: more would be noise. */
    static double round(double value) {
        return value == 0 ? 0 : new java.math.BigDecimal(value).round(new java.math.MathContext(4)).doubleValue();
    }
}
