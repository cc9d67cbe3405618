package org.unrolled.notebook;

import java.util.Arrays;

/** Numbers in rows and columns, as a picture needs them. */
record Matrix(float[] values, int rows, int columns) {
    Matrix {
        if (values.length != rows * columns) {
            throw new IllegalArgumentException("a matrix of " + rows + " by " + columns + " has " + rows * columns
                    + " values, not " + values.length);
        }
    }

    static Matrix of(float[][] values) {
        int columns = values.length == 0 ? 0 : values[0].length;
        float[] flat = new float[values.length * columns];
        for (int i = 0; i < values.length; i++) {
            if (values[i].length != columns) {
                throw new IllegalArgumentException("row " + i + " has " + values[i].length + " values and row 0 has " + columns
                        + ": the rows of a matrix are equally long");
            }
            System.arraycopy(values[i], 0, flat, i * columns, columns);
        }
        return new Matrix(flat, values.length, columns);
    }

    float get(int row, int column) {
        return values[row * columns + column];
    }

    float[] row(int row) {
        return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
    }

    /** Means over blocks, so that no side is longer than the limit; blocks at the border may be smaller. */
    Matrix pooled(int limit) {
        int block = Math.max(1, Math.max((rows + limit - 1) / limit, (columns + limit - 1) / limit));
        if (block == 1) {
            return this;
        }
        int h = (rows + block - 1) / block;
        int w = (columns + block - 1) / block;
        float[] out = new float[h * w];
        for (int i = 0; i < h; i++) {
            for (int j = 0; j < w; j++) {
                double sum = 0;
                int n = 0;
                for (int r = i * block; r < Math.min(rows, (i + 1) * block); r++) {
                    for (int c = j * block; c < Math.min(columns, (j + 1) * block); c++) {
                        sum += get(r, c);
                        n++;
                    }
                }
                out[i * w + j] = (float) (sum / n);
            }
        }
        return new Matrix(out, h, w);
    }

    int block(int limit) {
        return Math.max(1, Math.max((rows + limit - 1) / limit, (columns + limit - 1) / limit));
    }
}
