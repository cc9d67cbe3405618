package org.unrolled.quiz.internal;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers and names as a card writes them. */
final class Text {

    private Text() {}

    static String seconds(Duration limit) {
        double s = limit.toMillis() / 1000.0;
        return (s == Math.rint(s) ? String.valueOf((long) s) : String.valueOf(s)) + " s";
    }

    /** Four digits are enough to compare with, and short enough for a table. */
    static String number(double v) {
        if (v == Math.rint(v) && Math.abs(v) < 1e6) {
            return String.valueOf((long) v);
        }
        if (!Double.isFinite(v)) {
            return Double.isNaN(v) ? "NaN" : v > 0 ? "∞" : "−∞";
        }
        double a = Math.abs(v);
        if (a < 1e-3 || a >= 1e6) {
            return String.format(Locale.ROOT, "%.3g", v).replaceFirst("e([-+])0*(\\d)", "e$1$2").replace("e+", "e");
        }
        String s = String.format(Locale.ROOT, a < 1 ? "%.4f" : a < 100 ? "%.3f" : "%.1f", v);
        return s.contains(".") ? s.replaceFirst("\\.?0+$", "") : s;
    }

    static String plural(long n, String one) {
        return n + " " + (n == 1 ? one : one + "s");
    }

    static String html(@Nullable String text) {
        return text == null ? "" : text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    /** "ScaledDotProduct" reads "Scaled dot product". */
    static String title(Class<?> type) {
        String words = type.getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ");
        StringBuilder title = new StringBuilder();
        for (String word : words.split(" ")) {
            boolean acronym = word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT));
            title.append(title.isEmpty() ? word : " " + (acronym ? word : word.toLowerCase(Locale.ROOT)));
        }
        return title.toString();
    }

    static String ordinal(int i) {
        return switch (i) {
            case 0 -> "first";
            case 1 -> "second";
            case 2 -> "third";
            default -> (i + 1) + "th";
        };
    }
}
