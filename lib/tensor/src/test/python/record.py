"""Writes what PyTorch computes, so that the kit's numbers come from outside the kit.

Run by hand, from the repository's root, when a case is added (the tests only read the files):

    python3 -m venv torchenv
    torchenv/bin/pip install torch==2.15.0 numpy
    torchenv/bin/python lib/tensor/src/test/python/record.py

It rewrites lib/tensor/src/test/resources/pytorch/*.json (ops, read by PyTorchRecordingsTest) and
lib/nn/src/test/resources/pytorch/*.json (modules, optimisers and training curves, read through Recorded).

A case holds: op, name, args, terms (how many numbers the longest sum adds: tests scale their tolerance with it), inputs,
dout (the gradient that flows in), outputs, gradients. Inputs are float32 values; everything else was computed in float64
from exactly those values. The same version of PyTorch writes the same bytes again.
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

ROOT = pathlib.Path(__file__).resolve().parents[5]
torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)
generator = torch.Generator().manual_seed(20261121)
files = {}


def normal(*shape, scale=1.0, shift=0.0):
    """Float32 numbers, held in float64: Java reads exactly these."""
    return (torch.randn(shape, generator=generator) * scale + shift).float().double()


def positive(*shape):
    return (torch.rand(shape, generator=generator) * 3 + 0.1).float().double()


def distinct(*shape):
    """No two equal, so that max has one winner."""
    n = math.prod(shape)
    return ((torch.randperm(n, generator=generator) - n / 2) * 0.37).float().double().reshape(shape)


def number(x, digits):
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    text = f"{x:.{digits}g}"
    return int(text) if text.lstrip("-").isdigit() else float(text)


def pack(t, digits=12):
    t = t.detach()
    if not t.is_floating_point():
        return {"shape": list(t.shape), "ints": [int(v) for v in t.reshape(-1)]}
    return {"shape": list(t.shape), "data": [number(float(v), digits) for v in t.reshape(-1)]}


def case(file, op, name, function, inputs, args=None, terms=1, fixed=()):
    """inputs: name -> tensor. Those of floating type get a gradient unless named in fixed."""
    leaves = {k: v.clone().requires_grad_(v.is_floating_point() and k not in fixed) for k, v in inputs.items()}
    y = function(*leaves.values())
    record = {"op": op, "name": name, "args": args or {}, "terms": terms,
              "inputs": {k: pack(v, 9) for k, v in inputs.items()}, "outputs": {"y": pack(y)}}
    learn = {k: v for k, v in leaves.items() if v.requires_grad}
    if learn and y.is_floating_point():
        dout = normal(*y.shape)
        y.backward(dout)
        record["dout"] = pack(dout, 9)
        record["gradients"] = {k: pack(v.grad) for k, v in learn.items()}
    files.setdefault(file, []).append(record)


# --- matmul ---------------------------------------------------------------------------------------------------------
for name, a, b in [("2-D", (3, 5), (5, 4)), ("one element", (1, 1), (1, 1)), ("odd", (7, 37), (37, 3)),
                   ("row times column", (1, 9), (9, 1)), ("column times row", (6, 1), (1, 5)),
                   ("wider than a vector", (5, 19), (19, 35)), ("batched", (2, 3, 4), (2, 4, 5)),
                   ("batch of four dimensions", (2, 3, 4, 5), (2, 3, 5, 2)), ("second shared by the batch", (3, 4, 5), (5, 2)),
                   ("first shared by the batch", (4, 5), (3, 5, 2)), ("batch dimensions broadcast", (2, 1, 3, 4), (3, 4, 2)),
                   ("vector times vector", (6,), (6,)), ("vector times matrix", (4,), (4, 3)), ("matrix times vector", (3, 4), (4,)),
                   ("batch times vector", (2, 3, 4), (4,))]:
    case("matmul", "matmul", name, torch.matmul, {"a": normal(*a), "b": normal(*b)}, terms=max(a[-1], math.prod(a) // a[-1], math.prod(b) // b[0] if len(b) > 1 else 1) * (3 if "shared" in name else 1))
case("matmul", "matmul", "empty batch", torch.matmul, {"a": normal(0, 3, 4), "b": normal(4, 2)}, terms=4)

# --- shape ----------------------------------------------------------------------------------------------------------
case("shape", "transpose", "matrix", lambda x: x.transpose(-1, -2), {"x": normal(3, 5)})
case("shape", "transpose", "last two of four", lambda x: x.transpose(-1, -2), {"x": normal(2, 3, 4, 5)})
for a, b in [(0, 1), (0, 2), (1, 2), (-3, -1)]:
    case("shape", "transposeDims", f"{a} and {b}", lambda x: x.transpose(a, b), {"x": normal(2, 3, 4)}, {"a": a, "b": b})
for order in [(2, 0, 1), (1, 2, 0), (0, 1, 2)]:
    case("shape", "permute", str(order), lambda x: x.permute(order), {"x": normal(2, 3, 4)}, {"order": list(order)})
case("shape", "permute", "heads of attention", lambda x: x.permute(0, 2, 1, 3), {"x": normal(2, 3, 4, 5)}, {"order": [0, 2, 1, 3]})
for shape in [(6, 4), (-1,), (4, -1), (1, 24, 1)]:
    case("shape", "reshape", str(shape), lambda x: x.reshape(shape), {"x": normal(2, 3, 4)}, {"shape": list(shape)})
for dim in [0, 1, 2, -1]:
    case("shape", "unsqueeze", f"at {dim}", lambda x: x.unsqueeze(dim), {"x": normal(2, 3)}, {"dim": dim})
for dim in [1, -1]:
    case("shape", "squeeze", f"at {dim}", lambda x: x.squeeze(dim), {"x": normal(3, 1, 2, 1)}, {"dim": dim})
case("shape", "expand", "one row to four", lambda x: x.expand(4, 3), {"x": normal(1, 3)}, {"shape": [4, 3]}, terms=4)
case("shape", "expand", "a new leading dimension", lambda x: x.expand(2, 5, 3), {"x": normal(5, 1)}, {"shape": [2, 5, 3]}, terms=6)
for dim, start, end in [(0, 1, 3), (1, 0, 2), (-1, 2, 5)]:
    case("shape", "slice", f"{start}..{end} of {dim}", lambda x: x.narrow(dim, start, end - start), {"x": normal(4, 3, 5)}, {"dim": dim, "from": start, "to": end})
for dim, index in [(0, 2), (1, 0), (-1, 4)]:
    case("shape", "select", f"{index} of {dim}", lambda x: x.select(dim, index), {"x": normal(4, 3, 5)}, {"dim": dim, "index": index})
for dim in [0, 1, -1]:
    shapes = [[2, 3, 4], [2, 3, 4]]
    shapes[1][dim] = 5
    case("shape", "cat", f"along {dim}", lambda a, b: torch.cat([a, b], dim), {"a": normal(*shapes[0]), "b": normal(*shapes[1])}, {"dim": dim})
    case("shape", "stack", f"along {dim}", lambda a, b: torch.stack([a, b], dim), {"a": normal(2, 3), "b": normal(2, 3)}, {"dim": dim})

# --- arithmetic, broadcast as NumPy does ------------------------------------------------------------------------------
PAIRS = [("same shape", (3, 4), (3, 4)), ("a row", (3, 4), (4,)), ("a column", (3, 4), (3, 1)), ("both stretched", (3, 1, 4), (2, 1)),
         ("one element", (2, 3), (1,)), ("first is smaller", (5,), (2, 3, 5)), ("middle of three", (2, 3, 4), (1, 3, 1)),
         ("longer than a vector", (2, 37), (37,)), ("empty", (0, 3), (3,))]
for op, function in [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div)]:
    for name, a, b in PAIRS:
        case("arithmetic", op, name, function, {"a": normal(*a), "b": positive(*b) * (1 if op != "sub" else -1)}, terms=24)
for op, function in [("addScalar", torch.add), ("subScalar", torch.sub), ("mulScalar", torch.mul), ("divScalar", torch.div)]:
    case("arithmetic", op, "by -2.5", lambda x: function(x, -2.5), {"x": normal(3, 4)}, {"value": -2.5})
for exponent in [2, 3, -1, 0.5]:
    case("arithmetic", "pow", f"to the {exponent}", lambda x: x.pow(exponent), {"x": positive(3, 4)}, {"exponent": exponent}, terms=4)
case("arithmetic", "pow", "a square of negative numbers", lambda x: x.pow(2), {"x": normal(3, 4)}, {"exponent": 2}, terms=2)
case("arithmetic", "neg", "matrix", torch.neg, {"x": normal(3, 4)})

# --- element by element -----------------------------------------------------------------------------------------------
wide = torch.tensor([-30.0, -12.0, -6.5, -4.0, -1.5, -0.75, -0.1, -1e-4, 0.0, 1e-4, 0.1, 0.75, 1.5, 4.0, 6.5, 12.0, 30.0]).float().double()
for op, function in [("exp", torch.exp), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("relu", torch.relu),
                     ("gelu", F.gelu), ("abs", torch.abs)]:
    case("elementwise", op, "normal", function, {"x": normal(3, 11)}, terms=4)
    case("elementwise", op, "from -30 to 30" if op != "exp" else "from -30 to 12", function, {"x": wide if op != "exp" else wide[:-1]}, terms=8)
    case("elementwise", op, "one element", function, {"x": normal(1)}, terms=4)
for op, function in [("log", torch.log), ("sqrt", torch.sqrt)]:
    case("elementwise", op, "positive", function, {"x": positive(3, 11)}, terms=4)
    case("elementwise", op, "small and large", function, {"x": torch.tensor([1e-6, 1e-3, 1.0, 1e3, 1e6]).float().double()}, terms=4)
mask = torch.tensor([[0, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]])
case("elementwise", "maskedFill", "same shape", lambda x, m: x.masked_fill(m.bool(), -1e9), {"x": normal(3, 4), "mask": mask}, {"value": -1e9})
case("elementwise", "maskedFill", "mask broadcast over the batch", lambda x, m: x.masked_fill(m.bool(), 0.5), {"x": normal(2, 3, 4), "mask": mask}, {"value": 0.5})

# --- reductions -------------------------------------------------------------------------------------------------------
for op, function in [("sum", torch.sum), ("mean", torch.mean), ("variance", torch.var)]:
    case("reduction", op, "all", lambda x: function(x), {"x": normal(2, 3, 5, shift=0.5)}, terms=30)
    for dim in [0, 1, 2, -1]:
        for keep in [False, True]:
            case("reduction", op, f"dimension {dim}{' kept' if keep else ''}", lambda x: function(x, dim=dim, keepdim=keep),
                 {"x": normal(2, 3, 5, shift=0.5)}, {"dim": dim, "keepDim": keep}, terms=8)
    case("reduction", op, "long", lambda x: function(x, dim=1, keepdim=False), {"x": normal(2, 333, scale=0.5, shift=0.25)}, {"dim": 1, "keepDim": False}, terms=333)
case("reduction", "max", "all", lambda x: x.max(), {"x": distinct(2, 3, 5)})
for dim in [0, 1, -1]:
    for keep in [False, True]:
        case("reduction", "max", f"dimension {dim}{' kept' if keep else ''}", lambda x: x.max(dim, keepdim=keep).values, {"x": distinct(2, 3, 5)}, {"dim": dim, "keepDim": keep})
    case("reduction", "argmax", f"dimension {dim}", lambda x: x.argmax(dim), {"x": distinct(2, 3, 5)}, {"dim": dim})

# --- softmax ----------------------------------------------------------------------------------------------------------
for op, function in [("softmax", F.softmax), ("logSoftmax", F.log_softmax)]:
    for dim in [0, 1, 2, -1]:
        case("softmax", op, f"dimension {dim}", lambda x: function(x, dim=dim), {"x": normal(2, 3, 5)}, {"dim": dim}, terms=8)
    case("softmax", op, "large values do not overflow", lambda x: function(x, dim=-1), {"x": normal(2, 7, scale=60, shift=200)}, {"dim": -1}, terms=8)
    case("softmax", op, "a row of 133", lambda x: function(x, dim=-1), {"x": normal(2, 133)}, {"dim": -1}, terms=133)
    case("softmax", op, "one column", lambda x: function(x, dim=-1), {"x": normal(3, 1)}, {"dim": -1}, terms=4)
case("softmax", "crossEntropy", "mean over the batch", lambda x, t: F.cross_entropy(x, t), {"logits": normal(6, 4, scale=2), "labels": torch.tensor([0, 3, 1, 1, 2, 0])}, terms=8)
case("softmax", "crossEntropy", "one sample", lambda x, t: F.cross_entropy(x, t), {"logits": normal(1, 3), "labels": torch.tensor([2])}, terms=4)
case("softmax", "crossEntropy", "large logits", lambda x, t: F.cross_entropy(x, t), {"logits": normal(5, 17, scale=50), "labels": torch.tensor([16, 0, 8, 3, 3])}, terms=20)

# --- layers -----------------------------------------------------------------------------------------------------------
case("layer", "embedding", "repeated ids", lambda w, i: F.embedding(i, w), {"table": normal(7, 4), "ids": torch.tensor([1, 5, 1, 0, 1])}, terms=3)
case("layer", "embedding", "a batch of sequences", lambda w, i: F.embedding(i, w), {"table": normal(5, 3), "ids": torch.tensor([[4, 0, 2], [2, 2, 1]])}, terms=3)
for name, shape in [("rows", (4, 6)), ("three dimensions", (2, 3, 5)), ("wide", (2, 133))]:
    c = shape[-1]
    case("layer", "layerNorm", name, lambda x, g, b: F.layer_norm(x, (c,), g, b, 1e-5),
         {"x": normal(*shape, scale=2, shift=1), "gamma": normal(c, shift=1, scale=0.2), "beta": normal(c)}, {"eps": 1e-5}, terms=4 * c)
for name, q, k, v in [("2-D", (4, 3), (5, 3), (5, 2)), ("batch and heads", (2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4)), ("one query", (1, 8), (6, 8), (6, 8))]:
    case("layer", "attention", name, lambda q, k, v: F.scaled_dot_product_attention(q, k, v), {"q": normal(*q), "k": normal(*k), "v": normal(*v)}, terms=24)
hidden = torch.triu(torch.ones(4, 4), diagonal=1).long()
case("layer", "maskedAttention", "causal", lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m == 0),
     {"q": normal(2, 4, 3), "k": normal(2, 4, 3), "v": normal(2, 4, 3), "mask": hidden}, terms=24)
padding = torch.tensor([[[0, 0, 1, 1]], [[0, 0, 0, 1]]])
case("layer", "maskedAttention", "padding", lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m == 0),
     {"q": normal(2, 3, 3), "k": normal(2, 4, 3), "v": normal(2, 4, 3), "mask": padding}, terms=24)

# --- convolution, pooling, normalisation by channel -------------------------------------------------------------------
# random numbers of its own: a case added here leaves the other files as they are
shared, generator = generator, torch.Generator().manual_seed(2)


def conv(name, x, weight, bias=True, stride=1, padding=0, dilation=1, groups=1):
    pair = lambda v: list(v) if isinstance(v, tuple) else [v]
    inputs = {"x": normal(*x), "weight": normal(*weight)}
    if bias:
        inputs["bias"] = normal(weight[0])
    args = {"stride": pair(stride), "padding": pair(padding), "dilation": pair(dilation), "groups": groups}
    function = F.conv2d if len(x) == 4 else F.conv1d
    case("convolution", "conv2d" if len(x) == 4 else "conv1d", name, lambda x, w, b=None: function(x, w, b, stride, padding, dilation, groups), inputs, args,
         terms=max(math.prod(weight[1:]), math.prod(x) // x[1], 16))


conv("3x3", (2, 3, 6, 7), (4, 3, 3, 3))
conv("3x3 without bias", (2, 2, 5, 5), (3, 2, 3, 3), bias=False)
conv("same size by padding", (1, 2, 6, 9), (3, 2, 3, 3), padding=1)
conv("1x1", (2, 5, 4, 6), (7, 5, 1, 1))
conv("1x1 in steps of 2", (2, 3, 5, 6), (4, 3, 1, 1), stride=2)
conv("1x1 with padding", (1, 3, 3, 4), (2, 3, 1, 1), padding=1)
conv("5x5 as in LeNet", (2, 1, 12, 12), (6, 1, 5, 5))
conv("wider than a register", (1, 2, 4, 37), (2, 2, 3, 3), padding=1)
conv("stride 2", (2, 3, 7, 8), (4, 3, 3, 3), stride=2, padding=1)
conv("stride 3, larger than the kernel", (1, 2, 9, 8), (3, 2, 2, 2), stride=3)
conv("rows and columns differ", (2, 2, 8, 9), (3, 2, 2, 4), stride=(2, 1), padding=(0, 2), dilation=(2, 1))
conv("dilation 2", (1, 2, 9, 9), (3, 2, 3, 3), dilation=2, padding=2)
conv("dilation 3, stride 2", (1, 2, 11, 10), (2, 2, 3, 3), dilation=3, stride=2, padding=3)
conv("two groups", (2, 4, 6, 5), (6, 2, 3, 3), groups=2, padding=1)
conv("two groups of 1x1", (2, 6, 4, 4), (4, 3, 1, 1), groups=2)
conv("depthwise", (2, 4, 6, 7), (4, 1, 3, 3), groups=4, padding=1)
conv("depthwise, stride 2, dilation 2", (1, 3, 9, 8), (3, 1, 3, 3), groups=3, stride=2, dilation=2, padding=2)
conv("depthwise, two kernels a channel", (2, 3, 6, 19), (6, 1, 3, 3), groups=3, padding=1)
conv("one output", (2, 3, 4, 4), (2, 3, 4, 4))
conv("more padding than kernel", (1, 2, 2, 3), (2, 2, 2, 2), padding=3)
conv("empty batch", (0, 2, 5, 5), (3, 2, 3, 3))
conv("along a line", (2, 3, 11), (4, 3, 3))
conv("along a line, causal dilation", (1, 2, 16), (2, 2, 2), padding=4, dilation=4)
conv("along a line, stride and groups", (2, 4, 10), (6, 2, 3), stride=2, padding=1, groups=2)
for name, x, weight, args in [("stride 2", (2, 3, 4, 5), (3, 2, 3, 3), dict(stride=2)), ("stride 1", (1, 2, 5, 4), (2, 3, 3, 3), dict()),
                              ("doubles a size", (2, 3, 4, 4), (3, 4, 4, 4), dict(stride=2, padding=1)),
                              ("output padding", (2, 2, 3, 4), (2, 3, 3, 3), dict(stride=2, padding=1, output_padding=1)),
                              ("stride 3, dilation 2", (1, 2, 3, 3), (2, 2, 2, 3), dict(stride=3, padding=1, output_padding=2, dilation=2)),
                              ("two groups", (2, 4, 3, 3), (4, 3, 2, 2), dict(stride=2, groups=2)), ("depthwise", (1, 3, 4, 4), (3, 1, 3, 3), dict(stride=2, padding=1, groups=3)),
                              ("1x1", (2, 3, 3, 4), (3, 2, 1, 1), dict()), ("empty batch", (0, 2, 3, 3), (2, 2, 2, 2), dict(stride=2))]:
    case("convolution", "convTranspose2d", name, lambda x, w, b: F.conv_transpose2d(x, w, b, **args),
         {"x": normal(*x), "weight": normal(*weight), "bias": normal(weight[1] * args.get("groups", 1))},
         {"stride": 1, "padding": 0, "output_padding": 0, "groups": 1, "dilation": 1} | args, terms=max(math.prod(x) // x[1] * 4, math.prod(weight), 16))
for name, x, kernel, stride, padding, dilation in [("3", (2, 2, 5, 6), 3, 1, 0, 1), ("stride 2, padding 1", (1, 3, 6, 5), 3, 2, 1, 1), ("dilation 2", (1, 2, 7, 8), 2, 1, 1, 2)]:
    args = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    case("convolution", "unfold", name, lambda x: F.unfold(x, kernel, dilation, padding, stride), {"x": normal(*x)}, args, terms=9)
    columns = F.unfold(torch.zeros(x), kernel, dilation, padding, stride).shape
    case("convolution", "fold", name, lambda c: F.fold(c, x[2:], kernel, dilation, padding, stride), {"columns": normal(*columns)}, args | {"H": x[2], "W": x[3]}, terms=9)
POOLS = [("2", (2, 3, 6, 8), 2, 2, 0), ("2, an odd size", (2, 2, 7, 5), 2, 2, 0), ("3, stride 2, padding 1", (2, 2, 7, 8), 3, 2, 1), ("3, stride 1", (1, 2, 6, 21), 3, 1, 0),
         ("the whole plane", (2, 3, 4, 4), 4, 4, 0), ("empty batch", (0, 2, 4, 4), 2, 2, 0)]
for name, x, kernel, stride, padding in POOLS:
    args = {"kernel": kernel, "stride": stride, "padding": padding}
    case("convolution", "maxPool2d", name, lambda x: F.max_pool2d(x, kernel, stride, padding), {"x": distinct(*x)}, args, terms=9)
    case("convolution", "avgPool2d", name, lambda x: F.avg_pool2d(x, kernel, stride, padding), {"x": normal(*x)}, args, terms=16)
ties = torch.tensor([[[[1.0, 1, 0, 0], [1, 1, 0, 0], [2, 3, 5, 5], [3, 2, 5, 5]]]])
case("convolution", "maxPool2d", "equal elements: the first wins", lambda x: F.max_pool2d(x, 2), {"x": ties}, {"kernel": 2, "stride": 2, "padding": 0})
for stride, padding in [(3, 0), (2, 1)]:
    args = {"kernel": 3, "stride": stride, "padding": padding}
    case("convolution", "maxPool1d", f"stride {stride}, padding {padding}", lambda x: F.max_pool1d(x, 3, stride, padding), {"x": distinct(2, 3, 10)}, args, terms=3)
    case("convolution", "avgPool1d", f"stride {stride}, padding {padding}", lambda x: F.avg_pool1d(x, 3, stride, padding), {"x": normal(2, 3, 10)}, args, terms=4)
for name, x, size in [("to one", (2, 3, 5, 7), (1, 1)), ("parts of equal size", (2, 2, 6, 8), (3, 2)), ("parts that overlap", (1, 2, 7, 10), (3, 4)), ("larger than the plane", (1, 2, 2, 3), (5, 4))]:
    case("convolution", "adaptiveAvgPool2d", name, lambda x: F.adaptive_avg_pool2d(x, size), {"x": normal(*x)}, {"H": size[0], "W": size[1]}, terms=35)


def batch_norm(training, momentum):
    def function(x, gamma, beta, mean, var):
        mean, var = mean.clone(), var.clone()
        y = F.batch_norm(x, mean, var, gamma, beta, training, momentum, 1e-5)
        return torch.cat([y.reshape(-1), mean, var])   # the running statistics after it too
    return function


for name, x, training, momentum in [("images", (4, 3, 3, 5), True, 0.1), ("rows", (6, 5), True, 0.3), ("lines", (3, 2, 7), True, 0.1), ("one example", (1, 3, 4, 4), True, 0.1),
                                    ("wide", (2, 2, 5, 40), True, 1.0), ("evaluation", (4, 3, 3, 5), False, 0.1), ("evaluation of one row", (1, 4), False, 0.1)]:
    c = x[1]
    case("convolution", "batchNorm", name, batch_norm(training, momentum), {"x": normal(*x, scale=2, shift=1), "gamma": normal(c, shift=1, scale=0.2), "beta": normal(c),
         "mean": normal(c), "var": positive(c)}, {"training": training, "momentum": momentum}, terms=4 * math.prod(x) // c, fixed=("mean", "var"))
for name, x, groups in [("images", (2, 6, 3, 5), 3), ("one group", (3, 4, 2, 3), 1), ("each channel by itself", (2, 3, 4, 5), 3), ("rows", (3, 6), 2), ("wide", (2, 2, 3, 41), 2)]:
    case("convolution", "groupNorm", name, lambda x, g, b: F.group_norm(x, groups, g, b, 1e-5), {"x": normal(*x, scale=2, shift=1), "gamma": normal(x[1], shift=1, scale=0.2),
         "beta": normal(x[1])}, {"groups": groups}, terms=4 * math.prod(x) // x[0] // groups)

generator = shared

# --- losses and activations ------------------------------------------------------------------------------------------
shared, generator = generator, torch.Generator().manual_seed(3)


def labels_of(n, classes, *shape):
    return torch.randint(0, classes, shape or (n,), generator=generator)


def cross_entropy(name, logits, labels, weights=None, smoothing=0.0, ignored=-100):
    inputs = {"logits": logits, "labels": labels}
    if weights is not None:
        inputs["weights"] = weights
    case("loss", "crossEntropyOf", name, lambda x, t, w=None: F.cross_entropy(x.reshape(-1, x.shape[-1]), t.reshape(-1), w, ignore_index=ignored, label_smoothing=smoothing),
         inputs, {"smoothing": smoothing, "ignored": ignored}, terms=24, fixed=("weights",))


some = labels_of(7, 5)
some[2] = some[5] = -100
padded = labels_of(0, 9, 2, 6)
padded[0, 4:] = padded[1, 2:] = 0
cross_entropy("plain", normal(6, 4, scale=2), labels_of(6, 4))
cross_entropy("class weights", normal(6, 4, scale=2), labels_of(6, 4), weights=positive(4))
cross_entropy("a class of weight 0", normal(9, 3), labels_of(9, 3), weights=torch.tensor([0.0, 1.0, 2.5]))
cross_entropy("label smoothing", normal(6, 4, scale=2), labels_of(6, 4), smoothing=0.1)
cross_entropy("weights and smoothing", normal(8, 5, scale=2), labels_of(8, 5), weights=positive(5), smoothing=0.3)
cross_entropy("smoothing 1: every class alike", normal(4, 3), labels_of(4, 3), smoothing=1.0)
cross_entropy("ignored rows", normal(7, 5), some)
cross_entropy("ignored rows, weights and smoothing", normal(7, 5), some, weights=positive(5), smoothing=0.2)
cross_entropy("sequences with padding 0", normal(2, 6, 9), padded, ignored=0)
cross_entropy("many classes", normal(5, 133, scale=3), labels_of(5, 133), weights=positive(133), smoothing=0.1)
cross_entropy("one class", normal(3, 1), labels_of(3, 1), smoothing=0.1)
targets = torch.rand((4, 5), generator=generator).float().double()
case("loss", "bceWithLogits", "targets between 0 and 1", lambda x, t: F.binary_cross_entropy_with_logits(x, t), {"x": normal(4, 5, scale=3), "t": targets}, terms=20, fixed=("t",))
case("loss", "bceWithLogits", "weight of the positive", lambda x, t, w: F.binary_cross_entropy_with_logits(x, t, pos_weight=w),
     {"x": normal(4, 5, scale=3), "t": (targets > 0.5).double(), "w": positive(5)}, terms=20, fixed=("t", "w"))
case("loss", "bceWithLogits", "large logits", lambda x, t: F.binary_cross_entropy_with_logits(x, t), {"x": torch.tensor([-200.0, -90.0, 90.0, 200.0]), "t": torch.tensor([1.0, 0.0, 0.5, 1.0])},
     terms=4, fixed=("t",))
for name, shape in [("vector", (7,)), ("three axes", (2, 3, 5)), ("longer than a register", (3, 37)), ("one", (1,))]:
    case("loss", "mseLoss", name, F.mse_loss, {"y": normal(*shape), "t": normal(*shape)}, terms=math.prod(shape))
    case("loss", "l1Loss", name, F.l1_loss, {"y": normal(*shape), "t": normal(*shape)}, terms=math.prod(shape))
    case("loss", "huberLoss", name, lambda y, t: F.huber_loss(y, t, delta=0.8), {"y": normal(*shape), "t": normal(*shape)}, {"delta": 0.8}, terms=math.prod(shape))
for name, q, k, v in [("2-D", (4, 3), (5, 3), (5, 2)), ("batch and heads", (2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4)), ("one query", (1, 8), (6, 8), (6, 8)), ("three leading axes", (2, 1, 2, 3, 4), (2, 1, 2, 3, 4), (2, 1, 2, 3, 4)),
                      ("longer than a block", (70, 5), (67, 5), (67, 3)), ("no queries", (2, 0, 3), (2, 4, 3), (2, 4, 3))]:
    case("loss", "fusedAttention", name, lambda q, k, v: F.scaled_dot_product_attention(q, k, v), {"q": normal(*q), "k": normal(*k), "v": normal(*v)}, {"causal": False}, terms=24 + q[-2])
for name, shape in [("causal", (2, 2, 5, 4)), ("causal, longer than a block", (2, 70, 4)), ("causal, one step", (1, 1, 4))]:
    case("loss", "fusedAttention", name, lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
         {"q": normal(*shape), "k": normal(*shape), "v": normal(*shape)}, {"causal": True}, terms=24 + shape[-2])
for name, q, k, m in [("padding by sequence", (2, 2, 3, 4), (2, 2, 4, 4), torch.tensor([[[[0, 0, 1, 1]]], [[[0, 0, 0, 1]]]])), ("a mask for each query", (3, 4, 3), (3, 4, 3), hidden),
                      ("a mask for each of three", (3, 2, 3), (3, 4, 3), torch.randint(0, 2, (3, 1, 4), generator=generator) * torch.tensor([1, 1, 1, 0])),
                      ("a query that sees nothing", (2, 2, 3), (2, 4, 3), torch.tensor([[[1, 1, 1, 1], [0, 1, 0, 1]], [[0, 0, 0, 0], [1, 1, 1, 1]]]))]:
    case("loss", "fusedAttention", name, lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m == 0), {"q": normal(*q), "k": normal(*k), "v": normal(*k), "mask": m}, {"causal": False}, terms=24)
for op, function, args in [("silu", F.silu, {}), ("geluTanh", lambda x: F.gelu(x, approximate="tanh"), {}), ("leakyRelu", lambda x: F.leaky_relu(x, 0.1), {"slope": 0.1})]:
    case("loss", op, "normal", function, {"x": normal(3, 29)}, args, terms=8)
    case("loss", op, "from -30 to 30", function, {"x": wide}, args, terms=8)
for name, shape in [("rows", (4, 6)), ("three dimensions", (2, 3, 5)), ("wide", (2, 133)), ("one", (3, 1))]:
    case("loss", "rmsNorm", name, lambda x, g: F.rms_norm(x, shape[-1:], g, 1e-5), {"x": normal(*shape, scale=2, shift=1), "gamma": normal(shape[-1], shift=1, scale=0.2)},
         {"eps": 1e-5}, terms=4 * shape[-1])

generator = shared

# --- modules and optimisers (lib/nn) ----------------------------------------------------------------------------------
modules = []


def module_case(op, name, module, call, inputs, args, terms):
    """A module's outputs, the gradients of its inputs, its state_dict and the gradients of its parameters."""
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(normal(*p.shape, scale=0.5))
    leaves = {k: v.clone().requires_grad_(v.is_floating_point()) for k, v in inputs.items()}
    outputs = call(module, *leaves.values())
    first = next(iter(outputs.values()))
    dout = normal(*first.shape)
    first.backward(dout)
    modules.append({"op": op, "name": name, "args": args, "terms": terms, "inputs": {k: pack(v, 9) for k, v in inputs.items()},
                    "state": {k: pack(v, 9) for k, v in module.state_dict().items()}, "dout": pack(dout, 9),
                    "outputs": {k: pack(v) for k, v in outputs.items()},
                    "gradients": {k: pack(v.grad) for k, v in leaves.items() if v.requires_grad},
                    "parameterGradients": {k: pack(p.grad) for k, p in module.named_parameters()}})


