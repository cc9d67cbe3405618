package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unrolled.nn.Layer;
import org.unrolled.nn.Summary;
import org.unrolled.notebook.cell.Cells;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.CompiledStep;
import org.unrolled.tensor.kernel.DeviceRun;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Machine;
import org.unrolled.tensor.kernel.ProfilingKernels;
import org.unrolled.tensor.kernel.RecordingKernels;
import org.unrolled.tensor.kernel.Timing;

/**
 * The functions a lesson shows things with; one static import brings them and those of {@link Tensors}.
 * Functions that show return nothing, so that a cell does not print their value once more;
 * functions that draw return a {@link Picture}, to be shown, put beside another, or used as a frame of a scrubber.
 */
public class Notebook extends Tensors {
    private static final Rows ROWS = new Rows();
    /** The family of names that devices have: the first of it that can be used. */
    private static final String DEVICES = "tornado";

    static {
        Display.drawValues();
    }

    protected Notebook() {}

    /** Shows a tensor, picture, chart, table or image as a picture, anything else as text. */
    public static void show(@Nullable Object value) {
        Outputs output = Outputs.of(null, value);
        Display.html(output.html(), output.text());
    }

    /** Shows a value under a caption; a tensor's caption is its name. */
    public static void show(String caption, @Nullable Object value) {
        Outputs output = Outputs.of(caption, value);
        Display.html(output.html(), output.text());
    }

    /** Shows HTML, and the text where there is no notebook. */
    public static void html(String html, String text) {
        Display.html(html, text);
    }

    /** Collects one row of a table; {@link #showRows} shows it. One-element tensors count as numbers. */
    public static void row(Object... cells) {
        ROWS.add(cells);
    }

    /** Shows the collected rows under these column names, and forgets them. */
    public static void showRows(String... header) {
        List<Object[]> rows = ROWS.take(header.length);
        show(new HtmlTable(null, List.of(header), Rows.texts(rows, header.length), 0));
    }

    /** A matrix (or a vector, as one row) as coloured cells. */
    public static HeatMap heatMap(Tensor matrix) {
        return new HeatMap(matrix("heatMap", matrix));
    }

    private static Matrix matrix(String op, Tensor matrix) {
        if (matrix.dim() < 1 || matrix.dim() > 2) {
            throw new IllegalArgumentException(op + ": " + TensorView.of(null, matrix).shapeText() + " has " + matrix.dim()
                    + " axes, and a heat map has one or two. Hint: select(0, i) takes one matrix of several, heatMaps draws them all.");
        }
        return new Matrix(matrix.toArray(), matrix.dim() == 1 ? 1 : matrix.size(0), matrix.size(-1));
    }

    /** A matrix as coloured cells, row 0 on top. */
    public static HeatMap heatMap(float[][] matrix) {
        return new HeatMap(Matrix.of(matrix));
    }

    /** The matrices on the last two axes, with one colour scale: heads, channels, a batch. */
    public static Multiples heatMaps(Tensor matrices) {
        if (TensorView.of(null, matrices).picture() instanceof Multiples multiples) {
            return multiples;
        }
        throw new IllegalArgumentException("heatMaps: " + TensorView.of(null, matrices).shapeText() + " has " + matrices.dim()
                + " axes, and several matrices need three or more. Hint: heatMap draws one.");
    }

    /** Named matrices of one scale in one picture: {@code heatMaps(List.of("by hand", "autograd"), a, b)}. */
    public static Multiples heatMaps(List<String> names, Tensor... matrices) {
        if (names.size() != matrices.length || names.isEmpty()) {
            throw new IllegalArgumentException("heatMaps: " + names.size() + " names for " + matrices.length + " matrices: each needs one");
        }
        List<Matrix> drawn = new ArrayList<>();
        for (Tensor m : matrices) {
            drawn.add(matrix("heatMaps", m));
        }
        return new Multiples(drawn, List.copyOf(names), 0);
    }

