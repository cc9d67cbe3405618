package org.unrolled.notebook.cell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeclarationsTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "Tensor attend(Tensor q) { return q }",
        "Tensor attend(Tensor q",
        "public static Tensor[] attend (Tensor q) {",
        "Map<String, List<Integer>> attend(Tensor q) { return }",
        "// first a note\nTensor attend(Tensor q) { return q }",
        "int x = 1;\nString attend = \"B",
        "double attend;",
        "class attend {",
        "@Override Tensor attend(Tensor q) {",
    })
    void declares(String source) {
        assertThat(Declarations.in(source, "attend")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "attend(q, k)",
        "return attend(q);",
        "Tensor x = attend(q);",
        "Tensor other(Tensor q) { Tensor attend = q; return attend }",
        "// Tensor attend(Tensor q) {}",
        "String s = \"Tensor attend(q)\";",
        "String s = \"\"\"\n  Tensor attend(Tensor q) {}\n  \"\"\";",
        "/* Tensor attend(Tensor q) */ int x = 1",
        "new attend(q)",
        "q.attend(k)",
        "Tensor attendance(Tensor q) {",
        "class A { Tensor attend(Tensor q) { } }",
        "",
    })
    void doesNot(String source) {
        assertThat(Declarations.in(source, "attend")).isFalse();
    }

    @Test void positionsStayWhereTheyAre() {
        String source = "int a; // attend\nchar c = '\"'; attend(1);";
        assertThat(Declarations.position(source, "attend")).isEqualTo(source.lastIndexOf("attend"));
        assertThat(Declarations.withoutComments(source)).hasSameSizeAs(source).doesNotContain("//");
    }
}
