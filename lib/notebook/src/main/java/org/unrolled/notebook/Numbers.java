package org.unrolled.notebook;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as a reader wants them: few digits, no trailing zeros, a true minus sign in pictures. */
final class Numbers {
    private Numbers() {}

    /** Up to four significant digits: 0.8312, 12.5, 1024, 1.2e-7. */
    static String brief(double value) {
        return brief(value, 4);
    }

    static String brief(double value, int digits) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "∞" : "-∞";
        }
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (value == Math.rint(value) && size < 1e7) {
            return Long.toString((long) value);
        }
        if (size < 1e-3 || size >= 1e7) {
            String text = String.format(Locale.ROOT, "%." + (digits - 1) + "e", value);
            int e = text.indexOf('e');
            return stripZeros(text.substring(0, e)) + "e" + Integer.parseInt(text.substring(e + 1));
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(Math.max(digits, integerDigits(size))));
        return stripZeros(rounded.toPlainString());
    }

    private static int integerDigits(double size) {
        return size < 1 ? 0 : (int) Math.floor(Math.log10(size)) + 1;
    }

    static String stripZeros(String text) {
        if (text.indexOf('.') < 0) {
            return text;
        }
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
    }

    static String fixed(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.startsWith("-") && Double.parseDouble(text) == 0 ? text.substring(1) : text;
    }

    /** For pictures: a minus sign as wide as a plus. */
    static String typeset(String number) {
        return number.replace('-', '−');
    }

    static String typeset(String cell, boolean number) {
        return number ? typeset(cell) : cell;
    }

    /** The number of decimals that writes every value of a matrix in the same, short form; -1: no short form. */
    static int decimals(float[] values) {
        double largest = 0;
        boolean integral = true;
        for (float v : values) {
            if (Float.isFinite(v)) {
                largest = Math.max(largest, Math.abs(v));
                integral &= v == Math.rint(v);
            }
        }
        if (largest >= 1e5) {
            return -1;
        }
        if (integral) {
            return 0;
        }
        if (largest < 0.005) {
            return -1;
        }
        return largest >= 100 ? 0 : largest >= 10 ? 1 : largest >= 0.05 ? 2 : 3;
    }

    static String seconds(double seconds) {
        if (seconds < 9.95) {
            return fixed(seconds, 1) + " s";
        }
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s"
                : whole < 3600 ? whole / 60 + " min " + whole % 60 + " s"
                : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }
}
