package org.unrolled.notebook;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** Images as PNG: a palette for heat maps, colours for photographs. Small enough to write here, so that a picture need not start java.awt. */
final class Png {
    private Png() {}

    /** One index into the palette for each pixel. */
    static byte[] palette(int width, int height, byte[] indices, int[] palette) {
        byte[] colors = new byte[palette.length * 3];
        for (int i = 0; i < palette.length; i++) {
            colors[3 * i] = (byte) (palette[i] >> 16);
            colors[3 * i + 1] = (byte) (palette[i] >> 8);
            colors[3 * i + 2] = (byte) palette[i];
        }
        byte[] lines = new byte[height * (width + 1)];
        for (int y = 0; y < height; y++) {
            System.arraycopy(indices, y * width, lines, y * (width + 1) + 1, width);
        }
        return encode(width, height, 3, colors, lines);
    }

    /** One level from 0 to 255 for each pixel. */
    static byte[] grey(int width, int height, byte[] levels) {
        return encode(width, height, 0, null, filtered(width, height, 1, levels));
    }

    /** Red, green, blue for each pixel. */
    static byte[] rgb(int width, int height, byte[] rgb) {
        return encode(width, height, 2, null, filtered(width * 3, height, 3, rgb));
    }

    /** Each line as its differences to a guess from the pixels left and above (Paeth), which packs a photograph a quarter smaller (the kit's two: 24 % and 30 %). */
    private static byte[] filtered(int stride, int height, int pixel, byte[] bytes) {
        byte[] lines = new byte[height * (stride + 1)];
        for (int y = 0; y < height; y++) {
            lines[y * (stride + 1)] = 4;
            for (int x = 0; x < stride; x++) {
                int at = y * stride + x;
                int left = x < pixel ? 0 : bytes[at - pixel] & 0xff;
                int above = y == 0 ? 0 : bytes[at - stride] & 0xff;
                int corner = x < pixel || y == 0 ? 0 : bytes[at - stride - pixel] & 0xff;
                int guess = left + above - corner;
                int toLeft = Math.abs(guess - left);
                int toAbove = Math.abs(guess - above);
                int toCorner = Math.abs(guess - corner);
                int nearest = toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
                lines[y * (stride + 1) + 1 + x] = (byte) (bytes[at] - nearest);
            }
        }
        return lines;
    }

    private static byte[] encode(int width, int height, int colorType, byte @Nullable [] palette, byte[] lines) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            DataOutputStream data = new DataOutputStream(header);
            data.writeInt(width);
            data.writeInt(height);
            data.write(new byte[] {8, (byte) colorType, 0, 0, 0});
            chunk(out, "IHDR", header.toByteArray());
            if (palette != null) {
                chunk(out, "PLTE", palette);
            }
            Deflater deflater = new Deflater();
            deflater.setInput(lines);
            deflater.finish();
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 15];
            while (!deflater.finished()) {
                packed.write(buffer, 0, deflater.deflate(buffer));
            }
            deflater.end();
            chunk(out, "IDAT", packed.toByteArray());
            chunk(out, "IEND", new byte[0]);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] body) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        data.writeInt(body.length);
        data.write(name);
        data.write(body);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(body);
        data.writeInt((int) crc.getValue());
    }
}
