package org.unrolled.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unrolled.tensor.kernel.DeviceRun;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.Parallel;
import uk.ac.manchester.tornado.api.common.TornadoFunctions;
import uk.ac.manchester.tornado.runtime.TornadoCoreRuntime;
import uk.ac.manchester.tornado.runtime.common.ParallelAnnotationProvider;

/** A method of somebody's own on a device: equal to plain Java, or an error that says why not. */
class OwnKernelTest {
    @BeforeAll static void aDeviceIsThere() {
        UsableDevice.require();
    }

    /** What may be written. */
    static final class Good {
        static void saxpy(float a, float[] x, float[] y, float[] out) {
            for (@Parallel int i = 0; i < out.length; i++) out[i] = a * x[i] + y[i];
        }

        static void theirs(float[] x, float[] out) {
            for (@uk.ac.manchester.tornado.api.annotations.Parallel int i = 0; i < out.length; i++) out[i] = 2 * x[i];
        }

        static void matmul(float[] a, float[] b, float[] c, int n) {
            for (@Parallel int i = 0; i < n; i++) {
                for (@Parallel int j = 0; j < n; j++) {
                    float sum = 0;
                    for (int k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
                    c[i * n + j] = sum;
                }
            }
        }

        /** Leaves half of what it writes as it was. */
        static void everySecond(float[] x, float[] out) {
            for (@Parallel int i = 0; i < x.length / 2; i++) out[2 * i] = x[i];
        }

        static void border(float[] x, float[] out) {
            for (@Parallel int i = 1; i < out.length - 1; i++) out[i] = x[i - 1] + x[i + 1];
        }

        static void where(float[] x, float[] out) {
            for (@Parallel int i = 0; i < out.length; i++) {
                if (x[i] < 0) continue;
                out[i] = x[i];
            }
        }

        static void add(float[] x, float[] out) {
            for (@Parallel int i = 0; i < out.length; i++) out[i] += x[i];
        }

        static void evens(int[] x, int[] out) {
            for (@Parallel int i = 0; i < out.length; i++) out[i] = Math.floorMod(x[i], 2) == 0 ? x[i] : -1;
        }

        private static float root(float x) {
            float r = x + 1;
            while (r * r > x + 1e-2f) r = (r + x / r) / 2;
            return r;
        }

        static void roots(float[] x, float[] out) {
            for (@Parallel int i = 0; i < out.length; i++) {
                float[] own = {0, 0};
                own[1] += root(Math.abs(x[i]));
                out[i] = own[1];
            }
        }

        /** Element 0 belongs to round 0 alone. */
        static void guarded(float[] x, float[] out) {
            for (@Parallel int i = 0; i < out.length; i++) {
                float[] own = {0};
                own[0] += x[i];
                out[i] = own[0];
                if (i == 0) out[0] += 3;
            }
        }

        static void everyThird(float[] x) {
            for (@Parallel int i = 0; i < x.length; i += 3) x[i] = i;
        }

        static void sines(float[] x, float[] out) {
            for (@Parallel int i = 0; i < out.length; i++) out[i] = (float) (Math.sin(x[i]) + 2 * Math.cos(x[i]) + Math.tan(x[i] / 2) + Math.sqrt(x[i] + 2));
        }

        static void softmax(float[] x, float[] out, int rows, int n) {
            for (@Parallel int r = 0; r < rows; r++) {
                float m = x[r * n];
                for (int j = 1; j < n; j++) m = Math.max(m, x[r * n + j]);
                float sum = 0;
                for (int j = 0; j < n; j++) sum += (float) Math.exp(x[r * n + j] - m);
                for (int j = 0; j < n; j++) out[r * n + j] = (float) Math.exp(x[r * n + j] - m) / sum;
            }
        }
    }

    static Method method(Class<?> type, String name) {
        return Arrays.stream(type.getDeclaredMethods()).filter(method -> method.getName().equals(name)).findFirst().orElseThrow();
    }

    private static float[] floats(int n, int seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = random.nextFloat() * 4 - 2;
        return x;
    }

