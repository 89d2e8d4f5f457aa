"""tools/golden_gradients.py - gradients of random networks, by PyTorch in double

50 networks of one example (depth 1 to 6, the smooth activations and relu, mean squared
error and cross-entropy) and 20 graphs of several rows with residual blocks, batch norm and
dropout, whose masks are gradus's own: Philox4x32-10, as src/base/random.h defines them.

    python golden_gradients.py > tests/golden/gradients.txt
    python golden_gradients.py --check tests/golden/gradients.txt

The first writes the cases; the second computes the gradients of the cases that are there
once more and compares them to 1e-12. Needs tools/requirements-torch.txt.

SPDX-License-Identifier: MIT
"""
import random
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "elu": F.elu,
    "gelu": F.gelu,
    "gelu-tanh": lambda z: F.gelu(z, approximate="tanh"),
    "selu": F.selu,
    "silu": F.silu,
    "mish": lambda z: z * torch.tanh(torch.logaddexp(z, torch.zeros_like(z))),
    "softplus": lambda z: torch.logaddexp(z, torch.zeros_like(z)),
    "exp": torch.exp,
    "softmax": lambda z: torch.softmax(z, -1),
}
INNER = [name for name in ACTIVATIONS if name not in ("exp", "softmax")]
MASK = 0xFFFFFFFF
PURPOSE_DROPOUT = 3


