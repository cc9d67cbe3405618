/**
 * The `unrolled` command behind the launcher: devices, run, quiz and the Java side of doctor.
 * The launcher (Python, in the repository's root) does what must work before there is a JDK or a build: lab, test,
 * install and the rest of doctor. It passes {@code unrolled.root}, {@code unrolled.python} and {@code unrolled.columns}.
 * Front door: {@link org.unrolled.cli.Unrolled}.
 */
@NullMarked
package org.unrolled.cli;

import org.jspecify.annotations.NullMarked;