    /** On the device and in Java; the arrays have to be equal then. */
    private static DeviceRun same(String name, Object... arguments) throws ReflectiveOperationException {
        Method kernel = method(Good.class, name);
        kernel.setAccessible(true);
        Object[] java = Arrays.stream(arguments).map(argument -> argument instanceof float[] floats ? floats.clone() : argument instanceof int[] ints ? ints.clone() : argument).toArray();
        kernel.invoke(null, java);
        DeviceRun run = Kernels.runOnDevice("tornado", kernel, arguments);
        for (int i = 0; i < java.length; i++) {
            if (java[i] instanceof float[] expected) assertThat((float[]) arguments[i]).as(name + ", argument " + i).containsExactly(expected, within(1e-5f));
            else assertThat(arguments[i]).as(name + ", argument " + i).isEqualTo(java[i]);
        }
        return run;
    }

    @Test void theRunTellsWhatItTook() throws ReflectiveOperationException {
        DeviceRun run = same("saxpy", 2f, floats(100_000, 1), floats(100_000, 2), new float[100_000]);
        assertThat(run.kernel()).isEqualTo("saxpy");
        assertThat(run.workItems()).containsExactly(100_000L);
        assertThat(run.source()).contains("saxpy(");
        assertThat(run.bytesIn()).as("x, y, and out, of which a kernel may leave a part").isEqualTo(1_200_000);
        assertThat(run.bytesOut()).isEqualTo(400_000);
        assertThat(run.warmRuns()).isBetween(1, 15);
        assertThat(run.compileMs()).isGreaterThan(1);
        assertThat(run.kernelMs()).isPositive();
        assertThat(run.copyInMs()).isPositive();
        assertThat(run.copyOutMs()).isPositive();
        assertThat(run.callMs()).isGreaterThan(run.kernelMs() + run.copyInMs() + run.copyOutMs());
        assertThat(run.device()).isNotEmpty();
    }

    @Test void whatItWritesIsInTheArrays() throws ReflectiveOperationException {
        for (int n : new int[] {1, 7, 64, 1000}) {
            same("saxpy", 3, floats(n, 1), floats(n, 2), floats(n, 3));
            same("theirs", floats(n, 1), new float[n]);
            same("everySecond", floats(n, 1), floats(n, 3));
            same("border", floats(n, 1), floats(n, 3));
            same("where", floats(n, 1), floats(n, 3));
            same("add", floats(n, 1), floats(n, 3));
            same("roots", floats(n, 1), floats(n, 3));
            same("guarded", floats(n, 1), floats(n, 3));
            same("everyThird", floats(n, 1));
            same("sines", floats(n, 1), floats(n, 3));
        }
        same("saxpy", 3, new float[0], new float[0], new float[0]);
        same("evens", new int[] {-3, -2, 0, 1, 2}, new int[5]);
        same("softmax", floats(5 * 9, 4), new float[5 * 9], 5, 9);
        assertThat(same("matmul", floats(33 * 33, 5), floats(33 * 33, 6), new float[33 * 33], 33).workItems()).containsExactly(33L, 33L);
        float[] twice = floats(9, 7);
        same("saxpy", 1f, twice, twice, new float[9]);
    }

    // ---- what is refused

    static final class Bad {
        static int variable = 4;

        void instance(float[] x) { }

        static int returns(float[] x) {
            return 0;
        }

        static void noLoop(float[] x) {
            for (int i = 0; i < x.length; i++) x[i] = i;
        }

        static void doubles(double[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = i;
        }

        static void word(float[] half) {
            for (@Parallel int i = 0; i < half.length; i++) half[i] = i;
        }

        static void function(float[] log) {
            for (@Parallel int i = 0; i < log.length; i++) log[i] = i;
        }

        static void max(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = i;
        }

        private static float dot(float a, float b) {
            return a * b;
        }

        static void calls(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = dot(x[i], 2);
        }

        static void down(float[] x) {
            for (@Parallel int i = x.length - 1; i >= 0; i--) x[i] = i;
        }

        static void inclusive(float[] x, int n) {
            for (@Parallel int i = 0; i <= n; i++) x[i] = i;
        }

        static void triangle(float[] x, int n) {
            for (@Parallel int i = 0; i < n; i++) for (@Parallel int j = 0; j < i; j++) x[i * n + j] = 1;
        }

        static void sum(float[] x, float[] out) {
            float sum = 0;
            for (@Parallel int i = 0; i < x.length; i++) sum += x[i];
            out[0] = sum;
        }

        static void between(float[] x, int n) {
            for (@Parallel int i = 0; i < n; i++) {
                x[i] = 0;
                for (@Parallel int j = 0; j < n; j++) x[i * n + j] = 1;
            }
        }

        static void offset(float[] x, int n) {
            int from = 0;
            for (@Parallel int i = 0; i < n; i++) {
                for (@Parallel int j = 0; j < n; j++) x[from + j] = i;
                from += n;
            }
        }

        static void everySecondFromOne(float[] x) {
            for (@Parallel int i = 1; i < x.length; i += 2) x[i] = i;
        }

        private static void row(float[] x, int i, int n) {
            for (@Parallel int j = 0; j < n; j++) x[i * n + j] = j;
        }

        static void rows(float[] x, int n) {
            for (@Parallel int i = 0; i < n; i++) row(x, i, n);
        }

        static void either(float[] x, float[] y, int which) {
            float[] to = which > 0 ? x : y;
            for (@Parallel int i = 0; i < to.length; i++) to[i] = i;
        }

        static void swaps(float[] x, float[] y) {
            float[] other = x;
            x = y;
            y = other;
            for (@Parallel int i = 0; i < x.length; i++) x[i] = y[i];
        }

        static void garbage(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) {
                float[] sums = new float[2];
                for (int j = 0; j < 6; j++) sums[j % 2] += j;
                x[i] = sums[0] * sums[1];
            }
        }

