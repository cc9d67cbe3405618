package org.unrolled.notebook.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.unrolled.notebook.cell.Binding.Bound;
import org.unrolled.notebook.cell.Binding.DoesNotCompile;
import org.unrolled.notebook.cell.Binding.NotDefined;
import org.unrolled.notebook.cell.Binding.WrongSignature;

/** What a learner may have run before the check, and what the check is told. */
public class BindTest {
    public interface Attend { float[] attend(float[] q, float[] k); }
    public interface Names { List<String> names(List<Integer> ids); }
    public interface Text { String value(); }
    public interface Number { double value(); }
    public interface Sizes { int[] value(); }
    public interface Layer { double forward(double x); }
    public interface MakeLayer { Layer make(double weight); }

    /** In a test as in a check: the library binds while a cell runs. */
    private static volatile Binding<?> result;
    private static volatile Class<?> wanted;

    public static String check(String name) {
        result = Cells.current().orElseThrow().bind(wanted, name);
        return "checked";
    }

    private CellSession notebook;

    @BeforeEach void open() {
        notebook = CellSession.open();
    }

    @AfterEach void close() {
        notebook.close();
    }

    private Binding<?> bind(Class<?> type, String name) {
        wanted = type;
        notebook.run(BindTest.class.getName() + ".check(\"" + name + "\");");
        return result;
    }

    private void fails(String cell) {
        assertThatThrownBy(() -> notebook.run(cell)).isInstanceOf(CellFailure.class);
    }

    @SuppressWarnings("unchecked")
    private <T> Bound<T> bound(Class<T> type, String name) {
        assertThat(bind(type, name)).isInstanceOf(Bound.class);
        return (Bound<T>) result;
    }

    private DoesNotCompile<?> broken(Class<?> type, String name) {
        assertThat(bind(type, name)).isInstanceOf(DoesNotCompile.class);
        return (DoesNotCompile<?>) result;
    }

    private WrongSignature<?> wrong(Class<?> type, String name) {
        assertThat(bind(type, name)).isInstanceOf(WrongSignature.class);
        return (WrongSignature<?>) result;
    }

    private NotDefined<?> missing(Class<?> type, String name) {
        assertThat(bind(type, name)).isInstanceOf(NotDefined.class);
        return (NotDefined<?>) result;
    }

    @Test void neverDefined() {
        assertThat(missing(Attend.class, "attend")).isEqualTo(new NotDefined<>("attend", ""));
    }

    @Test void defined() {
        notebook.run("int other = 1;");
        notebook.run("float[] attend(float[] q, float[] k) {\n    return k;\n}");
        Bound<Attend> bound = bound(Attend.class, "attend");
        assertThat(bound.answer().attend(new float[] {1}, new float[] {2})).containsExactly(2);
        assertThat(bound.definition()).isEqualTo(
                new Definition("attend", 2, "float[] attend(float[] q, float[] k) {\n    return k;\n}", List.of(), true));
        assertThat(bound.definition().cell()).isEqualTo("In[2]");
    }

    @Test void withoutACompiler() {
        notebook.run("float[] attend(float[] q, float[] k) { return k; }");
        Attend answer = bound(Attend.class, "attend").answer();
        assertThat(answer.getClass().getName()).as("a lambda would have been compiled in a cell").doesNotStartWith("REPL.");
    }

    @Test void redefined() {
        notebook.run("float[] attend(float[] q, float[] k) { return k; }");
        notebook.run("float[] attend(float[] q, float[] k) { return q; }");
        Bound<Attend> bound = bound(Attend.class, "attend");
        assertThat(bound.answer().attend(new float[] {1}, new float[] {2})).containsExactly(1);
        assertThat(bound.definition().executionCount()).isEqualTo(2);
        notebook.run("float[] attend(float[] q, float[] k) { return q; }");
        assertThat(bound(Attend.class, "attend").definition().executionCount()).as("run again as it is").isEqualTo(4);
    }