module_case("Linear", "with bias", torch.nn.Linear(5, 3), lambda m, x: {"y": m(x)}, {"x": normal(4, 5)}, {"in": 5, "out": 3}, 8)
module_case("Embedding", "ids of a batch", torch.nn.Embedding(6, 4), lambda m, i: {"y": m(i)}, {"ids": torch.tensor([[1, 5, 1], [0, 2, 1]])}, {"rows": 6, "columns": 4}, 4)
module_case("LayerNorm", "three dimensions", torch.nn.LayerNorm(5), lambda m, x: {"y": m(x)}, {"x": normal(2, 3, 5)}, {"size": 5}, 20)


def self_attention(mask):
    def call(m, x):
        y, weights = m(x, x, x, attn_mask=mask, need_weights=True, average_attn_weights=False)
        return {"y": y, "weights": weights}
    return call


def cross_attention(m, q, kv):
    y, weights = m(q, kv, kv, need_weights=True, average_attn_weights=False)
    return {"y": y, "weights": weights}


for name, mask in [("self", None), ("self, causal", torch.triu(torch.ones(5, 5), diagonal=1).bool())]:
    module_case("MultiHeadAttention", name, torch.nn.MultiheadAttention(8, 2, batch_first=True), self_attention(mask),
                {"x": normal(2, 5, 8)}, {"dModel": 8, "numHeads": 2, "causal": mask is not None}, 40)
