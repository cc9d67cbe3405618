package org.unrolled.notebook;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unrolled.nn.Summary;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.kernel.DeviceRun;
import org.unrolled.tensor.kernel.ProfilingKernels;

/** One value in the two forms that every output has. */
record Outputs(String html, String text) {
    /** How a value is shown; the caption stands above it and names a tensor. */
    static Outputs of(@Nullable String caption, @Nullable Object value) {
        return switch (value) {
            case null -> plain(caption, "null");
            case Tensor tensor -> {
                TensorView view = TensorView.of(caption, tensor);
                yield new Outputs(view.html(), view.text());
            }
            case Scrubber scrubber -> new Outputs(scrubber.html(), scrubber.text());
            case Picture<?> picture -> {
                Picture<?> titled = caption == null || picture.title != null ? picture : picture.title(caption);
                yield new Outputs(drawn(titled), titled.text());
            }
            case Summary summary -> of(caption, Costs.table(caption, summary));
            case ProfilingKernels profile -> of(caption, Costs.table(caption, profile));
            case DeviceRun run -> new Outputs(DeviceRuns.html(caption, run), DeviceRuns.text(caption, run));
            case HtmlTable table -> new Outputs(table.html(), table.text());
            case float[][] matrix -> of(caption, new HeatMap(Matrix.of(matrix)));
            case float[] array -> plain(caption, Arrays.toString(array));
            case double[] array -> plain(caption, Arrays.toString(array));
            case int[] array -> plain(caption, Arrays.toString(array));
            case Object[] array -> plain(caption, Arrays.deepToString(array));
            default -> {
                // by name, so that showing a string loads neither Tablesaw nor java.awt
                String type = value.getClass().getName();
                if (type.startsWith("tech.tablesaw.")) {
                    yield TablesawOutput.of(caption, value);
                }
                if (type.startsWith("org.knowm.xchart.") || type.startsWith("java.awt.")) {
                    Picture.Image image = XCharts.render(value);
                    if (image != null) {
                        String alt = caption != null ? caption : XCharts.describe(value);
                        yield new Outputs("<figure style=\"margin:.5em 0\">" + (caption == null ? "" : "<div>" + Html.escape(caption) + "</div>")
                                + Html.img(image, alt) + "</figure>", alt);
                    }
                }
                yield plain(caption, String.valueOf(value));
            }
        };
    }

    private static Outputs plain(@Nullable String caption, String text) {
        return new Outputs((caption == null ? "" : "<div>" + Html.escape(caption) + "</div>") + Html.pre(text), caption == null ? text : caption + ": " + text);
    }

    /** A machine without fonts cannot draw a chart; its reader still gets the numbers and the cure. */
    private static String drawn(Picture<?> picture) {
        try {
            return picture.html();
        } catch (LinkageError | InternalError e) {
            return "<div><strong>This chart needs a font</strong>, and java.awt found none: install fontconfig and a font "
                    + "(Debian: apt-get install fontconfig fonts-dejavu-core; conda: fontconfig fonts-conda-forge). Its numbers:</div>"
                    + Html.pre(picture.text());
        }
    }

    /** Apart, so that the verifier does not load Tablesaw for a string. */
    private static final class TablesawOutput {
        static Outputs of(@Nullable String caption, Object value) {
            if (value instanceof tech.tablesaw.api.Table table) {
                HtmlTable html = Tables.render(caption, table);
                return new Outputs(html.html(), html.text());
            }
            return plain(caption, String.valueOf(value));
        }
    }
}
