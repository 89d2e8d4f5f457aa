"""tools/read_model.py - predicts with a gradus model from Python, without gradus.

    python read_model.py MODEL.gradus TABLE.csv [DELIMITER]

Prints what `gradus predict` prints. Needs safetensors and numpy. It is short on purpose:
what a model file says and means can be read here (see also docs/design/model-file.md).

SPDX-License-Identifier: MIT
"""
import collections
import csv
import gzip
import itertools
import json
import math
import re
import sys

import numpy as np
from safetensors import safe_open


def load(path):
    """The description, a dict, and the tensors by name."""
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()["gradus"])
        return description, {name: file.get_tensor(name) for name in file.keys()}


def read_table(path, delimiter=","):
    """The columns of a CSV file by name, as lists of texts."""
    # Bytes that are no UTF-8 become surrogates, as they do in the model's names.
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", errors="surrogateescape",
                newline="") as file:
        rows = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
        rows = [[cell.strip() for cell in row] for row in rows if row]
    return {name: [row[k] for row in rows[1:]] for k, name in enumerate(rows[0])}


# ---- preprocessing: a column's texts to the net's inputs, [rows][width] ----

def number_inputs(column, cells, marks):
    missing = np.array([cell in marks for cell in cells])
    x = np.array([column["fill"] if cell in marks else float(cell) for cell in cells])
    u = (x - column["center"]) * column["scale"]
    if column["clip"]:
        u = u / np.sqrt(1 + (u / 3) ** 2)
    return [u, missing.astype(float)] if column["indicator"] else [u]


def category_inputs(column, cells, marks):
    cells = np.array([None if cell in marks else cell for cell in cells], dtype=object)
    one_hot = [(cells == value).astype(float) for value in column["values"]]
    return [one_hot[0] - one_hot[1]] if len(one_hot) == 2 else one_hot


def inputs(description, table):
    make = {"number": number_inputs, "category": category_inputs}
    marks = [mark.strip() for mark in next(csv.reader([description["missing"]]))]
    return np.stack([x for column in description["columns"] for x in
                     make[column["kind"]](column, table[column["name"]], marks)], axis=1)


# ---- the network ----

def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
erf = np.vectorize(math.erf, otypes=[float])

ACTIVATIONS = {  # name: (formula of z and alpha, usual alpha)
    "identity": (lambda z, a: z, 0),
    "sigmoid": (lambda z, a: sigmoid(z), 0),
    "tanh": (lambda z, a: np.tanh(z), 0),
    "relu": (lambda z, a: np.maximum(z, 0), 0),
    "leaky-relu": (lambda z, a: np.where(z > 0, z, a * z), 0.01),
    "elu": (lambda z, a: np.where(z > 0, z, a * np.expm1(np.minimum(z, 0))), 1),
    "gelu": (lambda z, a: z * (1 + erf(z / math.sqrt(2))) / 2, 0),
    "gelu-tanh": (lambda z, a: z / 2 * (1 + np.tanh(
        math.sqrt(2 / math.pi) * (z + 0.044715 * z ** 3))), 0),
    "selu": (lambda z, a: SELU_SCALE * np.where(
        z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0))), 0),
    "silu": (lambda z, a: z * sigmoid(z), 0),
    "mish": (lambda z, a: z * np.tanh(np.logaddexp(0, z)), 0),
    "softplus": (lambda z, a: np.logaddexp(0, z), 0),
    "exp": (lambda z, a: np.exp(z), 0),
    "heaviside": (lambda z, a: (z > 0).astype(float), 0),
    "softmax": (lambda z, a: softmax(z), 0),
}


def settings(words):
    """The words key=value in front, taken off."""
    found = {}
    while words and "=" in words[0]:
        key, value = words.popleft().split("=")
        found[key] = value
    return found


def forward(words, tensors, number, x):
    """x after the items of the description, up to a closing brace or the end."""
    while words and (word := words.popleft()) != "}":
        if word in ("dense", "output"):
            if word == "dense":
                words.popleft()  # its units: the weight's shape says the same
            settings(words)
            layer = next(number)
            x = x @ tensors[f"{layer}.weight"].T.astype(float)
            x = x + tensors.get(f"{layer}.bias", 0.0)
        elif word == "batchnorm":
            layer = next(number)
            part = {name: tensors[f"{layer}.{name}"].astype(float)
                    for name in ("scale", "shift", "mean", "variance")}
            x = (x - part["mean"]) / np.sqrt(part["variance"] + 1e-5)
            x = x * part["scale"] + part["shift"]
        elif word == "dropout":
            words.popleft()  # its rate: only training drops units
        elif word == "residual":
            scale = float(settings(words).get("scale", 1))
            assert words.popleft() == "{"
            branch = forward(words, tensors, number, x)
            if branch.shape[1] != x.shape[1]:
                x = x @ tensors[f"{next(number)}.weight"].T.astype(float)
            x = x + scale * branch
        else:
            formula, alpha = ACTIVATIONS[word]
            x = formula(x, float(settings(words).get("alpha", alpha)))
    return x


def predict(description, tensors, table):
    """Probabilities of the classes, or values of the targets, [rows][..]."""
    words = collections.deque(re.findall(r"[{}]|[^\s{}]+", description["network"]))
    y = forward(words, tensors, itertools.count(1), inputs(description, table))
    if description["task"] == "regression":
        return np.stack([y[:, t] / target["scale"] + target["center"]
                         for t, target in enumerate(description["targets"])], axis=1)
    return np.hstack([1 - y, y]) if y.shape[1] == 1 else y


def main():
    description, tensors = load(sys.argv[1])
    y = predict(description, tensors, read_table(*sys.argv[2:4]))
    digits = np.float32 if description["precision"] == "float32" else np.float64
    classes = [c["name"] for c in description["classes"]]
    targets = [t["name"] for t in description["targets"]]
    out = csv.writer(sys.stdout, lineterminator="\n")
    if classes:
        out.writerow(["prediction"] + ["p:" + name for name in classes])
    else:
        out.writerow(["prediction"] if len(targets) == 1 else
                     ["prediction:" + name for name in targets])
    for row in y:
        label = [classes[int(np.argmax(row))]] if classes else []
        out.writerow(label + [str(digits(value)) for value in row])


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    main()
