package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unrolled.nn.BatchNorm1d;
import org.unrolled.nn.Dropout;
import org.unrolled.nn.Linear;
import org.unrolled.nn.Sequential;
import org.unrolled.tensor.Tensor;

class PictureTest {
    private static final Pattern IMAGE = Pattern.compile("<img src=\"data:(image/[a-z+]+);base64,([^\"]*)\"[^>]*>");

    static List<String> outputs() {
        return Gallery.outputs();
    }

    @ParameterizedTest @MethodSource("outputs")
    void htmlSurvivesAnUntrustedNotebook(String html) {
        String body = html.contains(" type=\"range\"") ? html.replaceAll("(?s)<script>.*?</script>", "") : html;
        assertThat(body).doesNotContain("<style").doesNotContain("<script").doesNotContain("<svg").doesNotContain("onclick=").doesNotContain("aria-").doesNotContain("<iframe");
        Matcher image = IMAGE.matcher(html);
        int images = 0;
        while (image.find()) {
            images++;
            assertThat(image.group()).containsPattern("alt=\"[^\"]{10,}\"").containsPattern("width=\"\\d+\"");
            assertThat(Base64.getDecoder().decode(image.group(2))).isNotEmpty();
        }
        assertThat(images).as("every image is one of these").isEqualTo(html.split("<img ", -1).length - 1);
    }