def philox(counter, key):
    """Philox4x32-10 of Salmon et al. 2011: four words of four words and two."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & MASK, (p >> 32) ^ c[3] ^ k[1], p & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def dropped(seed, rate, row, column):
    words = philox((row & MASK, row >> 32 | PURPOSE_DROPOUT << 16, 0, column // 4),
                   (seed & MASK, seed >> 32))
    return words[column % 4] < rate * 2**32


class Walk:
    """Computes a description, a list of words, and takes parameters as it needs them."""

    def __init__(self, words, parameters, seed):
        self.words, self.at = words, 0
        self.parameters = parameters
        self.seed, self.column = seed, 0

    def take(self, *shape):
        return self.parameters(*shape)

    def items(self, x):
        while self.at < len(self.words) and self.words[self.at] != "}":
            word = self.words[self.at]
            self.at += 1
            x = self.item(word, x)
        self.at += 1
        return x

    def settings(self):
        found = {}
        while self.at < len(self.words) and "=" in self.words[self.at]:
            key, value = self.words[self.at].split("=")
            found[key] = value
            self.at += 1
        return found

    def item(self, word, x):
        if word == "dense":
            units = int(self.words[self.at])
            self.at += 1
            z = x @ self.take(units, x.shape[1]).T
            return z if self.settings().get("bias") == "no" else z + self.take(units)
        if word == "batchnorm":
            width = x.shape[1]
            gamma, beta = self.take(width), self.take(width)
            return F.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5)
        if word == "dropout":
            return self.dropout(float(self.words[self.at]), x)
        if word == "residual":
            scale = float(self.settings().get("scale", 1))
            self.at += 1  # the brace
            y = self.items(x)
            if y.shape[1] != x.shape[1]:
                x = x @ self.take(y.shape[1], x.shape[1]).T
            return x + scale * y
        return ACTIVATIONS[word](x)

    def dropout(self, rate, x):
        self.at += 1
        rows, width = x.shape
        mask = [[0.0 if dropped(self.seed, rate, i, self.column + j) else 1.0
                 for j in range(width)] for i in range(rows)]
        self.column += (width + 3) // 4 * 4
        return x * torch.tensor(mask) / (1 - rate)


def loss_of(name, words, walk, x, y):
    """As theory has them: the sum over outputs, the mean over rows."""
    if name == "mse":
        return (0.5 * (walk.items(x) - y) ** 2).sum(1).mean()
    walk.words = words[:-1]  # without the last activation: losses of z are more exact
    z = walk.items(x)
    if name == "cross-entropy":
        return F.cross_entropy(z, y)
    return F.binary_cross_entropy_with_logits(z, y, reduction="none").sum(1).mean()


# ---- random cases ----

def chain(rng):
    words = []
    for _ in range(rng.randint(0, 5)):
        words += ["dense", str(rng.randint(1, 4))]
        words += ["bias=no"] if rng.random() < 0.2 else []
        words += [rng.choice(INNER)]
    return words


def branch(rng, depth):
    words = []
    for _ in range(rng.randint(1, 3)):
        kind = rng.choice(["dense", "batchnorm", "dropout", "residual"])
        if kind == "residual" and depth > 0:
            words += ["residual"] + ["scale=0.5"] * (rng.random() < 0.5) + ["{"]
            words += branch(rng, depth - 1) + ["}"]
        elif kind == "dropout":
            words += ["dropout", rng.choice(["0.25", "0.5"])]
        else:
            words += ["dense", str(rng.randint(2, 4))]
            words += ["batchnorm"] if kind == "batchnorm" else []
        words += [rng.choice(INNER)]
    return words


def graph(rng):
    while True:
        words = branch(rng, 2)
        if {"residual", "batchnorm", "dropout"} <= set(words) and len(words) < 40:
            return words


def numbers(values):
    return " ".join(repr(float(v)) for v in values)


def make_case(rng, number):
    single = number <= 50
    words = chain(rng) if single else graph(rng)
    outputs = rng.randint(1, 3)
    loss = rng.choice(["mse", "cross-entropy", "binary-cross-entropy"])
    if loss == "cross-entropy":
        outputs = max(outputs, 2)
    last = {"cross-entropy": ["softmax"], "binary-cross-entropy": ["sigmoid"],
            "mse": rng.choice([[], ["tanh"], ["softmax"], ["exp"], ["relu"]])}[loss]
    words += ["dense", str(outputs)] + last
    inputs, rows = rng.randint(1, 3), 1 if single else 5
    x = [round(rng.gauss(0, 1), 2) for _ in range(rows * inputs)]
    if loss == "mse":
        y = [round(rng.gauss(0, 1), 2) for _ in range(rows * outputs)]
    elif loss == "cross-entropy":
        hot = [rng.randrange(outputs) for _ in range(rows)]
        y = [float(hot[i] == j) for i in range(rows) for j in range(outputs)]
    else:
        y = [float(rng.random() < 0.5) for _ in range(rows * outputs)]
    return {"network": " ".join(words), "loss": loss, "seed": str(rng.randrange(2**40)),
            "shape": f"{rows} {inputs} {outputs}", "x": numbers(x), "y": numbers(y)}


def solve(case, rng=None):
    rows, inputs, outputs = map(int, case["shape"].split())
    x = torch.tensor([float(v) for v in case["x"].split()]).reshape(rows, inputs)
    y = torch.tensor([float(v) for v in case["y"].split()]).reshape(rows, outputs)
    given = iter([float(v) for v in case.get("parameters", "").split()])
    taken = []

    def parameters(*shape):
        count = torch.Size(shape).numel()
        values = [round(rng.gauss(0, 0.8), 3) if rng else next(given) for _ in range(count)]
        taken.append(torch.tensor(values).reshape(shape).requires_grad_())
        return taken[-1]

    x.requires_grad_()
    walk = Walk(case["network"].split(), parameters, int(case["seed"]))
    loss = loss_of(case["loss"], case["network"].split(), walk, x, y)
    gradient = torch.autograd.grad(loss, taken + [x])
    flat = [v for g in gradient[:-1] for v in g.flatten().tolist()]
    return {"parameters": numbers(v for p in taken for v in p.flatten().tolist()),
            "value": numbers([loss.item()]), "gradient": numbers(flat),
            "dx": numbers(gradient[-1].flatten().tolist())}


def write():
    rng = random.Random(1)
    print("# made by tools/golden_gradients.py with torch " + torch.__version__)
    number = 1
    while number <= 70:
        case = make_case(rng, number)
        case |= solve(case, rng)
        values = [float(v) for v in case["gradient"].split()]
        if not all(abs(v) < 1e3 for v in values) or max(map(abs, values)) < 1e-6:
            continue
        print(f"case {number}")
        for key in ("network", "loss", "shape", "seed", "parameters", "x", "y", "value",
                    "gradient", "dx"):
            print(key, case[key])
        number += 1


def check(path):
    case, failed, cases = {}, 0, 0
    print("TAP version 13")
    for line in open(path, encoding="ascii"):
        key, _, value = line.rstrip("\n").partition(" ")
        case = {} if key == "case" else case | {key: value}
        if key != "dx":
            continue
        ours, cases = solve(case), cases + 1
        worst = max(abs(float(a) - float(b)) / max(1, abs(float(a)))
                    for k in ("value", "gradient", "dx")
                    for a, b in zip(case[k].split(), ours[k].split(), strict=True))
        failed += worst > 1e-12
        print("ok" if worst <= 1e-12 else "not ok", f"{cases} - {case['network']}")
    print(f"1..{cases}")
    return failed > 0 or cases == 0


if __name__ == "__main__":
    sys.exit(check(sys.argv[2]) if sys.argv[1:2] == ["--check"] else write())
