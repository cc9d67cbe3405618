/**
 * Showing things in a notebook: tensors, charts, tables, diagrams, progress and scrubbers.
 * A lesson writes {@code import static ...} once and calls the functions of {@link org.unrolled.notebook.Notebook};
 * what they return is a {@link org.unrolled.notebook.Picture}, drawn as an image with an alt text.
 * {@link org.unrolled.notebook.Display} is the door to whichever Java kernel runs, and prints text where none does.
 * XChart, Tablesaw and java.awt are loaded by the first chart or table that needs them, never before.
 */
@NullMarked
package org.unrolled.notebook;

import org.jspecify.annotations.NullMarked;
