package org.unrolled.notebook.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a learner reads when a cell fails. */
public class CellErrorsTest {
    private CellSession notebook;

    @BeforeEach void open() {
        notebook = CellSession.open();
    }

    @AfterEach void close() {
        notebook.close();
    }

    private String report(String cell) {
        return catchThrowableOfType(CellFailure.class, () -> notebook.run(cell)).report();
    }

    @Test void anExceptionNamesCellLineAndMethod() {
        notebook.run("import java.io.*;\nint other = 1;\n\nint half(int x) {\n    if (x % 2 == 1) throw new IllegalArgumentException(\"half: \" + x + \" is odd\");\n    return x / 2;\n}");
        assertThat(report("int y = half(4);\nint z =\n    half(5);")).isEqualTo("""
                IllegalArgumentException: half: 5 is odd
                  In[1] line 5 in half: if (x % 2 == 1) throw new IllegalArgumentException("half: " + x + " is odd");
                  In[2] line 3: half(5);""");
    }

    @Test void libraryFramesAreLeftOut() {
        notebook.run("int parse(String s) { return Integer.parseInt(s); }");
        assertThat(report("Stream.of(\"1\", \"x\").mapToInt(s -> parse(s)).sum()")).isEqualTo("""
                NumberFormatException: For input string: "x"
                  In[1] line 1 in parse: int parse(String s) { return Integer.parseInt(s); }
                  In[2] line 1: Stream.of("1", "x").mapToInt(s -> parse(s)).sum()""");
    }

    @Test void memoryThatIsFullIsSaidWithItsSizeAndAWayOut() {
        long mib = Runtime.getRuntime().maxMemory() >> 20;
        assertThat(report("throw new OutOfMemoryError(\"Java heap space\");")).startsWith("OutOfMemoryError: Java heap space\n  In[1] line 1")
                .contains("\nThis notebook's memory, " + mib + " MiB, has no room", "_JAVA_OPTIONS=-Xmx" + (2 * mib + 1023) / 1024 + "g ./unrolled lab");
    }

    @Test void aStackOverflowIsShort() {
        notebook.run("int deep(int x) { return deep(x + 1) + 1; }");
        assertThat(report("deep(0)")).matches("(?s)StackOverflowError\n  In\\[1\\] line 1 in deep: int deep.*\n  \\(\\d+ more calls like these\\)");
    }

    @Test void compileErrorsHaveLineSourceAndCaret() {
        assertThat(report("int x = 1;\nint y = 2;\nString s =\n    x + y;")).isEqualTo("""
                In[1] line 4: incompatible types: int cannot be converted to String
                    x + y;
                      ^""");
        assertThat(report("int f(int x) {\n\treturn x.size();\n}")).isEqualTo("""
                In[2] line 2: int cannot be dereferenced
                \treturn x.size();
                \t        ^""");
    }

    @Test void twoCompileErrors() {
        assertThat(report("class A {\n    int x = \"a\";\n    int y = \"b\";\n}")).isEqualTo("""
                In[1] line 2: incompatible types: String cannot be converted to int
                    int x = "a";
                            ^

                In[1] line 3: incompatible types: String cannot be converted to int
                    int y = "b";
                            ^""");
    }

    @Test void anIncompleteCell() {
        assertThat(report("int x = 1;\nint f(int x) {\n    return x;\n")).isEqualTo("""
                In[1] is not complete: something is opened and not closed. Look for a missing ), }, " or ; from here on:
                int f(int x) {""");
    }

    @Test void aHelperThatDoesNotExist() {
        notebook.run("int f(int x) {\n    return g(x);\n}");
        assertThat(report("f(1)")).isEqualTo("""
                In[1] line 2: no cell defines the method g(int)
                    return g(x);
                           ^""");
        assertThat(report("g(1)")).isEqualTo("""
                In[3] line 1: cannot find symbol; symbol: method g(int)
                g(1)
                ^""");
    }

    @Test void theSameLineTwiceInACellIsTheRightOne() {
        assertThat(report("int[] a = new int[1];\na[0] = 1;\na[1] = 2;")).endsWith("In[1] line 3: a[1] = 2;");
        assertThat(report("var list = new ArrayList<Integer>(List.of(1));\nlist.remove(0);\nlist.remove(0);\n")).endsWith("In[2] line 3: list.remove(0);");
    }

    @Test void aClassInACell() {
        notebook.run("class Box {\n    int[] v = new int[1];\n    int get(int i) {\n        return v[i];\n    }\n}");
        assertThat(report("new Box().get(3)")).contains("In[1] line 4 in get: return v[i];");
    }

    @Test void caughtInsideACell() {
        notebook.run("int bad() {\n    throw new IllegalStateException(\"no\");\n}");
        assertThat(notebook.run("String s = \"\";\ntry { bad(); }\ncatch (RuntimeException e) { s = " + CellErrors.class.getName() + ".describe(e); }\ns")).isEqualTo("""
                IllegalStateException: no
                  In[1] line 2 in bad: throw new IllegalStateException("no");
                  In[2] line 2: try { bad(); }""");
    }

    @Test void anExceptionWithoutCells() {
        assertThat(CellErrors.describe(new IllegalStateException("ours"))).isEqualTo("IllegalStateException: ours");
        assertThat(CellErrors.where(new IllegalStateException("ours"))).isEmpty();
    }

    @Test void onlyWhatTheAnswerCallsIsNamed() {
        notebook.run("double root(double x) { return Math.sqrt(x); }");
        notebook.run("double answer(double x) {\n    Supplier<Double> s = () -> Math.exp(root(x));\n    return Stream.of(1.0).map(Math::abs).findFirst().get() + s.get();\n}");
        Set<String> calls = notebook.cells().calls("answer").orElseThrow();
        assertThat(calls).contains("java.lang.Math.sqrt", "java.lang.Math.exp", "java.lang.Math.abs", "java.util.stream.Stream.map")
                .noneMatch(call -> call.contains("Math.sin")).noneMatch(call -> call.startsWith("REPL"));
        assertThat(notebook.cells().calls("nothing")).isEmpty();
    }

    @Test void theByteCodeIsKeptAsCompiled() {
        notebook.run("class Kept { void spin() { while (true) Math.sin(1); } }");
        Class<?> kept = (Class<?>) notebook.run("Kept.class");
        byte[] bytes = CellCode.bytes(kept).orElseThrow();
        assertThat(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1)).contains("spin").doesNotContain("Poll")
                .as("-g: local variable tables").contains("LocalVariableTable");
        assertThat(CellCode.bytes(String.class)).isEmpty();
    }

    @Test void outsideANotebook() {
        notebook.close();
        assertThat(Cells.current()).isEmpty();
        assertThatThrownBy(() -> CellErrorsTest.<RuntimeException>sneak()).satisfies(t -> assertThat(CellErrors.frames(t)).isEmpty());
    }

    private static <X extends Throwable> void sneak() {
        throw new IllegalStateException("plain");
    }
}
