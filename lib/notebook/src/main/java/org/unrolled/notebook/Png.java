package org.unrolled.notebook;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** One pixel per cell of a large matrix, with a palette. Small enough to write here, so that a heat map need not start java.awt. */
final class Png {
    private Png() {}

    static byte[] palette(int width, int height, byte[] indices, int[] palette) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            DataOutputStream data = new DataOutputStream(header);
            data.writeInt(width);
            data.writeInt(height);
            data.write(new byte[] {8, 3, 0, 0, 0});
            chunk(out, "IHDR", header.toByteArray());
            byte[] colors = new byte[palette.length * 3];
            for (int i = 0; i < palette.length; i++) {
                colors[3 * i] = (byte) (palette[i] >> 16);
                colors[3 * i + 1] = (byte) (palette[i] >> 8);
                colors[3 * i + 2] = (byte) palette[i];
            }
            chunk(out, "PLTE", colors);
            byte[] lines = new byte[height * (width + 1)];
            for (int y = 0; y < height; y++) {
                System.arraycopy(indices, y * width, lines, y * (width + 1) + 1, width);
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
