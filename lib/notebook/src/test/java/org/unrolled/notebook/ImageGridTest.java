package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.Tensor;

/** The pixels that come out are read back with a reader of the JDK. */
class ImageGridTest {
    private static BufferedImage read(byte[] png) throws Exception {
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    private static List<BufferedImage> inside(ImageGrid grid) throws Exception {
        List<BufferedImage> out = new ArrayList<>();
        Matcher m = Pattern.compile("base64,([^\"]*)\"").matcher(new String(grid.render().bytes(), StandardCharsets.UTF_8));
        while (m.find()) out.add(read(Base64.getDecoder().decode(m.group(1))));
        return out;
    }

    @Test void coloursAreThoseOfTheTensor() throws Exception {
        Tensor x = Notebook.rand(new Random(1), 3, 7, 5);
        Picture.Image image = Notebook.image(x).render();
        assertThat(image.mime()).isEqualTo("image/png");
        BufferedImage pixels = read(image.bytes());
        assertThat(pixels.getWidth()).isEqualTo(5);
        for (int y = 0; y < 7; y++) {
            for (int j = 0; j < 5; j++) {
                for (int c = 0; c < 3; c++) {
                    assertThat(pixels.getRGB(j, y) >> (16 - 8 * c) & 0xff).isEqualTo(Math.round(x.get(c, y, j) * 255));
                }
            }
        }
    }

    @Test void greyRunsFromBlackToWhiteAndNaNIsMagenta() throws Exception {
        Tensor x = Notebook.tensor(new double[][] {{0, 0.5, 1}, {Double.NaN, 0, Double.POSITIVE_INFINITY}});
        BufferedImage pixels = read(Notebook.image(x).render().bytes());
        assertThat(pixels.getRGB(0, 0) & 0xffffff).isZero();
        assertThat(pixels.getRGB(1, 0) & 0xff).isBetween(126, 129);
        assertThat(pixels.getRGB(2, 0) & 0xffffff).isEqualTo(0xffffff);
        assertThat(pixels.getRGB(0, 1) & 0xffffff).isEqualTo(0xff00ff);
        assertThat(pixels.getRGB(2, 1) & 0xffffff).isEqualTo(0xff00ff);
        assertThat(Notebook.image(x).alt()).isEqualTo("Picture in grey, 2 by 3 pixels; mean 0.38, brightest at the top right; 2 values are not finite.");
    }

    @Test void valuesBeyondOneStretchAllPicturesTogether() throws Exception {
        ImageGrid grid = Notebook.images(Notebook.tensor(new float[] {-1, 0, 1, 3}, 2, 1, 1, 2));
        // the raster: getRGB takes grey PNGs for linear light, as no browser does
        List<BufferedImage> two = inside(grid);
        assertThat(two).hasSize(2);
        assertThat(two.get(0).getRaster().getSample(0, 0, 0)).isZero();
        assertThat(two.get(0).getRaster().getSample(1, 0, 0)).isBetween(63, 65);
        assertThat(two.get(1).getRaster().getSample(1, 0, 0)).isEqualTo(255);
        assertThat(new String(grid.render().bytes(), StandardCharsets.UTF_8)).contains("black is -1, white is 3");
        assertThat(grid.alt()).contains("2 pictures in grey, each 1 by 2 pixels; black is -1, white is 3");
        assertThat(inside(grid.range(0, 1)).get(1).getRaster().getSample(0, 0, 0)).isEqualTo(255);
    }

    @Test void framesOfAScrubberShareTheirScale() {
        List<Object> frames = Scrubber.comparable(List.of(Notebook.image(Notebook.full(0.5, 2, 2)), Notebook.image(Notebook.full(4, 2, 2))));
        for (Object frame : frames) assertThat(((ImageGrid) frame).alt()).contains("black is 0.5, white is 4");
        for (Object frame : Scrubber.comparable(List.of(Notebook.image(Notebook.full(0.5, 2, 2)), Notebook.image(Notebook.full(0.6, 2, 2))))) {
            assertThat(((ImageGrid) frame).alt()).as("0 to 1 stays 0 to 1").doesNotContain("black is");
        }
    }

    @Test void aPhotographIsNotMuchLargerThanItsFile() {
        // smooth, as photographs are: the filter must pay
        float[] x = new float[3 * 170 * 256];
        Random random = new Random(1);
        for (int i = 0; i < x.length; i++) x[i] = (float) (0.5 + 0.4 * Math.sin(i % 256 / 40.0 + i / 256 / 30.0) + 0.01 * random.nextGaussian());
        assertThat(Notebook.image(Notebook.tensor(x, 3, 170, 256)).html().length()).isLessThan(110_000);
        assertThat(Notebook.images(Notebook.rand(random, 60, 1, 8, 8)).html().length()).isLessThan(90_000);
    }

    @Test void manyPicturesAreCounted() throws Exception {
        ImageGrid grid = Notebook.images(Notebook.rand(new Random(1), 130, 4, 4));
        assertThat(inside(grid)).hasSize(100);
        assertThat(new String(grid.render().bytes(), StandardCharsets.UTF_8)).contains("and 30 more");
    }

    @Test void textShowsThePixels() {
        assertThat(Notebook.image(Notebook.tensor(new double[][] {{0, 1}, {1, 0}})).text()).isEqualTo("  @@\n@@  \npicture, 2 by 2 pixels");
        assertThat(Notebook.images(Notebook.zeros(0, 1, 4, 4)).text()).isEqualTo("0 pictures, each 4 by 4 pixels");
    }

    @Test void errorsAreSentences() {
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.image(Notebook.zeros(5, 1, 8, 8)))
                .withMessage("image: (5, 1, 8, 8) is not one picture: (H, W), (1, H, W) grey or (3, H, W) colour. Hint: images draws a batch (N, H, W), (N, 1, H, W) or (N, 3, H, W), and select(0, i) takes one of it.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.image(Notebook.zeros(64)))
                .withMessageEndingWith("Hint: reshape(h, w) gives a row of pixels its height and width.");
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.images(Notebook.zeros(2, 6, 8, 8)))
                .withMessage("images: (2, 6, 8, 8) is not a batch of pictures: (N, H, W), (N, 1, H, W) or (N, 3, H, W). Hint: select(0, i) gives the 6 channels of one example, and images draws each of them in grey.");
        ImageGrid grid = Notebook.images(Notebook.zeros(2, 3, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> grid.captions("one")).withMessage("1 caption for 2 pictures: each picture needs one");
        assertThatIllegalArgumentException().isThrownBy(() -> grid.columns(0)).withMessage("columns(0): a row needs at least one picture");
        assertThatIllegalArgumentException().isThrownBy(() -> grid.range(1, 1)).withMessage("range: black at 1 and white at 1 leave nothing between them: black must be the smaller");
        assertThatIllegalArgumentException().isThrownBy(() -> grid.box(0, 0, 0, 2)).withMessage("box: 0 by 2 pixels: a box is at least 1 by 1");
    }
}
