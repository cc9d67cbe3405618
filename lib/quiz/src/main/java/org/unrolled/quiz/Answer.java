package org.unrolled.quiz;

import org.jspecify.annotations.Nullable;

/** The answer to a question that asks for a value: what the learner's variable holds. */
@FunctionalInterface
public interface Answer {
    @Nullable Object value();
}
