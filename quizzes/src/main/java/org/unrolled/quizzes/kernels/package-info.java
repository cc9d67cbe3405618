/**
 * Lesson 15, kernels: its questions, one file each, and what its cells use beside the library.
 * Front doors: {@link org.unrolled.quizzes.kernels.Figures} (what needs a device, measured or recorded) and
 * {@link org.unrolled.quizzes.kernels.WorkItems} (the rounds of marked loops, run as a device may run them).
 */
@NullMarked
package org.unrolled.quizzes.kernels;

import org.jspecify.annotations.NullMarked;
