package org.unrolled.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unrolled.tensor.Tensors.adaptiveAvgPool2d;
import static org.unrolled.tensor.Tensors.arange;
import static org.unrolled.tensor.Tensors.avgPool2d;
import static org.unrolled.tensor.Tensors.batchNorm;
import static org.unrolled.tensor.Tensors.bceWithLogits;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.conv1d;
import static org.unrolled.tensor.Tensors.conv2d;
import static org.unrolled.tensor.Tensors.convTranspose2d;
import static org.unrolled.tensor.Tensors.crossEntropy;
import static org.unrolled.tensor.Tensors.dropout2d;
import static org.unrolled.tensor.Tensors.embedding;
import static org.unrolled.tensor.Tensors.eye;
import static org.unrolled.tensor.Tensors.fold;
import static org.unrolled.tensor.Tensors.groupNorm;
import static org.unrolled.tensor.Tensors.huberLoss;
import static org.unrolled.tensor.Tensors.ids;
import static org.unrolled.tensor.Tensors.l1Loss;
import static org.unrolled.tensor.Tensors.linear;
import static org.unrolled.tensor.Tensors.maxAbsDiff;
import static org.unrolled.tensor.Tensors.maxPool2d;
import static org.unrolled.tensor.Tensors.mseLoss;
import static org.unrolled.tensor.Tensors.oneHot;
import static org.unrolled.tensor.Tensors.ones;
import static org.unrolled.tensor.Tensors.paddingMask;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.scaledDotProductAttention;
import static org.unrolled.tensor.Tensors.stack;
import static org.unrolled.tensor.Tensors.tensor;
import static org.unrolled.tensor.Tensors.where;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.tensor.op.Gru;
import org.unrolled.tensor.op.Lstm;
import org.unrolled.tensor.op.RecurrentWeights;
import org.unrolled.tensor.op.Rnn;
import org.unrolled.tensor.op.ScaledDotProductAttention;
import org.unrolled.tensor.op.SelfAttention;