    @Test void aTypeErrorAfterAGoodDefinition() {
        notebook.run("float[] attend(float[] q, float[] k) { return k; }");
        fails("int before = 1;\n\nfloat[] attend(float[] q, float[] k) {\n    return 3;\n}");
        DoesNotCompile<?> broken = broken(Attend.class, "attend");
        assertThat(broken.definition().executionCount()).isEqualTo(2);
        assertThat(broken.definition().live()).as("JShell removed the good one").isFalse();
        assertThat(broken.definition().source()).isEqualTo("float[] attend(float[] q, float[] k) {\n    return 3;\n}");
        assertThat(broken.diagnostics()).containsExactly(
                new Diagnostic(4, "incompatible types: int cannot be converted to float[]", "    return 3;", 12));
        assertThat(broken.definition().diagnostics()).containsExactly(
                "line 4: incompatible types: int cannot be converted to float[]\n    return 3;\n           ^");
    }

    @Test void aSyntaxErrorAfterAGoodDefinition() {
        notebook.run("float[] attend(float[] q, float[] k) { return k; }");
        fails("float[] attend(float[] q, float[] k) {\n    return k\n}");
        DoesNotCompile<?> broken = broken(Attend.class, "attend");
        assertThat(broken.definition().executionCount()).isEqualTo(2);
        assertThat(broken.definition().live()).as("the good one is still there, but is not what the learner sees").isTrue();
        assertThat(broken.diagnostics()).containsExactly(new Diagnostic(2, "';' expected", "    return k", 13));
    }

    @Test void aCellThatIsNotComplete() {
        notebook.run("float[] attend(float[] q, float[] k) { return k; }");
        fails("int x = 1;\nfloat[] attend(float[] q, float[] k) {\n    return k;\n");
        DoesNotCompile<?> broken = broken(Attend.class, "attend");
        assertThat(broken.definition()).extracting(Definition::executionCount, Definition::live).containsExactly(2, true);
        assertThat(broken.diagnostics()).containsExactly(new Diagnostic(2,
                "In[2] is not complete: something is opened and not closed. Look for a missing ), }, \" or ; from here on",
                "float[] attend(float[] q, float[] k) {", 9));
    }

    @Test void aCellThatStoppedBeforeIt() {
        fails("int zero = 0;\nint x = 1 / zero;\nfloat[] attend(float[] q, float[] k) { return k; }");
        DoesNotCompile<?> broken = broken(Attend.class, "attend");
        assertThat(broken.diagnostics()).singleElement().satisfies(diagnostic -> {
            assertThat(diagnostic.line()).isEqualTo(3);
            assertThat(diagnostic.message()).isEqualTo("ArithmeticException: / by zero");
        });
        assertThat(broken.definition().live()).isFalse();
    }

    @Test void fixedAfterAnError() {
        fails("float[] attend(float[] q, float[] k) { return 3; }");
        fails("float[] attend(float[] q, float[] k) { return k }");
        notebook.run("float[] attend(float[] q, float[] k) { return k; }");
        assertThat(bound(Attend.class, "attend").definition().executionCount()).isEqualTo(3);
    }

    @Test void callsAnUnknownHelper() {
        notebook.run("float[] attend(float[] q, float[] k) {\n    return scale(q);\n}");
        DoesNotCompile<?> broken = broken(Attend.class, "attend");
        assertThat(broken.diagnostics()).containsExactly(
                new Diagnostic(2, "no cell defines the method scale(float[])", "    return scale(q);", 12));
        notebook.run("float[] scale(float[] x) { return x; }");
        assertThat(bound(Attend.class, "attend").answer().attend(new float[] {1}, new float[] {2})).containsExactly(1);
    }

    @Test void callsAnUnknownClassBesideItsOuterOne() {
        notebook.run("Map.Entry<String, Integer> pair() {\n    Map.Entry<String, Integer> e = null;\n    return new Entry(e);\n}");
        assertThat(broken(Number.class, "pair").diagnostics()).containsExactly(
                new Diagnostic(3, "no cell defines the class Entry", "    return new Entry(e);", 16));
    }

