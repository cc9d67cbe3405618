package org.unrolled.notebook.cell;

import java.util.List;

/** What became of the wish to call an answer by its name. */
public sealed interface Binding<T> {
    /** The answer, ready to be called, and the definition it comes from. */
    record Bound<T>(T answer, Definition definition) implements Binding<T> {}

    /**
     * No cell that ran defines the name.
     *
     * @param hint a sentence when something close was found ({@code In[3] defines Attend: ...}), else empty
     */
    record NotDefined<T>(String name, String hint) implements Binding<T> {}

    /** The last cell that was to define the name does not compile, or stopped before it came to it. */
    record DoesNotCompile<T>(Definition definition, List<Diagnostic> diagnostics) implements Binding<T> {
        public DoesNotCompile {
            diagnostics = List.copyOf(diagnostics);
        }
    }

    /**
     * There is such a definition, but it cannot be called as the question needs.
     *
     * @param expected a declaration that fits: {@code Tensor attend(Tensor q, Tensor k, Tensor v)}
     * @param found the learner's: {@code float attend(Tensor q)}
     */
    record WrongSignature<T>(Definition definition, String expected, String found) implements Binding<T> {}
}