module_case("MultiHeadAttention", "cross", torch.nn.MultiheadAttention(6, 3, batch_first=True), cross_attention,
            {"query": normal(2, 3, 6), "memory": normal(2, 4, 6)}, {"dModel": 6, "numHeads": 3, "causal": False}, 40)

optimisers = []
for name, lr, decay, clip in [("clipped at 0.5", 0.05, 0.01, 0.5), ("never clipped", 0.01, 0.1, 1e3)]:
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(normal(*p.shape, scale=0.7))
    x, labels = normal(10, 5, 4, scale=2), torch.randint(0, 3, (10, 5), generator=generator)
    start = {k: pack(v, 9) for k, v in net.state_dict().items()}
    optimiser = torch.optim.AdamW(net.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay)
    losses, norms = [], []
    for step in range(10):
        optimiser.zero_grad()
        loss = F.cross_entropy(net(x[step]), labels[step])
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(net.parameters(), clip)))
        optimiser.step()
        losses.append(loss.item())
    optimisers.append({"op": "AdamW", "name": name, "args": {"lr": lr, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": decay, "maxNorm": clip}, "terms": 300,
                       "inputs": {"x": pack(x, 9), "labels": pack(labels)}, "state": start,
                       "outputs": {"losses": pack(torch.tensor(losses)), "norms": pack(torch.tensor(norms)), **{k: pack(v) for k, v in net.state_dict().items()}}})

# --- parts and lookups ------------------------------------------------------------------------------------------------
generator.manual_seed(1986)
for dim in [0, 1, -1]:
    shape = [2, 3, 4]
    index = torch.randint(0, shape[dim], [5 if d == dim % 3 else n for d, n in enumerate(shape)], generator=generator)
    case("parts", "gather", f"along {dim}", lambda x, i: x.gather(dim, i), {"x": normal(*shape), "index": index}, {"dim": dim}, terms=5)
case("parts", "gather", "one class of each row", lambda x, i: x.gather(1, i), {"x": normal(6, 4), "index": torch.randint(0, 4, (6, 1), generator=generator)}, {"dim": 1})
for dim, sizes in [(0, [1, 3]), (1, [2, 0, 1]), (-1, [5])]:
    for part in range(len(sizes)):
        case("parts", "split", f"part {part} of {sizes} along {dim}", lambda x: x.split(sizes, dim)[part], {"x": normal(4, 3, 5)}, {"dim": dim, "sizes": sizes, "part": part})
for part in range(3):
    case("parts", "chunk", f"part {part} of 3", lambda x: x.chunk(3, -1)[part], {"x": normal(2, 6)}, {"dim": -1, "n": 3, "part": part})
case("parts", "embeddingWithPadding", "id 2 is padding", lambda w, i: F.embedding(i, w, padding_idx=2), {"table": normal(7, 4), "ids": torch.tensor([[1, 2, 1], [6, 2, 2]])}, {"padding": 2}, terms=3)

# --- recurrent layers, read by RecurrentTest (lib/nn) -------------------------------------------------------------------
generator.manual_seed(1997)  # so that cases added above change nothing here
recurrent = []


def own_weights(module, scale=0.6):
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(normal(*p.shape, scale=scale))


def recurrent_case(kind, name, B, T, I, H, layers=1, both=False, lengths=None, start=False, last_only=False, **options):
    """All outputs get a gradient, or only the last states; gradients of the input, the first states and all parameters."""
    module = {"RNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}[kind](I, H, num_layers=layers, bidirectional=both, batch_first=True, **options)
    own_weights(module)
    names = ["h0", "c0"] if kind == "LSTM" else ["h0"]
    leaves = {"x": normal(B, T, I).requires_grad_(True)}
    if start:
        leaves |= {n: normal(layers * (2 if both else 1), B, H).requires_grad_(True) for n in names}
    state = (leaves["h0"], leaves["c0"]) if start and kind == "LSTM" else leaves.get("h0")
    x = leaves["x"] if lengths is None else torch.nn.utils.rnn.pack_padded_sequence(leaves["x"], lengths, batch_first=True, enforce_sorted=False)
    y, last = module(x, state)
    if lengths is not None:
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=T)
    outputs = {"output": y, **dict(zip(["hN", "cN"], last if kind == "LSTM" else [last]))}
    douts = {k: normal(*v.shape) for k, v in outputs.items() if not (last_only and k == "output")}
    torch.autograd.backward([outputs[k] for k in douts], list(douts.values()))
    recurrent.append({"op": kind, "name": name, "args": {"I": I, "H": H, "layers": layers, "both": both, "relu": options.get("nonlinearity") == "relu", "lengths": lengths},
                      "terms": 8 * T * B, "inputs": {k: pack(v, 9) for k, v in leaves.items()}, "state": {k: pack(v, 9) for k, v in module.state_dict().items()},
                      "douts": {k: pack(v, 9) for k, v in douts.items()}, "outputs": {k: pack(v, 9) for k, v in outputs.items()},
                      "gradients": {k: pack(v.grad, 9) for k, v in leaves.items()} | {k: pack(p.grad, 9) for k, p in module.named_parameters()}})


for kind in ["RNN", "LSTM", "GRU"]:
    recurrent_case(kind, "one layer", 3, 5, 4, 6)
    recurrent_case(kind, "with first states", 2, 4, 3, 5, start=True)
    recurrent_case(kind, "only the last states have a gradient", 2, 4, 3, 5, start=True, last_only=True)
    recurrent_case(kind, "one step", 4, 1, 3, 5, start=True)
    recurrent_case(kind, "one of everything", 1, 1, 1, 1)
    recurrent_case(kind, "wider than a vector", 9, 3, 5, 35)
    recurrent_case(kind, "both directions", 3, 4, 3, 5, both=True, start=True)
    recurrent_case(kind, "three layers", 2, 4, 3, 5, layers=3, start=True)
    recurrent_case(kind, "unequal lengths", 4, 5, 3, 6, lengths=[3, 5, 1, 4], start=True)
    recurrent_case(kind, "unequal lengths, longer than all", 2, 6, 3, 4, lengths=[2, 4])
    recurrent_case(kind, "two layers, both directions, unequal lengths", 5, 5, 3, 6, layers=2, both=True, lengths=[2, 5, 1, 5, 3], start=True)
recurrent_case("RNN", "relu", 3, 5, 4, 6, nonlinearity="relu", start=True)
recurrent_case("RNN", "relu, both directions, unequal lengths", 7, 4, 3, 19, nonlinearity="relu", both=True, lengths=[1, 4, 2, 4, 3, 2, 1])

for kind, cell in [("RNNCell", torch.nn.RNNCell), ("LSTMCell", torch.nn.LSTMCell), ("GRUCell", torch.nn.GRUCell)]:
    for B, I, H in [(3, 4, 6), (1, 1, 1)]:
        module = cell(I, H)
        own_weights(module)
        leaves = {k: normal(B, n).requires_grad_(True) for k, n in [("x", I), ("h0", H)] + [("c0", H)] * (kind == "LSTMCell")}
        last = module(leaves["x"], (leaves["h0"], leaves["c0"])) if kind == "LSTMCell" else [module(leaves["x"], leaves["h0"])]
        outputs = dict(zip(["hN", "cN"], last))
        douts = {k: normal(*v.shape) for k, v in outputs.items()}
        torch.autograd.backward(list(outputs.values()), list(douts.values()))
        recurrent.append({"op": kind, "name": f"{B} x {I} -> {H}", "args": {"I": I, "H": H}, "terms": 8 * B, "inputs": {k: pack(v, 9) for k, v in leaves.items()},
                          "state": {k: pack(v, 9) for k, v in module.state_dict().items()}, "douts": {k: pack(v, 9) for k, v in douts.items()},
                          "outputs": {k: pack(v, 9) for k, v in outputs.items()},
                          "gradients": {k: pack(v.grad, 9) for k, v in leaves.items()} | {k: pack(p.grad, 9) for k, p in module.named_parameters()}})

# which sign the sum of a sequence has, and of what length it is: 50 steps of training on 4 batches in turn
curves = []
for kind, layer in [("RNN", torch.nn.RNN), ("LSTM", torch.nn.LSTM), ("GRU", torch.nn.GRU)]:
    net = torch.nn.ModuleDict({"recurrent": layer(2, 10, num_layers=2, bidirectional=True, batch_first=True), "out": torch.nn.Linear(20, 2)})
    own_weights(net, 0.3)
    x, lengths = normal(4, 6, 9, 2), torch.randint(1, 10, (4, 6), generator=generator)
    inside = (torch.arange(9) < lengths[..., None]).double()
    labels = ((x[..., 0] * inside).sum(-1) > 0).long()
    start = {k: pack(v, 9) for k, v in net.state_dict().items()}
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=0.01)
    losses = []
    for step in range(50):
        b = step % 4
        optimiser.zero_grad()
        packed = torch.nn.utils.rnn.pack_padded_sequence(x[b], lengths[b], batch_first=True, enforce_sorted=False)
        _, last = net["recurrent"](packed)
        last = last[0] if kind == "LSTM" else last
        loss = F.cross_entropy(net["out"](torch.cat([last[-2], last[-1]], -1)), labels[b])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    curves.append({"op": kind, "name": "50 steps", "args": {}, "terms": 0, "inputs": {"x": pack(x, 9), "lengths": pack(lengths), "labels": pack(labels)},
                   "state": start, "outputs": {"losses": pack(torch.tensor(losses))}})

