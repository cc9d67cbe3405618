package org.unrolled.recorded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.OperatorInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.unrolled.tensor.Tensor;
import org.unrolled.tensor.Tensors;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.CompiledStep;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Philox;
import org.unrolled.tensor.kernel.RecordingKernels;
import org.unrolled.tensor.kernel.RecordingKernels.Recording;

/**
 * What a TornadoVM device never finishes or silently gets wrong is an error while recording, with the call to blame. (Not in a
 * package of the kit: the errors name the line of the first code that is not the kit's.)
 */
class DeviceHazardsTest {
    private final Kernels k = Kernels.named("reference");

    private Recording record(Consumer<Kernels> step) {
        return RecordingKernels.record(k, List.of(), () -> step.accept(Kernels.current()));
    }

    @Test
    void kernelsOfTheCpuCompileNothing() {
        Buffer y = k.floats(2);
        Recording step = record(r -> r.fill(y, 3));
        assertThatThrownBy(() -> step.compile(List.of(y), CompiledStep.Progress.NONE)).isInstanceOf(IllegalStateException.class)
            .hasMessage("compile: the kernels \"reference\" run one call after the other and compile nothing. Choose a device before you record, such as "
                + "Kernels.use(\"tornado:cpu\"); on these kernels the recording's own replay() runs the step.");
    }

    @Test
    void aStorageThatIsWrittenAndReadByOneCall() {
        Buffer flat = k.floats(20);
        assertThatThrownBy(() -> record(r -> r.accumulate(flat.slice(0, 10), flat.slice(10, 10))))
            .hasMessageStartingWith("recording: accumulate cannot run on a device: it writes elements 0..9 and reads 10..19 of one storage. "
                + "Write to a buffer of another storage. (In a kernel call, at DeviceHazardsTest.java:");
    }

    @Test
    void twoDestinationsInOneStorage() {
        Buffer flat = k.floats(20);
        assertThatThrownBy(() -> record(r -> r.layerNorm(flat.slice(0, 8), flat.slice(8, 4), k.floats(8), k.floats(4), k.floats(4), 2, 4, 0.1f)))
            .hasMessageContaining("layerNorm cannot run on a device: its destinations 1 and 2 are elements 0..7 and 8..11 of one storage. Give each a storage of its own.");
    }

    @Test
    void twoSourcesMayShare() {
        Buffer flat = k.floats(20), y = k.floats(4);
        Recording recording = record(r -> r.matmul(y, flat.slice(0, 4), flat.slice(4, 4), 1, 2, 2, 2, 0, 0, false, false, false));
        assertThat(recording.calls()).containsExactly("matmul");
    }

    @Test
    void aFirstCallThatWritesAPartOfAStorage() {
        Buffer gradients = k.floats(20), dout = k.floats(5);
        assertThatThrownBy(() -> record(r -> r.copy(gradients.slice(5, 5), dout)))
            .hasMessageContaining("copy cannot run on a device: it is the first to touch a storage and writes only 5 of its 20 elements: "
                + "a device would not copy in the rest. Fill or read the whole storage first.");
        assertThat(record(r -> {
            r.fill(gradients, 0);
            r.copy(gradients.slice(5, 5), dout);
        }).calls()).containsExactly("fill", "copy");
        assertThat(record(r -> r.accumulate(gradients.slice(5, 5), dout)).calls()).as("adding reads first").containsExactly("accumulate");
    }

    @Test
    void aNewBufferIsZeroInEveryReplay() {
        Buffer x = Buffer.of(new float[] {1, 2}), y = k.floats(2);
        Recording recording = record(r -> {
            Buffer sum = r.floats(2);
            r.accumulate(sum, x);
            r.copy(y, sum);
        });
        assertThat(recording.calls()).containsExactly("fill", "accumulate", "copy");
        recording.replay();
        recording.replay();
        assertThat(k.host(y)).containsExactly(1, 2);
    }

    @Test
    void newIntsThatAreReadBeforeTheyAreWritten() {
        assertThatThrownBy(() -> record(r -> r.increment(r.ints(1))))
            .hasMessageContaining("increment cannot run on a device: it relies on new ints being 0. Write all of them first.");
    }

    @Test
    void anUploadedConstantThatIsOverwritten() {
        assertThatThrownBy(() -> record(r -> {
            Buffer constant = r.floats(2);
            r.upload(constant, new float[] {1, 2});
            r.accumulate(constant, k.floats(2));
        })).hasMessageContaining("accumulate cannot run on a device: it writes over numbers that were uploaded while recording");
    }

    @Test
    void readingWhileRecordingNamesTheOpAndTheLine() {
        assertThatThrownBy(() -> record(r -> {
            Tensor y = Tensors.ones(3).mul(2);
            if (y.sum().item() > 1) y.exp();
        })).isInstanceOf(IllegalStateException.class)
            .hasMessageMatching("item: a step is being recorded, and what it does may not depend on the numbers it computes \\(at DeviceHazardsTest.java:\\d+\\). "
                + "Keep the tensor and read it after replay\\(\\).");
        assertThatThrownBy(() -> record(r -> Tensors.ids(1, 2).toIntArray())).hasMessageStartingWith("toIntArray: a step is being recorded");
    }

    @Test
    void aTensorOfARecordingThatIsOver() {
        Tensor x = Tensors.ones(3).requiresGrad(true);
        Tensor[] kept = new Tensor[1];
        Kernels.with(k, () -> { record(r -> kept[0] = x.mul(x).sum()); });
        assertThatThrownBy(() -> kept[0].backward()).hasMessageStartingWith("recording: it is over, and a tensor made while it ran is used now (in backward, at DeviceHazardsTest.java:");
    }

    @Test
    void uploadingWhatIsNoInput() {
        Buffer x = k.floats(2);
        Recording recording = RecordingKernels.record(k, List.of(x), () -> { });
        recording.upload(x, 1f, 2f);
        assertThat(k.host(x)).containsExactly(1, 2);
        assertThatThrownBy(() -> recording.upload(k.floats(3), 1f, 2f, 3f))
            .hasMessage("upload: this buffer of 3 is not one of the recording's 1 declared inputs, and only these change between replays. Name it in record(…).");
    }

    /** The generator runs inside device kernels, where {@code >>>} of a negative number silently becomes {@code >>}. */
    @Test
    void philoxHasNoUnsignedShift() throws IOException {
        assertThat(unsignedShifts(Philox.class)).isEmpty();
        assertThat(unsignedShifts(WithUnsignedShift.class)).containsExactly("high: LUSHR", "low: IUSHR");
    }

    @SuppressWarnings("unused")
    private static final class WithUnsignedShift {
        static int high(long x) { return (int) (x >>> 32); }

        static int low(int x) { return x >>> 3; }
    }

    private static List<String> unsignedShifts(Class<?> type) throws IOException {
        List<String> found = new ArrayList<>();
        try (InputStream in = type.getResourceAsStream(type.getName().substring(type.getPackageName().length() + 1) + ".class")) {
            for (var method : ClassFile.of().parse(in.readAllBytes()).methods()) {
                method.code().ifPresent(code -> code.forEach(element -> {
                    if (element instanceof OperatorInstruction i && (i.opcode() == Opcode.IUSHR || i.opcode() == Opcode.LUSHR)) {
                        found.add(method.methodName().stringValue() + ": " + i.opcode());
                    }
                }));
            }
        }
        return found;
    }
}