    /** A picture of its pixels: (H, W) or (1, H, W) in grey, (3, H, W) in red, green and blue; 0 is black and 1 is white. */
    public static ImageGrid image(Tensor pixels) {
        int[] shape = pixels.shape();
        if (shape.length == 2 || shape.length == 3 && (shape[0] == 1 || shape[0] == 3)) {
            return ImageGrid.of(pixels.toArray(), 1, shape.length == 2 ? 1 : shape[0], shape[shape.length - 2], shape[shape.length - 1]);
        }
        throw new IllegalArgumentException("image: " + TensorView.of(null, pixels).shapeText() + " is not one picture: (H, W), (1, H, W) grey or (3, H, W) colour. "
                + (shape.length >= 3 ? "Hint: images draws a batch (N, H, W), (N, 1, H, W) or (N, 3, H, W), and select(0, i) takes one of it."
                        : "Hint: reshape(h, w) gives a row of pixels its height and width."));
    }

    /** A grid of pictures of one size and one scale: a batch (N, 1, H, W) or (N, 3, H, W), or (N, H, W), each in grey, as feature maps are. */
    public static ImageGrid images(Tensor batch) {
        int[] shape = batch.shape();
        if (shape.length == 3 || shape.length == 4 && (shape[1] == 1 || shape[1] == 3)) {
            return ImageGrid.of(batch.toArray(), shape[0], shape.length == 3 ? 1 : shape[1], shape[shape.length - 2], shape[shape.length - 1]);
        }
        throw new IllegalArgumentException("images: " + TensorView.of(null, batch).shapeText() + " is not a batch of pictures: (N, H, W), (N, 1, H, W) or (N, 3, H, W). "
                + (shape.length == 4 ? "Hint: select(0, i) gives the " + shape[1] + " channels of one example, and images draws each of them in grey."
                        : "Hint: reshape(n, 1, h, w) gives rows of pixels their height and width, and image draws a single picture."));
    }

    /** Rows of bars with common axes: one row for each vector, or one for each row of a matrix. */
    public static Bars bars(Tensor... rows) {
        List<float[]> values = new ArrayList<>();
        for (Tensor t : rows) {
            if (t.dim() == 2) {
                for (int i = 0; i < t.size(0); i++) {
                    values.add(t.select(0, i).toArray());
                }
            } else if (t.dim() == 1) {
                values.add(t.toArray());
            } else {
                throw new IllegalArgumentException("bars: " + TensorView.of(null, t).shapeText() + " has " + t.dim()
                        + " axes, and bars need one (a row) or two (rows). Hint: reshape it or select a row.");
            }
        }
        return new Bars(List.copyOf(values));
    }

