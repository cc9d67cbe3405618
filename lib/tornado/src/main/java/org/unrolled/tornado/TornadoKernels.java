package org.unrolled.tornado;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unrolled.tensor.kernel.Binary;
import org.unrolled.tensor.kernel.Buffer;
import org.unrolled.tensor.kernel.CompiledStep;
import org.unrolled.tensor.kernel.Kernels;
import org.unrolled.tensor.kernel.RecordingKernels;
import org.unrolled.tensor.kernel.ReferenceKernels;
import org.unrolled.tensor.kernel.StepCompiler;
import org.unrolled.tensor.kernel.Unary;
import org.unrolled.tensor.kernel.Window;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * The contract on a device of TornadoVM, one call after the other: the buffers lie in the host's memory as those of the CPU's
 * kernels do, so tensors of both can be mixed, and each call sends them to the device and fetches what it wrote. That is what makes
 * small tensors slow here.
 *
 * <p>A kernel is compiled at its first call; sizes are numbers it is given. A plan of it is made for each new size class of its buffers. No call is ever computed on the CPU instead: what cannot run on the device is an error.
 */
public class TornadoKernels implements StepCompiler {
    private static final float[] NONE = {};
    /** No label is ignored: no class has this number. */
    private static final int NO_ID = Integer.MIN_VALUE;

