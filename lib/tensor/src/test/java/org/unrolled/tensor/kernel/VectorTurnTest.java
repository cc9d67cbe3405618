package org.unrolled.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorTurnTest {
    @ParameterizedTest
    @CsvSource({"1,1", "16,16", "16,128", "128,16", "17,33", "33,17", "8,40", "40,8", "7,64", "64,7", "31,31", "3,200"})
    void rowsBecomeColumnsAndNothingElseIsWritten(int rows, int columns) {
        int fRow = columns + 3, tRow = rows + 5, f = 7, t = 11;
        float[] from = new float[f + rows * fRow - 3], to = new float[t + columns * tRow];
        Random random = new Random(rows * 1000L + columns);
        for (int i = 0; i < from.length; i++) from[i] = random.nextFloat();
        float[] wanted = to.clone();
        for (int i = 0; i < rows; i++) for (int j = 0; j < columns; j++) wanted[t + j * tRow + i] = from[f + i * fRow + j];

        VectorTurn.turn(from, f, fRow, to, t, tRow, rows, columns);

        assertThat(to).isEqualTo(wanted);
    }
}