# --- Transformer blocks and positions, read by TransformerTest (lib/nn) --------------------------------------------------
generator.manual_seed(2017)  # so that cases added above change nothing here
shared_modules, modules = modules, []


def encoder_layer(dModel, heads, dFF, pre, gelu):
    return torch.nn.TransformerEncoderLayer(dModel, heads, dFF, dropout=0, activation="gelu" if gelu else "relu", batch_first=True, norm_first=pre)


def hidden(T):
    return torch.triu(torch.ones(T, T), diagonal=1).bool()


for name, pre, gelu, causal, B, T, dModel, heads, dFF in [("post-LN, ReLU", False, False, False, 2, 4, 8, 2, 12), ("pre-LN, GELU, causal", True, True, True, 2, 5, 8, 2, 12),
                                                         ("post-LN, GELU, causal", False, True, True, 1, 3, 6, 3, 7), ("pre-LN, ReLU", True, False, False, 3, 2, 6, 1, 24),
                                                         ("one position", True, True, True, 2, 1, 4, 2, 5)]:
    module_case("TransformerBlock", name, encoder_layer(dModel, heads, dFF, pre, gelu), lambda m, x: {"y": m(x, src_mask=hidden(T) if causal else None)}, {"x": normal(B, T, dModel)},
                {"dModel": dModel, "numHeads": heads, "dFF": dFF, "preNorm": pre, "gelu": gelu, "causal": causal}, 60 * B)
