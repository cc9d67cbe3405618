package org.unrolled.notebook;

import java.util.Base64;

/** Small pieces of HTML that survive an untrusted notebook: inline styles and native elements only. */
final class Html {
    /** Quiet text: JupyterLab's secondary font colour, or the text colour dimmed where there is no JupyterLab. */
    static final String QUIET = "opacity:.75";
    /**
     * Pictures stand on a light card in both themes: an image cannot read the page's colours,
     * and the maps run from white to dark, so a dark ground would turn their meaning around.
     */
    static final String CARD = "max-width:100%;height:auto;background:#fff;border-radius:4px";

    private Html() {}

    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c < ' ' && c != '\n' && c != '\t' ? ' ' : c);
            }
        }
        return out.toString();
    }

    static String img(Picture.Image image, String alt) {
        return img(image, alt, CARD);
    }

    static String img(Picture.Image image, String alt, String style) {
        return "<img src=\"data:" + image.mime() + ";base64," + Base64.getEncoder().encodeToString(image.bytes())
                + "\" width=\"" + image.width() + "\" height=\"" + image.height()
                + "\" style=\"" + style + "\" alt=\"" + escape(alt) + "\">";
    }

    static String pre(String text) {
        return "<pre style=\"margin:.3em 0;background:none;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere\">" + escape(text) + "</pre>";
    }
}
