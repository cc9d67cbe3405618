/**
 * The kernels of the kit on GPUs, CPUs and FPGAs, through TornadoVM.
 *
 * <p>{@link org.unrolled.tornado.TornadoProvider} finds the devices, {@link org.unrolled.tornado.TornadoKernels} is the contract
 * on one of them. The loops themselves stand in the classes whose names end in Loops, written like their twins in
 * {@link org.unrolled.tensor.kernel.ReferenceKernels}. Built where a TornadoVM SDK is found.
 *
 * <p>{@link org.unrolled.tornado.FpgaKernels} is the contract where an FPGA is at hand, on another version of TornadoVM.
 */
@NullMarked
package org.unrolled.tornado;

import org.jspecify.annotations.NullMarked;
