package org.unrolled.notebook;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Writes a page of every kind of output in both themes, for looking at: {@code java ... Gallery FILE}. */
final class Gallery {
    private Gallery() {}

    public static void main(String[] args) throws Exception {
        StringBuilder body = new StringBuilder();
        for (String html : outputs()) {
            body.append(html).append('\n');
        }
        for (String theme : List.of("light", "dark")) {
            String colors = theme.equals("light") ? "background:#fff;color:rgba(0,0,0,.87)" : "background:#111;color:rgba(255,255,255,.87)";
            Files.writeString(Path.of(args[0], theme + ".html"), "<!doctype html><meta charset=\"utf-8\"><body style=\"font:14px/1.5 system-ui,sans-serif;max-width:760px;margin:1em auto;"
                    + colors + "\">" + body);
        }
    }

    static float[] softmaxed(Random random, int n, double scale) {
        float[] out = new float[n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.exp(random.nextGaussian() * scale);
            sum += out[i];
        }
        for (int i = 0; i < n; i++) {
            out[i] /= (float) sum;
        }
        return out;
    }

    static float[][] weights(int rows, int columns, double scale, long seed) {
        Random random = new Random(seed);
        float[][] out = new float[rows][];
        for (int i = 0; i < rows; i++) {
            out[i] = softmaxed(random, columns, scale);
        }
        return out;
    }