padded = torch.tensor([[0, 0, 0, 1, 1], [0, 0, 0, 0, 0]])
module_case("TransformerBlock", "padding", encoder_layer(8, 2, 12, True, True), lambda m, x, p: {"y": m(x, src_key_padding_mask=p.bool())}, {"x": normal(2, 5, 8), "padding": padded},
            {"dModel": 8, "numHeads": 2, "dFF": 12, "preNorm": True, "gelu": True, "causal": False}, 120)
for name, pre, gelu, B, T, S, dModel, heads in [("post-LN, ReLU", False, False, 2, 4, 3, 8, 2), ("pre-LN, GELU", True, True, 2, 3, 5, 6, 3)]:
    layer = torch.nn.TransformerDecoderLayer(dModel, heads, 10, dropout=0, activation="gelu" if gelu else "relu", batch_first=True, norm_first=pre)
    module_case("TransformerDecoderBlock", name, layer, lambda m, x, memory: {"y": m(x, memory, tgt_mask=hidden(T))}, {"x": normal(B, T, dModel), "memory": normal(B, S, dModel)},
                {"dModel": dModel, "numHeads": heads, "dFF": 10, "preNorm": pre, "gelu": gelu}, 60 * B)
transformer, modules = modules, shared_modules


def positions_case(op, name, function, args, x, terms=4):
    x = x.requires_grad_(True)
    y = function(x)
    dout = normal(*y.shape)
    y.backward(dout)
    transformer.append({"op": op, "name": name, "args": args, "terms": terms, "inputs": {"x": pack(x, 9)}, "dout": pack(dout, 9), "outputs": {"y": pack(y)}, "gradients": {"x": pack(x.grad)}})