    /** One row of bars with a name for each. */
    public static Bars bars(List<String> columns, double... values) {
        float[] row = new float[values.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) values[i];
        }
        return new Bars(List.of(row)).columns(columns);
    }

    /** Points (N, 2) of some classes in the plane; {@link Plane#field} draws what a function says there. */
    public static Plane plane(Tensor points, Tensor classes) {
        return new Plane(points, classes);
    }

    /** An empty line chart; add lines with {@link Lines#line}. */
    public static Lines lines() {
        return new Lines();
    }

    /** A line chart with one line over 0, 1, 2, … */
    public static Lines lines(String name, Tensor y) {
        return new Lines().line(name, y);
    }

    /** A line chart with one line. */
    public static Lines lines(String name, Tensor x, Tensor y) {
        return new Lines().line(name, x, y);
    }

    /** One place of a convolution's window on an input (H, W): the window, its product with the kernel (kH, kW), and the output up to place (i, j). */
    public static SlidingWindow slidingWindow(Tensor x, Tensor kernel, int i, int j) {
        return new SlidingWindow(matrix("slidingWindow", x), matrix("slidingWindow", kernel), i, j);
    }

    /** What kernels reach on a machine, and what they could reach: roofs of one thread and of all; add kernels with {@link Roofline#point}. */
    public static Roofline roofline(Machine machine) {
        Roofline one = new Roofline().roof("one thread", machine.one().gigaflops(), machine.one().gigabytes());
        return machine.threads() == 1 ? one : one.roof("all threads", machine.all().gigaflops(), machine.all().gigabytes());
    }

    /** A roofline without a roof yet; add one for each machine or number of threads with {@link Roofline#roof}, and kernels with {@link Roofline#point}. */
    public static Roofline roofline() {
        return new Roofline();
    }

    /** Seconds that this takes once it is warm: the median of several runs; see {@link Timing#seconds}. */
    public static double seconds(Runnable body) {
        return Timing.seconds(body);
    }

    /** What one output of a stack of convolutions sees; add the layers with {@link ReceptiveField#layer}. */
    public static ReceptiveField receptiveField() {
        return new ReceptiveField();
    }

    /** What a model for inputs of this shape consists of and costs, found without computing a number; show it as a table. */
    public static Summary summary(Layer model, int... shape) {
        return Summary.of(model, shape);
    }

    /** What the kernels do while this runs: calls, time, bytes and operations of each; show it as a table. */
    public static ProfilingKernels profile(Runnable body) {
        ProfilingKernels profile = new ProfilingKernels(Kernels.current());
        Kernels.with(profile.kernels(), body);
        return profile;
    }

    /** How a result was computed, from its inputs down to it; {@link Graph#name} and {@link Graph#names} name the inputs. */
    public static Graph graph(Tensor result) {
        return new Graph(result);
    }

    /** A drawing of boxes and arrows; see {@link Diagram}. */
    public static Diagram diagram() {
        return new Diagram();
    }

    /** Boxes from left to right with arrows between them; a box is "label" or "label | shape". */
    public static Diagram flow(String... boxes) {
        return Diagram.flow(boxes);
    }

    /** A slider over the frames that the function draws for the values; pictures of one kind share their axes. */
    public static <T> void scrub(String name, List<T> values, Function<? super T, ?> frame) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("scrub: no values for '" + name + "': a scrubber needs at least one frame");
        }
        List<Object> frames = new ArrayList<>();
        for (T value : values) {
            frames.add(frame.apply(value));
        }
        show(Scrubber.of(name, values, frames));
    }

    /** A slider over frames that were kept while something ran: snapshots of weights, one for each label. */
    public static void scrubFrames(String name, List<?> labels, List<?> frames) {
        if (labels.size() != frames.size() || labels.isEmpty()) {
            throw new IllegalArgumentException("scrubFrames: " + labels.size() + " labels for " + frames.size() + " frames: each frame needs one, and there must be one");
        }
        show(Scrubber.of(name, labels, frames));
    }

    /** Pictures taken while something runs, shown live and with a slider at the end; see {@link Film}. */
    public static Film film(String name) {
        return new Film(name);
    }

    /** A progress bar with the time left; call {@code step()} after each step. */
    public static ProgressBar progressBar(String name, int total) {
        return new ProgressBar(name, total);
    }

    /**
     * Compiles a recorded training step for the device that it was recorded on, under a progress bar over its kernels:
     * {@code CompiledStep step = compile(recording, loss);}. Each replay brings these outputs back.
     */
    public static CompiledStep compile(RecordingKernels.Recording recording, Tensor... outputs) {
        ProgressBar[] bar = new ProgressBar[1];
        return recording.compile(Stream.of(outputs).map(Tensor::buffer).toList(), (done, all) -> {
            if (bar[0] == null) bar[0] = new ProgressBar("kernels compiled:", all);
            bar[0].update(done, "");
        });
    }

    /** Counts 0 … total − 1 and draws a progress bar: {@code for (int epoch : track("epoch", 10))}. */
    public static Iterable<Integer> track(String name, int total) {
        return ProgressBar.iterable(name, total);
    }

    /** The values of a list, one after the other, and a progress bar: {@code for (int T : track("minutes", List.of(10, 20, 40)))}. */
    public static <T> Iterable<T> track(String name, List<T> values) {
        Iterable<Integer> places = track(name, values.size());
        return () -> {
            Iterator<Integer> place = places.iterator();
            return new Iterator<>() {
                @Override public boolean hasNext() {
                    return place.hasNext();
                }

                @Override public T next() {
                    return values.get(place.next());
                }
            };
        };
    }

    /** A listener that draws a training's loss while it runs. */
    public static LiveCurve liveCurve() {
        return new LiveCurve("step");
    }

    /** The same, counting what {@code name} says: steps, epochs. */
    public static LiveCurve liveCurve(String name) {
        return new LiveCurve(name);
    }

    // ---- a kernel of one's own on a device

    /**
     * Runs a method of a cell on a device and tells what it took: {@code onDevice("saxpy", a, x, y, out)}. What it writes is in the
     * arrays afterwards. The device is the one whose kernels are in use, else the first that can be used.
     *
     * <p>See {@link Kernels#runOnDevice} for what a kernel may be. A device checks no index, and a wrong one may end the notebook's JVM; so the
     * kernel is first tried as plain Java on copies of the arrays, for a second at most. Where Java came to its end, its numbers are compared
     * with the device's, and a difference beyond rounding is shown. A loop without an end goes on on a device although the cell is interrupted: restart the notebook's kernel.
     *
     * @return to be shown: {@code show(run)} draws the time and the generated code, {@code sources(run)} puts that beside the Java
     */
    public static DeviceRun onDevice(String kernel, Object... arguments) {
        String used = Kernels.current().name();
        return onDevice(used.startsWith(DEVICES) ? used : DEVICES, kernel, arguments);
    }

    /** The same on a device by name, as {@code ./unrolled devices} lists them: {@code onDevice("tornado:gpu", "saxpy", a, x, y, out)}. */
    public static DeviceRun onDevice(String device, String kernel, Object... arguments) {
        Cells cells = Cells.current().orElseThrow(() -> new IllegalStateException("onDevice takes a method of a notebook's cell, and no notebook runs this. Kernels.runOnDevice takes a java.lang.reflect.Method."));
        if (device.startsWith(DEVICES)) Kernels.named(device);  // without a device, that is what is amiss, whatever the kernel
        Cells.DeviceMethod method = cells.deviceMethod(kernel, arguments.length);
        Optional<Object[]> java;
        DeviceRun run;
        try {
            java = DeviceTrial.inJava(method.java(), arguments);
            run = Kernels.runOnDevice(device, method.device(), arguments);
        } catch (OutOfMemoryError e) {
            throw new IllegalArgumentException("Java's memory of " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB has no room for what " + kernel
                    + " needs beside its arrays: a copy to try it in Java, one for the device, and one of its result. Use smaller arrays.", e);
        }
        java.flatMap(left -> DeviceTrial.difference(kernel, left, arguments)).ifPresent(Notebook::warn);
        return cells.definition(kernel).map(definition -> run.withJava(definition.source())).orElse(run);
    }

    private static void warn(String sentence) {
        Display.html("<p style=\"border-left:4px solid " + Colors.SECOND.hex() + ";padding:.2em .8em\"><strong>Look here.</strong> " + Html.escape(sentence) + "</p>", sentence);
    }

    /** Whether this notebook has a device that {@link #onDevice} can run a kernel on. */
    public static boolean hasDevice() {
        return Kernels.available().stream().anyMatch(provider -> provider.usable() && provider.device() != null && !provider.device().kind().equals("fpga"));
    }

    /** Shows the kernel as it was written beside the code that the device was given. */
    public static void sources(DeviceRun run) {
        Display.html(DeviceRuns.sources(run), DeviceRuns.sourcesText(run));
    }
}
