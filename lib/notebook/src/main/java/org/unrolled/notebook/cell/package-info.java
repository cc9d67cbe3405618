/**
 * What library code can know about the cells of a notebook: which of them defined a name, what it is bound to now, what
 * went wrong on which line, and how to end one that does not end. Works in our kernel, in stock JJava and IJava (found
 * by reflection), and without Jupyter.
 * Front doors: {@link org.unrolled.notebook.cell.Cells}, {@link org.unrolled.notebook.cell.TimeLimit} and
 * {@link org.unrolled.notebook.cell.CellSession}.
 */
@NullMarked
package org.unrolled.notebook.cell;

import org.jspecify.annotations.NullMarked;