def rope(base, start):
    """Each pair as a complex number, turned by multiplying with e^(i m theta)."""
    def function(x):
        T, d = x.shape[-2:]
        angle = torch.outer(torch.arange(start, start + T, dtype=torch.float64), base ** (-torch.arange(0, d, 2, dtype=torch.float64) / d))
        turned = torch.view_as_complex(x.reshape(*x.shape[:-1], d // 2, 2)) * torch.polar(torch.ones_like(angle), angle)
        return torch.view_as_real(turned).flatten(-2)
    return function


def sinusoidal(x):
    T, d = x.shape[-2:]
    angle = torch.arange(T, dtype=torch.float64)[:, None] * torch.exp(torch.arange(0, d, 2, dtype=torch.float64) * (-math.log(10000.0) / d))
    table = torch.zeros(T, d)
    table[:, 0::2], table[:, 1::2] = torch.sin(angle), torch.cos(angle)[:, :d // 2]
    return x + table


for name, shape, base, start in [("from 0", (2, 2, 5, 6), 10000.0, 0), ("from 7, base 100", (1, 3, 4, 8), 100.0, 7), ("one position", (1, 1, 1, 2), 10000.0, 3)]:
    positions_case("Rope", name, rope(base, start), {"base": base, "from": start}, normal(*shape))
positions_case("SinusoidalPositions", "even", sinusoidal, {}, normal(2, 7, 6))
positions_case("SinusoidalPositions", "an odd width", sinusoidal, {}, normal(1, 40, 5))


def alibi_scores(heads):
    """The bias of the paper's figure 3, as what attention adds to equal scores."""
    def function(x):
        T = x.shape[-1]
        away = torch.arange(T)[None, :] - torch.arange(T)[:, None]
        slopes = torch.tensor([2.0 ** (-8 * (h + 1) / heads) for h in range(heads)])
        return x + slopes[:, None, None] * -away.abs()
    return function


for heads in [4, 3]:
    positions_case("Alibi", f"{heads} heads", alibi_scores(heads), {"numHeads": heads}, normal(heads, 6, 6))

# which symbol comes next: two causal blocks of each kind, 50 steps of training
for pre in [True, False]:
    net = torch.nn.ModuleDict({"token": torch.nn.Embedding(6, 8), "blocks": torch.nn.ModuleList([encoder_layer(8, 2, 16, pre, True) for _ in range(2)]), "out": torch.nn.Linear(8, 6)})
    own_weights(net, 0.3)
    start = torch.randint(0, 6, (4, 5, 1), generator=generator)
    x = (start + torch.tensor([1, 2, 5])[torch.randint(0, 3, (4, 5, 1), generator=generator)] * torch.arange(7)) % 6  # each sequence goes up by its own step
    first = {k: pack(v, 9) for k, v in net.state_dict().items()}
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=0.01)
    losses = []
    for step in range(50):
        h = net["token"](x[step % 4][:, :-1])
        for block in net["blocks"]:
            h = block(h, src_mask=hidden(6))
        loss = F.cross_entropy(net["out"](h).reshape(-1, 6), x[step % 4][:, 1:].reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    transformer.append({"op": "curve", "name": "pre-LN" if pre else "post-LN", "args": {"preNorm": pre}, "terms": 0, "inputs": {"x": pack(x)}, "state": first,
                        "outputs": {"losses": pack(torch.tensor(losses))}})


# --- optimisers with their state, and schedules ----------------------------------------------------------------------
generator = torch.Generator().manual_seed(4)
updates = []


def optimiser_case(op, name, make, args, clip_value=None):
    net = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 3))
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(normal(*p.shape, scale=0.7))
    x, labels = normal(10, 5, 4, scale=2), torch.randint(0, 3, (10, 5), generator=generator)
    start = {k: pack(v, 9) for k, v in net.state_dict().items()}
    optimiser = make(net.parameters())
    losses = []
    for step in range(10):
        optimiser.zero_grad()
        loss = F.cross_entropy(net(x[step]), labels[step])
        loss.backward()
        if clip_value:
            torch.nn.utils.clip_grad_value_(net.parameters(), clip_value)
        optimiser.step()
        losses.append(loss.item())
    states = [optimiser.state[p] for p in net.parameters()]
    moments = {k: torch.cat([s[k].reshape(-1) for s in states]) for k in ("momentum_buffer", "exp_avg", "exp_avg_sq") if states[0].get(k) is not None}
    updates.append({"op": op, "name": name, "args": args | {"clipValue": clip_value or 0}, "terms": 300, "inputs": {"x": pack(x, 9), "labels": pack(labels)}, "state": start,
                    "outputs": {"losses": pack(torch.tensor(losses)), **{k: pack(v) for k, v in moments.items()}, **{k: pack(v) for k, v in net.state_dict().items()}}})


for name, lr, momentum, decay, nesterov, clip in [("plain", 0.1, 0, 0, False, None), ("weight decay", 0.1, 0, 0.05, False, None), ("momentum", 0.05, 0.9, 0, False, None),
                                                  ("momentum and decay", 0.05, 0.8, 0.02, False, None), ("Nesterov", 0.05, 0.9, 0.01, True, None), ("clipped by value", 0.1, 0.9, 0, False, 0.05)]:
    optimiser_case("Sgd", name, lambda p: torch.optim.SGD(p, lr=lr, momentum=momentum, weight_decay=decay, nesterov=nesterov),
                   {"lr": lr, "momentum": momentum, "weightDecay": decay, "nesterov": nesterov}, clip)
for name, lr, beta1, beta2, decay in [("defaults", 0.01, 0.9, 0.999, 0), ("weight decay", 0.02, 0.8, 0.99, 0.1)]:
    optimiser_case("Adam", name, lambda p: torch.optim.Adam(p, lr=lr, betas=(beta1, beta2), weight_decay=decay), {"lr": lr, "beta1": beta1, "beta2": beta2, "weightDecay": decay})
    optimiser_case("AdamW", name, lambda p: torch.optim.AdamW(p, lr=lr, betas=(beta1, beta2), weight_decay=decay), {"lr": lr, "beta1": beta1, "beta2": beta2, "weightDecay": decay})


def rates(make, steps, values=None):
    """The learning rate of each step; with values, after each of them (plateau)."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    schedule, seen = make(optimiser), []
    for t in range(steps):
        optimiser.step()
        if values is None:
            seen.append(optimiser.param_groups[0]["lr"])
            schedule.step()
        else:
            schedule.step(values[t])
            seen.append(optimiser.param_groups[0]["lr"])
    return pack(torch.tensor(seen))


S = torch.optim.lr_scheduler
plateau_values = [1.0, 0.9, 0.95, 0.92, 0.91, 0.91, 0.91, 0.5, 0.5, 0.49999, 0.6, math.nan, 0.6, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]
schedules = [{"op": "step", "name": "every 7", "args": {"every": 7, "gamma": 0.3}, "outputs": {"lr": rates(lambda o: S.StepLR(o, 7, 0.3), 30)}},
             {"op": "cosine", "name": "to 0.01", "args": {"steps": 25, "minLr": 0.01}, "outputs": {"lr": rates(lambda o: S.CosineAnnealingLR(o, 25, 0.01), 26)}},
             {"op": "warmUpCosine", "name": "5 of 30", "args": {"warmUp": 5, "steps": 30, "minLr": 0.02}, "outputs": {"lr": rates(
                 lambda o: S.SequentialLR(o, [S.LinearLR(o, 1 / 5, 1, 4), S.CosineAnnealingLR(o, 25, 0.02)], [5]), 30)}},
             {"op": "plateau", "name": "patience 2", "args": {"factor": 0.5, "patience": 2, "minLr": 0.02}, "inputs": {"values": pack(torch.tensor([v if v == v else 1e9 for v in plateau_values]), 9)},
              "outputs": {"lr": rates(lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=2, min_lr=0.02), len(plateau_values), plateau_values)}}]

# --- convolutional layers, initial values and a training run, read by ConvolutionalTest (lib/nn) -----------------------------
generator.manual_seed(1989)
shared, modules = modules, []


def images(module, *x, name, terms=300, **args):
    module_case(type(module).__name__, name, module, lambda m, x: {"y": m(x)}, {"x": normal(*x)}, args, terms)


images(torch.nn.Conv2d(3, 4, 3), 2, 3, 6, 7, name="3x3", **{"in": 3, "out": 4, "kernel": 3, "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True})
images(torch.nn.Conv2d(4, 6, 3, 2, 1, 2, 2, bias=False), 2, 4, 8, 7, name="all options", **{"in": 4, "out": 6, "kernel": 3, "stride": 2, "padding": 1, "dilation": 2, "groups": 2, "bias": False})
images(torch.nn.Conv1d(3, 4, 3, 2, 1), 2, 3, 9, name="stride 2", **{"in": 3, "out": 4, "kernel": 3, "stride": 2, "padding": 1, "dilation": 1, "groups": 1, "bias": True})
images(torch.nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, 2), 2, 4, 3, 4, name="output padding, groups",
       **{"in": 4, "out": 6, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1, "groups": 2, "dilation": 1, "bias": True})
images(torch.nn.MaxPool2d(3, 2, 1), 2, 3, 7, 6, name="3, stride 2", kernel=3, stride=2, padding=1)
images(torch.nn.AvgPool2d(2), 2, 3, 6, 4, name="2", kernel=2, stride=2, padding=0)
images(torch.nn.AdaptiveAvgPool2d((2, 3)), 2, 3, 7, 5, name="to 2x3", H=2, W=3)
images(torch.nn.GroupNorm(2, 6), 3, 6, 4, 5, name="two groups", groups=2, channels=6)
images(torch.nn.Flatten(), 2, 3, 4, 5, name="images")


# two passes in training, then the recorded one, in training or evaluation: the running statistics count
for norm, shape in [(torch.nn.BatchNorm2d, (4, 3, 3, 4)), (torch.nn.BatchNorm1d, (6, 5)), (torch.nn.BatchNorm1d, (3, 2, 5))]:
    for evaluation in [False, True]:
        module = norm(shape[1], momentum=0.2)
        with torch.no_grad():
            for p in module.parameters():
                p.copy_(normal(*p.shape))
        start = {k: pack(v, 9) for k, v in module.state_dict().items()}
        before, x, dout = normal(2, *shape, shift=0.5), normal(*shape, scale=2, shift=1).requires_grad_(True), normal(*shape)
        for one in before:
            module(one)
        y = module.train(not evaluation)(x)
        y.backward(dout)
        modules.append({"op": norm.__name__, "name": f"{shape}, {'evaluation' if evaluation else 'training'}", "args": {"channels": shape[1], "momentum": 0.2, "evaluation": evaluation},
                        "terms": 400, "inputs": {"x": pack(x, 9), "before": pack(before, 9)}, "state": start, "dout": pack(dout, 9),
                        "outputs": {"y": pack(y), "running_mean": pack(module.running_mean), "running_var": pack(module.running_var)},
                        "batches": int(module.num_batches_tracked), "gradients": {"x": pack(x.grad)},
                        "parameterGradients": {k: pack(p.grad) for k, p in module.named_parameters()}})
convolutional, modules = modules, shared

# the numbers with which PyTorch draws initial values: what it hands to uniform_ and normal_
drawn = []
uniform, gauss = torch.Tensor.uniform_, torch.Tensor.normal_
torch.Tensor.uniform_ = lambda t, a=0, b=1, generator=None: drawn.append(b) or uniform(t, a, b, generator=generator)
torch.Tensor.normal_ = lambda t, mean=0, std=1, generator=None: drawn.append(std) or gauss(t, mean, std, generator=generator)


def spread(function, *args, **options):
    drawn.clear()
    function(*args, **options)
    return drawn[0]


initial = {"gains": {k: torch.nn.init.calculate_gain(k) for k in ["linear", "sigmoid", "tanh", "relu", "selu"]}, "leaky": torch.nn.init.calculate_gain("leaky_relu", 0.2), "weights": [],
           "layers": {"Conv2d": spread(torch.nn.Conv2d, 6, 16, 5, groups=2), "Conv1d": spread(torch.nn.Conv1d, 6, 4, 3), "ConvTranspose2d": spread(torch.nn.ConvTranspose2d, 6, 4, 3, groups=2),
                      "Linear": spread(torch.nn.Linear, 7, 3)}}
for shape in [(5, 7), (16, 6, 5, 5), (4, 3, 3)]:
    w = torch.empty(shape)
    initial["weights"].append({"shape": list(shape), "kaimingUniform": spread(torch.nn.init.kaiming_uniform_, w), "kaimingNormal": spread(torch.nn.init.kaiming_normal_, w),
                               "kaimingUniformLeakyOut": spread(torch.nn.init.kaiming_uniform_, w, 0.2, "fan_out"), "kaimingNormalLeakyOut": spread(torch.nn.init.kaiming_normal_, w, 0.2, "fan_out"),
                               "xavierUniform": spread(torch.nn.init.xavier_uniform_, w, 1.5), "xavierNormal": spread(torch.nn.init.xavier_normal_, w, 1.5)})
torch.Tensor.uniform_, torch.Tensor.normal_ = uniform, gauss

# (no bias before a batch norm: its gradient is 0 but for rounding, which Adam would blow up to whole steps)
# bars that stand, lie or cross in noise, in which direction? 50 steps of a small LeNet with batch norm on 4 batches in turn, then an evaluation
net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 5, padding=2, bias=False), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
                          torch.nn.Conv2d(4, 8, 5, bias=False), torch.nn.BatchNorm2d(8), torch.nn.ReLU(), torch.nn.AvgPool2d(2), torch.nn.Flatten(),
                          torch.nn.Linear(8, 12, bias=False), torch.nn.BatchNorm1d(12), torch.nn.ReLU(), torch.nn.Linear(12, 4))
with torch.no_grad():
    for k, p in net.named_parameters():
        p.copy_(normal(*p.shape, scale=0.2, shift=1.0 if p.dim() == 1 and k.endswith("weight") else 0.0))
labels = torch.randint(0, 4, (4, 10), generator=generator)
x = normal(4, 10, 1, 12, 12, scale=0.7)
for b in range(4):
    for n in range(10):
        at, kind = int(torch.randint(2, 10, (1,), generator=generator)), int(labels[b, n])
        for i in range(12):
            if kind != 0:
                x[b, n, 0, i, at if kind == 1 else (i + at) % 12 if kind == 2 else (at - i) % 12] += 1
            else:
                x[b, n, 0, at, i] += 1
x = x.mul(64).round().div(64)
start = {k: pack(v, 9) for k, v in net.state_dict().items()}
optimiser = torch.optim.AdamW(net.parameters(), lr=0.003, weight_decay=0.01)
losses = []
for step in range(50):
    optimiser.zero_grad()
    loss = F.cross_entropy(net(x[step % 4]), labels[step % 4])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    losses.append(loss.item())
    if step == 9:
        after_ten = {k: pack(v, 9) for k, v in net.state_dict().items()}
net.eval()
curve = [{"op": "LeNet", "name": "50 steps with batch norm", "args": {}, "terms": 0, "inputs": {"x": pack(x, 9), "labels": pack(labels)}, "state": start,
          "outputs": {"losses": pack(torch.tensor(losses)), "logits": pack(net(x[0])), "running_var": pack(net[1].running_var), **after_ten}}]


# --- RMSNorm as a layer, and an MLP's training curve ------------------------------------------------------------------
generator = torch.Generator().manual_seed(5)
mlp = []
norm = torch.nn.RMSNorm(5, eps=2.0 ** -23)
with torch.no_grad():
    norm.weight.copy_(normal(5, shift=1, scale=0.2))
x = normal(2, 3, 5).requires_grad_(True)
dout = normal(2, 3, 5)
y = norm(x)
y.backward(dout)
mlp.append({"op": "RmsNorm", "name": "three dimensions", "args": {}, "terms": 20, "inputs": {"x": pack(x, 9)}, "state": {"weight": pack(norm.weight, 9)}, "dout": pack(dout, 9),
            "outputs": {"y": pack(y)}, "gradients": {"x": pack(x.grad)}, "parameterGradients": {"weight": pack(norm.weight.grad)}})
net = torch.nn.Sequential(torch.nn.Linear(6, 24), torch.nn.GELU(), torch.nn.LayerNorm(24), torch.nn.Linear(24, 24), torch.nn.SiLU(), torch.nn.Linear(24, 4))
with torch.no_grad():
    for name, p in net.named_parameters():
        p.copy_(normal(*p.shape, scale=0.3, shift=1.0 if name == "2.weight" else 0.0))
x, target = normal(50, 16, 6), torch.randint(0, 4, (50, 16), generator=generator)
target = torch.where(torch.rand((50, 16), generator=generator) < 0.8, (x[..., 0] > 0).long() * 2 + (x[..., 1] * x[..., 2] > 0).long(), target)
state = {k: pack(v, 9) for k, v in net.state_dict().items()}
weights = positive(4)
optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 50)
losses = []
for step in range(50):
    optimiser.zero_grad()
    loss = F.cross_entropy(net(x[step]), target[step], weights, label_smoothing=0.1)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    schedule.step()
    losses.append(loss.item())
mlp.append({"op": "curve", "name": "MLP, 50 steps", "args": {"lr": 0.02, "maxNorm": 1.0, "smoothing": 0.1}, "terms": 50, "inputs": {"x": pack(x, 9), "labels": pack(target), "weights": pack(weights, 9)},
            "state": state, "outputs": {"losses": pack(torch.tensor(losses))}})


def write(folder, name, cases):
    target = ROOT / folder / "src/test/resources/pytorch" / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    target.write_text('{"torch":"%s","source":"lib/tensor/src/test/python/record.py","count":%d,"cases":[\n%s\n]}\n'
                      % (torch.__version__.split("+")[0], len(cases), lines))
    print(f"{target.relative_to(ROOT)}: {len(cases)} cases, {target.stat().st_size // 1024} KB")


for name, cases in files.items():
    write("lib/tensor", name, cases)
write("lib/nn", "modules", modules)
write("lib/nn", "convolutional", convolutional)
write("lib/nn", "convolutional-initial", [initial])
write("lib/nn", "convolutional-curve", curve)
write("lib/nn", "optimisers", optimisers)
write("lib/nn", "recurrent", recurrent)
write("lib/nn", "recurrent-curves", curves)
write("lib/nn", "transformer", transformer)
write("lib/nn", "updates", updates)
write("lib/nn", "schedules", schedules)
write("lib/nn", "mlp", mlp)
