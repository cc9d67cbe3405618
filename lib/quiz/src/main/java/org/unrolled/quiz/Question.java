package org.unrolled.quiz;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names a question. The class it marks implements one of the kinds, such as {@link CodeQuestion}; nothing else registers it. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Question {
    /** {@code topic/name} in lower case with dashes, for example {@code attention/scaled-dot-product}. It never changes: progress and marks are kept under it. */
    String id();

    /** What a card calls the question. Left out: made from the class name, {@code ScaledDotProduct} becomes "Scaled dot product". */
    String title() default "";

    /** Points for a correct answer; partial credit is the share of checks passed, rounded down. */
    int points() default 1;

    /** The lesson that asks it, for example {@code 07-attention}. Left out: none. */
    String lesson() default "";

    /**
     * What the answer may not call: {@code Type.method}, {@code Type.*} or {@code *.method}, types by simple name.
     * {@code forbids = {"Attention.*", "*.softmax"}}.
     */
    String[] forbids() default {};

    /** True where the answer is meant to change its arguments (an optimiser's step). Otherwise a change is a finding. */
    boolean mutates() default false;
}