    @Test void aHelperThatCallsWhatDoesNotExist() {
        notebook.run("""
                void visit(int node, List<Integer> tape) {
                    if (node > 0) visit(node - 1);
                    tape.add(node);
                }
                float[] attend(float[] q, float[] k) {
                    visit(3, new ArrayList<>());
                    return q;
                }""");
        assertThat(broken(Attend.class, "attend").diagnostics()).containsExactly(
                new Diagnostic(2, "method visit cannot be applied to given types; required: int,List<Integer>; found: int; "
                        + "reason: actual and formal argument lists differ in length", "    if (node > 0) visit(node - 1);", 19));
        notebook.run("float[] again(float[] q, float[] k) { return attend(q, k); }");
        assertThat(broken(Attend.class, "again").diagnostics()).extracting(Diagnostic::message).satisfiesExactly(message ->
                assertThat(message).startsWith("In[1] line 2, which this comes to: method visit cannot be applied to given types"));
        notebook.run("void visit(int node, List<Integer> tape) { tape.add(node); }");
        assertThat(bound(Attend.class, "attend").answer().attend(new float[] {1}, new float[] {2})).containsExactly(1);
    }

    @Test void aHelperThatIsNotCalledMayBeUnfinished() {
        notebook.run("int later(int x) { return soon(x); }\nfloat[] attend(float[] q, float[] k) { return k; }");
        assertThat(bound(Attend.class, "attend").answer().attend(new float[0], new float[] {5})).containsExactly(5);
    }

    @Test void aHelperBeforeItThatDoesNotCompile() {
        fails("void visit(int[][] inputs) {\n    for (int i : inputs) ;\n}\nfloat[] attend(float[] q, float[] k) { return q; }");
        assertThat(broken(Attend.class, "attend").diagnostics()).containsExactly(
                new Diagnostic(2, "incompatible types: int[] cannot be converted to int", "    for (int i : inputs) ;", 18));
    }

    @Test void aHelperDroppedByALaterError() {
        notebook.run("float[] scale(float[] x) { return x; }");
        notebook.run("float[] attend(float[] q, float[] k) { return scale(q); }");
        fails("float[] scale(float[] x) { return 7; }");
        DoesNotCompile<?> broken = broken(Attend.class, "attend");
        assertThat(broken.definition().executionCount()).isEqualTo(2);
        assertThat(broken.diagnostics()).extracting(Diagnostic::message).containsExactly(
                "the cell that was to define the method scale(float[]), In[3], does not compile");
    }

    @Test void wrongParameterType() {
        notebook.run("/** Mine. */ public float[] attend(double[] q, float[] k) { return k; }");
        WrongSignature<?> wrong = wrong(Attend.class, "attend");
        assertThat(wrong.expected()).isEqualTo("float[] attend(float[] q, float[] k)");
        assertThat(wrong.found()).isEqualTo("float[] attend(double[] q, float[] k)");
    }

    @Test void wrongNumberOfParameters() {
        notebook.run("float[] attend(float[] q) { return q; }");
        assertThat(wrong(Attend.class, "attend").found()).isEqualTo("float[] attend(float[] q)");
    }

    @Test void wrongReturnType() {
        notebook.run("float attend(float[] q, float[] k) { return 1; }");
        assertThat(wrong(Attend.class, "attend").found()).isEqualTo("float attend(float[] q, float[] k)");
        notebook.run("void attend(float[] q, float[] k) { }");
        assertThat(wrong(Attend.class, "attend").found()).isEqualTo("void attend(float[] q, float[] k)");
    }

    @Test void whatJavaConvertsFits() {
        notebook.run("float value() { return 0.5f; }");
        assertThat(bound(Number.class, "value").answer().value()).isEqualTo(0.5);
        notebook.run("float[] attend(Object q, Object k) { return (float[]) k; }");
        assertThat(bound(Attend.class, "attend").answer().attend(new float[0], new float[] {5})).containsExactly(5);
    }

    @Test void overloads() {
        notebook.run("float[] attend(float[] q, float[] k) { return k; }");
        notebook.run("float[] attend(float[] q) { return q; }");
        Bound<Attend> bound = bound(Attend.class, "attend");
        assertThat(bound.definition().executionCount()).as("the one that fits, not the last").isEqualTo(1);
        notebook.run("float[] attend(Object q, float[] k) { return (float[]) q; }");
        assertThat(bound(Attend.class, "attend").definition().executionCount()).as("the closer one, as Java chooses").isEqualTo(1);
    }

