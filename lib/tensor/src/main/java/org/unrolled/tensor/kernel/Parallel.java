package org.unrolled.tensor.kernel;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a loop whose rounds may run at the same time, in any order: on a device each round is a work item of its own.
 *
 * <pre>{@code
 * static void saxpy(float a, float[] x, float[] y, float[] out) {
 *     for (@Parallel int i = 0; i < out.length; i++) out[i] = a * x[i] + y[i];
 * }
 * }</pre>
 *
 * In plain Java it changes nothing, so a kernel can be called, debugged and compared like any method;
 * {@link Kernels#runOnDevice} runs it on a device. TornadoVM's own annotation of this name means the same there; this one
 * compiles where there is no TornadoVM. Up to three loops within one another may be marked: the axes of a grid of work items.
 *
 * <p>Numbers on a device are Java's, but for rounding ({@code a * b + c} may be rounded once instead of twice, and a loop that stops by
 * such a number may stop a round earlier or later) and two more things: {@code Math.max} and {@code Math.min} of a NaN are the other number,
 * and {@code (int)} of a float that no int can hold is any int. {@code Math.sin}, {@code cos}, {@code tan} and {@code sqrt} are the exact
 * ones, not the driver's faster ones.
 *
 * <p>It is an annotation on the type, as TornadoVM's is, because Java keeps no other annotation of a local variable in the class file.
 */
@Documented
@Target(ElementType.TYPE_USE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Parallel {}
