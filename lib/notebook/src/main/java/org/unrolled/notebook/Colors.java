package org.unrolled.notebook;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One colour for one meaning, through the whole kit, each with a second cue that does not need colour:
 * a marker, and a dash pattern for lines. The hues are Okabe and Ito's (2008), darkened where text needs a contrast of 4.5 : 1 on white.
 * The colours of query, key and value are those of forget, input and candidate: no lesson shows both families in one picture,
 * and the markers differ.
 */
public enum Colors {
    QUERY("#0072b2", Marker.TRIANGLE, Dash.SOLID),
    KEY("#b34e00", Marker.CIRCLE, Dash.DASHED),
    VALUE("#007a5a", Marker.SQUARE, Dash.DOTTED),
    FORGET("#0072b2", Marker.CIRCLE, Dash.SOLID),
    INPUT("#b34e00", Marker.SQUARE, Dash.DASHED),
    CANDIDATE("#007a5a", Marker.DIAMOND, Dash.DOTTED),
    OUTPUT("#a3447b", Marker.TRIANGLE, Dash.DASH_DOT),
    CELL("#4d4d4d", Marker.NONE, Dash.SOLID),
    HIDDEN("#7a6a00", Marker.NONE, Dash.DASHED),
    FORWARD("#0072b2", Marker.NONE, Dash.SOLID),
    GRADIENT("#b34e00", Marker.NONE, Dash.DASHED),
    TRAIN("#0072b2", Marker.NONE, Dash.SOLID),
    VALIDATION("#b34e00", Marker.NONE, Dash.DASHED),
    FIRST("#0072b2", Marker.CIRCLE, Dash.SOLID),
    SECOND("#b34e00", Marker.SQUARE, Dash.DASHED),
    THIRD("#007a5a", Marker.TRIANGLE, Dash.DOTTED),
    FOURTH("#a3447b", Marker.DIAMOND, Dash.DASH_DOT),
    FIFTH("#4d4d4d", Marker.CIRCLE, Dash.SOLID),
    SIXTH("#7a6a00", Marker.SQUARE, Dash.DASHED);

    /** The second cue at a point. */
    public enum Marker {
        NONE(""), CIRCLE("●"), SQUARE("■"), TRIANGLE("▲"), DIAMOND("◆");

        private final String glyph;

        Marker(String glyph) {
            this.glyph = glyph;
        }

        public String glyph() {
            return glyph;
        }
    }

    /** The second cue along a line: lengths of ink and gap. */
    public enum Dash {
        SOLID(), DASHED(7, 4), DOTTED(2, 3), DASH_DOT(8, 3, 2, 3);

        private final float[] pattern;

        Dash(float... pattern) {
            this.pattern = pattern;
        }

        public float[] pattern() {
            return pattern.clone();
        }
    }

    private static final List<Colors> SERIES = List.of(FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH);

    private final String hex;
    private final Marker marker;
    private final Dash dash;

    Colors(String hex, Marker marker, Dash dash) {
        this.hex = hex;
        this.marker = marker;
        this.dash = dash;
    }

    /** The colour as CSS writes it, {@code #rrggbb}. */
    public String hex() {
        return hex;
    }

    /** The second cue on points. */
    public Marker marker() {
        return marker;
    }

    /** The second cue on lines. */
    public Dash dash() {
        return dash;
    }

    /** The colour of the n-th series that has no meaning of its own; after six they start again. */
    public static Colors series(int n) {
        return SERIES.get(Math.floorMod(n, SERIES.size()));
    }

    /** The meaning that a label names, such as "query", "Keys" or "forget gate". */
    public static Optional<Colors> named(String label) {
        String lower = label.toLowerCase(Locale.ROOT);
        if (lower.startsWith("cell state")) return Optional.of(CELL);
        if (lower.startsWith("hidden state")) return Optional.of(HIDDEN);
        for (String word : lower.split("[^a-z]+")) {
            String singular = word.endsWith("s") ? word.substring(0, word.length() - 1) : word;
            switch (singular) {
                case "query", "querie" -> { return Optional.of(QUERY); }
                case "key" -> { return Optional.of(KEY); }
                case "value" -> { return Optional.of(VALUE); }
                case "forget" -> { return Optional.of(FORGET); }
                case "input" -> { return Optional.of(INPUT); }
                case "candidate" -> { return Optional.of(CANDIDATE); }
                case "output" -> { return Optional.of(OUTPUT); }
                case "forward" -> { return Optional.of(FORWARD); }
                case "gradient", "backward" -> { return Optional.of(GRADIENT); }
                case "train", "training", "los" -> { return Optional.of(TRAIN); }
                case "validation", "test" -> { return Optional.of(VALIDATION); }
                default -> { }
            }
        }
        return Optional.empty();
    }

    /** The label in its colour with its marker, for a sentence beside a picture: {@code ▲ query}. */
    public String mark(String label) {
        return "<span style=\"color:" + hex + "\">" + (marker == Marker.NONE ? "" : marker.glyph + " ") + Html.escape(label) + "</span>";
    }
}
