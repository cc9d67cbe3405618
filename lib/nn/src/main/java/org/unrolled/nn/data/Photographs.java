package org.unrolled.nn.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;

/** Two photographs as tensors (3, H, W) of red, green and blue from 0 to 1. {@link Images#grey} makes them grey. Both are CC0; ORIGIN.md names who took them. */
public final class Photographs {
    private Photographs() { }

    /** A cup of espresso on a red saucer: ellipses, smooth porcelain, wood grain. (3, 171, 256), by Rachel Michetti. */
    public static Tensor coffee() {
        return read("coffee.png");
    }

    /** Chelsea the cat: fur, whiskers, round eyes, a blurred background. (3, 170, 256), by Stéfan van der Walt. */
    public static Tensor cat() {
        return read("cat.png");
    }

    private static Tensor read(String name) {
        // a reader of our own, since ImageIO.read would go through a temporary file
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(Resources.bytes(name)))) {
            reader.setInput(in);
            BufferedImage image = reader.read(0);
            int h = image.getHeight();
            int w = image.getWidth();
            int[] samples = image.getRaster().getPixels(0, 0, w, h, (int[]) null);
            float[] pixels = new float[3 * h * w];
            for (int i = 0; i < h * w; i++) {
                for (int c = 0; c < 3; c++) pixels[c * h * w + i] = samples[3 * i + c] / 255f;
            }
            return Tensors.tensor(pixels, 3, h, w);
        } catch (IOException e) {
            throw new UncheckedIOException("The photograph " + name + " cannot be read: " + e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }
}
