package org.unrolled.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unrolled.tensor.Tensor;

/** What lies in the jar: the files' hashes, and facts about them that their sources state. */
class DataSetsTest {
    @ParameterizedTest @CsvSource({
        "digits.csv.gz, bdccb52c2f1fa9951c7168f02253bfcb2e66f26000216f4ea23ec2e2078622ea",
        "coffee.png, c3eb46881685a9ddd44eeec7247971b21d277ebc3c552031a0fd6f80c378afe7",
        "cat.png, ffc97182ce6d81912e57c752089a3e6220cb4692d83a43d39e335d2f0382b68c",
        "sunspots-yearly.csv, 796149b1e41904c031c8518d42addfe51abd25b7dba921e14bbffefef28d3b7f",
        "sunspots-monthly.csv, 21de48cfa0ea130b739abfa210b31241f4412f728f51224f2523331b71af1fcb",
        "alice.txt.gz, 236161715ba5770d6d81dacad78f6dabc34a26e6c13980f66642afbe006c756f"})
    void everyFileIsTheOneThatWasTaken(String name, String hash) throws Exception {
        try (InputStream in = DataSetsTest.class.getResourceAsStream(name); InputStream origin = DataSetsTest.class.getResourceAsStream("ORIGIN.md")) {
            assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(in.readAllBytes()))).isEqualTo(hash);
            assertThat(new String(origin.readAllBytes(), StandardCharsets.UTF_8)).as("ORIGIN.md names it").contains("`" + name + "`").contains("## ");
        }
    }

    @Test void digitsAreThoseOfUci() {
        Split split = Digits.split(7);
        // optdigits.names: class counts of the training file by 30 writers, and of the test file by 13 others
        int[] train = split.train().counts();
        int[] validation = split.validation().counts();
        assertThat(IntStream.range(0, 10).map(c -> train[c] + validation[c]).toArray()).containsExactly(376, 389, 380, 389, 387, 376, 377, 387, 380, 382);
        assertThat(split.test().counts()).containsExactly(178, 182, 177, 183, 181, 182, 181, 179, 174, 180);
        assertThat(split.train().x().shape()).containsExactly(3060, 1, 8, 8);
        assertThat(split.validation().size()).isEqualTo(763);
        assertThat(split.classes()).hasSize(10);
        float[] first = Digits.examples().x().select(0, 3823).toArray();
        // the first line of optdigits.tes, in sixteenths
        assertThat(Arrays.copyOf(first, 16)).containsExactly(0, 0, 5 / 16f, 13 / 16f, 9 / 16f, 1 / 16f, 0, 0, 0, 0, 13 / 16f, 15 / 16f, 10 / 16f, 15 / 16f, 5 / 16f, 0);
        assertThat(Digits.examples().y().get(3823)).isZero();
    }

    @Test void noDigitIsInTwoParts() {
        Split split = Digits.split(7);
        Set<String> images = new HashSet<>();
        for (Part part : new Part[] {split.train(), split.validation(), split.test()}) {
            for (float[] image : part.x().reshape(-1, 64).toArray2d()) images.add(Arrays.toString(image));
        }
        assertThat(images).as("all 5,620 images differ").hasSize(5620);
    }

    @Test void theSeedDrawsTheValidationPart() {
        assertThat(Digits.split(7).validation().indices()).isEqualTo(Digits.split(7).validation().indices()).isNotEqualTo(Digits.split(8).validation().indices());
        assertThat(Digits.split(7).test().indices()).isEqualTo(Digits.split(8).test().indices());
        assertThat(Arrays.copyOf(Digits.split(7).validation().indices(), 5)).as("recorded: the same on every machine").containsExactly(1, 8, 11, 14, 17);
    }

    @Test void digitsCanBeEnlarged() {
        assertThat(Digits.split(7, 32).train().x().shape()).containsExactly(3060, 1, 32, 32);
    }

    @Test void photographsAreColourInUnitRange() {
        for (Tensor photo : new Tensor[] {Photographs.coffee(), Photographs.cat()}) {
            assertThat(photo.size(0)).isEqualTo(3);
            assertThat(photo.size(2)).isEqualTo(256);
            for (float v : photo.toArray()) assertThat(v).isBetween(0f, 1f);
        }
        // the saucer is red, the cat's iris (row 65, column 97) more green than blue
        Tensor coffee = Photographs.coffee();
        assertThat(coffee.get(0, 110, 50)).isGreaterThan(2 * coffee.get(2, 110, 50));
        Tensor cat = Photographs.cat();
        assertThat(cat.get(1, 65, 90)).isGreaterThan(cat.get(2, 65, 90));
    }

    @Test void sunspotsAreThoseOfTheSource() {
        Series yearly = Sunspots.yearly();
        assertThat(yearly.size()).isEqualTo(309);
        assertThat(yearly.times().getFirst()).isEqualTo("1700");
        assertThat(yearly.times().getLast()).isEqualTo("2008");
        // the largest of version 1: 190.2 in 1957
        assertThat(yearly.values().max().item()).isEqualTo(190.2f);
        assertThat(yearly.times().get(yearly.values().argmax(0).toIntArray()[0])).isEqualTo("1957");
        Series monthly = Sunspots.monthly();
        assertThat(monthly.size()).isEqualTo(260 * 12);
        assertThat(monthly.times().getFirst()).isEqualTo("1749-01");
        // the yearly number is the mean of the months
        assertThat(monthly.values().slice(0, 12 * (1957 - 1749), 12 * (1958 - 1749)).mean().item()).isCloseTo(190.2f, within(0.5f));
    }

    @Test void aliceIsPlainAscii() {
        String text = Alice.text();
        assertThat(text).startsWith("CHAPTER I\n\nDown the Rabbit-Hole\n\nAlice was beginning to get very tired").endsWith("THE END\n").hasSize(143170);
        assertThat(text.chars()).allMatch(c -> c == '\n' || c >= ' ' && c < 127);
        assertThat(text).doesNotContain("  ").doesNotContain("\n\n\n").contains("CHAPTER XII");
    }
}
