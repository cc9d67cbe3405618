package org.unrolled.notebook;

/**
 * From numbers to colours. Sequential maps run from light to dark in one hue; signed maps run blue, white, orange and are centred on zero.
 * Sixty-four steps: more cannot be told apart, and equal cells share one path in the SVG.
 */
record ColorMap(double low, double high, boolean signed) {
    static final int STEPS = 64;
    private static final int[][] BLUES = {{245, 248, 252}, {213, 226, 240}, {159, 190, 218}, {91, 143, 192}, {31, 95, 153}, {10, 52, 99}};
    private static final int[][] SIGNED = {{5, 70, 130}, {58, 125, 185}, {150, 190, 222}, {255, 255, 255}, {244, 185, 125}, {211, 113, 25}, {140, 62, 0}};

    /** The map that suits a range: signed if anything is negative, from zero unless the values lie far from it. */
    static ColorMap of(double min, double max) {
        if (min < 0) {
            double size = Math.max(Math.abs(min), Math.abs(max));
            return new ColorMap(-size, size, true);
        }
        return new ColorMap(min <= 0.5 * max ? 0 : min, max, false);
    }

    int step(double value) {
        if (!(high > low)) {
            return signed ? STEPS / 2 : value > 0 ? STEPS - 1 : 0;
        }
        double t = Math.clamp((value - low) / (high - low), 0, 1);
        return (int) Math.round(t * (STEPS - 1));
    }

    int rgb(int step) {
        int[][] stops = signed ? SIGNED : BLUES;
        // an odd number of steps around the middle would tint zero; zero must be white
        double t = signed && Math.abs(step - (STEPS - 1) / 2.0) < 1 ? 0.5 : (double) step / (STEPS - 1);
        double at = t * (stops.length - 1);
        int i = Math.min((int) at, stops.length - 2);
        double f = at - i;
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
            rgb = rgb << 8 | (int) Math.round(stops[i][c] * (1 - f) + stops[i + 1][c] * f);
        }
        return rgb;
    }

    static String hex(int rgb) {
        return String.format("#%06x", rgb);
    }

    /** Black or white, whichever reads better on the colour. */
    static String ink(int rgb) {
        double ground = luminance(rgb);
        return (1.05) / (ground + 0.05) > (ground + 0.05) / 0.05 ? "#fff" : "#000";
    }

    /** Relative luminance (WCAG 2.2). */
    static double luminance(int rgb) {
        double sum = 0;
        double[] weight = {0.2126, 0.7152, 0.0722};
        for (int c = 0; c < 3; c++) {
            double v = (rgb >> 16 - 8 * c & 255) / 255.0;
            sum += weight[c] * (v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4));
        }
        return sum;
    }
}
