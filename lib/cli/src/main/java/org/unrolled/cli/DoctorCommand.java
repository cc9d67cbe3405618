package org.unrolled.cli;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.unrolled.tensor.kernel.Kernels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "doctor", description = "The Java side of ./unrolled doctor.", mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    @Mixin Unrolled.Form form = new Unrolled.Form();
    @Spec CommandSpec spec;

    record Finding(String check, boolean ok, boolean needed, String value, String fix) {}

    @Override public Integer call() {
        List<Finding> findings = new ArrayList<>();
        for (Kernels.Provider provider : Kernels.available()) {
            findings.add(new Finding("kernels " + provider.name(), provider.usable(), provider.name().equals("reference"),
                    provider.usable() ? "usable" : provider.reason(), provider.usable() ? "" : provider.fix()));
        }
        findings.add(drawing());
        findings.add(memory(Runtime.getRuntime().maxMemory() >> 20));
        PrintWriter out = spec.commandLine().getOut();
        if (form.json) {
            out.println(Unrolled.JSON.toJson(findings));
        } else {
            for (Finding finding : findings) {
                out.printf("%s %-24s %s%s%n", finding.ok ? "✓" : "✗", finding.check, finding.value,
                        finding.fix.isEmpty() ? "" : "  Fix: " + finding.fix);
            }
        }
        return findings.stream().anyMatch(finding -> finding.needed && !finding.ok) ? 1 : 0;
    }

    /** Charts are drawn with Java's own fonts machinery, which fails on a machine without a single font. */
    private static Finding drawing() {
        try {
            Graphics2D graphics = new BufferedImage(64, 32, BufferedImage.TYPE_INT_ARGB).createGraphics();
            int width = graphics.getFontMetrics(new Font(Font.SANS_SERIF, Font.PLAIN, 12)).stringWidth("softmax");
            graphics.dispose();
            return new Finding("drawing charts", width > 0, true, "text is " + width + " pixels wide",
                    width > 0 ? "" : "install the packages fontconfig and fonts-dejavu-core");
        } catch (RuntimeException | LinkageError e) {
            return new Finding("drawing charts", false, true, "Java cannot draw text: " + e,
                    "install the packages fontconfig and fonts-dejavu-core");
        }
    }

    static Finding memory(long heapMiB) {
        boolean enough = heapMiB >= 700;
        return new Finding("memory", enough, false, heapMiB + " MiB of heap by default",
                enough ? "" : "close other programs: a lesson may use up to 768 MiB of heap");
    }
}
