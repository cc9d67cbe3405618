package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unrolled.nn.TrainingStep;

class DisplayTest {
    static String printed(Runnable body) {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            body.run();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test void printsTextWhereThereIsNoKernel() {
        assertThat(Display.inNotebook()).isFalse();
        assertThat(printed(() -> Notebook.show("weights", Notebook.tensor(new double[][] {{0.25, 0.75}, {0.5, 0.5}}))))
                .isEqualToNormalizingNewlines("""
                        weights (2, 2) float32 · min 0.25 · max 0.75 · mean 0.5 · rows sum to 1
                        0.25  0.75
                        0.50  0.50
                        """);
        assertThat(printed(() -> Notebook.html("<b>x</b>", "x"))).isEqualToNormalizingNewlines("x\n");
    }

    @Test void showsThroughTheBaseKernelOfIJava() {
        try (RecordingKernel kernel = RecordingKernel.start()) {
            String printed = printed(() -> {
                assertThat(Display.inNotebook()).isTrue();
                Notebook.show("weights", Notebook.tensor(new double[][] {{0.25, 0.75}}));
            });
            assertThat(printed).isEmpty();
            assertThat(kernel.shown).singleElement().satisfies(s -> {
                assertThat(s.html()).contains("<img").contains("<code>weights</code>");
                assertThat(s.text()).contains("0.25  0.75");
                assertThat(s.update()).isFalse();
            });
        }
    }

    @Test void aTensorAsTheValueOfACellIsDrawn() {
        try (RecordingKernel kernel = RecordingKernel.start()) {
            Display.drawValues(kernel);
            for (Object value : List.of(Notebook.eye(3), Notebook.heatMap(Notebook.eye(3)), Notebook.lines().line("a", 1, 2))) {
                DisplayData data = kernel.getRenderer().render(value);
                assertThat((String) data.getData(MIMEType.TEXT_HTML)).contains("<img");
                assertThat((String) data.getData(MIMEType.TEXT_PLAIN)).isNotBlank();
            }
            assertThat(kernel.getRenderer().render("text").getData(MIMEType.TEXT_HTML)).isNull();
        }
    }

    @Test void updatesTheSameOutput() {
        try (RecordingKernel kernel = RecordingKernel.start()) {
            Display.Handle handle = Display.updatable("<p>1</p>", "1");
            handle.update("<p>2</p>", "2");
            assertThat(kernel.shown).extracting(RecordingKernel.Shown::update).containsExactly(false, true);
            assertThat(kernel.shown).extracting(RecordingKernel.Shown::id).doesNotContain("").containsOnly(kernel.shown.getFirst().id());
        }
    }

    @Test void printsAfterTheCellEnded() {
        try (RecordingKernel kernel = RecordingKernel.start()) {
            kernel.inCell = false;
            assertThat(printed(() -> Display.text("late"))).contains("late");
            assertThat(kernel.shown).isEmpty();
        }
    }

    @Test void wantsPlainText() {
        assertThatIllegalArgumentException().isThrownBy(() -> Display.show(Map.of("text/html", "<p>")))
                .withMessage("an output of [text/html] lacks text/plain: readers without pictures need it");
    }

    @Test void aLiveCurveKeepsTheMessageStreamSmall() {
        try (RecordingKernel kernel = RecordingKernel.start()) {
            LiveCurve curve = Notebook.liveCurve();
            long start = System.nanoTime();
            for (int i = 1; i <= 2000; i++) {
                curve.onStep(new TrainingStep(i, 2000, 2.0 / i, Map.of("accuracy", 0.5), i * 0.001));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat(kernel.shown.size()).isBetween(2, 3 + (int) (seconds / 0.2));
            assertThat(kernel.shown.getLast().text()).isEqualTo("step 2000 of 2000 · loss 0.001 · accuracy 0.5 · 2.0 s");
            assertThat(kernel.shown.getLast().html()).contains("<progress max=\"100\" value=\"100\"").contains("<img");
            assertThat(kernel.shown.getLast().html().length()).isLessThan(40_000);
            // every point of a long training is thinned, the last stays
            double[] x = curve.lines().series().getFirst().x();
            assertThat(x.length).isBetween(200, 402);
            assertThat(x[x.length - 1]).isEqualTo(2000);
        }
    }

    @Test void aSecondTrainingGetsAPictureOfItsOwn() {
        try (RecordingKernel kernel = RecordingKernel.start()) {
            LiveCurve curve = Notebook.liveCurve("epoch");
            for (int run = 0; run < 2; run++) {
                for (int i = 1; i <= 3; i++) {
                    curve.onStep(new TrainingStep(i, 3, 1, Map.of(), i));
                }
            }
            assertThat(kernel.shown).extracting(RecordingKernel.Shown::id).filteredOn(id -> !id.isEmpty())
                    .satisfies(ids -> assertThat(ids.stream().distinct().count()).isEqualTo(2));
            assertThat(curve.lines().series().getFirst().x()).containsExactly(1, 2, 3);
        }
    }

    @Test void aListIsTrackedValueByValue() {
        List<String> seen = new ArrayList<>();
        for (String value : Notebook.track("word", List.of("a", "b", "c"))) {
            seen.add(value);
        }
        assertThat(seen).containsExactly("a", "b", "c");
    }

    @Test void aProgressBarEndsFull() {
        try (RecordingKernel kernel = RecordingKernel.start()) {
            int sum = 0;
            for (int i : Notebook.track("epoch", 1000)) {
                sum += i;
            }
            assertThat(sum).isEqualTo(499_500);
            assertThat(kernel.shown.getFirst().text()).isEqualTo("epoch 0 of 1000 · …");
            assertThat(kernel.shown.getLast().text()).startsWith("epoch 1000 of 1000 · ").doesNotContain("left");
            assertThat(kernel.shown.size()).isLessThan(20);
        }
    }

    @Test void theTimeLeftIsTheMeanStepTimesTheStepsLeft() {
        assertThat(ProgressBar.remaining(25, 100, 5, false)).isEqualTo("15 s left");
        assertThat(ProgressBar.remaining(0, 100, 0, false)).isEqualTo("…");
        assertThat(ProgressBar.remaining(100, 100, 75, false)).isEqualTo("1 min 15 s");
        assertThat(ProgressBar.remaining(50, 100, 2, false)).isEqualTo("2.0 s left");
    }

    @Test void rowsBecomeATable() {
        try (RecordingKernel kernel = RecordingKernel.start()) {
            Notebook.row(4, Notebook.tensor(3.91234), "a<b");
            Notebook.row(16, 16.0, "c");
            Notebook.showRows("d_k", "Var(q·k)", "note");
            RecordingKernel.Shown shown = kernel.shown.getFirst();
            assertThat(shown.html()).contains("<th scope=\"col\"").contains("<th scope=\"row\"").contains("3.912").contains("a&lt;b");
            assertThat(shown.text()).isEqualToNormalizingNewlines("""
                    d_k  Var(q·k)  note
                      4     3.912  a<b
                     16        16  c""");
        }
    }

    @Test void smallDecimalsOfAColumnLineUp() {
        assertThat(Rows.texts(List.of(new Object[] {1.0, 1, 249.31f}, new Object[] {0.8652, 2, 4.0671f}, new Object[] {0.5, 3, 1e-9f}), 3))
                .containsExactly(List.of("1.0000", "1", "249.3"), List.of("0.8652", "2", "4.067"), List.of("0.5000", "3", "1e-9"));
        assertThat(Rows.texts(List.of(new Object[] {Double.NaN}, new Object[] {2.0}), 1)).containsExactly(List.of("NaN"), List.of("2"));
        assertThat(Rows.texts(List.of(), 2)).isEmpty();
    }

    @Test void rowsThatDoNotFitAreForgotten() {
        Notebook.row(1, 2);
        assertThatIllegalArgumentException().isThrownBy(() -> Notebook.showRows("a"))
                .withMessage("showRows: row 0 has 2 cells and the header has 1 names: give each column a name");
        assertThat(printed(() -> Notebook.showRows("a"))).contains("a");
    }

    @Test void showsTablesawTablesWithHeads() {
        tech.tablesaw.api.Table table = tech.tablesaw.api.Table.create("runs",
                tech.tablesaw.api.StringColumn.create("model", "LSTM", "GRU"), tech.tablesaw.api.DoubleColumn.create("loss", 0.51234, Double.NaN));
        Outputs output = Outputs.of(null, table);
        assertThat(output.html()).contains("<caption").contains("runs").contains("<th scope=\"col\"").contains("0.5123").contains("NaN");
        assertThat(output.text()).contains("LSTM").contains("0.5123");
        assertThat(List.of(output.html().split("<tr"))).hasSize(4);
    }
}
