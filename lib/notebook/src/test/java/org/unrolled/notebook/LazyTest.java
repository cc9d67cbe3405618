package org.unrolled.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A lesson's first cell must not wait for chart and table libraries. */
class LazyTest {
    @Test void showingATensorLoadsNeitherChartsNorTablesNorAwt() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xlog:class+load",
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), First.class.getName()).redirectErrorStream(true).start();
        String log = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(log).contains("org.unrolled.notebook.TensorView").contains("rows sum to 1");
        assertThat(log.lines().filter(l -> l.contains(" java.awt.") || l.contains("org.knowm.") || l.contains("tech.tablesaw.")).toList()).isEmpty();
    }

    /** What the first cell does. */
    static final class First {
        private First() {}

        public static void main(String[] args) {
            Notebook.show("weights", Notebook.softmax(Notebook.tensor(new double[][] {{1, 2}, {3, 4}})));
            Notebook.show("text");
            Notebook.row("a", 1.5);
            Notebook.showRows("name", "value");
            System.out.println(Outputs.of("w", Notebook.heatMap(Notebook.eye(3))).html().length());
        }
    }
}
