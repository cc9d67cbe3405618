package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** The sliding window and the receptive field say what a convolution computes. */
class ConvolutionPicturesTest {
    private static final Tensor X = Notebook.arange(30).reshape(5, 6);
    private static final Tensor K = Notebook.tensor(new double[][] {{1, 0, -1}, {2, 0.5, 1}});

    private static String svg(Picture<?> picture) {
        return new String(picture.render().bytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1", "2, 1, 1", "1, 2, 2", "3, 0, 2"})
    void theSumIsTheConvolutions(int stride, int padding, int dilation) {
        Tensor y = Notebook.conv2d(X.reshape(1, 1, 5, 6), K.reshape(1, 1, 2, 3), null, stride, padding, dilation, 1);
        int i = y.size(2) - 1;
        int j = y.size(3) - 1;
        SlidingWindow window = Notebook.slidingWindow(X, K, i, j).stride(stride).padding(padding).dilation(dilation);
        float sum = y.get(0, 0, i, j);
        String written = sum == Math.rint(sum) ? Numbers.brief(sum) : Numbers.fixed(sum, 2);
        assertThat(window.text()).endsWith("sum at [" + i + ", " + j + "]: " + written);
        assertThat(svg(window)).contains(">sum " + Numbers.typeset(written) + "<", "output Y (" + y.size(2) + ", " + y.size(3) + ") so far");
        assertThat(window.alt()).contains(y.numel() + " of " + y.numel() + " outputs are computed");
    }

    @Test
    void whatIsNotComputedIsNotWritten() {
        String first = svg(Notebook.slidingWindow(X, K, 0, 0));
        String last = svg(Notebook.slidingWindow(X, K, 3, 3));
        assertThat(last.split("<text").length).isGreaterThan(first.split("<text").length);
    }

    @Test
    void negativeNumbersAreWrittenAsOthersAre() {
        Tensor x = Tensors.tensor(new double[][] {{-2.23, 0.5}, {0.25, -1.37}});
        String svg = svg(Notebook.slidingWindow(x, Tensors.ones(1, 1), 1, 1));
        assertThat(svg.split(">−1.37<", -1).length - 1).as("in X, in Y, in the window and in the product").isEqualTo(4);
        assertThat(svg.split(">−2.23<", -1).length - 1).as("in X and in Y").isEqualTo(2);
    }

    @Test
    void namesReplaceThoseOfTheForwardPass() {
        String svg = svg(Notebook.slidingWindow(X, K, 0, 0).names("dY", "K, flipped", "dX"));
        assertThat(svg).contains("dY (5, 6)", "K, flipped", "dX (4, 4) so far").doesNotContain("input X", "kernel K");
    }

    @Test
    void aPlaceThatIsNoneIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.slidingWindow(X, K, 4, 0).render())
                .withMessage("slidingWindow: the output of 5 by 6 pixels under a kernel of 2 by 3 is 4 by 4, so it has no place (4, 0). "
                        + "Hint: places count from 0, and a larger stride leaves fewer.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.slidingWindow(X, K, 0, 0).stride(0))
                .withMessage("slidingWindow: stride 0 is below 1; the smallest is 1");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.slidingWindow(X, K, 0, 0).padding(-1))
                .withMessage("slidingWindow: padding -1 is negative; it is 0 or more");
    }

    @Test
    void whatOneOutputSeesIsCounted() {
        assertThat(Notebook.receptiveField().text()).isEqualTo("input");
        assertThat(Notebook.receptiveField().layer("a", 3, 2, 1).layer("b", 3, 2, 1).layer("c", 3, 1, 1).text())
                .isEqualTo("input\na: one output sees 3 inputs\nb: one output sees 7 inputs\nc: one output sees 15 inputs");
        assertThat(Notebook.receptiveField().layer("wide", 3, 1, 4).text()).endsWith("but only 3 of these 9 are used");
        String svg = svg(Notebook.receptiveField().layer("a", 3, 1, 1).layer("b", 3, 1, 1));
        assertThat(svg.split("fill=\"" + Colors.FORWARD.hex() + "\"").length - 1).as("dots that are seen").isEqualTo(1 + 3 + 5);
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.receptiveField().layer("a", 0, 1, 1))
                .withMessage("receptiveField: kernel 0, stride 1, dilation 1 of 'a': each is 1 or more");
    }
}