    static float[][] signed(int rows, int columns, long seed) {
        Random random = new Random(seed);
        float[][] out = new float[rows][columns];
        for (float[] row : out) {
            for (int j = 0; j < columns; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        return out;
    }

    static List<String> outputs() {
        List<String> out = new ArrayList<>();
        Random pixels = new Random(5);
        out.add(Notebook.image(Notebook.rand(pixels, 3, 20, 30)).caption("a colour picture").html());
        out.add(Notebook.image(Notebook.rand(pixels, 8, 8)).box(-1, 2, 3, 3).html());
        out.add(Notebook.images(Notebook.randn(pixels, 9, 1, 6, 6)).captions("a", "b", "c", "d", "e", "f", "g", "h", "a long caption < that is broken & escaped").html());
        out.add(Notebook.images(Notebook.rand(pixels, 0, 3, 4, 4)).html());
        List<String> english = List.of("the", "animal", "was", "too", "tired");
        List<String> french = List.of("l'", "animal", "était", "trop", "fatigué");
        out.add(new HeatMap(Matrix.of(weights(5, 5, 1.5, 3))).rows(french).columns(english).axes("query", "key").title("Attention weights").caption("each row is one query; darker is larger").html());
        out.add(new HeatMap(Matrix.of(signed(4, 6, 4))).title("signed (4, 6)").html());
        float[][] masked = signed(6, 6, 5);
        for (int i = 0; i < 6; i++) {
            for (int j = i + 1; j < 6; j++) {
                masked[i][j] = Float.NEGATIVE_INFINITY;
            }
        }
        out.add(new HeatMap(Matrix.of(masked)).title("scores after the causal mask").html());
        List<String> date = List.of("1", "3", " ", "o", "c", "t", "o", "b", "e", "r", " ", "2", "0", "0", "7");
        out.add(new HeatMap(Matrix.of(weights(10, 15, 2.5, 6))).rows("2", "0", "0", "7", "-", "1", "0", "-", "1", "3").columns(date).axes("target", "source").html());
        out.add(new HeatMap(Matrix.of(weights(3, 8, 2, 7))).rows("because", "it", "refused").columns("the", "transformation", "of", "representations", "matters", "because", "it", "works").html());
        out.add(new HeatMap(Matrix.of(signed(64, 96, 8))).title("(64, 96)").html());
        out.add(new HeatMap(Matrix.of(signed(1, 12, 9))).title("a vector").html());
        out.add(new Bars(List.of(softmaxed(new Random(1), 10, 4), softmaxed(new Random(1), 10, 1))).rows("softmax(s)", "softmax(s / √d_k)").x("key").range(0, 1).html());
        out.add(new Bars(List.of(softmaxed(new Random(1), 5, 2), softmaxed(new Random(2), 5, 1))).rows("query 'it'", "query 'was'").columns(english).sideBySide().html());
        double[] train = new double[60];
        double[] validation = new double[60];
        for (int i = 0; i < 60; i++) {
            train[i] = 2.3 * Math.exp(-i / 12.0) + 0.18;
            validation[i] = 2.25 * Math.exp(-i / 13.0) + 0.24 + 0.02 * Math.sin(i);
        }
        out.add(new Lines().line("train", train).line("validation", validation).axes("epoch", "loss").title("Loss").html());
        double[] dk = {1, 4, 16, 64, 256};
        out.add(new Lines().line("Var(q·k)", dk, new double[] {1.02, 3.9, 16.2, 63.1, 259}).line("Var(q·k / √d_k)", dk, new double[] {1.02, 0.98, 1.01, 0.99, 1.01})
                .logX().logY().points().axes("d_k", "variance").html());
        double[][] many = new double[4][30];
        Random random = new Random(11);
        Lines lines = new Lines();
        for (int k = 0; k < 4; k++) {
            double v = 0;
            for (int i = 0; i < 30; i++) {
                v += random.nextGaussian();
                many[k][i] = v;
            }
            lines = lines.line(List.of("mean-pool encoder", "last state", "additive attention", "dot product").get(k), many[k]);
        }
        out.add(lines.axes("length of the input", "accuracy").html());
        Random r = new Random(5);
        out.add(Outputs.of("weights", Notebook.softmax(Notebook.randn(r, 4, 5))).html());
        out.add(Outputs.of("heads", Notebook.softmax(Notebook.randn(r, 2, 4, 6, 6))).html());
        out.add(Outputs.of("x", Notebook.randn(r, 3, 7, 5)).html());
        out.add(Outputs.of("images", Notebook.rand(r, 20, 1, 28, 28)).html());
        out.add(Outputs.of("ids", Notebook.ids(3, 1, 4, 1, 5, 9, 2, 6)).html());
        out.add(Outputs.of("loss", Notebook.tensor(0.125).reshape()).html());
        List<Object> frames = new ArrayList<>();
        List<Integer> values = List.of(1, 4, 16, 64, 256);
        for (int dK : values) {
            frames.add(new Bars(List.of(softmaxed(new Random(1), 10, Math.sqrt(dK)), softmaxed(new Random(1), 10, 1))).rows("softmax(s)", "softmax(s / √d_k)"));
        }
        out.add(Scrubber.of("d_k", values, frames).html());
        List<Object> maps = new ArrayList<>();
        List<Integer> steps = new ArrayList<>();
        for (int k = 0; k < 40; k++) {
            steps.add(k * 10);
            maps.add(new HeatMap(Matrix.of(weights(10, 15, k / 12.0, 6))).rows("2", "0", "0", "7", "-", "1", "0", "-", "1", "3").columns(date).axes("target", "source"));
        }
        out.add(Scrubber.of("step", steps, maps).html());
        out.add(new HtmlTable("variance of 1000 dot products", List.of("d_k", "Var(q·k)", "Var(q·k / √d_k)"), List.of(
                List.of("4", "3.912", "0.9781"), List.of("16", "16.23", "1.014"), List.of("64", "63.1", "0.986"), List.of("256", "-259.4", "1.013")), 0).html());
        out.add(Notebook.diagram().box(0, 0, "Q", "(T, d_k)", Colors.QUERY).box(0, 1, "K", "(S, d_k)", Colors.KEY).box(0, 2, "V", "(S, d_v)", Colors.VALUE)
                .op(1, 0, "Q·Kᵀ", "(T, S)").op(2, 0, "÷ √d_k", "(T, S)").op(3, 0, "softmax", "rows sum to 1").op(4, 0, "weights · V", "(T, d_v)")
                .arrow("Q", "Q·Kᵀ").arrow("K", "Q·Kᵀ").arrow("Q·Kᵀ", "÷ √d_k").arrow("÷ √d_k", "softmax").arrow("softmax", "weights · V").arrow("V", "weights · V").html());
        out.add(Notebook.flow("encoder | (T, d)", "mean | (d,)", "decoder").html());
        var inTwo = Notebook.randn(new Random(12), 40, 2);
        var seen = Notebook.arange(30).reshape(5, 6);
        out.add(Notebook.slidingWindow(seen, Notebook.ones(2, 3), 1, 2).padding(1).dilation(2).html());
        out.add(Notebook.slidingWindow(seen.div(30), Notebook.ones(5, 6), 0, 0).title("one place").html());
        out.add(Notebook.receptiveField().layer("conv 3", 3, 1, 1).layer("conv 3, stride 2", 3, 2, 1).html());
        out.add(Notebook.plane(inTwo, Notebook.ids(new Random(13).ints(40, 0, 4).toArray())).html());
        out.add(Notebook.plane(inTwo, inTwo.select(1, 0).mul(inTwo.select(1, 1)).mul(1e6).tanh()).names("below", "above")
                .field(x -> x.select(1, 0).mul(x.select(1, 1)).add(0.2)).range(-1, 1).title("a function of the plane").html());
        LiveCurve live = new LiveCurve("step");
        for (int i = 1; i <= 300; i++) {
            live.onStep(new org.unrolled.nn.TrainingStep(i, 500, 2.3 * Math.exp(-i / 60.0) + 0.1 * random.nextDouble(), java.util.Map.of("accuracy", i / 500.0, "gradNorm", 1.23456), i * 0.02));
        }
        out.add(live.html());
        return out;
    }
}