/** What a learner reads when a shape is wrong: the operation, the shapes, the rule and a hint. */
class ErrorsTest {
    private static Arguments error(String message, ThrowingCallable call) {
        return Arguments.of(message, call);
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                error("matmul: (8, 16) · (8, 32): inner sizes differ, 16 != 8. Hint: transpose the first: a.transpose().matmul(b)",
                        () -> ones(8, 16).matmul(ones(8, 32))),
                error("matmul: (8, 16) · (32, 16): inner sizes differ, 16 != 32. Hint: transpose the second: a.matmul(b.transpose())",
                        () -> ones(8, 16).matmul(ones(32, 16))),
                error("matmul: (8, 16) · (4, 5): inner sizes differ, 16 != 4. Hint: the last size of the first must be the last but one of the second.",
                        () -> ones(8, 16).matmul(ones(4, 5))),
                error("matmul: (3) · (4): inner sizes differ, 3 != 4. Hint: the last size of the first must be the last but one of the second.",
                        () -> ones(3).matmul(ones(4))),
                error("matmul: (2, 3, 4) · (5, 4, 2): the leading axes count matrices and must be equal or 1, 2 != 5. Hint: unsqueeze or expand one of the two so that they pair up.",
                        () -> ones(2, 3, 4).matmul(ones(5, 4, 2))),
                error("matmul: () · (3): a scalar is no matrix. Hint: multiply by a number with a.mul(b)", () -> ones().matmul(ones(3))),
                error("matmul: (3) holds ints, and matmul works on floats. Hint: x.toFloat() first.", () -> ids(1, 2, 3).matmul(ones(3))),
                error("add: (3, 4) + (2, 4): axis -2 differs, 3 != 2, and neither is 1. Hint: sizes are compared from the last axis, and must be equal or 1; reshape or unsqueeze one of the two.",
                        () -> ones(3, 4).add(ones(2, 4))),
                error("sub: (3, 4) - (4, 3): axis -1 differs, 4 != 3, and neither is 1. Hint: transpose the second: a.sub(b.transpose())",
                        () -> ones(3, 4).sub(ones(4, 3))),
                error("mul: (3, 4) * (3): axis -1 differs, 4 != 3, and neither is 1. Hint: one value per row is a column: a.mul(b.unsqueeze(-1))",
                        () -> ones(3, 4).mul(ones(3))),
                error("div: (5) / (3): axis -1 differs, 5 != 3, and neither is 1. Hint: sizes are compared from the last axis, and must be equal or 1; reshape or unsqueeze one of the two.",
                        () -> ones(5).div(ones(3))),
                error("maximum: (5) max (3): axis -1 differs, 5 != 3, and neither is 1. Hint: sizes are compared from the last axis, and must be equal or 1; reshape or unsqueeze one of the two.",
                        () -> ones(5).maximum(ones(3))),
                error("conv2d: (3, 8, 8) has 3 axes, and the input is (B, C, H, W). Hint: unsqueeze(0) makes a batch of one, unsqueeze(1) adds a channel to each of a batch.",
                        () -> conv2d(ones(3, 8, 8), ones(4, 3, 3, 3), null)),
                error("conv2d: (8) has 1 axis, and the input is (B, C, H, W). Hint: reshape it to B, C, H, W.", () -> conv2d(ones(8), ones(4, 3, 3, 3), null)),
                error("conv2d: the weight (3, 3) has 2 axes, and it is (Cout, C/groups, kH, kW). Hint: one kernel of one channel is weight.reshape(1, 1, kH, kW).",
                        () -> conv2d(ones(1, 1, 8, 8), ones(3, 3), null)),
                error("conv2d: (2, 3, 8, 8) with weight (4, 2, 3, 3): the input has 3 channels, so each kernel spans 3, and this weight's span 2. Hint: the weight is (Cout, C/groups, kH, kW).",
                        () -> conv2d(ones(2, 3, 8, 8), ones(4, 2, 3, 3), null)),
                error("conv2d: (2, 4, 8, 8) with weight (4, 4, 3, 3): the input has 4 channels in 2 groups, so each kernel spans 2, and this weight's span 4. Hint: the weight is (Cout, C/groups, kH, kW).",
                        () -> conv2d(ones(2, 4, 8, 8), ones(4, 4, 3, 3), null, 1, 0, 1, 2)),
                error("conv2d: 3 channels do not divide into 2 groups: each group has equally many. Hint: choose a number that divides both 3 and 4.",
                        () -> conv2d(ones(2, 3, 8, 8), ones(4, 1, 3, 3), null, 1, 0, 1, 2)),
                error("conv2d: 5 output channels do not divide into 2 groups: each group has equally many. Hint: choose a number that divides both 4 and 5.",
                        () -> conv2d(ones(2, 4, 8, 8), ones(5, 2, 3, 3), null, 1, 0, 1, 2)),
                error("conv2d: groups = 0: channels are in at least one group. Hint: groups = 1 connects all with all.",
                        () -> conv2d(ones(2, 4, 8, 8), ones(4, 4, 3, 3), null, 1, 0, 1, 0)),
                error("conv2d: weight (4, 3, 3, 3) with bias (3): the bias has one element for each output channel. Hint: zeros(4)",
                        () -> conv2d(ones(2, 3, 8, 8), ones(4, 3, 3, 3), ones(3))),
                error("conv2d: stride (0, 0): a window moves on by at least 1. Hint: stride 1 visits every place.",
                        () -> conv2d(ones(2, 3, 8, 8), ones(4, 3, 3, 3), null, 0, 0)),
                error("conv2d: padding (-1, -1): padding adds 0 or more on each side. Hint: slice(dim, from, to) takes away.",
                        () -> conv2d(ones(2, 3, 8, 8), ones(4, 3, 3, 3), null, 1, -1)),
                error("conv2d: dilation (0, 0): taps are at least 1 apart. Hint: dilation 1 is the ordinary window.",
                        () -> conv2d(ones(2, 3, 8, 8), ones(4, 3, 3, 3), null, 1, 0, 0, 1)),
                error("conv2d: kernel (5, 5) on (4, 6) with padding (0, 0): the window spans 5 and the padded input 4 along axis -2, so it fits nowhere. Hint: a smaller kernel, or padding 1.",
                        () -> conv2d(ones(2, 3, 4, 6), ones(4, 3, 5, 5), null)),
                error("conv2d: kernel (3, 3) with dilation (3, 3) on (9, 4) with padding (1, 1): the window spans 7 and the padded input 6 along axis -1, so it fits nowhere. Hint: a smaller kernel, or padding 2.",
                        () -> conv2d(ones(2, 3, 9, 4), ones(4, 3, 3, 3), null, 1, 1, 3, 1)),
                error("conv2d: stride (1, 2, 3) has 3 numbers: it is one for all axes or one for each of the 2. Hint: rows come first.",
                        () -> conv2d(ones(2, 3, 8, 8), ones(4, 3, 3, 3), null, new int[] {1, 2, 3}, new int[] {0}, new int[] {1}, 1)),
                error("conv2d: (1, 1, 2, 2) holds ints, and conv2d works on floats. Hint: x.toFloat() first.",
                        () -> conv2d(ids(new int[4], 1, 1, 2, 2), ones(1, 1, 1, 1), null)),
                error("conv1d: (2, 3, 4, 5) has 4 axes, and the input is (B, C, L). Hint: reshape it to B, C, L.", () -> conv1d(ones(2, 3, 4, 5), ones(1, 3, 2), null)),
                error("conv1d: kernel (5) on (4) with padding (0): the window spans 5 and the padded input 4 along axis -1, so it fits nowhere. Hint: a smaller kernel, or padding 1.",
                        () -> conv1d(ones(2, 3, 4), ones(1, 3, 5), null)),
                error("convTranspose2d: (2, 3, 4, 4) with weight (4, 3, 2, 2): the input has 3 channels, and the weight's first axis 4. Hint: the weight is (C, Cout/groups, kH, kW), the input's channels first.",
                        () -> convTranspose2d(ones(2, 3, 4, 4), ones(4, 3, 2, 2), null, 1, 0)),
                error("convTranspose2d: outputPadding (2, 2) with stride (2, 2): it is 0 or more and below the stride. Hint: 1 with stride 2 doubles an even size.",
                        () -> convTranspose2d(ones(2, 3, 4, 4), ones(3, 4, 2, 2), null, 2, 0, 2, 1, 1)),
                error("convTranspose2d: (1, 1) with kernel (2, 2) and padding (1, 1): the padding takes away all of the output, whose size would be 0. Hint: less padding.",
                        () -> convTranspose2d(ones(2, 3, 1, 1), ones(3, 4, 2, 2), null, 1, 1)),
                error("maxPool2d: kernel (5, 5) on (4, 4) with padding (0, 0): the window spans 5 and the padded input 4 along axis -2, so it fits nowhere. Hint: a smaller kernel, or padding 1.",
                        () -> maxPool2d(ones(2, 3, 4, 4), 5)),
                error("maxPool2d: padding (2, 2) with kernel (3, 3): a window may hang over the edge by at most half of it, 1. Hint: less padding, or pad before.",
                        () -> maxPool2d(ones(2, 3, 8, 8), 3, 2, 2)),
                error("avgPool2d: kernel (0, 0): a window has at least 1 tap along each axis. Hint: 1 looks at each element alone.", () -> avgPool2d(ones(2, 3, 8, 8), 0)),
                error("adaptiveAvgPool2d: planes (8, 8) to (0, 1): both have at least one element along each axis. Hint: (1, 1) is the mean of each plane.",
                        () -> adaptiveAvgPool2d(ones(2, 3, 8, 8), 0, 1)),
                error("fold: (1, 9, 4) to planes (5, 5): the input is (B, C·kH·kW, L), here (B, C·9, 9). Hint: give the sizes and the window with which it was unfolded.",
                        () -> fold(ones(1, 9, 4), 5, 5, 3, 1, 0, 1)),
                error("batchNorm: (1, 3) in training has one value for each channel, whose variance is 0: training needs more than one. Hint: a larger batch, or eval() on the module.",
                        () -> batchNorm(ones(1, 3), zeros(3), ones(3), ones(3), zeros(3), true, 0.1, 1e-5)),
                error("batchNorm: (4, 3, 2, 2) with gamma (2): it needs one element for each of the 3 channels, axis 1. Hint: ones(3) or zeros(3)",
                        () -> batchNorm(ones(4, 3, 2, 2), zeros(3), ones(3), ones(2), zeros(3), true, 0.1, 1e-5)),
                error("batchNorm: (3) has 1 axis, and the input is (B, C) or (B, C, …). Hint: unsqueeze(0) makes a batch of one.",
                        () -> batchNorm(ones(3), zeros(3), ones(3), ones(3), zeros(3), true, 0.1, 1e-5)),
                error("groupNorm: 6 channels do not divide into 4 groups: each group has equally many. Hint: choose a number that divides 6.",
                        () -> groupNorm(ones(2, 6, 3), 4, ones(6), zeros(6), 1e-5)),
                error("dropout2d: p = 1.0 is not in 0 ≤ p < 1. Hint: p is the share that is dropped, often 0.1.", () -> dropout2d(ones(2, 3, 4, 4), 1, 0, ids(0), 0)),
                error("exp: (2) holds ints, and exp works on floats. Hint: x.toFloat() first.", () -> ids(1, 2).exp()),
                error("transpose: (3) has one axis, and a transpose swaps two. Hint: unsqueeze(0) makes a vector a row, unsqueeze(-1) a column.",
                        () -> ones(3).transpose()),
                error("transpose: there is no axis 2 in (2, 3): its axes are 0..1, or -2..-1 counted from the end. Hint: the last axis is -1.",
                        () -> ones(2, 3).transpose(0, 2)),
                error("permute: the order (0) for (2, 3) names 1 axes, and there are 2. Hint: name each axis once.", () -> ones(2, 3).permute(0)),
                error("permute: the order (0, 0) for (2, 3) names axis 0 twice. Hint: name each axis once.", () -> ones(2, 3).permute(0, 0)),
                error("reshape: (2, 3) to (4, 2): 6 elements are not 8. Hint: the sizes must multiply to 6; one may be -1.", () -> ones(2, 3).reshape(4, 2)),
                error("reshape: (2, 3) to (4, -1): 6 elements do not divide by 4. Hint: the sizes must multiply to 6.", () -> ones(2, 3).reshape(4, -1)),
                error("reshape: (2, 3) to (-1, -1): two sizes are -1. Hint: only one can be what is left over.", () -> ones(2, 3).reshape(-1, -1)),
                error("reshape: (2, 3) to (-2, 3): a size is not negative. Hint: one size may be -1: what is left over.", () -> ones(2, 3).reshape(-2, 3)),
                error("squeeze: axis 0 of (2, 3) has size 2, and only an axis of size 1 can be left out. Hint: select(0, i) picks one of the 2.",
                        () -> ones(2, 3).squeeze(0)),
                error("expand: (2, 3) to (4, 3): only axes of size 1 grow, and sizes are compared from the last axis. Hint: unsqueeze puts an axis of size 1 where it is missing.",
                        () -> ones(2, 3).expand(4, 3)),
                error("slice: 1 to 5 along axis 0 of (3): the axis has size 3, and a slice runs from its first to before its last. Hint: 0 to 3 is all of it.",
                        () -> ones(3).slice(0, 1, 5)),
                error("select: index 3 of axis 0 of (3): the axis has size 3. Hint: the last index is -1.", () -> ones(3).select(0, 3)),
                error("cat: (2, 3) and (2, 4) along axis 0: every other axis must have the same size. Hint: stack joins tensors of one shape along a new axis.",
                        () -> cat(0, ones(2, 3), ones(2, 4))),
                error("cat: (2) and (2) along axis 0: one holds ints and the other floats. Hint: toFloat() makes floats of ints.", () -> cat(0, ones(2), ids(1, 2))),
                error("cat: there is nothing to join. Hint: cat(dim, a, b, ...)", () -> cat(0)),
                error("stack: (2) and (3): all must have one shape. Hint: cat joins along an axis that is there.", () -> stack(0, ones(2), ones(3))),
                error("sum: there is no axis 1 in (3): its axes are 0..0, or -1..-1 counted from the end. Hint: the last axis is -1.", () -> ones(3).sum(1)),
                error("mean: there is no axis 0 in (): a scalar has no axes. Hint: unsqueeze(0) makes it a vector of one.", () -> ones().mean(0)),
                error("max: (0, 3) has nothing along that axis, and nothing has no largest. Hint: check for an empty batch first.", () -> zeros(0, 3).max(0)),
                error("argmax: (0) has nothing along that axis, and nothing has no largest. Hint: check for an empty batch first.", () -> zeros(0).argmax(0)),
                error("softmax: there is no axis 2 in (2, 3): its axes are 0..1, or -2..-1 counted from the end. Hint: the last axis is -1.",
                        () -> ones(2, 3).softmax(2)),
                error("maskedFill: (2, 3) with mask (2, 4): axis -1 differs, 3 != 4, and neither is 1. Hint: sizes are compared from the last axis, and must be equal or 1; reshape or unsqueeze one of the two.",
                        () -> ones(2, 3).maskedFill(ones(2, 4), 0)),
                error("maskedFill: (3) with mask (2, 3): the mask is larger than what it masks. Hint: expand the first to the mask's shape.",
                        () -> ones(3).maskedFill(ones(2, 3), 0)),
                error("maskedFill: (2, 3) with mask (2): axis -1 differs, 3 != 2, and neither is 1. Hint: one value per row is a column: b.unsqueeze(-1)",
                        () -> ones(2, 3).maskedFill(ones(2), 0)),
                error("add: one of the tensors is null, and it works on tensors that exist. Hint: does the method that makes it return it?",
                        () -> ones(2).add((Tensor) null)),
                error("cat: of 2 tensors, counted from 0, number 1 is null: nothing was put there. Hint: does the loop that fills the array reach index 1?",
                        () -> cat(0, ones(2), null)),
                error("stack: of 4 tensors, counted from 0, number 0, 2 are null: nothing was put there. Hint: does the loop that fills the array reach index 0?",
                        () -> stack(0, null, ones(2), null, ones(2))),
                error("stack: of 9 tensors, counted from 0, number 0, 1, 2, 3, 4, … are null: nothing was put there. Hint: does the loop that fills the array reach index 0?",
                        () -> stack(0, new Tensor[9])),
                error("where: (3) or (4): axis -1 differs, 3 != 4, and neither is 1. Hint: sizes are compared from the last axis, and must be equal or 1; reshape or unsqueeze one of the two.",
                        () -> where(ones(3), ones(3), ones(4))),
                error("layerNorm: (2, 3) with gamma (2): it needs one element for each of the 3 of the last axis. Hint: ones(3) or zeros(3)",
                        () -> ones(2, 3).layerNorm(ones(2), zeros(3), 1e-5)),
                error("dropout: p = 1.0 is not in 0 ≤ p < 1. Hint: p is the share that is dropped, often 0.1.", () -> ones(3).dropout(1, 0, ids(0), 0)),
                error("dropout: the step (2) must be one int. Hint: ids(0)", () -> ones(3).dropout(0.5, 0, ids(0, 1), 0)),
                error("embedding: the ids (2) are floats, and ids are ints. Hint: make them with ids(...).", () -> embedding(ones(3, 2), ones(2))),
                error("embedding: the table (3) must have two axes, one row for each id. Hint: randn(random, V, C)", () -> embedding(ones(3), ids(1))),
                error("embedding: 3 at position 1 is outside 0..2. Each id names a row of the table, which has 3.", () -> embedding(ones(3, 2), ids(0, 3))),
                error("oneHot: -1 at position 0 is outside 0..4. Each label names one of the 5 classes.", () -> oneHot(ids(-1), 5)),
                error("oneHot: the ids (2) are floats, and ids are ints. Hint: make them with ids(...).", () -> oneHot(ones(2), 5)),
                error("crossEntropy: logits (2, 3) with labels (3): each row of logits needs one label, so the labels' shape is the logits' without the last axis. Hint: reshape both: logits.reshape(-1, C), labels.reshape(-1)",
                        () -> ones(2, 3).crossEntropy(ids(0, 1, 2))),
                error("crossEntropy: logits (1, 3) with labels (1, 3): each row of logits needs one label, so the labels' shape is the logits' without the last axis. Hint: labels are class numbers, not one-hot: use argmax(-1).",
                        () -> ones(1, 3).crossEntropy(ids(new int[] {0, 1, 0}, 1, 3))),
                error("crossEntropy: logits (2, 3, 5) with labels (3, 2): each row of logits needs one label, so the labels' shape is the logits' without the last axis. Hint: reshape both: logits.reshape(-1, C), labels.reshape(-1)",
                        () -> ones(2, 3, 5).crossEntropy(ids(new int[6], 3, 2))),
                error("crossEntropy: the labels (2) are floats, and labels are ints. Hint: make them with ids(...).", () -> ones(2, 3).crossEntropy(ones(2))),
                error("crossEntropy: 3 at position 1 is outside 0..2. Each label names one of the 3 classes.", () -> ones(2, 3).crossEntropy(ids(0, 3))),
                error("crossEntropy: logits (2, 3, 5) with labels (2, 5): each row of logits needs one label, so the labels' shape is the logits' without the last axis. Hint: the classes are the last axis here: logits.transpose(1, 2)",
                        () -> ones(2, 3, 5).crossEntropy(ids(new int[10], 2, 5))),
                error("crossEntropy: 7 at position 1 is outside 0..2. Each label names one of the 3 classes.", () -> crossEntropy(ones(2, 3), ids(-100, 7), null, 0.1)),
                error("crossEntropy: logits (2, 3) with weights (2): there is one weight for each of the 3 classes. Hint: ones(3)",
                        () -> crossEntropy(ones(2, 3), ids(0, 1), ones(2), 0)),
                error("crossEntropy: label smoothing 1.5 is not in 0 ≤ ε ≤ 1. Hint: it is the share of the target that all classes get, often 0.1.",
                        () -> crossEntropy(ones(2, 3), ids(0, 1), null, 1.5)),
                error("bceWithLogits: (2, 1) with targets (2): each prediction has one target, so the shapes are equal. Hint: reshape one of the two.",
                        () -> bceWithLogits(ones(2, 1), ones(2))),
                error("bceWithLogits: logits (2, 3) with posWeight (2): it has one weight for each of the 3 of the last axis. Hint: ones(3)",
                        () -> bceWithLogits(ones(2, 3), ones(2, 3), ones(2))),
                error("bceWithLogits: the targets require a gradient, and they are data here. Hint: targets.detach()",
                        () -> bceWithLogits(ones(2), ones(2).requiresGrad(true))),
                error("bceWithLogits: (2) holds ints, and bceWithLogits works on floats. Hint: x.toFloat() first.", () -> bceWithLogits(ones(2), ids(0, 1))),
                error("mseLoss: (4, 1) with targets (4): each prediction has one target, so the shapes are equal. Hint: reshape one of the two.",
                        () -> mseLoss(ones(4, 1), ones(4))),
                error("l1Loss: (4) with targets (3): each prediction has one target, so the shapes are equal. Hint: check the size of the network's output.",
                        () -> l1Loss(ones(4), ones(3))),
                error("huberLoss: δ = 0.0 is not above 0. Hint: δ is the distance from which on the loss grows linearly, often 1.", () -> huberLoss(ones(4), ones(4), 0)),
                error("rmsNorm: (2, 3) with gamma (2): it needs one element for each of the 3 of the last axis. Hint: ones(3)", () -> ones(2, 3).rmsNorm(ones(2), 1e-5)),
                error("attention: queries (3), keys (3), values (3): each is (…, length, size), with equally many axes. Hint: unsqueeze(0) makes a batch of one.",
                        () -> scaledDotProductAttention(ones(3), ones(3), ones(3))),
                error("attention: queries (2, 3, 4), keys (1, 3, 4), values (2, 3, 4): the axes before the last two, batch and heads, must be equal. Hint: expand the one that is shared.",
                        () -> scaledDotProductAttention(ones(2, 3, 4), ones(1, 3, 4), ones(2, 3, 4))),
                error("attention: queries (3, 4), keys (5, 6), values (5, 4): a query is compared with a key by their product, so the last sizes must be equal, 4 != 6. Hint: project both to d_k.",
                        () -> scaledDotProductAttention(ones(3, 4), ones(5, 6), ones(5, 4))),
                error("attention: queries (3, 4), keys (5, 4), values (6, 4): each key has one value, 5 != 6. Hint: both come from the same positions.",
                        () -> scaledDotProductAttention(ones(3, 4), ones(5, 4), ones(6, 4))),
                error("attention: scores (3, 5) with mask (2, 3, 5): the mask is larger than what it masks. Hint: it is broadcast to one row for each query, one column for each key.",
                        () -> scaledDotProductAttention(ones(3, 4), ones(5, 4), ones(5, 4), ones(2, 3, 5), false)),
                error("attention: scores (3, 5) with bias (2, 3, 5): the bias is larger than what it is added to. Hint: it is broadcast to one row for each query, one column for each key.",
                        () -> ScaledDotProductAttention.apply(ones(3, 4), ones(5, 4), ones(5, 4), ones(2, 3, 5), null, false)),
                error("attention: the bias (3, 5) asks for a gradient, and there is none of it here. Hint: write the softmax out, q.matmul(k.transpose()).add(bias).softmax()",
                        () -> ScaledDotProductAttention.apply(ones(3, 4), ones(5, 4), ones(5, 4), ones(3, 5).requiresGrad(true), null, false)),
                error("attention: (2, 3, 8) for 2 heads: it is (B, T, 3·numHeads·d_k), queries, keys and values side by side. Hint: project to three times the width.",
                        () -> SelfAttention.apply(ones(2, 3, 8), 2, null, null, false)),
                error("linear: (2, 3) with weight (3, 4): the weight is (out, in), and in must be the last size of the input. Hint: transpose the weight.",
                        () -> linear(ones(2, 3), ones(3, 4), ones(4))),
                error("linear: weight (4, 3) with bias (3): the bias has one element for each output. Hint: zeros(4)", () -> linear(ones(2, 3), ones(4, 3), ones(3))),
                error("item: (2) has 2 elements, and item() reads the only one. Hint: get(index...) reads one of many.", () -> ones(2).item()),
                error("get: there is no element (2) in (2): one index for each axis, below its size. Hint: select(dim, index) takes a whole row.", () -> ones(2).get(2)),
                error("toArray2d: (2) has 1 axes, and a matrix has 2. Hint: select or reshape first.", () -> ones(2).toArray2d()),
                error("toIntArray: (2) holds floats. Hint: toArray() reads floats.", () -> ones(2).toIntArray()),
                error("size: there is no axis 2 in (2, 3): its axes are 0..1, or -2..-1 counted from the end. Hint: the last axis is -1.", () -> ones(2, 3).size(2)),
                error("tensor: 3 numbers for the shape (2, 2), which has 4. Hint: the sizes must multiply to the number of elements.",
                        () -> tensor(new float[3], 2, 2)),
                error("tensor: row 1 has 1 numbers and row 0 has 2: the rows of a matrix are equally long. Hint: pad the shorter ones.",
                        () -> tensor(new double[][] {{1, 2}, {3}})),
                error("tensor: the shape (-1, -1) has a negative size. Hint: sizes are 0 or more.", () -> tensor(new float[1], -1, -1)),
                error("randn: the shape (-3) has a negative size. Hint: sizes are 0 or more.", () -> randn(new Random(1), -3)),
                error("arange: the shape (-3) has a negative size. Hint: sizes are 0 or more.", () -> arange(-3)),
                error("oneHot: the shape (2, -1) has a negative size. Hint: sizes are 0 or more.", () -> oneHot(ids(0, 1), -1)),
                error("expand: (3) to (-1, 3): only axes of size 1 grow, and sizes are compared from the last axis. Hint: unsqueeze puts an axis of size 1 where it is missing.",
                        () -> ones(3).expand(-1, 3)),
                error("gather: indices (2) along axis 1 of (2, 3): every other axis must have the same size. Hint: unsqueeze(1) the indices to take one element of each line.",
                        () -> ones(2, 3).gather(1, ids(0, 1))),
                error("gather: indices (3, 1) along axis 1 of (2, 3): every other axis must have the same size. Hint: slice or expand the one that differs.",
                        () -> ones(2, 3).gather(1, ids(new int[3], 3, 1))),
                error("gather: 3 at position 1 is outside 0..2. Each index names a place along the axis, which has 3.", () -> ones(2, 3).gather(1, ids(new int[] {0, 3}, 2, 1))),
                error("gather: the indices (2, 1) are floats, and indices are ints. Hint: make them with ids(...).", () -> ones(2, 3).gather(1, ones(2, 1))),
                error("split: the sizes (-1, 4) along axis -1 of (2, 3): a part has 0 or more elements. Hint: slice(dim, from, to) counts from the end with negative numbers.",
                        () -> ones(2, 3).split(-1, -1, 4)),
                error("split: the sizes (2, 2) along axis -1 of (2, 3) add up to 4, and the axis has 3. Hint: chunk(dim, n) cuts into n equal parts.",
                        () -> ones(2, 3).split(-1, 2, 2)),
                error("chunk: axis 1 of (2, 3) does not divide into 2 equal parts. Hint: split(dim, sizes...) cuts into unequal ones.", () -> ones(2, 3).chunk(1, 2)),
                error("stack: there is nothing to join. Hint: stack(dim, a, b, ...)", () -> stack(0)),
                error("lstm: the weight_hh (8, 3) is (4·hiddenSize, hiddenSize). Hint: the gates' weights stand one above the other.",
                        () -> Lstm.apply(ones(1, 1, 2), new RecurrentWeights(ones(8, 2), ones(8, 3), ones(8), ones(8)), null, null, null, false)),
                error("rnn: the weight_ih (4, 2) with weight_hh (3, 3): it has one row for each of the 3 of weight_hh. Hint: (3, inputSize)",
                        () -> Rnn.apply(ones(1, 1, 2), new RecurrentWeights(ones(4, 2), ones(3, 3), ones(3), ones(3)), null, null, false, false)),
                error("gru: a bias (3) with weight_hh (6, 2): it has one element for each row. Hint: zeros(6)",
                        () -> Gru.apply(ones(1, 1, 2), new RecurrentWeights(ones(6, 2), ones(6, 2), ones(6), ones(3)), null, null, false)),
                error("paddingMask: sequence 0 has length 4, and T is 3. Hint: T is the longest length.", () -> paddingMask(new int[] {4}, 3)),
                error("maxAbsDiff: (2) and (3): only tensors of one shape can be compared. Hint: reshape one of the two.", () -> maxAbsDiff(ones(2), ones(3))),
                error("assign: (3) into (2): both must have one shape and kind. Hint: reshape or expand the new values.", () -> ones(2).assign(ones(3))),
                error("assign: floats into (2) of ints: they would be rounded. Hint: give ints.", () -> ids(1, 2).assign(1.5f, 2f)),
                error("assign: 3 values into (2): it has 2 elements. Hint: give one value for each.", () -> ones(2).assign(1f, 2f, 3f)),
                error("shape (65536, 65536): 4294967296 elements are more than a tensor holds, 2147483647. Hint: split the batch.", () -> zeros(65536, 65536)),
                // products that are 0 in an int, and in a long
                error("shape (65536, 65536): 4294967296 elements are more than a tensor holds, 2147483647. Hint: split the batch.", () -> eye(65536)),
                error("shape (65536, 65536): 4294967296 elements are more than a tensor holds, 2147483647. Hint: split the batch.",
                        () -> ones(65536, 1).matmul(ones(1, 65536))),
                error("shape (65536, 65536): 4294967296 elements are more than a tensor holds, 2147483647. Hint: split the batch.",
                        () -> zeros(0).reshape(65536, 65536)),
                error("shape (65536, 65536, 65536, 65536): 18446744073709551616 elements are more than a tensor holds, 2147483647. Hint: split the batch.",
                        () -> zeros(65536, 65536, 65536, 65536)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("errors")
    void saysWhatIsWrongAndWhatToDo(String message, ThrowingCallable call) {
        assertThatThrownBy(call).hasMessage(message);
    }
}
