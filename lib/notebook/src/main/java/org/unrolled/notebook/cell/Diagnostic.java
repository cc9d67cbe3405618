package org.unrolled.notebook.cell;

/**
 * What the compiler says about a cell.
 *
 * @param line line in the cell, from 1; in the definition itself on a kernel that does not tell its cells' code
 * @param message the compiler's sentence, without class names of JShell's making
 * @param sourceLine the learner's line
 * @param column where in it, from 1
 */
public record Diagnostic(int line, String message, String sourceLine, int column) {
    /** The line, and below it a caret under the place. Tabs are kept, so that the caret stands under its character. */
    public String marked() {
        StringBuilder caret = new StringBuilder();
        for (int i = 0; i < column - 1 && i < sourceLine.length(); i++) caret.append(sourceLine.charAt(i) == '\t' ? '\t' : ' ');
        return sourceLine + "\n" + caret + "^";
    }

    /** {@code line 3: incompatible types: int cannot be converted to Tensor}, the line and the caret. */
    @Override public String toString() {
        return "line " + line + ": " + message + "\n" + marked();
    }
}