    @Test void generic() {
        notebook.run("<T> T attend(T q, T k) { return k; }");
        assertThat(bound(Attend.class, "attend").answer().attend(new float[0], new float[] {5})).containsExactly(5);
        notebook.run("List<String> names(List<Integer> ids) { return ids.stream().map(String::valueOf).toList(); }");
        assertThat(bound(Names.class, "names").answer().names(List.of(4))).containsExactly("4");
        notebook.run("List<Integer> names(List<Integer> ids) { return ids; }");
        assertThat(wrong(Names.class, "names")).satisfies(wrong -> {
            assertThat(wrong.expected()).isEqualTo("List<String> names(List<Integer> ids)");
            assertThat(wrong.found()).isEqualTo("List<Integer> names(List<Integer> ids)");
        });
    }

    @Test void variableArguments() {
        notebook.run("float[] attend(float[]... all) { return all[1]; }");
        assertThat(bound(Attend.class, "attend").answer().attend(new float[0], new float[] {5})).containsExactly(5);
    }

    @Test void values() {
        notebook.run("String answer = \"B\";");
        assertThat(bound(Text.class, "answer").answer().value()).isEqualTo("B");
        notebook.run("int answer = 3; // an int is a double, too");
        assertThat(bound(Number.class, "answer").answer().value()).isEqualTo(3.0);
        notebook.run("var answer = new int[] {2, 3};");
        assertThat(bound(Sizes.class, "answer").answer().value()).containsExactly(2, 3);
        assertThat(bound(Supplier.class, "answer").answer().get()).isEqualTo(new int[] {2, 3});
        assertThat(bound(Sizes.class, "answer").definition()).isEqualTo(
                new Definition("answer", 5, "var answer = new int[] {2, 3};", List.of(), true));
    }

    @Test void aValueOfTheWrongType() {
        notebook.run("String answer = \"3\";");
        WrongSignature<?> wrong = wrong(Number.class, "answer");
        assertThat(wrong.expected()).isEqualTo("double answer");
        assertThat(wrong.found()).isEqualTo("String answer");
        fails("double answer = \"3\";");
        assertThat(broken(Number.class, "answer").diagnostics()).extracting(Diagnostic::message)
                .containsExactly("incompatible types: String cannot be converted to double");
    }

    @Test void aValueIsReadWhenItIsAskedFor() {
        notebook.run("double answer = 1;");
        Number value = bound(Number.class, "answer").answer();
        notebook.run("answer = 2;");
        assertThat(value.value()).isEqualTo(2);
    }

    @Test void aValueWhoseInitializerThrew() {
        fails("double answer = Integer.parseInt(\"three\");");
        Number answer = bound(Number.class, "answer").answer();
        assertThatThrownBy(answer::value).isInstanceOf(NumberFormatException.class).hasMessage("For input string: \"three\"");
        notebook.run("answer = 2;");
        assertThat(bound(Number.class, "answer").answer().value()).isEqualTo(2);
    }

    @Test void aLambdaInAVariable() {
        notebook.run(BindTest.class.getName().replace('$', '.') + ".Attend attend = (q, k) -> k;");
        assertThat(bound(Attend.class, "attend").answer().attend(new float[0], new float[] {7})).containsExactly(7);
    }

    @Test void aClass() {
        String layer = Layer.class.getCanonicalName();
        notebook.run("class Twice implements " + layer + " { public double forward(double x) { return 2 * x; } }");
        assertThat(bound(Layer.class, "Twice").answer().forward(4)).isEqualTo(8);
        notebook.run("class Scale implements " + layer + " {\n double w;\n Scale(double w) { this.w = w; }\n public double forward(double x) { return w * x; } }");
        assertThat(bound(MakeLayer.class, "Scale").answer().make(3).forward(4)).isEqualTo(12);
    }

    @Test void theAnswerInsideAClass() {
        notebook.run("class Answer { float[] attend(float[] q, float[] k) { return k; } }");
        assertThat(missing(Attend.class, "attend").hint())
                .isEqualTo("In[1] defines attend inside the class Answer; write it on its own, outside any class.");
    }