    private static final DeviceKernel FILL = new DeviceKernel(ElementwiseLoops.class, "fill", (g, id, a) -> g.task(id, ElementwiseLoops::fill, a.floats(0), a.n(), a.c()));
    private static final DeviceKernel COPY = new DeviceKernel(ElementwiseLoops.class, "copy", (g, id, a) -> g.task(id, ElementwiseLoops::copy, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel COPY_INTS = new DeviceKernel(ElementwiseLoops.class, "copyInts", (g, id, a) -> g.task(id, ElementwiseLoops::copyInts, a.ints(0), a.ints(1), a.n()));
    private static final DeviceKernel ACCUMULATE = new DeviceKernel(ElementwiseLoops.class, "accumulate", (g, id, a) -> g.task(id, ElementwiseLoops::accumulate, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel READ_STRIDED = new DeviceKernel(ElementwiseLoops.class, "readStrided", (g, id, a) -> g.task(id, ElementwiseLoops::readStrided, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel READ_STRIDED_INTS = new DeviceKernel(ElementwiseLoops.class, "readStridedInts", (g, id, a) -> g.task(id, ElementwiseLoops::readStridedInts, a.ints(0), a.ints(1), a.n()));
    private static final DeviceKernel WRITE_STRIDED = new DeviceKernel(ElementwiseLoops.class, "writeStrided", (g, id, a) -> g.task(id, ElementwiseLoops::writeStrided, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel WRITE_STRIDED_INTS = new DeviceKernel(ElementwiseLoops.class, "writeStridedInts", (g, id, a) -> g.task(id, ElementwiseLoops::writeStridedInts, a.ints(0), a.ints(1), a.n()));
    private static final DeviceKernel TO_FLOATS = new DeviceKernel(ElementwiseLoops.class, "toFloats", (g, id, a) -> g.task(id, ElementwiseLoops::toFloats, a.floats(0), a.ints(1), a.n()));
    private static final DeviceKernel AFFINE = new DeviceKernel(ElementwiseLoops.class, "affine", (g, id, a) -> g.task(id, ElementwiseLoops::affine, a.floats(0), a.floats(1), a.n(), a.c()));
    private static final DeviceKernel UNARY = new DeviceKernel(ElementwiseLoops.class, "unary", (g, id, a) -> g.task(id, ElementwiseLoops::unary, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel UNARY_BACKWARD = new DeviceKernel(ElementwiseLoops.class, "unaryBackward", (g, id, a) -> g.task(id, ElementwiseLoops::unaryBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.n()));
    private static final DeviceKernel POW = new DeviceKernel(ElementwiseLoops.class, "power", (g, id, a) -> g.task(id, ElementwiseLoops::power, a.floats(0), a.floats(1), a.n(), a.c()));
    private static final DeviceKernel POW_BACKWARD = new DeviceKernel(ElementwiseLoops.class, "powBackward", (g, id, a) -> g.task(id, ElementwiseLoops::powBackward, a.floats(0), a.floats(1), a.floats(2), a.n(), a.c()));
    private static final DeviceKernel BINARY = new DeviceKernel(ElementwiseLoops.class, "binary", (g, id, a) -> g.task(id, ElementwiseLoops::binary, a.floats(0), a.floats(1), a.floats(2), a.n()));
    private static final DeviceKernel MASKED_FILL = new DeviceKernel(ElementwiseLoops.class, "maskedFill", (g, id, a) -> g.task(id, ElementwiseLoops::maskedFill, a.floats(0), a.floats(1), a.floats(2), a.n(), a.c()));
    private static final DeviceKernel DROPOUT = new DeviceKernel(ElementwiseLoops.class, "dropout", (g, id, a) -> g.task(id, ElementwiseLoops::dropout, a.floats(0), a.floats(1), a.ints(2), a.n(), a.c()));
    private static final DeviceKernel SUM = new DeviceKernel(AxisLoops.class, "sum", (g, id, a) -> g.task(id, AxisLoops::sum, a.floats(0), a.floats(1), a.n(), a.c()));
    private static final DeviceKernel MAX = new DeviceKernel(AxisLoops.class, "maximum", (g, id, a) -> g.task(id, AxisLoops::maximum, a.floats(0), a.ints(1), a.floats(2), a.n()));
    private static final DeviceKernel MAX_BACKWARD = new DeviceKernel(AxisLoops.class, "maxBackward", (g, id, a) -> g.task(id, AxisLoops::maxBackward, a.floats(0), a.floats(1), a.ints(2), a.n()));
    private static final DeviceKernel VARIANCE = new DeviceKernel(AxisLoops.class, "variance", (g, id, a) -> g.task(id, AxisLoops::variance, a.floats(0), a.floats(1), a.n(), a.c()));
    private static final DeviceKernel VARIANCE_BACKWARD = new DeviceKernel(AxisLoops.class, "varianceBackward", (g, id, a) -> g.task(id, AxisLoops::varianceBackward, a.floats(0), a.floats(1), a.floats(2), a.n(), a.c()));
    private static final DeviceKernel SOFTMAX = new DeviceKernel(AxisLoops.class, "softmax", (g, id, a) -> g.task(id, AxisLoops::softmax, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel SOFTMAX_BACKWARD = new DeviceKernel(AxisLoops.class, "softmaxBackward", (g, id, a) -> g.task(id, AxisLoops::softmaxBackward, a.floats(0), a.floats(1), a.floats(2), a.n()));
    private static final DeviceKernel LOG_SOFTMAX = new DeviceKernel(AxisLoops.class, "logSoftmax", (g, id, a) -> g.task(id, AxisLoops::logSoftmax, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel LOG_SOFTMAX_BACKWARD = new DeviceKernel(AxisLoops.class, "logSoftmaxBackward", (g, id, a) -> g.task(id, AxisLoops::logSoftmaxBackward, a.floats(0), a.floats(1), a.floats(2), a.n()));
    private static final DeviceKernel MATMUL = new DeviceKernel(MatrixLoops.class, "matmul", (g, id, a) -> g.task(id, MatrixLoops::matmul, a.floats(0), a.floats(1), a.floats(2), a.n()));
    private static final DeviceKernel MATMUL_TILED = new DeviceKernel(MatrixLoops.class, "matmulTiled", (g, id, a) -> g.task(id, MatrixLoops::matmulTiled, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.n()),
        new DeviceKernel.Groups(MatrixLoops.SIDE, MatrixLoops.SIDE, MatrixLoops::tiles));
    private static final DeviceKernel CONV2D_TILED = new DeviceKernel(WindowLoops.class, "conv2dTiled", (g, id, a) -> g.task(id, WindowLoops::conv2dTiled, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.n()),
        new DeviceKernel.Groups(MatrixLoops.SIDE, MatrixLoops.SIDE, WindowLoops::tiles));
    private static final DeviceKernel CONV2D_WEIGHT_TILED = new DeviceKernel(WindowLoops.class, "conv2dTiled", (g, id, a) -> g.task(id, WindowLoops::conv2dTiled, new KernelContext(), a.floats(0), a.floats(2), a.floats(1), a.n()),
        new DeviceKernel.Groups(MatrixLoops.SIDE, MatrixLoops.SIDE, WindowLoops::tiles));
    private static final DeviceKernel SOFTMAX_LINES = new DeviceKernel(AxisLoops.class, "softmaxLines", (g, id, a) -> g.task(id, AxisLoops::softmaxLines, new KernelContext(), a.floats(0), a.floats(1), a.n()),
        new DeviceKernel.Groups(AxisLoops.LINE, 1, AxisLoops::lines));
    private static final DeviceKernel LAYER_NORM = new DeviceKernel(NormLoops.class, "layerNorm", (g, id, a) -> g.task(id, NormLoops::layerNorm, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.n(), a.c()));
    private static final DeviceKernel LAYER_NORM_BACKWARD = new DeviceKernel(NormLoops.class, "layerNormBackward", (g, id, a) -> g.task(id, NormLoops::layerNormBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.n()));
    private static final DeviceKernel LAYER_NORM_GAMMA_BACKWARD = new DeviceKernel(NormLoops.class, "layerNormGammaBackward", (g, id, a) -> g.task(id, NormLoops::layerNormGammaBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.n()));
    private static final DeviceKernel EMBEDDING = new DeviceKernel(AxisLoops.class, "embedding", (g, id, a) -> g.task(id, AxisLoops::embedding, a.floats(0), a.floats(1), a.ints(2), a.n(), a.c()));
    private static final DeviceKernel EMBEDDING_BACKWARD = new DeviceKernel(AxisLoops.class, "embeddingBackward", (g, id, a) -> g.task(id, AxisLoops::embeddingBackward, a.floats(0), a.floats(1), a.ints(2), a.n()));
    private static final DeviceKernel GATHER = new DeviceKernel(AxisLoops.class, "gather", (g, id, a) -> g.task(id, AxisLoops::gather, a.floats(0), a.floats(1), a.ints(2), a.n(), a.c()));
    private static final DeviceKernel GATHER_BACKWARD = new DeviceKernel(AxisLoops.class, "gatherBackward", (g, id, a) -> g.task(id, AxisLoops::gatherBackward, a.floats(0), a.floats(1), a.ints(2), a.n()));
    private static final DeviceKernel ONE_HOT = new DeviceKernel(AxisLoops.class, "oneHot", (g, id, a) -> g.task(id, AxisLoops::oneHot, a.floats(0), a.ints(1), a.n(), a.c()));
    private static final DeviceKernel CROSS_ENTROPY = new DeviceKernel(LossLoops.class, "crossEntropy", (g, id, a) -> g.task(id, LossLoops::crossEntropy, a.floats(0), a.floats(1), a.floats(2), a.ints(3), a.n(), a.c()));
    private static final DeviceKernel CROSS_ENTROPY_BACKWARD = new DeviceKernel(LossLoops.class, "crossEntropyBackward", (g, id, a) -> g.task(id, LossLoops::crossEntropyBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.ints(4), a.n(), a.c()));
    private static final DeviceKernel CONV2D = new DeviceKernel(WindowLoops.class, "conv2d", (g, id, a) -> g.task(id, WindowLoops::conv2d, a.floats(0), a.floats(1), a.floats(2), a.n()));
    private static final DeviceKernel CONV2D_BACKWARD = new DeviceKernel(WindowLoops.class, "conv2dBackward", (g, id, a) -> g.task(id, WindowLoops::conv2dBackward, a.floats(0), a.floats(1), a.floats(2), a.n()));
    private static final DeviceKernel CONV2D_WEIGHT_BACKWARD = new DeviceKernel(WindowLoops.class, "conv2dWeightBackward", (g, id, a) -> g.task(id, WindowLoops::conv2dWeightBackward, a.floats(0), a.floats(1), a.floats(2), a.n()));
    private static final DeviceKernel UNFOLD = new DeviceKernel(WindowLoops.class, "unfold", (g, id, a) -> g.task(id, WindowLoops::unfold, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel FOLD = new DeviceKernel(WindowLoops.class, "fold", (g, id, a) -> g.task(id, WindowLoops::fold, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel MAX_POOL2D = new DeviceKernel(WindowLoops.class, "maxPool2d", (g, id, a) -> g.task(id, WindowLoops::maxPool2d, a.floats(0), a.ints(1), a.floats(2), a.n()));
    private static final DeviceKernel MAX_POOL2D_BACKWARD = new DeviceKernel(WindowLoops.class, "maxPool2dBackward", (g, id, a) -> g.task(id, WindowLoops::maxPool2dBackward, a.floats(0), a.floats(1), a.ints(2), a.n()));
    private static final DeviceKernel AVG_POOL2D = new DeviceKernel(WindowLoops.class, "avgPool2d", (g, id, a) -> g.task(id, WindowLoops::avgPool2d, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel AVG_POOL2D_BACKWARD = new DeviceKernel(WindowLoops.class, "avgPool2dBackward", (g, id, a) -> g.task(id, WindowLoops::avgPool2dBackward, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel ADAPTIVE_AVG_POOL2D = new DeviceKernel(WindowLoops.class, "adaptiveAvgPool2d", (g, id, a) -> g.task(id, WindowLoops::adaptiveAvgPool2d, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel ADAPTIVE_AVG_POOL2D_BACKWARD = new DeviceKernel(WindowLoops.class, "adaptiveAvgPool2dBackward", (g, id, a) -> g.task(id, WindowLoops::adaptiveAvgPool2dBackward, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel CHANNEL_MOMENTS = new DeviceKernel(NormLoops.class, "channelMoments", (g, id, a) -> g.task(id, NormLoops::channelMoments, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel BATCH_NORM = new DeviceKernel(NormLoops.class, "batchNorm", (g, id, a) -> g.task(id, NormLoops::batchNorm, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.n(), a.c()));
    private static final DeviceKernel BATCH_NORM_BACKWARD = new DeviceKernel(NormLoops.class, "batchNormBackward", (g, id, a) -> g.task(id, NormLoops::batchNormBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.n(), a.c()));
    private static final DeviceKernel BATCH_NORM_GAMMA_BACKWARD = new DeviceKernel(NormLoops.class, "batchNormGammaBackward", (g, id, a) -> g.task(id, NormLoops::batchNormGammaBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.n(), a.c()));
    private static final DeviceKernel MOVING_AVERAGE = new DeviceKernel(OptimizerLoops.class, "movingAverage", (g, id, a) -> g.task(id, OptimizerLoops::movingAverage, a.floats(0), a.floats(1), a.n(), a.c()));
    private static final DeviceKernel GROUP_NORM = new DeviceKernel(NormLoops.class, "groupNorm", (g, id, a) -> g.task(id, NormLoops::groupNorm, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.n(), a.c()));
    private static final DeviceKernel GROUP_NORM_BACKWARD = new DeviceKernel(NormLoops.class, "groupNormBackward", (g, id, a) -> g.task(id, NormLoops::groupNormBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.n()));
    private static final DeviceKernel GROUP_NORM_GAMMA_BACKWARD = new DeviceKernel(NormLoops.class, "groupNormGammaBackward", (g, id, a) -> g.task(id, NormLoops::groupNormGammaBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.n()));
    private static final DeviceKernel RNN = new DeviceKernel(RecurrentLoops.class, "rnn", (g, id, a) -> g.task(id, RecurrentLoops::rnn, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.ints(5), a.n(), a.c()));
    private static final DeviceKernel RNN_GROUPS = new DeviceKernel(RecurrentLoops.class, "rnnGroups", (g, id, a) -> g.task(id, RecurrentLoops::rnnGroups, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.ints(5), a.n(), a.c()),
        new DeviceKernel.Groups(RecurrentLoops.UNITS, 1, RecurrentLoops::groups));
    private static final DeviceKernel RNN_BACKWARD = new DeviceKernel(RecurrentLoops.class, "rnnBackward", (g, id, a) -> g.task(id, RecurrentLoops::rnnBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.ints(6), a.n(), a.c()));
    private static final DeviceKernel RNN_BACKWARD_GROUPS = new DeviceKernel(RecurrentLoops.class, "rnnBackwardGroups", (g, id, a) -> g.task(id, RecurrentLoops::rnnBackwardGroups, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.ints(6), a.n(), a.c()),
        new DeviceKernel.Groups(RecurrentLoops.UNITS, 1, RecurrentLoops::groups));
    private static final DeviceKernel LSTM = new DeviceKernel(RecurrentLoops.class, "lstm", (g, id, a) -> g.task(id, RecurrentLoops::lstm, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.floats(7), a.floats(8), a.ints(9), a.n(), a.c()));
    private static final DeviceKernel LSTM_GROUPS = new DeviceKernel(RecurrentLoops.class, "lstmGroups", (g, id, a) -> g.task(id, RecurrentLoops::lstmGroups, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.floats(7), a.floats(8), a.ints(9), a.n(), a.c()),
        new DeviceKernel.Groups(RecurrentLoops.UNITS, 1, RecurrentLoops::groups));
    private static final DeviceKernel LSTM_BACKWARD = new DeviceKernel(RecurrentLoops.class, "lstmBackward", (g, id, a) -> g.task(id, RecurrentLoops::lstmBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.floats(7), a.floats(8), a.floats(9), a.ints(10), a.n(), a.c()));
    private static final DeviceKernel LSTM_BACKWARD_GROUPS = new DeviceKernel(RecurrentLoops.class, "lstmBackwardGroups", (g, id, a) -> g.task(id, RecurrentLoops::lstmBackwardGroups, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.floats(7), a.floats(8), a.floats(9), a.ints(10), a.n(), a.c()),
        new DeviceKernel.Groups(RecurrentLoops.UNITS, 1, RecurrentLoops::groups));
    private static final DeviceKernel GRU = new DeviceKernel(RecurrentLoops.class, "gru", (g, id, a) -> g.task(id, RecurrentLoops::gru, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.ints(7), a.n(), a.c()));
    private static final DeviceKernel GRU_GROUPS = new DeviceKernel(RecurrentLoops.class, "gruGroups", (g, id, a) -> g.task(id, RecurrentLoops::gruGroups, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.ints(7), a.n(), a.c()),
        new DeviceKernel.Groups(RecurrentLoops.UNITS, 1, RecurrentLoops::groups));
    private static final DeviceKernel GRU_BACKWARD = new DeviceKernel(RecurrentLoops.class, "gruBackward", (g, id, a) -> g.task(id, RecurrentLoops::gruBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.floats(7), a.floats(8), a.floats(9), a.ints(10), a.n(), a.c()));
    private static final DeviceKernel GRU_BACKWARD_GROUPS = new DeviceKernel(RecurrentLoops.class, "gruBackwardGroups", (g, id, a) -> g.task(id, RecurrentLoops::gruBackwardGroups, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.floats(7), a.floats(8), a.floats(9), a.ints(10), a.n(), a.c()),
        new DeviceKernel.Groups(RecurrentLoops.UNITS, 1, RecurrentLoops::groups));
    private static final DeviceKernel RECURRENT_WEIGHT_BACKWARD = new DeviceKernel(RecurrentLoops.class, "recurrentWeightBackward", (g, id, a) -> g.task(id, RecurrentLoops::recurrentWeightBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.ints(4), a.n()));
    private static final DeviceKernel RECURRENT_WEIGHT_TILED = new DeviceKernel(RecurrentLoops.class, "recurrentWeightTiled", (g, id, a) -> g.task(id, RecurrentLoops::recurrentWeightTiled, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.ints(4), a.n()),
        new DeviceKernel.Groups(MatrixLoops.SIDE, MatrixLoops.SIDE, RecurrentLoops::weightTiles));
    private static final DeviceKernel LABEL_WEIGHTS = new DeviceKernel(LossLoops.class, "labelWeights", (g, id, a) -> g.task(id, LossLoops::labelWeights, a.floats(0), a.ints(1), a.floats(2), a.n(), a.c()));
    private static final DeviceKernel SMOOTHED_CROSS_ENTROPY = new DeviceKernel(LossLoops.class, "smoothedCrossEntropy", (g, id, a) -> g.task(id, LossLoops::smoothedCrossEntropy, a.floats(0), a.floats(1), a.floats(2), a.ints(3), a.floats(4), a.n(), a.c()));
    private static final DeviceKernel SMOOTHED_CROSS_ENTROPY_BACKWARD = new DeviceKernel(LossLoops.class, "smoothedCrossEntropyBackward", (g, id, a) -> g.task(id, LossLoops::smoothedCrossEntropyBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.ints(5), a.floats(6), a.n(), a.c()));
    private static final DeviceKernel BCE_WITH_LOGITS = new DeviceKernel(LossLoops.class, "bceWithLogits", (g, id, a) -> g.task(id, LossLoops::bceWithLogits, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.n()));
    private static final DeviceKernel BCE_WITH_LOGITS_BACKWARD = new DeviceKernel(LossLoops.class, "bceWithLogitsBackward", (g, id, a) -> g.task(id, LossLoops::bceWithLogitsBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.n(), a.c()));
    private static final DeviceKernel LEAKY_RELU = new DeviceKernel(ElementwiseLoops.class, "leakyRelu", (g, id, a) -> g.task(id, ElementwiseLoops::leakyRelu, a.floats(0), a.floats(1), a.n(), a.c()));
    private static final DeviceKernel LEAKY_RELU_BACKWARD = new DeviceKernel(ElementwiseLoops.class, "leakyReluBackward", (g, id, a) -> g.task(id, ElementwiseLoops::leakyReluBackward, a.floats(0), a.floats(1), a.floats(2), a.n(), a.c()));
    private static final DeviceKernel RMS_NORM = new DeviceKernel(NormLoops.class, "rmsNorm", (g, id, a) -> g.task(id, NormLoops::rmsNorm, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.n(), a.c()));
    private static final DeviceKernel RMS_NORM_BACKWARD = new DeviceKernel(NormLoops.class, "rmsNormBackward", (g, id, a) -> g.task(id, NormLoops::rmsNormBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.n()));
    private static final DeviceKernel ATTENTION = new DeviceKernel(AttentionLoops.class, "attention", (g, id, a) -> g.task(id, AttentionLoops::attention, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.n(), a.c()));
    private static final DeviceKernel ATTENTION_TILED = new DeviceKernel(AttentionLoops.class, "attentionTiled", (g, id, a) -> g.task(id, AttentionLoops::attentionTiled, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.n(), a.c()),
        new DeviceKernel.Groups(AttentionLoops.SIDE, AttentionLoops.SIDE, AttentionLoops::tiles));
    private static final DeviceKernel ATTENTION_QUERY_BACKWARD = new DeviceKernel(AttentionLoops.class, "attentionQueryBackward", (g, id, a) -> g.task(id, AttentionLoops::attentionQueryBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.floats(7), a.n(), a.c()));
    private static final DeviceKernel ATTENTION_QUERY_TILED = new DeviceKernel(AttentionLoops.class, "attentionGradientTiled", (g, id, a) -> g.task(id, AttentionLoops::attentionGradientTiled, new KernelContext(),
        a.floats(0), a.floats(4), a.floats(5), a.floats(1), a.floats(6), a.floats(1), a.floats(2), a.floats(3), a.floats(7), a.n(), a.c()), new DeviceKernel.Groups(AttentionLoops.SIDE, AttentionLoops.SIDE, AttentionLoops::tiles));
    private static final DeviceKernel ATTENTION_KEY_BACKWARD = new DeviceKernel(AttentionLoops.class, "attentionKeyBackward", (g, id, a) -> g.task(id, AttentionLoops::attentionKeyBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.floats(6), a.floats(7), a.n(), a.c()));
    private static final DeviceKernel ATTENTION_KEY_TILED = new DeviceKernel(AttentionLoops.class, "attentionGradientTiled", (g, id, a) -> g.task(id, AttentionLoops::attentionGradientTiled, new KernelContext(),
        a.floats(0), a.floats(5), a.floats(4), a.floats(6), a.floats(1), a.floats(1), a.floats(2), a.floats(3), a.floats(7), a.n(), a.c()), new DeviceKernel.Groups(AttentionLoops.SIDE, AttentionLoops.SIDE, AttentionLoops::keyTiles));
    private static final DeviceKernel ATTENTION_VALUE_BACKWARD = new DeviceKernel(AttentionLoops.class, "attentionValueBackward", (g, id, a) -> g.task(id, AttentionLoops::attentionValueBackward, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.n(), a.c()));
    private static final DeviceKernel ATTENTION_VALUE_TILED = new DeviceKernel(AttentionLoops.class, "attentionValueTiled", (g, id, a) -> g.task(id, AttentionLoops::attentionValueTiled, new KernelContext(), a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.floats(4), a.floats(5), a.n(), a.c()),
        new DeviceKernel.Groups(AttentionLoops.SIDE, AttentionLoops.SIDE, AttentionLoops::keyTiles));
    private static final DeviceKernel SUM_OF_SQUARES = new DeviceKernel(OptimizerLoops.class, "sumOfSquares", (g, id, a) -> g.task(id, OptimizerLoops::sumOfSquares, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel CLIP_COEFFICIENT = new DeviceKernel(OptimizerLoops.class, "clipCoefficient", (g, id, a) -> g.task(id, OptimizerLoops::clipCoefficient, a.floats(0), a.floats(1), a.n(), a.c()));
    private static final DeviceKernel SCALE = new DeviceKernel(OptimizerLoops.class, "scale", (g, id, a) -> g.task(id, OptimizerLoops::scale, a.floats(0), a.floats(1), a.n()));
    private static final DeviceKernel INCREMENT = new DeviceKernel(OptimizerLoops.class, "increment", (g, id, a) -> g.task(id, OptimizerLoops::increment, a.ints(0), a.n()));
    private static final DeviceKernel CLIP = new DeviceKernel(OptimizerLoops.class, "clip", (g, id, a) -> g.task(id, OptimizerLoops::clip, a.floats(0), a.n(), a.c()));
    private static final DeviceKernel SGD = new DeviceKernel(OptimizerLoops.class, "sgd", (g, id, a) -> g.task(id, OptimizerLoops::sgd, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.n(), a.c()));
    private static final DeviceKernel ADAM = new DeviceKernel(OptimizerLoops.class, "adam", (g, id, a) -> g.task(id, OptimizerLoops::adam, a.floats(0), a.floats(1), a.floats(2), a.floats(3), a.ints(4), a.floats(5), a.n(), a.c()));

    private final Devices.Device device;
    private final Kernels host = new ReferenceKernels();
    private final EagerPlans plans;
    private final Tiles tiles;

    TornadoKernels(Devices.Device device) {
        this.device = device;
        plans = new EagerPlans(device);
        tiles = Tiles.of(device);
    }

    @Override public String name() {
        return device.name();
    }

    /** Plans made so far: a kernel compiled, or compiled before and joined to arrays of another size. */
    public long compiled() {
        return plans.made();
    }

    // ---- running

    /**
     * @param written how many of the buffers, from the first, are destinations
     * @param reads   whether what they held before matters: the call adds to it, works in place or writes a part
     * @param ints    what the loop finds in n behind the buffers' offsets
     * @param floats  what it finds in c
     */
    private void run(DeviceKernel kernel, int written, boolean reads, int[] ints, float[] floats, Buffer... buffers) {
        DeviceCall call = new DeviceCall(kernel, List.of(buffers), written, reads, ints, floats);
        if (!call.isEmpty()) run(call);
    }

    /** What is done with a call: here it is run at once. */
    synchronized void run(DeviceCall call) {
        plans.run(call);
    }

    @Override public CompiledStep compile(RecordingKernels.Recording recording, List<Buffer> outputs, CompiledStep.Progress progress) {
        List<DeviceCall> calls = new ArrayList<>();
        recording.replay(new TornadoKernels(device) {
            @Override void run(DeviceCall call) {
                calls.add(call);
            }

            @Override void requireIds(String op, Buffer ids, int count, int ignored) { }

            @Override void requireLengths(String op, Buffer lengths, int T) { }
        });
        return new DeviceStep(device, calls, recording.inputs(), outputs, progress);
    }

    private static int flag(boolean value) {
        return value ? 1 : 0;
    }

    static int[] join(int[] first, int... more) {
        int[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    /** The numbers of the call, then rank, sizes, and each buffer's strides. */
    private static int[] strided(int[] first, int[] size, int[]... strides) {
        int[] all = join(join(first, size.length), size);
        for (int[] stride : strides) all = join(all, stride);
        return all;
    }

    /** The twelve numbers of a window, as WindowLoops reads them, then the others. */
    static int[] window(Window w, int... more) {
        return join(new int[] {w.H(), w.W(), w.kH(), w.kW(), w.strideH(), w.strideW(), w.padH(), w.padW(), w.dilationH(), w.dilationW(), w.outH(), w.outW()}, more);
    }

    /** On the device an id outside gives NaN; here it still lies in the host's memory and gets the sentence that the CPU's kernels say. */
    void requireIds(String op, Buffer ids, int count, int ignored) {
        int[] values = ids.ints();
        for (int i = 0; i < ids.length(); i++) {
            int id = values[ids.offset() + i];
            if (id != ignored && (id < 0 || id >= count)) throw Kernels.outside(op, id, i, count);
        }
    }

    void requireLengths(String op, Buffer lengths, int T) {
        int[] values = lengths.ints();
        for (int b = 0; b < lengths.length(); b++) Kernels.requireLength(op, values[lengths.offset() + b], b, T);
    }

    // ---- memory: the host's

    @Override public Buffer floats(int n) {
        return host.floats(n);
    }

    @Override public Buffer ints(int n) {
        return host.ints(n);
    }

    @Override public void upload(Buffer y, float[] values) {
        host.upload(y, values);
    }

    @Override public void upload(Buffer y, int[] values) {
        host.upload(y, values);
    }

    @Override public float[] host(Buffer x) {
        return host.host(x);
    }

    @Override public int[] hostInts(Buffer x) {
        return host.hostInts(x);
    }

    // ---- moving elements

    @Override public void fill(Buffer y, float value) {
        run(FILL, 1, false, new int[] {y.length()}, new float[] {value}, y);
    }

    @Override public void copy(Buffer y, Buffer x) {
        run(y.type() == Buffer.Type.INT ? COPY_INTS : COPY, 1, false, new int[] {y.length()}, NONE, y, x);
    }

    @Override public void accumulate(Buffer y, Buffer x) {
        run(ACCUMULATE, 1, true, new int[] {y.length()}, NONE, y, x);
    }

    @Override public void readStrided(Buffer y, Buffer x, int[] size, int[] stride, boolean acc) {
        run(y.type() == Buffer.Type.INT ? READ_STRIDED_INTS : READ_STRIDED, 1, acc, strided(new int[] {y.length(), flag(acc)}, size, stride), NONE, y, x);
    }

    @Override public void writeStrided(Buffer y, Buffer x, int[] size, int[] stride, boolean acc) {
        run(y.type() == Buffer.Type.INT ? WRITE_STRIDED_INTS : WRITE_STRIDED, 1, true, strided(new int[] {x.length(), flag(acc)}, size, stride), NONE, y, x);
    }

    @Override public void toFloats(Buffer y, Buffer x) {
        run(TO_FLOATS, 1, false, new int[] {y.length()}, NONE, y, x);
    }

    // ---- elementwise

    @Override public void affine(Buffer y, Buffer x, float alpha, float beta, boolean acc) {
        run(AFFINE, 1, acc, new int[] {y.length(), flag(acc)}, new float[] {alpha, beta}, y, x);
    }

    @Override public void unary(Buffer y, Unary f, Buffer x) {
        run(UNARY, 1, false, new int[] {y.length(), f.ordinal()}, NONE, y, x);
    }

    @Override public void unaryBackward(Buffer dx, Unary f, Buffer dout, Buffer x, Buffer y, boolean acc) {
        run(UNARY_BACKWARD, 1, acc, new int[] {dx.length(), f.ordinal(), flag(acc)}, NONE, dx, dout, x, y);
    }

    @Override public void pow(Buffer y, Buffer x, float exponent) {
        run(POW, 1, false, new int[] {y.length()}, new float[] {exponent}, y, x);
    }

    @Override public void powBackward(Buffer dx, Buffer dout, Buffer x, float exponent, boolean acc) {
        run(POW_BACKWARD, 1, acc, new int[] {dx.length(), flag(acc)}, new float[] {exponent}, dx, dout, x);
    }

    @Override public void binary(Buffer y, Binary f, Buffer a, Buffer b, int[] size, int[] strideA, int[] strideB, boolean acc) {
        run(BINARY, 1, acc, strided(new int[] {y.length(), flag(acc), f.ordinal()}, size, strideA, strideB), NONE, y, a, b);
    }

    @Override public void maskedFill(Buffer y, Buffer x, Buffer mask, float value, int[] size, int[] strideMask, boolean acc) {
        run(MASKED_FILL, 1, acc, strided(new int[] {y.length(), flag(acc)}, size, strideMask), new float[] {value}, y, x, mask);
    }

    @Override public void dropout(Buffer y, Buffer x, Buffer step, float p, int seed, int layer, boolean acc) {
        run(DROPOUT, 1, acc, new int[] {y.length(), seed, layer, flag(acc)}, new float[] {p}, y, x, step);
    }

    // ---- along one axis

    @Override public void sum(Buffer y, Buffer x, int outer, int n, int inner, float scale, boolean acc) {
        run(SUM, 1, acc, new int[] {outer, n, inner, flag(acc)}, new float[] {scale}, y, x);
    }

    @Override public void max(Buffer y, Buffer index, Buffer x, int outer, int n, int inner) {
        run(MAX, 2, false, new int[] {outer, n, inner}, NONE, y, index, x);
    }

    @Override public void maxBackward(Buffer dx, Buffer dout, Buffer index, int outer, int n, int inner, boolean acc) {
        run(MAX_BACKWARD, 1, acc, new int[] {outer, n, inner, flag(acc)}, NONE, dx, dout, index);
    }

    @Override public void variance(Buffer y, Buffer x, int outer, int n, int inner, int correction) {
        run(VARIANCE, 1, false, new int[] {outer, n, inner, correction}, NONE, y, x);
    }

    @Override public void varianceBackward(Buffer dx, Buffer dout, Buffer x, int outer, int n, int inner, int correction, boolean acc) {
        run(VARIANCE_BACKWARD, 1, acc, new int[] {outer, n, inner, correction, flag(acc)}, NONE, dx, dout, x);
    }

    @Override public void softmax(Buffer y, Buffer x, int outer, int n, int inner) {
        run(tiles.line(n) ? SOFTMAX_LINES : SOFTMAX, 1, false, new int[] {outer, n, inner}, NONE, y, x);
    }

    @Override public void softmaxBackward(Buffer dx, Buffer dout, Buffer y, int outer, int n, int inner, boolean acc) {
        run(SOFTMAX_BACKWARD, 1, acc, new int[] {outer, n, inner, flag(acc)}, NONE, dx, dout, y);
    }

    @Override public void logSoftmax(Buffer y, Buffer x, int outer, int n, int inner) {
        run(LOG_SOFTMAX, 1, false, new int[] {outer, n, inner}, NONE, y, x);
    }

    @Override public void logSoftmaxBackward(Buffer dx, Buffer dout, Buffer y, int outer, int n, int inner, boolean acc) {
        run(LOG_SOFTMAX_BACKWARD, 1, acc, new int[] {outer, n, inner, flag(acc)}, NONE, dx, dout, y);
    }

    // ---- matrices

    @Override public void matmul(Buffer c, Buffer a, Buffer b, int batch, int M, int N, int K, int strideA, int strideB, boolean transposeA, boolean transposeB, boolean acc) {
        run(tiles.product(batch, M, N, K) ? MATMUL_TILED : MATMUL, 1, acc, new int[] {batch, M, N, K, strideA, strideB, transposeA ? 1 : K, transposeA ? M : 1, transposeB ? 1 : N, transposeB ? K : 1, flag(acc)}, NONE, c, a, b);
    }

    // ---- layers

    @Override public void layerNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, Buffer beta, int N, int C, float eps) {
        run(LAYER_NORM, 2, false, new int[] {N, C}, new float[] {eps}, y, stat, x, gamma, beta);
    }

    @Override public void layerNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int N, int C, boolean acc) {
        run(LAYER_NORM_BACKWARD, 1, acc, new int[] {N, C, flag(acc)}, NONE, dx, dout, x, stat, gamma);
    }

    @Override public void layerNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer stat, int N, int C, boolean acc) {
        run(LAYER_NORM_GAMMA_BACKWARD, 1, acc, new int[] {N, C, flag(acc)}, NONE, dgamma, dout, x, stat);
    }

    @Override public void embedding(Buffer y, Buffer table, Buffer ids, int N, int V, int C) {
        requireIds("embedding", ids, V, NO_ID);
        run(EMBEDDING, 1, false, new int[] {N, V, C}, NONE, y, table, ids);
    }

    @Override public void embeddingBackward(Buffer dtable, Buffer dout, Buffer ids, int N, int V, int C, int padding, boolean acc) {
        run(EMBEDDING_BACKWARD, 1, acc, new int[] {N, V, C, padding, flag(acc)}, NONE, dtable, dout, ids);
    }

    @Override public void gather(Buffer y, Buffer x, Buffer index, int outer, int n, int m, int inner) {
        requireIds("gather", index, n, NO_ID);
        run(GATHER, 1, false, new int[] {outer, n, m, inner}, NONE, y, x, index);
    }

    @Override public void gatherBackward(Buffer dx, Buffer dout, Buffer index, int outer, int n, int m, int inner, boolean acc) {
        run(GATHER_BACKWARD, 1, acc, new int[] {outer, n, m, inner, flag(acc)}, NONE, dx, dout, index);
    }

    @Override public void oneHot(Buffer y, Buffer ids, int N, int C) {
        requireIds("oneHot", ids, C, NO_ID);
        run(ONE_HOT, 1, false, new int[] {N, C}, NONE, y, ids);
    }

    @Override public void crossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, int N, int C) {
        requireIds("crossEntropy", labels, C, NO_ID);
        run(CROSS_ENTROPY, 2, false, new int[] {N, C}, NONE, loss, stat, logits, labels);
    }

    @Override public void crossEntropyBackward(Buffer dlogits, Buffer dout, Buffer stat, Buffer logits, Buffer labels, int N, int C, float scale, boolean acc) {
        run(CROSS_ENTROPY_BACKWARD, 1, acc, new int[] {N, C, flag(acc)}, new float[] {scale}, dlogits, dout, stat, logits, labels);
    }

    // ---- convolution and pooling

    @Override public void conv2d(Buffer y, Buffer x, Buffer weight, int B, int C, int Cout, int groups, Window window, boolean acc) {
        convolve(CONV2D, CONV2D_TILED, WindowLoops.OUTPUT, window(window, B, C, Cout, groups, flag(acc)), acc, y, x, weight);
    }

    @Override public void conv2dBackward(Buffer dx, Buffer dout, Buffer weight, int B, int C, int Cout, int groups, Window window, boolean acc) {
        convolve(CONV2D_BACKWARD, CONV2D_TILED, WindowLoops.INPUT_GRADIENT, window(window, B, C, Cout, groups, flag(acc)), acc, dx, dout, weight);
    }

    @Override public void conv2dWeightBackward(Buffer dweight, Buffer dout, Buffer x, int B, int C, int Cout, int groups, Window window, boolean acc) {
        convolve(CONV2D_WEIGHT_BACKWARD, CONV2D_WEIGHT_TILED, WindowLoops.WEIGHT_GRADIENT, window(window, B, C, Cout, groups, flag(acc)), acc, dweight, dout, x);
    }

    private void convolve(DeviceKernel plain, DeviceKernel tiled, int what, int[] ints, boolean acc, Buffer... buffers) {
        int[] product = WindowLoops.asProduct(ints, what);
        boolean pays = tiles.product(WindowLoops.products(product), product[18], product[19], product[20]);
        run(pays ? tiled : plain, 1, acc, pays ? product : ints, NONE, buffers);
    }

    @Override public void unfold(Buffer y, Buffer x, int planes, Window window, boolean acc) {
        run(UNFOLD, 1, acc, window(window, planes, flag(acc)), NONE, y, x);
    }

    @Override public void fold(Buffer y, Buffer x, int planes, Window window, boolean acc) {
        run(FOLD, 1, acc, window(window, planes, flag(acc)), NONE, y, x);
    }

    @Override public void maxPool2d(Buffer y, Buffer index, Buffer x, int planes, Window window) {
        run(MAX_POOL2D, 2, false, window(window, planes), NONE, y, index, x);
    }

    @Override public void maxPool2dBackward(Buffer dx, Buffer dout, Buffer index, int planes, Window window, boolean acc) {
        run(MAX_POOL2D_BACKWARD, 1, acc, window(window, planes, flag(acc)), NONE, dx, dout, index);
    }

    @Override public void avgPool2d(Buffer y, Buffer x, int planes, Window window) {
        run(AVG_POOL2D, 1, false, window(window, planes), NONE, y, x);
    }

    @Override public void avgPool2dBackward(Buffer dx, Buffer dout, int planes, Window window, boolean acc) {
        run(AVG_POOL2D_BACKWARD, 1, acc, window(window, planes, flag(acc)), NONE, dx, dout);
    }

    @Override public void adaptiveAvgPool2d(Buffer y, Buffer x, int planes, int H, int W, int outH, int outW) {
        run(ADAPTIVE_AVG_POOL2D, 1, false, new int[] {planes, H, W, outH, outW}, NONE, y, x);
    }

    @Override public void adaptiveAvgPool2dBackward(Buffer dx, Buffer dout, int planes, int H, int W, int outH, int outW, boolean acc) {
        run(ADAPTIVE_AVG_POOL2D_BACKWARD, 1, acc, new int[] {planes, H, W, outH, outW, flag(acc)}, NONE, dx, dout);
    }

    // ---- normalisation by channel

    @Override public void channelMoments(Buffer moments, Buffer x, int B, int C, int S) {
        run(CHANNEL_MOMENTS, 1, false, new int[] {B, C, S}, NONE, moments, x);
    }

    @Override public void batchNorm(Buffer y, Buffer x, Buffer mean, Buffer variance, Buffer gamma, Buffer beta, int B, int C, int S, float eps) {
        run(BATCH_NORM, 1, false, new int[] {B, C, S}, new float[] {eps}, y, x, mean, variance, gamma, beta);
    }

    @Override public void batchNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer mean, Buffer variance, Buffer gamma, int B, int C, int S, float eps, boolean training, boolean acc) {
        run(BATCH_NORM_BACKWARD, 1, acc, new int[] {B, C, S, flag(training), flag(acc)}, new float[] {eps}, dx, dout, x, mean, variance, gamma);
    }

    @Override public void batchNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer mean, Buffer variance, int B, int C, int S, float eps, boolean acc) {
        run(BATCH_NORM_GAMMA_BACKWARD, 1, acc, new int[] {B, C, S, flag(acc)}, new float[] {eps}, dgamma, dout, x, mean, variance);
    }

    @Override public void movingAverage(Buffer y, Buffer x, float weight, float scale) {
        run(MOVING_AVERAGE, 1, true, new int[] {y.length()}, new float[] {weight, scale}, y, x);
    }

    @Override public void groupNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, Buffer beta, int B, int C, int S, int groups, float eps) {
        run(GROUP_NORM, 2, false, new int[] {B, C, S, groups}, new float[] {eps}, y, stat, x, gamma, beta);
    }

    @Override public void groupNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int B, int C, int S, int groups, boolean acc) {
        run(GROUP_NORM_BACKWARD, 1, acc, new int[] {B, C, S, groups, flag(acc)}, NONE, dx, dout, x, stat, gamma);
    }

    @Override public void groupNormGammaBackward(Buffer dgamma, Buffer dout, Buffer x, Buffer stat, int B, int C, int S, int groups, boolean acc) {
        run(GROUP_NORM_GAMMA_BACKWARD, 1, acc, new int[] {B, C, S, groups, flag(acc)}, NONE, dgamma, dout, x, stat);
    }

    // ---- recurrent layers

    @Override public void rnn(Buffer h, Buffer hN, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean relu, boolean reverse, int B, int T, int H) {
        requireLengths("rnn", lengths, T);
        run(tiles.units(H) ? RNN_GROUPS : RNN, 2, true, new int[] {flag(relu), flag(reverse), B, T, H}, NONE, h, hN, weight, bias, h0, lengths);
    }

    @Override public void rnnBackward(Buffer da, Buffer dh0, Buffer dout, Buffer dhN, Buffer h, Buffer weight, Buffer lengths, boolean relu, boolean reverse, int B, int T, int H) {
        requireLengths("rnn", lengths, T);
        run(tiles.units(H) ? RNN_BACKWARD_GROUPS : RNN_BACKWARD, 2, false, new int[] {flag(relu), flag(reverse), B, T, H}, NONE, da, dh0, dout, dhN, h, weight, lengths);
    }

    @Override public void lstm(Buffer gates, Buffer h, Buffer c, Buffer hN, Buffer cN, Buffer weight, Buffer bias, Buffer h0, Buffer c0, Buffer lengths, boolean reverse, int B, int T, int H) {
        requireLengths("lstm", lengths, T);
        run(tiles.units(H) ? LSTM_GROUPS : LSTM, 5, true, new int[] {flag(reverse), B, T, H}, NONE, gates, h, c, hN, cN, weight, bias, h0, c0, lengths);
    }

    @Override public void lstmBackward(Buffer da, Buffer dh0, Buffer dc0, Buffer dout, Buffer dhN, Buffer dcN, Buffer gates, Buffer c, Buffer weight, Buffer c0, Buffer lengths, boolean reverse, int B, int T, int H) {
        requireLengths("lstm", lengths, T);
        run(tiles.units(H) ? LSTM_BACKWARD_GROUPS : LSTM_BACKWARD, 3, false, new int[] {flag(reverse), B, T, H}, NONE, da, dh0, dc0, dout, dhN, dcN, gates, c, weight, c0, lengths);
    }

    @Override public void gru(Buffer gates, Buffer h, Buffer u, Buffer hN, Buffer weight, Buffer bias, Buffer h0, Buffer lengths, boolean reverse, int B, int T, int H) {
        requireLengths("gru", lengths, T);
        run(tiles.units(H) ? GRU_GROUPS : GRU, 4, true, new int[] {flag(reverse), B, T, H}, NONE, gates, h, u, hN, weight, bias, h0, lengths);
    }

    @Override public void gruBackward(Buffer da, Buffer du, Buffer dh0, Buffer dout, Buffer dhN, Buffer gates, Buffer h, Buffer u, Buffer weight, Buffer h0, Buffer lengths, boolean reverse, int B, int T, int H) {
        requireLengths("gru", lengths, T);
        run(tiles.units(H) ? GRU_BACKWARD_GROUPS : GRU_BACKWARD, 3, false, new int[] {flag(reverse), B, T, H}, NONE, da, du, dh0, dout, dhN, gates, h, u, weight, h0, lengths);
    }

    @Override public void recurrentWeightBackward(Buffer dweight, Buffer da, Buffer h, Buffer h0, Buffer lengths, int B, int T, int G, int H, boolean reverse, boolean acc) {
        requireLengths("recurrentWeightBackward", lengths, T);
        run(tiles.product(1, G, H, B * T) ? RECURRENT_WEIGHT_TILED : RECURRENT_WEIGHT_BACKWARD, 1, acc, new int[] {B, T, G, H, flag(reverse), flag(acc)}, NONE, dweight, da, h, h0, lengths);
    }

    // ---- losses and activations with numbers of their own, RMS normalisation

    @Override public void labelWeights(Buffer y, Buffer labels, Buffer weights, int N, int C, int ignored) {
        requireIds("crossEntropy", labels, C, ignored);
        run(LABEL_WEIGHTS, 1, false, new int[] {N, C, ignored}, NONE, y, labels, weights);
    }

    @Override public void smoothedCrossEntropy(Buffer loss, Buffer stat, Buffer logits, Buffer labels, Buffer weights, int N, int C, float smoothing, int ignored) {
        requireIds("crossEntropy", labels, C, ignored);
        run(SMOOTHED_CROSS_ENTROPY, 2, false, new int[] {N, C, ignored}, new float[] {smoothing}, loss, stat, logits, labels, weights);
    }

    @Override public void smoothedCrossEntropyBackward(Buffer dlogits, Buffer dout, Buffer total, Buffer stat, Buffer logits, Buffer labels, Buffer weights, int N, int C, float smoothing, int ignored, boolean acc) {
        run(SMOOTHED_CROSS_ENTROPY_BACKWARD, 1, acc, new int[] {N, C, ignored, flag(acc)}, new float[] {smoothing}, dlogits, dout, total, stat, logits, labels, weights);
    }

    @Override public void bceWithLogits(Buffer y, Buffer x, Buffer t, Buffer w, int N, int C) {
        run(BCE_WITH_LOGITS, 1, false, new int[] {N, C}, NONE, y, x, t, w);
    }

    @Override public void bceWithLogitsBackward(Buffer dx, Buffer dout, Buffer x, Buffer t, Buffer w, int N, int C, float scale, boolean acc) {
        run(BCE_WITH_LOGITS_BACKWARD, 1, acc, new int[] {N, C, flag(acc)}, new float[] {scale}, dx, dout, x, t, w);
    }

    @Override public void leakyRelu(Buffer y, Buffer x, float slope) {
        run(LEAKY_RELU, 1, false, new int[] {y.length()}, new float[] {slope}, y, x);
    }

    @Override public void leakyReluBackward(Buffer dx, Buffer dout, Buffer x, float slope, boolean acc) {
        run(LEAKY_RELU_BACKWARD, 1, acc, new int[] {dx.length(), flag(acc)}, new float[] {slope}, dx, dout, x);
    }

    @Override public void rmsNorm(Buffer y, Buffer stat, Buffer x, Buffer gamma, int N, int C, float eps) {
        run(RMS_NORM, 2, false, new int[] {N, C}, new float[] {eps}, y, stat, x, gamma);
    }

    @Override public void rmsNormBackward(Buffer dx, Buffer dout, Buffer x, Buffer stat, Buffer gamma, int N, int C, boolean acc) {
        run(RMS_NORM_BACKWARD, 1, acc, new int[] {N, C, flag(acc)}, NONE, dx, dout, x, stat, gamma);
    }

    // ---- attention without a matrix of weights in memory

    @Override public void attention(Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift) {
        run(tiles.attention(T, S, D, V) ? ATTENTION_TILED : ATTENTION, 2, false, join(strideBias, B, H, T, S, D, V, shift), new float[] {scale}, y, log, q, k, v, bias);
    }

    @Override public void attentionQueryBackward(Buffer dq, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc) {
        run(tiles.attentionGradient(T, S, D, V) ? ATTENTION_QUERY_TILED : ATTENTION_QUERY_BACKWARD, 1, acc, join(strideBias, B, H, T, S, D, V, shift, flag(acc), 0), new float[] {scale}, dq, dout, y, log, q, k, v, bias);
    }

    @Override public void attentionKeyBackward(Buffer dk, Buffer dout, Buffer y, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc) {
        run(tiles.attentionGradient(T, S, D, V) ? ATTENTION_KEY_TILED : ATTENTION_KEY_BACKWARD, 1, acc, join(strideBias, B, H, T, S, D, V, shift, flag(acc), 1), new float[] {scale}, dk, dout, y, log, q, k, v, bias);
    }

    @Override public void attentionValueBackward(Buffer dv, Buffer dout, Buffer log, Buffer q, Buffer k, Buffer v, Buffer bias, int[] strideBias, int B, int H, int T, int S, int D, int V, float scale, int shift, boolean acc) {
        run(tiles.attentionGradient(T, S, D, V) ? ATTENTION_VALUE_TILED : ATTENTION_VALUE_BACKWARD, 1, acc, join(strideBias, B, H, T, S, D, V, shift, flag(acc)), new float[] {scale}, dv, dout, log, q, k, bias);
    }

    // ---- optimisers

    @Override public void sumOfSquares(Buffer partial, Buffer x, int chunk) {
        run(SUM_OF_SQUARES, 1, false, new int[] {partial.length(), x.length(), chunk}, NONE, partial, x);
    }

    @Override public void clipCoefficient(Buffer clip, Buffer partial, float maxNorm) {
        run(CLIP_COEFFICIENT, 1, false, new int[] {partial.length(), 1}, new float[] {maxNorm}, clip, partial);
    }

    @Override public void scale(Buffer y, Buffer s) {
        run(SCALE, 1, true, new int[] {y.length()}, NONE, y, s);
    }

    @Override public void increment(Buffer counter) {
        run(INCREMENT, 1, true, new int[] {1}, NONE, counter);
    }

    @Override public void clip(Buffer y, float limit) {
        run(CLIP, 1, true, new int[] {y.length()}, new float[] {limit}, y);
    }

    @Override public void sgd(Buffer p, Buffer v, Buffer g, Buffer lr, float momentum, float weightDecay, boolean nesterov) {
        run(SGD, 2, true, new int[] {p.length(), flag(nesterov)}, new float[] {momentum, weightDecay}, p, v, g, lr);
    }

    @Override public void adam(Buffer p, Buffer m, Buffer v, Buffer g, Buffer step, Buffer lr, float beta1, float beta2, float eps, float weightDecay) {
        run(ADAM, 3, true, new int[] {p.length(), 0}, new float[] {beta1, beta2, eps, weightDecay}, p, m, v, g, step, lr);
    }

    @Override public void adamW(Buffer p, Buffer m, Buffer v, Buffer g, Buffer step, Buffer lr, float beta1, float beta2, float eps, float weightDecay) {
        run(ADAM, 3, true, new int[] {p.length(), 1}, new float[] {beta1, beta2, eps, weightDecay}, p, m, v, g, step, lr);
    }
}
