package org.unrolled.quiz;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What the axes of a result count, so that a card can say "wrong from t = 2 on" and mark each step. On a component of a
 * record result, or on the method of the answer's interface where the result is one tensor:
 * <pre>{@code
 * public record Gradients(@Axes(value = "t", backwards = true) Tensor dH, Tensor dWh) {}
 * }</pre>
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD})
public @interface Axes {
    /** The axes' names, first axis first; as many as are worth a name. */
    String[] value();

    /** Whether the result is computed from the last position of the first axis to the first: then so is the first difference looked for. */
    boolean backwards() default false;
}
