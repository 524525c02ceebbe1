"""The bench's four networks in PyTorch eager. Reads lines: "start <task>", "step <n>"; answers one line each."""

import json
import math
import sys

import torch
import torch.nn.functional as F
from torch import nn

sizes = json.loads(sys.argv[1])
torch.set_num_threads(sizes["threads"])
torch.manual_seed(1)
rate = sizes["learningRate"]


def mlp():
    widths, batch = sizes["mlp"]["widths"], sizes["mlp"]["batch"]
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    x, y = torch.randn(batch, widths[0]), torch.randint(0, widths[-1], (batch,))
    return training(model, lambda: F.cross_entropy(model(x), y))


def cnn():
    c = sizes["cnn"]
    layers = []
    for a, b in zip(c["channels"], c["channels"][1:]):
        layers += [nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    dense = nn.Linear(c["channels"][-1] * (c["side"] // 8) ** 2, c["classes"])
    model = nn.Sequential(*layers, nn.Flatten(), dense)
    x = torch.randn(c["batch"], c["channels"][0], c["side"], c["side"])
    y = torch.randint(0, c["classes"], (c["batch"],))
    return training(model, lambda: F.cross_entropy(model(x), y))


class Block(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.register_buffer("hidden", torch.triu(torch.ones(context, context), 1).bool())

    def forward(self, x):
        batch, steps, width = x.shape
        heads = self.qkv(self.norm1(x)).view(batch, steps, 3, self.heads, width // self.heads)
        q, k, v = heads.permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(width // self.heads)
        mixed = scores.masked_fill(self.hidden, -1e9).softmax(-1) @ v
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, steps, width))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, g):
        super().__init__()
        self.tokens = nn.Embedding(g["vocabulary"], g["width"])
        self.positions = nn.Parameter(0.02 * torch.randn(g["context"], g["width"]))
        self.blocks = nn.ModuleList(Block(g["width"], g["heads"], g["context"]) for _ in range(g["layers"]))
        self.norm, self.head = nn.LayerNorm(g["width"]), nn.Linear(g["width"], g["vocabulary"], bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def gpt():
    g = sizes["gpt"]
    model = Gpt(g)
    x, y = (torch.randint(0, g["vocabulary"], (g["batch"], g["context"])) for _ in range(2))
    return training(model, lambda: F.cross_entropy(model(x).flatten(0, 1), y.flatten()))


class Spike(torch.autograd.Function):
    @staticmethod
    def forward(context, v):
        context.save_for_backward(v)
        return (v > 0).float()

    @staticmethod
    def backward(context, cotangent):
        (v,) = context.saved_tensors
        return cotangent / (1 + sizes["lif"]["slope"] * v.abs()) ** 2


def lif():
    s = sizes["lif"]
    w = (torch.randn(s["inputs"], s["units"]) / math.sqrt(s["inputs"])).requires_grad_()
    r = (0.3 * torch.randn(s["units"], s["units"]) / math.sqrt(s["units"])).requires_grad_()
    x = (torch.rand(s["steps"], s["batch"], s["inputs"]) < 0.2).float()
    y = torch.rand(s["batch"], s["units"])

    def step():
        u = spikes = torch.zeros(s["batch"], s["units"])
        seen = []
        for current in x @ w:
            u = s["beta"] * u + current + spikes @ r - s["threshold"] * spikes
            spikes = Spike.apply(u - s["threshold"])
            seen.append(spikes)
        loss = ((torch.stack(seen).mean(0) - y) ** 2).mean()
        w.grad = r.grad = None
        loss.backward()
        return loss

    return step


def training(model, loss_of):
    optimiser = torch.optim.Adam(model.parameters(), rate)

    def step():
        loss = loss_of()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss

    return step


print(json.dumps({"version": torch.__version__}), flush=True)
step = None
for line in sys.stdin:
    command, argument = line.split()
    if command == "start":
        step = {"mlp": mlp, "cnn": cnn, "gpt": gpt, "lif": lif}[argument]()
        print("{}", flush=True)
    else:
        for _ in range(int(argument)):
            loss = step()
        print(json.dumps({"loss": loss.item()}), flush=True)
