"""PyTorch's side of ./unrolled bench: reads one JSON line at a time, answers with one.

{"prepare": {"op": ..., "sizes": {...}}, "threads": 1} -> {"ok": true}
{"results": "FILE"}                                     -> {"lengths": [...]}: float32 of every output, one after the other
{"round": seconds}                                      -> {"seconds": s}: of one call, on average
"""
import gc
import json
import signal
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

WEIGHT = 0.125


def floats(array, scale, *shape):
    n = 1
    for size in shape:
        n *= size
    i = torch.arange(n, dtype=torch.int64)
    return (((7919 * i + 104729 * array) % 2003 - 1001).to(torch.float32) / 1001.0 * scale).reshape(shape)


def ids(array, bound, *shape):
    n = 1
    for size in shape:
        n *= size
    return ((7919 * torch.arange(n, dtype=torch.int64) + 104729 * array) % 2003 % bound).reshape(shape)


def fill(model):
    with torch.no_grad():
        for s, (name, parameter) in enumerate(sorted(model.named_parameters())):
            values = floats(10 + s, WEIGHT, *parameter.shape)
            parameter.copy_(values + 1 if "norm" in name and name.endswith("weight") else values)


class Block(nn.Module):
    """Pre-LN Transformer block; attention by PyTorch's fused function."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.self_attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, bias=None):
        B, T, C = x.shape
        a = self.self_attn
        q, k, v = F.linear(self.norm1(x), a.in_proj_weight, a.in_proj_bias).view(B, T, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        x = x + a.out_proj(y.transpose(1, 2).reshape(B, T, C))
        return x + self.linear2(F.gelu(self.linear1(self.norm2(x))))


class Positions(nn.Module):
    def __init__(self, length, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(length, width))

    def forward(self, x):
        return x + self.weight[:x.shape[1]]


class LeNet(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


class Writer(nn.Module):
    def __init__(self, V):
        super().__init__()
        self.table, self.rnn, self.out = nn.Embedding(V, 32), nn.RNN(32, 192, batch_first=True), nn.Linear(192, V)

    def forward(self, x):
        return self.out(self.rnn(self.table(x))[0]).flatten(0, 1)


class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.out = nn.LSTM(2, 32, batch_first=True), nn.Linear(32, 1)

    def forward(self, x):
        return self.out(self.lstm(x)[0][:, -1])


class Gpt(nn.Module):
    def __init__(self, V, T):
        super().__init__()
        self.token, self.norm, self.out = nn.Embedding(V, 64), nn.LayerNorm(64), nn.Linear(64, V)
        self.blocks = nn.ModuleList(Block(64, 4) for _ in range(3))
        t = torch.arange(T)
        slopes = torch.tensor([2.0 ** (-8 * (h + 1) / 4) for h in range(4)])
        bias = -slopes[:, None, None] * (t[:, None] - t[None, :]).abs()
        self.bias = bias.masked_fill(t[None, :] > t[:, None], float("-inf"))[None]

    def forward(self, x):
        x = self.token(x)
        for block in self.blocks:
            x = block(x, self.bias)
        return self.out(self.norm(x)).flatten(0, 1)


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch, self.places, self.norm, self.out = nn.Linear(48, 64), Positions(64, 64), nn.LayerNorm(64), nn.Linear(64, 10)
        self.blocks = nn.ModuleList(Block(64, 4) for _ in range(2))

    def forward(self, x):
        x = self.places(self.patch(x))
        for block in self.blocks:
            x = block(x)
        return self.out(self.norm(x).mean(1))


def forward(body):
    def call():
        with torch.no_grad():
            return [body()]
    return call


def backward(body, dout, wanted):
    for x in wanted:
        x.requires_grad_(True)

    def call():
        for x in wanted:
            x.grad = None
        y = body()
        y.backward(dout)
        return [y] + [x.grad for x in wanted]
    return call


def step(model, loss):
    fill(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

    def call():
        optimizer.zero_grad()
        value = loss(model)
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return [torch.tensor([value.item()]), norms]

    def norms():  # only where results are asked for, never while it is timed
        return torch.stack([parameter.grad.norm() for _, parameter in sorted(model.named_parameters())])
    return call


def recurrent(layer, s):
    fill(layer)
    x = floats(1, 1, s["B"], s["T"], s["I"])
    if not s["backward"]:
        return forward(lambda: layer(x)[0])
    wanted = [x] + [parameter for _, parameter in sorted(layer.named_parameters())]
    return backward(lambda: layer(x)[0], floats(2, 1, s["B"], s["T"], s["H"]), wanted)


def prepare(op, s):
    if op == "matmul":
        a, b = floats(1, 1, s["M"], s["K"]), floats(2, 1, s["K"], s["N"])
        return forward(lambda: a @ b)
    if op == "conv2d":
        k, g = s["k"], s["groups"]
        x, weight = floats(1, 1, s["B"], s["C"], s["size"], s["size"]), floats(2, WEIGHT, s["out"], s["C"] // g, k, k)

        def body():
            return F.conv2d(x, weight, padding=k // 2, groups=g)
        return backward(body, floats(3, 1, s["B"], s["out"], s["size"], s["size"]), [x, weight]) if s["backward"] else forward(body)
    if op == "lstm":
        return recurrent(nn.LSTM(s["I"], s["H"], batch_first=True), s)
    if op == "gru":
        return recurrent(nn.GRU(s["I"], s["H"], batch_first=True), s)
    if op == "attention":
        shape = s["B"], s["H"], s["T"], s["D"]
        q, k, v = (floats(i, 1, *shape) for i in (1, 2, 3))

        def body():
            return F.scaled_dot_product_attention(q, k, v, is_causal=s["causal"] == 1)
        return backward(body, floats(4, 1, *shape), [q, k, v]) if s["backward"] else forward(body)
    if op == "layer-norm":
        x, gamma, beta = floats(1, 1, s["N"], s["C"]), floats(2, 1, s["C"]), floats(3, 1, s["C"])
        return forward(lambda: F.layer_norm(x, (s["C"],), gamma, beta, 1e-5))
    if op == "softmax":
        x = floats(1, 8, s["N"], s["C"])
        return forward(lambda: x.softmax(-1))
    if op == "gelu":
        x = floats(1, 4, s["N"], s["C"])
        return forward(lambda: F.gelu(x))
    if op == "cross-entropy":
        x, y = floats(1, 8, s["N"], s["C"]), ids(2, s["C"], s["N"])
        return forward(lambda: F.cross_entropy(x, y))
    if op == "adamw":
        p = floats(1, 1, s["n"]).requires_grad_(True)
        p.grad = floats(2, 1, s["n"])
        optimizer = torch.optim.AdamW([p], lr=1e-3, fused=True)

        def call():
            optimizer.step()
            return [p]
        return call
    if op == "step-lenet":
        x, y = floats(1, 1, s["B"], 1, 28, 28), ids(2, 10, s["B"])
        return step(LeNet(), lambda m: F.cross_entropy(m(x), y))
    if op == "step-rnn":
        x, y = ids(1, s["V"], s["B"], s["T"]), ids(2, s["V"], s["B"] * s["T"])
        return step(Writer(s["V"]), lambda m: F.cross_entropy(m(x), y))
    if op == "step-lstm":
        x, y = floats(1, 1, s["B"], s["T"], 2), floats(2, 1, s["B"], 1)
        return step(Adder(), lambda m: F.mse_loss(m(x), y))
    if op == "step-gpt":
        x, y = ids(1, s["V"], s["B"], s["T"]), ids(2, s["V"], s["B"] * s["T"])
        return step(Gpt(s["V"], s["T"]), lambda m: F.cross_entropy(m(x), y))
    if op == "step-vit":
        x, y = floats(1, 1, s["B"], 64, 48), ids(2, 10, s["B"])
        return step(Vit(), lambda m: F.cross_entropy(m(x), y))
    return None


def main():
    call = None
    print(json.dumps({"title": "PyTorch %s, %d threads, %s" % (torch.__version__, torch.get_num_threads(), torch.backends.cpu.get_cpu_capability())}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if "prepare" in asked:
            call = None
            gc.collect()
            call = prepare(asked["prepare"]["op"], asked["prepare"]["sizes"])
            answer = {"ok": call is not None}
        elif "results" in asked:
            results = [(y() if callable(y) else y).detach().contiguous().flatten().float() for y in call()]
            with open(asked["results"], "wb") as out:
                for y in results:
                    out.write(bytes(memoryview(y.numpy()).cast("B")))
            answer = {"lengths": [y.numel() for y in results]}
        else:
            calls, begun = 0, time.perf_counter()
            while True:
                call()
                calls += 1
                passed = time.perf_counter() - begun
                if passed >= asked["round"]:
                    break
            answer = {"seconds": passed / calls}
        print(json.dumps(answer), flush=True)


signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the JVM, and with it this process's input: no trace of ours
torch.set_num_threads(int(sys.argv[1]))
main()
