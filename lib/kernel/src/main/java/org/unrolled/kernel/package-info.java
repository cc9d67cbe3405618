/**
 * The kernel behind the notebooks: JJava's, started by us, so that endless loops end, errors name the learner's cell
 * and line, the byte code of cells is kept, and the first result comes quickly. As small as it can be, because it is
 * compiled against one version of JJava's jar; what it knows about cells is in org.unrolled.notebook.cell.
 * Front door: {@link org.unrolled.kernel.KernelMain}.
 */
@NullMarked
package org.unrolled.kernel;

import org.jspecify.annotations.NullMarked;
