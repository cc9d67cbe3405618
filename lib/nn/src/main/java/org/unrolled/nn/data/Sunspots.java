package org.unrolled.nn.data;

import java.util.ArrayList;
import java.util.List;

/**
 * How many spots the sun had: the international sunspot number, version 1, from the U.S. National Geophysical Data Center, in the public domain.
 * It rises and falls in about eleven years, never twice alike. Observations before 1849 are sparse, and the numbers reconstructed.
 */
public final class Sunspots {
    private Sunspots() { }

    /** 309 yearly means, 1700 to 2008. */
    public static Series yearly() {
        return read("sunspots, yearly mean", "sunspots-yearly.csv");
    }

    /** 3,120 monthly means, 1749-01 to 2008-12: the same cycle under much noise. */
    public static Series monthly() {
        return read("sunspots, monthly mean", "sunspots-monthly.csv");
    }

    private static Series read(String name, String file) {
        List<String> times = new ArrayList<>();
        List<Float> values = new ArrayList<>();
        Resources.text(file).lines().forEach(line -> {
            int comma = line.indexOf(',');
            times.add(line.substring(0, comma));
            values.add(Float.parseFloat(line.substring(comma + 1)));
        });
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) array[i] = values.get(i);
        return Series.of(name, times, array);
    }
}