        static void total(float[] x, float[] out) {
            for (@Parallel int i = 0; i < x.length; i++) out[0] += x[i];
        }

        static void count(float[] x, int[] out) {
            for (@Parallel int i = 0; i < x.length; i++) out[2] = out[2] + (x[i] > 0 ? 1 : 0);
        }

        static void flags(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) {
                boolean[] seen = {false, false};
                seen[i % 2] = true;
                x[i] = seen[0] ? 1 : 2;
            }
        }

        static void large(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) {
                float[] own = new float[1000];
                own[i] = i;
                x[i] = own[i];
            }
        }

        static void twoLoops(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = i;
            for (@Parallel int j = 0; j < x.length; j++) x[j] = 2 * x[j];
        }

        static void leaves(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) {
                if (x[i] > 3) break;
                x[i] = i;
            }
        }

        private static float factorial(float n) {
            return n < 2 ? 1 : n * factorial(n - 1);
        }

        static void recursion(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = factorial(i);
        }

        static void itself(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = i;
            if (x.length > 1_000_000) itself(x);
        }

        static void throwing(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) {
                if (x[i] < 0) throw new IllegalArgumentException("negative");
                x[i] = i;
            }
        }

        static void catching(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) {
                try {
                    x[i] = 1 / i;
                } catch (ArithmeticException e) {
                    x[i] = 0;
                }
            }
        }

        static void lambda(float[] x) {
            DoubleUnaryOperator twice = v -> 2 * v;
            for (@Parallel int i = 0; i < x.length; i++) x[i] = (float) twice.applyAsDouble(x[i]);
        }

        static void dynamic(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) {
                float[] own = new float[x.length];
                own[i] = i;
                x[i] = own[i];
            }
        }

        static void fused(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = Math.fma(x[i], 2f, 1f);
        }

        static void rounds(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = (float) Math.floor(x[i]);
        }

        static void reads(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = variable;
        }

        static void prints(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) System.out.println(x[i]);
        }

        static void notANumber(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = Float.NaN;
        }

        static void shift(int[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = x[i] >>> 1;
        }

        static void rest(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = x[i] % 2f;
        }

        static void text(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = ("" + i).length();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "instance | it is no static method. Write: static void instance(...).",
        "returns | it returns int, and a kernel returns nothing. Give it an array to write its results into.",
        "noLoop | none of its loops is @Parallel, so it would be a single work item. Mark the loop whose rounds may run at the same time: for (@Parallel int i = 0; ...).",
        "doubles | its parameter x is a double[]. A kernel takes float[], int[], float and int.",
        "word | its parameter half has the name of a function or word of OpenCL C. Call it something else, such as halfs.",
        "function | its parameter log has the name of a function or word of OpenCL C. Call it something else, such as logs.",
        "max | it has the name of a function or word of OpenCL C. Give the method another name.",
        "calls | it calls dot, which has the name of a function or word of OpenCL C. Give the method another name.",
        "down | its @Parallel loop over i does not count up from a constant to a bound. Write: for (@Parallel int i = 0; i < n; i++).",
        "inclusive | its @Parallel loop over i does not count up from a constant to a bound. Write: for (@Parallel int i = 0; i < n; i++).",
        "triangle | the bound of its @Parallel loop over j depends on a @Parallel loop around it, so the rounds make no grid. Mark only the outer loop, or let the loop run over all and leave rounds out by an if.",
        "sum | the rounds of the @Parallel loop over i all change sum, and rounds that run at the same time do not see each other's values. Declare it inside the loop; for a sum over rounds, mark another loop.",
        "between | an array is written between its @Parallel loops, once by every round of the inner one. Write it inside the loop over j, or mark only the outer loop.",
        "offset | the rounds of the @Parallel loop over i all change from, and rounds that run at the same time do not see each other's values. Declare it inside the loop; for a sum over rounds, mark another loop.",
        "everySecondFromOne | its @Parallel loop over i starts at 1 and steps by 2, which TornadoVM 5.2 computes wrongly. Let it start at 0, and add 1 where i is used.",
        "rows | it calls row, which has a @Parallel loop too, and a grid of work items has the axes of one method. Mark loops of rows only.",
        "either | it chooses an array while it runs (to), and TornadoVM 5.2 does not see which one is written. Choose an index or a value instead.",
        "swaps | it chooses an array while it runs (x), and TornadoVM 5.2 does not see which one is written. Choose an index or a value instead.",
        "garbage | it makes an array whose elements begin as 0 in Java, and as garbage on a device. Write its first values: new float[] {0, 0}.",
        "total | all rounds of its @Parallel loop over i change out[0], and those that run at the same time lose each other's changes. Let every round write an element of its own, and add them up afterwards.",
        "count | all rounds of its @Parallel loop over i change out[2], and those that run at the same time lose each other's changes. Let every round write an element of its own, and add them up afterwards.",
        "flags | it makes an array of boolean, over which TornadoVM 5.2 stumbles. Use int, 0 and 1.",
        "large | it makes an array of 1000 elements, and a work item has room for 256. Pass an array, of which every round uses a part of its own.",
        "twoLoops | the @Parallel loop over j follows another one. All rounds of all of them would run at the same time; make it a kernel of its own, and run one after the other.",
        "leaves | a round of its @Parallel loop over i leaves the loop, and other rounds run at the same time. Leave only the round, by continue.",
        "recursion | factorial calls itself. A device has no stack for that; write a loop.",
        "itself | it calls itself. A device has no stack for that; write a loop.",
        "throwing | it throws an exception, and nobody on a device catches it. Write a value that tells, such as -1.",
        "catching | it has a try, and a device knows no exceptions.",
        "lambda | it has a lambda or a method reference, and a device has no functions as values. Write the call or the loop out.",
        "dynamic | it makes an array of a size that only the running kernel knows. Make the size a constant (new float[16]), or pass an array.",
        "reads | it reads the variable variable, and a device sees only what a kernel is given. Make it a parameter.",
        "prints | it prints, and a device has nothing to print on. Write into an array, and print that.",
        "notANumber | it has a constant NaN, which TornadoVM 5.2 cannot write down. Compute it, as 0f / zero of an argument zero.",
        "shift | it shifts by >>>, which TornadoVM 5.2 computes wrongly for negative numbers. Write (x >> k) & mask.",
        "rest | it takes the remainder of floats by %, which the device's language has not. Write x - (int) (x / y) * y.",
        "text | it builds a text, and a device has only numbers."})
    void whatADeviceCannotRunIsToldBeforeTornadoVmSeesIt(String name, String why) {
        Method kernel = method(Bad.class, name);
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", kernel, new Object[kernel.getParameterCount()]))
            .isInstanceOf(IllegalArgumentException.class).hasMessage(name + " cannot run on a device: " + why);
    }

    @Test void mathThatTheDeviceHasNot() {
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", method(Bad.class, "fused"), new float[4]))
            .hasMessageStartingWith("fused cannot run on a device: it calls Math.fma, which TornadoVM 5.2 cannot compile. It knows Math.abs, ").hasMessageEndingWith(" Write a * b + c.");
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", method(Bad.class, "rounds"), new float[4])).hasMessageEndingWith(" A cast to int cuts off what follows the point.");
    }

    @Test void argumentsThatDoNotFit() {
        Method saxpy = method(Good.class, "saxpy");
        float[] x = new float[4];
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", saxpy, x, x)).hasMessage("saxpy takes 4 arguments and got 2.");
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", saxpy, 2.0, x, x, new float[4])).hasMessage("Argument 1 of saxpy is a Double, and the method takes a float: write 2f, not 2.0.");
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", saxpy, 2f, new int[4], x, x)).hasMessage("Argument 2 of saxpy is a int[], and the method takes a float[].");
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", saxpy, 2f, null, x, x)).hasMessage("Argument 2 of saxpy is null, and the method takes a float[].");
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", saxpy, 2f, x, new float[4], x)).hasMessage("Arguments 2 and 4 of saxpy are one array, and it is written. "
            + "Rounds that run at the same time would read what others have written or not: give it an array of its own to write.");
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", saxpy, Float.NaN, x, x, new float[4])).hasMessage("Argument 1 of saxpy is NaN. A number is a constant of the compiled code, "
            + "and TornadoVM 5.2 cannot write this one down: give it in an array, new float[] {Float.NaN}.");
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", method(Good.class, "softmax"), x, new float[4], -1, 4)).hasMessage("softmax cannot run on a device: with these arguments the bound of a @Parallel loop "
            + "lies below its start. Give it a bound that leaves no round, or some.");
        assertThatThrownBy(() -> Kernels.runOnDevice("vector", saxpy, 2f, x, x, new float[4])).hasMessageStartingWith("\"vector\" is no device: its kernels are Java.");
    }

    // ---- the annotations

    private static ParallelAnnotationProvider[] read(Method method) {
        return new ParallelReader().getParallelAnnotations(TornadoCoreRuntime.getTornadoRuntime().resolveMethod(method));
    }

    @Test void bothAnnotationsAreRead() {
        assertThat(read(method(Good.class, "saxpy"))).hasSize(1);
        assertThat(read(method(Good.class, "theirs"))).hasSize(1);
        assertThat(read(method(Good.class, "saxpy"))[0].getIndex()).as("the slot of i, after a, x, y, out").isEqualTo(4);
        assertThat(read(method(Good.class, "matmul"))).hasSize(2);
        assertThat(read(method(Bad.class, "noLoop"))).isEmpty();
    }

    /** A loader that forgets the bytes of what it loaded, as that of a notebook's cells does on other kernels. */
    private static final class Forgetful extends ClassLoader {
        Forgetful() {
            super(OwnKernelTest.class.getClassLoader());
        }

        Class<?> load(Class<?> like) throws IOException {
            try (InputStream bytes = like.getResourceAsStream("/" + like.getName().replace('.', '/') + ".class")) {
                byte[] code = bytes.readAllBytes();
                return defineClass(like.getName(), code, 0, code.length);
            }
        }

        @Override public InputStream getResourceAsStream(String name) {
            return null;
        }
    }

    @Test void missingByteCodeIsAnErrorAndNoLostLoop() throws IOException {
        Method saxpy = method(new Forgetful().load(Good.class), "saxpy");
        String why = "The byte code of org.unrolled.tornado.OwnKernelTest$Good cannot be found, so its @Parallel loops would be lost. A class for a device lies on Java's class path, "
            + "or comes from a cell of a notebook whose kernel is \"Unrolled on TornadoVM\".";
        assertThatThrownBy(() -> read(saxpy)).isInstanceOf(IllegalStateException.class).hasMessage(why);
        assertThatThrownBy(() -> Kernels.runOnDevice("tornado", saxpy, 2f, new float[4], new float[4], new float[4])).hasMessage(why);
    }

    @Test void tornadoVmItselfStopsWhereByteCodeIsMissing() throws ReflectiveOperationException, IOException {
        Class<?> forgotten = new Forgetful().load(Single.class);
        Object apply = forgotten.getDeclaredConstructors()[0].newInstance();
        assertThat(apply).isInstanceOf(TornadoFunctions.Task1.class);
        @SuppressWarnings("unchecked") TornadoFunctions.Task1<float[]> task = (TornadoFunctions.Task1<float[]>) apply;
        assertThatThrownBy(() -> new uk.ac.manchester.tornado.api.TaskGraph("g").task("t", task, new float[4])).hasMessageContaining("so its @Parallel loops would be lost");
    }

    /** A task as TornadoVM takes it, in a class of its own. */
    public static final class Single implements TornadoFunctions.Task1<float[]> {
        public Single() { }

        static void fill(float[] x) {
            for (@Parallel int i = 0; i < x.length; i++) x[i] = 1;
        }

        @Override public void apply(float[] x) {
            fill(x);
        }
    }
}
