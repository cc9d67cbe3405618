package org.unrolled.notebook.cell;

import java.util.List;

/**
 * What the learner last ran that defines a name, whether it compiled or not.
 *
 * @param name of the method, variable or class
 * @param executionCount the n of In[n]; 0 when the cell ran before anybody counted (a stock kernel)
 * @param source the declaration as written; the whole rest of the cell where it is too broken to tell
 * @param diagnostics why it has no meaning; empty when all is well
 * @param live whether something of this name is defined now: after a syntax error that is the earlier definition
 */
public record Definition(String name, int executionCount, String source, List<String> diagnostics, boolean live) {
    public Definition {
        diagnostics = List.copyOf(diagnostics);
    }

    /** {@code In[7]}, or {@code an earlier cell} where nobody counted. */
    public String cell() {
        return executionCount > 0 ? "In[" + executionCount + "]" : "an earlier cell";
    }
}