    @ParameterizedTest @MethodSource("outputs")
    void everySvgIsWellFormed(String html) throws Exception {
        Matcher image = IMAGE.matcher(html);
        while (image.find()) {
            if (image.group(1).equals("image/svg+xml")) {
                var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(Base64.getDecoder().decode(image.group(2))));
                assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
            }
        }
    }

    @Test void twoRunsDrawTheSameBytes() {
        assertThat(Gallery.outputs()).isEqualTo(Gallery.outputs());
    }

    @Test void picturesAreSmall() {
        Random random = new Random(1);
        assertThat(Notebook.heatMap(Notebook.rand(random, 40, 40)).html().length()).isLessThan(30_000);
        assertThat(Notebook.heatMap(Notebook.randn(random, 512, 512)).html().length()).isLessThan(90_000);
        assertThat(Notebook.heatMap(Notebook.rand(random, 12, 16)).html().length()).isLessThan(30_000);
        List<Object> frames = new ArrayList<>();
        List<Integer> steps = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            frames.add(Notebook.heatMap(Notebook.rand(random, 12, 16)));
            steps.add(i);
        }
        assertThat(Scrubber.of("step", steps, frames).html().length()).isLessThan(1_000_000);
    }

    @Test void theAltOfAHeatMapNamesItsSizeAndItsLargestCell() {
        HeatMap map = Notebook.heatMap(Notebook.tensor(new double[][] {{0.1, 0.2, 0.7}, {0.83, 0.07, 0.1}})).rows("because", "it").columns("the", "animal", "was");
        assertThat(map.alt()).isEqualTo("Heat map, 2 rows by 3 columns; values from 0.07 to 0.83; the largest at row 'it', column 'the'.");
        assertThat(map.alt("my words").alt()).isEqualTo("my words");
        assertThat(map.title("Weights").alt()).startsWith("Weights. Heat map");
    }

    @Test void aPictureIsAValue() {
        HeatMap map = Notebook.heatMap(Notebook.eye(2));
        HeatMap labelled = map.rows("a", "b");
        assertThat(svg(map)).doesNotContain(">a<");
        assertThat(svg(labelled)).contains(">a<");
        Lines one = Notebook.lines("a", Notebook.arange(3).toFloat());
        Lines two = one.line("b", 1.0, 2.0);
        assertThat(one.series()).hasSize(1);
        assertThat(two.series()).hasSize(2);
    }

    @Test void labelsAreEscaped() {
        assertThat(svg(Notebook.heatMap(Notebook.eye(2)).rows("<s>", "&"))).contains("&lt;s&gt;").contains("&amp;");
        assertThat(Notebook.heatMap(Notebook.eye(1)).title("a \"<b>\"").html()).doesNotContain("<b>");
    }

    @Test void masksAndNaNAreHatched() {
        Tensor scores = Notebook.tensor(new double[][] {{1, Double.NEGATIVE_INFINITY}, {Double.NaN, 2}});
        assertThat(svg(Notebook.heatMap(scores))).contains("<pattern");
        assertThat(Notebook.heatMap(scores).alt()).contains("2 cells are not finite");
        assertThat(TensorView.of("s", scores).text()).contains("1 NaN · 1 infinite");
    }

    @ParameterizedTest @ValueSource(ints = {0, 21, 42, 63})
    void inkReadsOnEveryColour(int step) {
        for (ColorMap map : List.of(new ColorMap(0, 1, false), new ColorMap(-1, 1, true))) {
            int ground = map.rgb(step);
            double ink = ColorMap.ink(ground).equals("#fff") ? 1 : 0;
            double g = ColorMap.luminance(ground);
            assertThat((Math.max(ink, g) + 0.05) / (Math.min(ink, g) + 0.05)).as("contrast on %s", ColorMap.hex(ground)).isGreaterThan(4.5);
        }
    }

    @Test void namedColoursReadOnWhite() {
        for (Colors color : Colors.values()) {
            double g = ColorMap.luminance(Integer.parseInt(color.hex().substring(1), 16));
            assertThat(1.05 / (g + 0.05)).as(color.name()).isGreaterThan(4.5);
        }
        assertThat(Colors.named("Keys")).contains(Colors.KEY);
        assertThat(Colors.named("monkey")).isEmpty();
        assertThat(Colors.named("forget gate")).contains(Colors.FORGET);
        assertThat(Colors.named("cell state c")).contains(Colors.CELL);
        assertThat(Colors.named("hidden layer")).isEmpty();
    }

    @Test void zeroIsWhiteInASignedMap() {
        ColorMap map = ColorMap.of(-2, 1);
        assertThat(map.rgb(map.step(0))).isEqualTo(0xffffff);
        assertThat(map.rgb(map.step(-2)) & 255).isGreaterThan(map.rgb(map.step(-2)) >> 16);
        assertThat(map.rgb(map.step(2)) >> 16).isGreaterThan(map.rgb(map.step(2)) & 255);
    }

    @Test void framesShareTheirAxes() {
        List<Object> frames = Scrubber.comparable(List.of(Notebook.bars(Notebook.tensor(0.1, 0.2)), Notebook.bars(Notebook.tensor(0.4, 0.9))));
        assertThat(frames).extracting(f -> ((Bars) f).axis()).containsOnly(new Picture.Range(0, 0.9f));
        List<Object> tensors = Scrubber.comparable(List.of(Notebook.tensor(0.1, 0.2), Notebook.tensor(-3, 0.9)));
        assertThat(tensors).allSatisfy(f -> assertThat(((HeatMap) f).colors()).isEqualTo(new ColorMap(-3, 3, true)));
    }

    @Test void theFirstFrameStandsWithoutScripts() {
        String html = Scrubber.of("d_k", List.of(1, 64), List.of("first", "second")).html().replaceAll("(?s)<script>.*?</script>", "");
        assertThat(html).containsPattern("display:block[^>]*><pre[^>]*>first").containsPattern("display:none[^>]*><pre[^>]*>second")
                .contains("d_k = 1 (frame 1 of 2");
        // the attribute keeps JupyterLab from taking the arrow keys for itself
        assertThat(html).contains("<label>d_k <input data-lm-suppress-shortcuts=\"true\" type=\"range\" min=\"0\" max=\"1\"");
    }

    @Test void aSliderMayBeginAtItsEnd() {
        String html = Scrubber.of("step", List.of(0, 20), List.of("first", "second")).html(1);
        assertThat(html).containsPattern("display:none[^>]*><pre[^>]*>first").containsPattern("display:block[^>]*><pre[^>]*>second")
                .contains("step = 20 (frame 2 of 2").contains("value=\"1\" step=\"1\"");
    }

    @Test void aTensorIsDrawnByItsAxes() {
        assertThat(TensorView.of(null, Notebook.tensor(0.5).reshape()).picture()).isNull();
        assertThat(TensorView.of(null, Notebook.zeros(0, 3)).text()).isEqualTo("(0, 3) float32 · no elements");
        assertThat(TensorView.of(null, Notebook.ones(3)).picture()).isInstanceOf(HeatMap.class);
        assertThat(TensorView.of(null, Notebook.ones(2, 3, 4, 5)).picture()).isInstanceOf(Multiples.class);
        assertThat(TensorView.of("ids", Notebook.ids(1, 2)).text()).startsWith("ids (2,) int · min 1 · max 2");
        assertThat(svg(Notebook.heatMaps(Notebook.ones(30, 2, 2)))).contains("and 18 more");
    }

    @Test void linesCarryTheirNamesAndDashes() {
        // without a y label there is no room above: two names at the upper end stay inside all the same
        assertThat(Pattern.compile("<text [^>]*y=\"([0-9.-]+)\"[^>]*>(?:first|second)</text>")
                .matcher(svg(Notebook.lines().line("first", 0, 1).line("second", 0, 1).axes("z", ""))).results().toList())
                .hasSize(2).allSatisfy(m -> assertThat(Double.parseDouble(m.group(1))).isGreaterThanOrEqualTo(10));
        String svg = svg(Notebook.lines().line("train", 3, 2, 1).line("validation", 3, 2.5, 2).axes("epoch", "loss"));
        assertThat(svg).contains(">train<").contains(">validation<").contains(">epoch<").contains(">loss<").contains("stroke-dasharray=\"7 4\"");
        assertThat(Notebook.lines().line("train", 3, 2, 1).axes("epoch", "loss").alt()).isEqualTo("Line chart of loss by epoch: train from 3 to 1.");
        assertThat(svg(Notebook.lines())).contains("no values yet");
        assertThat(svg(Notebook.lines().line("a", Double.NaN, 1, Double.POSITIVE_INFINITY, 2))).contains(">a<");
        assertThat(svg(Notebook.lines().line("flat", 1, 1, 1))).contains(">flat<");
    }

    @Test void aLongLineIsLabelledToItsEnd() {
        String svg = svg(Notebook.lines().line("loss", new double[2001]).axes("step", "loss"));
        assertThat(svg.substring(svg.lastIndexOf("text-anchor"))).contains(">1800<").contains(">2000<");
    }

    @Test void barsNameTheirLargest() {
        Bars bars = Notebook.bars(Notebook.tensor(0.1, 0.9), Notebook.tensor(0.5, 0.5)).rows("with", "without").columns("a", "b");
        assertThat(bars.alt()).isEqualTo("Bar chart, 2 bars in each of 2 rows; with: the largest is 0.9 at 'b'; without: the largest is 0.5 at 'a'.");
        assertThat(svg(bars)).contains(">0.90<").contains(">b<");
        assertThat(svg(Notebook.bars(Notebook.tensor(-1, 1)))).contains(">−1<");
        assertThat(svg(Notebook.bars(Notebook.tensor(3)))).contains(">3<");
        assertThat(svg(Notebook.bars(Notebook.zeros(3)))).contains(">0<");
        assertThat(Notebook.bars(Notebook.ones(2, 3)).rows()).hasSize(2);
    }

    @Test void aPlaneSaysWhereTheFunctionIsWrong() {
        Tensor x = Notebook.tensor(new double[][] {{-1, 0}, {1, 0}, {2, 1}, {3, 0}});
        Plane plane = Notebook.plane(x, Notebook.tensor(-1, -1, 1, 1)).names("left", "right");
        assertThat(plane.alt()).isEqualTo("Plane with 4 points: 2 of left, 2 of right.");
        assertThat(svg(plane)).contains(">left<").contains(">x₂<").doesNotContain("<image").doesNotContain("stroke=\"#000\"");
        Plane drawn = plane.field(p -> p.select(1, 0));
        assertThat(drawn.text()).startsWith("4 points: 2 of left, 2 of right\nthe function runs from -1.").endsWith("\n1 point lies on the wrong side of zero");
        assertThat(svg(drawn)).contains("<image").contains("stroke=\"#000\"");
        assertThat(Notebook.plane(Notebook.zeros(0, 2), Notebook.ids()).field(p -> p.select(1, 0)).alt()).startsWith("Plane with 0 points");
        assertThat(svg(Notebook.plane(x, Notebook.ids(0, 1, 0, 1)).field(p -> p.select(1, 0).mul(Double.NaN)))).contains("<image");
    }

    @Test void aPlaneLooksAtANetworkAndLeavesItAsItIs() {
        Random random = new Random(1);
        Dropout dropout = new Dropout(0.5, random);
        Sequential net = new Sequential(new Linear(2, 8, random), new BatchNorm1d(8), dropout, new Linear(8, 1, random));
        net.forward(Notebook.randn(random, 16, 2));
        float[] mean = net.stateDict().get("1.running_mean").toArray();
        Plane plane = Notebook.plane(Notebook.tensor(new double[][] {{-1, 0}, {1, 0}}), Notebook.ids(0, 1));
        String seen = svg(plane.field(x -> net.forward(x)));
        assertThat(net.training()).isTrue();
        assertThat(net.stateDict().get("1.running_mean").toArray()).isEqualTo(mean);
        assertThat(net.stateDict().get("1.num_batches_tracked").item()).isEqualTo(1);
        assertThat(dropout.step().toIntArray()).containsExactly(1);
        assertThat(svg(plane.field(x -> ((Sequential) net.eval()).forward(x)))).as("it is drawn as it answers in evaluation").isEqualTo(seen);
    }

    @Test void thePlanesZeroLineIsWhereTheFunctionIsZero() {
        String svg = svg(Notebook.plane(Notebook.zeros(1, 2), Notebook.ids(0)).extent(-1, 1).field(p -> p.select(1, 1).sub(0.5)));
        Matcher line = Pattern.compile("M([0-9.]+) ([0-9.]+)L([0-9.]+) ([0-9.]+)").matcher(svg.substring(svg.indexOf("<image")));
        int pieces = 0;
        while (line.find()) {
            pieces++;   // x₂ = 0.5 is a quarter down a side of 330 that begins at 8
            assertThat(Double.parseDouble(line.group(2))).isBetween(90.3, 90.7);
            assertThat(Double.parseDouble(line.group(4))).isBetween(90.3, 90.7);
        }
        assertThat(pieces).isEqualTo(95);
    }

    @Test void aPlanesFramesShareTheirColours() {
        Tensor x = Notebook.tensor(new double[][] {{-1, 0}, {1, 0}});
        List<Object> frames = Scrubber.comparable(List.of(Notebook.plane(x, Notebook.ids(0, 1)).field(p -> p.select(1, 0)),
                Notebook.plane(x, Notebook.ids(0, 1)).field(p -> p.select(1, 0).mul(9))));
        assertThat(svg((Plane) frames.get(0))).contains(">11<").contains(">−11<");
        assertThat(svg((Plane) frames.get(1))).contains(">11<");
    }

    @Test void aFilmEndsAsASlider() {
        Film film = new Film("step");
        film.add(0, "first");
        film.add(20, "second");
        assertThat(film.html()).isEqualTo("<div>step 20</div>" + Html.pre("second"));
        film.close();
        assertThatIllegalStateException().isThrownBy(() -> film.add(40, "third")).withMessage("film 'step' has ended: make another with film(…).");
        new Film("empty").close();
    }

    @Test void aFilmShowsATensorAsItWas() {
        Tensor weights = Notebook.tensor(1, 2);
        Film film = new Film("step");
        film.add(0, weights);
        String then = film.text();
        weights.assign(3f, 4f);
        assertThat(film.text()).isEqualTo(then).contains("1", "2");
        film.close();
    }

    @Test void aDiagramDescribesItself() {
        Diagram diagram = Notebook.diagram().box(0, 0, "Q", "(T, d_k)", Colors.QUERY).op(1, 0, "softmax").arrow("Q", "softmax");
        assertThat(diagram.alt()).isEqualTo("Diagram: Q (T, d_k) → softmax.");
        assertThat(svg(diagram)).contains(Colors.QUERY.hex()).contains("marker-end");
    }

    @Test void numbersAreShort() {
        assertThat(List.of(0.83124, 12.5, 1024.0, 1.23456e-7, -0.00012, 3.0, 123456.789, 0.0)).extracting(Numbers::brief)
                .containsExactly("0.8312", "12.5", "1024", "1.235e-7", "-1.2e-4", "3", "123457", "0");
    }

    @Test void errorsNameValueRuleAndHint() {
        Tensor three = Notebook.ones(2, 3, 4);
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.heatMap(three))
                .withMessage("heatMap: (2, 3, 4) has 3 axes, and a heat map has one or two. Hint: select(0, i) takes one matrix of several, heatMaps draws them all.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.heatMaps(List.of("a"), Notebook.ones(2, 3, 4)))
                .withMessage("heatMaps: (2, 3, 4) has 3 axes, and a heat map has one or two. Hint: select(0, i) takes one matrix of several, heatMaps draws them all.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.heatMaps(Notebook.ones(2, 2)))
                .withMessage("heatMaps: (2, 2) has 2 axes, and several matrices need three or more. Hint: heatMap draws one.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.bars(three))
                .withMessage("bars: (2, 3, 4) has 3 axes, and bars need one (a row) or two (rows). Hint: reshape it or select a row.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.heatMap(Notebook.eye(2)).rows("a"))
                .withMessage("1 row labels for 2 rows: each row needs one");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.plane(three, Notebook.ids(0)))
                .withMessage("plane: the points are (2, 3, 4), and points in the plane are (N, 2). Hint: slice(1, 0, 2) takes the first two columns.");
        Tensor two = Notebook.ones(2, 2);
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.plane(two, Notebook.ids(0)))
                .withMessage("plane: 1 class for 2 points: each point needs one.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.plane(Notebook.ones(5, 2), Notebook.ids(0, 1, 2, 3, 4)))
                .withMessage("plane: 5 different classes, and there are markers for 4. Hint: draw some of them.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.plane(two, Notebook.ids(0, 1)).names("a"))
                .withMessage("plane: 1 names for 2 classes [0, 1]: each needs one.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.plane(two, Notebook.ids(0, 1)).field(p -> p))
                .withMessage("plane: the function made (9216, 2) of points (9216, 2), and each point needs one number. Hint: select(1, c) takes one column.");
        assertThatIllegalStateException().isThrownBy(() -> Notebook.plane(two, Notebook.ids(0, 1)).field(p -> p.select(1, 0)).extent(0, 1))
                .withMessage("plane: the function was drawn already, on another part of the plane. Hint: extent(…) first, then field(…).");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.scrub("t", List.<Integer>of(), t -> t))
                .withMessage("scrub: no values for 't': a scrubber needs at least one frame");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.diagram().op(0, 0, "a").arrow("a", "b"))
                .withMessage("diagram: no box 'b' for the arrow a → b; boxes are [a]");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.lines().line("a", new double[2], new double[3]))
                .withMessage("line 'a' has 2 x values and 3 y values: each point needs both");
    }

    private static String svg(Picture<?> picture) {
        return new String(picture.render().bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aLogarithmicAxisOfManyDecadesHasFewLabels() {
        double[] y = new double[400];
        for (int i = 0; i < y.length; i++) {
            y[i] = Math.pow(1.2, i) * 1e-9;
        }
        String svg = new String(Notebook.lines().line("up", y).logY().render().bytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(svg).contains(">10⁻⁵<", ">1<", ">10⁵<", ">10²⁰<").doesNotContain(">10⁻⁶<", "e20<");
    }

    @Test
    void aLogarithmicAxisOfOneDecadeAndAHalfHasLabelsAtBothEnds() {
        String svg = new String(Notebook.lines().line("up", 2.1, 10, 60).logY().render().bytes(), StandardCharsets.UTF_8);
        assertThat(svg).contains(">5<", ">10<", ">20<", ">50<").doesNotContain(">100<");
    }

    /** A name at the end of the axis, far from a line that left the chart at its beginning, would be read as the name of another line. */
    @Test
    void aLineThatLeavesTheChartIsNamedWhereItLeaves() {
        double[] falls = new double[100];
        double[] stays = new double[100];
        for (int i = 0; i < 100; i++) {
            falls[i] = Math.pow(10, -i);
            stays[i] = 1;
        }
        String svg = new String(Notebook.lines().line("falls", falls).line("stays", stays).logY().range(1e-10, 10).render().bytes(),
                java.nio.charset.StandardCharsets.UTF_8);
        assertThat(place(svg, "falls")).isLessThan(place(svg, "stays") / 2);
    }

    private static double place(String svg, String name) {
        java.util.regex.Matcher label = java.util.regex.Pattern.compile("<text x=\"([0-9.]+)\"[^>]*>" + name + "<").matcher(svg);
        assertThat(label.find()).as(name).isTrue();
        return Double.parseDouble(label.group(1));
    }
}
