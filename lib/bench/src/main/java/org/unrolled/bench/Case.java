package org.unrolled.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something to compute.
 *
 * @param name    as printed
 * @param op      what every entrant knows how to do
 * @param sizes   its numbers; a switch such as "backward" is 0 or 1
 * @param flops   floating point operations of one call, by the usual count (a product and a sum are two); 0: not counted
 * @param bytes   bytes that one call must read and write at least; 0: not counted
 * @param tolerance of results, relative to the largest element
 * @param goal    what it is to reach
 */
record Case(String name, String op, Map<String, Integer> sizes, double flops, double bytes, double tolerance, Goal goal) {
    /**
     * What a case is to reach.
     *
     * @param group  the cases whose ratios are taken together in one geometric mean; "" for none
     * @param ratios by peer: its time by Unrolled's, at least
     * @param share  of the ceiling that binds the case, at least; 0: no goal
     */
    record Goal(String group, Map<String, Double> ratios, double share) {
        static final Goal NONE = new Goal("", Map.of(), 0);
    }

    /** @param sizes names and numbers in turn */
    static Case of(String name, String op, double flops, double bytes, double tolerance, Goal goal, Object... sizes) {
        Map<String, Integer> named = new LinkedHashMap<>();
        for (int i = 0; i < sizes.length; i += 2) named.put((String) sizes[i], (Integer) sizes[i + 1]);
        return new Case(name, op, named, flops, bytes, tolerance, goal);
    }

    int size(String of) {
        Integer size = sizes.get(of);
        if (size == null) throw new IllegalArgumentException("The case " + name + " has no size " + of + ", only " + sizes.keySet() + ".");
        return size;
    }

    boolean is(String flag) {
        return sizes.getOrDefault(flag, 0) == 1;
    }
}
