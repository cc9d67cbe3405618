package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unrolled.nn.TrainingListener;
import org.unrolled.nn.TrainingStep;

/**
 * Draws a training while it runs: where it stands, what is left, and the loss so far. Give it to a training as its listener.
 * The metrics whose name contains "loss" or "validation" are drawn beside the loss, the others are written above.
 * It is drawn at most five times a second, and at the last step.
 */
public final class LiveCurve implements TrainingListener {
    /** As many points as the picture can show; a longer training is thinned to every second point, again and again. */
    private static final int MOST_POINTS = 400;

    private final String name;
    private final Map<String, List<double[]>> curves = new LinkedHashMap<>();
    private Display.@org.jspecify.annotations.Nullable Handle handle;
    private int stride = 1;
    private boolean logY;
    private TrainingStep last = new TrainingStep(0, 0, Double.NaN, Map.of(), 0);

    LiveCurve(String name) {
        this.name = name;
    }

    /** A logarithmic loss axis, for a loss that falls over decades. */
    public LiveCurve logY() {
        logY = true;
        return this;
    }

    @Override public void onStep(TrainingStep step) {
        if (step.step() <= last.step()) {
            // a second training with the same listener starts a new picture
            curves.clear();
            handle = null;
            stride = 1;
        }
        boolean end = step.step() >= step.steps();
        last = step;
        if (end || step.step() == 1 || step.step() % stride == 0) {
            add("train", step.step(), step.loss());
            step.metrics().entrySet().stream().filter(m -> curve(m.getKey())).sorted(Map.Entry.comparingByKey())
                    .forEach(m -> add(m.getKey(), step.step(), m.getValue()));
            if (curves.get("train").size() > MOST_POINTS) {
                stride *= 2;
                curves.values().forEach(points -> points.removeIf(p -> p[0] != 1 && p[0] % stride != 0));
            }
        }
        if (handle == null) {
            handle = Display.updatable(html(), text());
        } else if (end) {
            handle.update(html(), text());
        } else {
            handle.throttled(this::html, this::text);
        }
    }

    private static boolean curve(String metric) {
        return metric.contains("loss") || metric.contains("validation");
    }

    private void add(String curve, int step, double value) {
        curves.computeIfAbsent(curve, _ -> new ArrayList<>()).add(new double[] {step, value});
    }

    /** The curves so far, to be shown again beside others. */
    public Lines lines() {
        Lines lines = new Lines().axes("step", logY ? "loss (log)" : "loss");
        if (logY) {
            lines = lines.logY();
        }
        boolean several = curves.size() > 1;
        for (Map.Entry<String, List<double[]>> curve : curves.entrySet()) {
            double[] x = curve.getValue().stream().mapToDouble(p -> p[0]).toArray();
            double[] y = curve.getValue().stream().mapToDouble(p -> p[1]).toArray();
            lines = lines.line(several ? curve.getKey() : "", x, y);
        }
        return last.steps() > 1 ? lines.xRange(0, last.steps()) : lines;
    }

    String text() {
        StringBuilder out = new StringBuilder(name).append(" ").append(last.step()).append(" of ").append(last.steps())
                .append(" · loss ").append(Numbers.brief(last.loss(), 3));
        last.metrics().entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(m -> out.append(" · ").append(m.getKey()).append(' ').append(Numbers.brief(m.getValue(), 3)));
        return out.append(" · ").append(ProgressBar.remaining(last.step(), last.steps(), last.seconds(), false)).toString();
    }

    String html() {
        return "<div>" + Html.escape(text()) + "</div>" + ProgressBar.element(last.step(), last.steps())
                + Outputs.of(null, lines()).html();
    }
}
