package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.kernel.Machine;
import org.xml.sax.InputSource;

/** The picture of a machine's roofs: places, words, and what may not be drawn. */
class RooflineTest {
    private static final Machine TWO = new Machine("a processor", 2, 8, 1 << 20, 1 << 22, new Machine.Ceiling(50, 10), new Machine.Ceiling(100, 20));

    private static String svg(Roofline r) {
        return new String(r.render().bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void saysWhatItShows() {
        Roofline r = Notebook.roofline(TWO).point("softmax", 0.5, 4, "one thread").point("product", 40, 80);
        assertThat(r.alt()).contains("roof of one thread: 10 GB/s up to 50 GFLOP/s", "softmax reaches 4 at 0.5 operations a byte, 80 % of the roof of one thread",
                "product reaches 80 at 40 operations a byte, 80 % of the roof of all threads");
        assertThat(r.text()).contains("80 % of one thread", "80 % of all threads");
    }

    @Test
    void aMachineOfOneThreadHasOneRoof() {
        Machine.Ceiling only = new Machine.Ceiling(50, 10);
        assertThat(Notebook.roofline(new Machine("p", 1, 4, 0, 1, only, only)).alt()).contains("one thread").doesNotContain("all threads");
    }

    @Test
    void aRoofBendsAtItsRidge() throws Exception {
        String svg = svg(Notebook.roofline(TWO));
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        Matcher roof = Pattern.compile("<path d=\"M([\\d.]+) ([\\d.]+)L([\\d.]+) ([\\d.]+)L([\\d.]+) ([\\d.]+)\" fill=\"none\" stroke=\"#0072b2\"").matcher(svg);
        assertThat(roof.find()).isTrue();
        // flat from the ridge on, and as steep as one decade for a decade before it
        assertThat(roof.group(4)).isEqualTo(roof.group(6));
        Matcher second = Pattern.compile("<path d=\"M([\\d.]+) ([\\d.]+)L([\\d.]+) ([\\d.]+)L[^>]*stroke=\"#b34e00\"").matcher(svg);
        assertThat(second.find()).isTrue();
        // both have the ridge 5 = 50/10 = 100/20, and the second lies a factor of two above
        assertThat(second.group(3)).isEqualTo(roof.group(3));
        double up = Double.parseDouble(roof.group(4)) - Double.parseDouble(second.group(4));
        double alsoUp = Double.parseDouble(roof.group(2)) - Double.parseDouble(second.group(2));
        assertThat(up).isCloseTo(alsoUp, org.assertj.core.data.Offset.offset(0.2)).isPositive();
    }

    @Test
    void namesOfCrowdedPointsDoNotCover() {
        Roofline r = Notebook.roofline(TWO);
        for (int i = 0; i < 6; i++) r = r.point("step " + i, 40, 30 + i, "one thread");
        Matcher text = Pattern.compile("<text x=\"([\\d.]+)\" y=\"([\\d.]+)\" font-size=\"11.5\"[^>]*>step \\d").matcher(svg(r));
        java.util.List<double[]> at = new java.util.ArrayList<>();
        while (text.find()) at.add(new double[] {Double.parseDouble(text.group(1)), Double.parseDouble(text.group(2))});
        assertThat(at).hasSize(6);
        for (double[] p : at) {
            for (double[] q : at) {
                if (p != q) assertThat(Math.abs(p[0] - q[0]) > 30 || Math.abs(p[1] - q[1]) >= 11).as("%s and %s", p, q).isTrue();
            }
        }
    }

    @Test
    void whereNamesFindNoRoomPointsAreNumbered() {
        Roofline few = Notebook.roofline(TWO), many = few;
        for (int i = 0; i < 40; i++) {
            many = many.point("a kernel with a name as long as a benchmark has, number " + i, 2 + 38.0 * (i % 5), 20 + i, "one thread");
        }
        String svg = svg(many);
        assertThat(svg).contains(">a kernel with a name as long as a benchmark has, number 39</text>");
        Matcher number = Pattern.compile("<text x=\"([\\d.]+)\" y=\"([\\d.]+)\" font-size=\"11.5\" stroke[^>]*>(\\d+)<").matcher(svg);
        java.util.List<double[]> at = new java.util.ArrayList<>();
        while (number.find()) at.add(new double[] {Double.parseDouble(number.group(1)), Double.parseDouble(number.group(2))});
        assertThat(at).hasSize(40);
        for (double[] p : at) {
            for (double[] q : at) {
                if (p != q) assertThat(Math.abs(p[0] - q[0]) > 6 || Math.abs(p[1] - q[1]) >= 11).as("%s and %s", p, q).isTrue();
            }
        }
        Matcher width = Pattern.compile("width=\"([\\d.]+)\"").matcher(svg);
        assertThat(width.find()).isTrue();
        assertThat(Double.parseDouble(width.group(1))).as("the names stand inside the picture").isGreaterThan(1000);
    }

    @Test
    void refusesWhatALogarithmCannotShow() {
        assertThatThrownBy(() -> Notebook.roofline(TWO).point("nothing", 0, 3))
                .hasMessage("roofline: 'nothing' does 0 operations for each byte at 3 GFLOP/s: both are above zero on a logarithmic axis.");
        assertThatThrownBy(() -> Notebook.roofline(TWO).point("x", 1, 3, "the moon"))
                .hasMessage("roofline: 'x' is put under the roof 'the moon', and the roofs are [one thread, all threads].");
        assertThatThrownBy(() -> Notebook.roofline(TWO).roof("r", -1, 3)).hasMessage("roofline: the roof 'r' has -1 GFLOP/s and 3 GB/s: both are above zero.");
    }
}