    @Test void aNameNearlyTheSame() {
        notebook.run("float[] Attend(float[] q, float[] k) { return k; }");
        assertThat(missing(Attend.class, "attend").hint()).isEqualTo("In[1] defines Attend; the name has to be attend, letter by letter.");
        notebook.run("float[] unlike(float[] q, float[] k) { return k; }");
        assertThat(missing(Attend.class, "matmul").hint()).isEmpty();
    }

    @Test void withOtherCodeAroundIt() {
        notebook.run("import java.time.*;\nint n = 2; int m = 3;\n// the answer\nfloat[] attend(float[] q, float[] k) { return new float[] {n + m}; }\nattend(null, null)");
        Bound<Attend> bound = bound(Attend.class, "attend");
        assertThat(bound.answer().attend(new float[0], new float[0])).containsExactly(5);
        assertThat(bound.definition().source()).isEqualTo("// the answer\nfloat[] attend(float[] q, float[] k) { return new float[] {n + m}; }");
    }

    @Test void definedAndCheckedInOneCell() {
        wanted = IntSupplier.class;
        notebook.run("int seven() { return 7; }\n" + BindTest.class.getName() + ".check(\"seven\");");
        assertThat(result).isInstanceOf(Bound.class);
        assertThat(((IntSupplier) ((Bound<?>) result).answer()).getAsInt()).isEqualTo(7);
    }

    @Test void whatTheAnswerThrowsIsThrown() {
        notebook.run("double value() {\n    throw new ArithmeticException(\"no value\");\n}");
        DoubleSupplier answer = bound(DoubleSupplier.class, "value").answer();
        assertThatThrownBy(answer::getAsDouble).isInstanceOf(ArithmeticException.class).hasMessage("no value")
                .satisfies(thrown -> assertThat(CellErrors.describe(thrown)).isEqualTo(
                        "ArithmeticException: no value\n  In[1] line 2 in value: throw new ArithmeticException(\"no value\");"));
    }

    @Test void onlyAnInterfaceWithOneMethodWillDo() {
        assertThatThrownBy(() -> Cells.current().orElseThrow().bind(List.class, "attend"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bind: java.util.List is not a public interface with one abstract method, and only such a one can stand "
                        + "for an answer. Hint: public interface Attend { Tensor attend(Tensor q); } in a public class.");
    }

    @Test void aDefinitionCanBeAskedForWithoutBinding() {
        assertThat(notebook.cells().definition("attend")).isEmpty();
        notebook.run("int attend() { return 1; }");
        assertThat(notebook.cells().definition("attend")).contains(new Definition("attend", 1, "int attend() { return 1; }", List.of(), true));
        assertThat(notebook.cells().definition("atten")).isEqualTo(Optional.empty());
    }

    @Test void bindingIsQuick() {
        notebook.run("float[] attend(float[] q, float[] k) { return k; }");
        wanted = Attend.class;
        String check = BindTest.class.getName() + ".timed(\"attend\")";
        for (int i = 0; i < 3; i++) notebook.run(check);
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 5; i++) best = Math.min(best, (double) notebook.run(check));
        System.out.printf("bind, warm: %.2f ms%n", best);
        assertThat(best).as("milliseconds").isLessThan(20);
    }

    public static double timed(String name) {
        long start = System.nanoTime();
        check(name);
        return (System.nanoTime() - start) / 1e6;
    }

    @Test void callsAreFollowedThroughFunctionsInVariables() {
        notebook.run("Function<Double, Double> root = Math::sqrt;");
        notebook.run("Function<Double, Double> again = root;");
        notebook.run("double size = Math.cbrt(8);");
        notebook.run("double length(double x) { return again.apply(x) + size; }");
        assertThat(notebook.cells().calls("length").orElseThrow()).contains("java.lang.Math.sqrt").doesNotContain("java.lang.Math.cbrt");
        assertThat(notebook.cells().calls("again").orElseThrow()).contains("java.lang.Math.sqrt");
        notebook.run("class Sines implements Function<Double, Double> { public Double apply(Double x) { return Math.sin(x); } }");
        assertThat(notebook.cells().calls("Sines").orElseThrow()).contains("java.lang.Math.sin");
    }
}
