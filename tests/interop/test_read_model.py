"""tests/interop/test_read_model.py - tools/read_model.py predicts what gradus predicts.

Trains small models with the command, lets both predict from the model file, compares all
numbers to 1e-5 of their size, and prints TAP. Needs tools/requirements.txt.

    python test_read_model.py GRADUS

SPDX-License-Identifier: MIT
"""
import csv
import io
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "examples" / "data"
TOLERANCE = 1e-5

EVERYTHING = """
dense 8 batchnorm leaky-relu alpha=0.2
residual scale=0.5 { dense 9 bias=no tanh dropout 0.25 residual { dense 9 gelu } }
residual { batchnorm dense 7 elu alpha=0.5 dense 9 gelu-tanh }
dense 8 selu dense 8 silu dense 8 mish dense 8 softplus dense 8 sigmoid
dense 8 identity batchnorm relu dense 8 elu dense 8 leaky-relu dense 4 sigmoid exp
output softmax
"""

CASES = {  # name: table, target, further settings
    "iris": ("iris.csv", "class", []),
    "iris, every layer and activation": (
        "iris.csv", "class", ["--network", EVERYTHING]),
    "iris in float64": ("iris.csv", "class", ["--precision", "f64"]),
    "adult, one output": (
        "adult_test.csv.gz", "income", ["--loss", "binary-cross-entropy"]),
    "adult": ("adult_test.csv.gz", "income", ["--scaling", "robust"]),
    "adult, two targets": ("adult_test.csv.gz", "age,hours-per-week", []),
    "wine": ("winequality-white.csv", "quality", []),
    "wine as counts": ("winequality-white.csv", "quality", ["--loss", "poisson"]),
}


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')}")
    return list(csv.reader(io.StringIO(done.stdout.decode(errors="surrogateescape"))))


def difference(ours, theirs):
    """The largest difference of two tables' numbers, in units of their size."""
    assert ours[0] == theirs[0], f"headers {ours[0]} and {theirs[0]}"
    assert len(ours) == len(theirs) > 1, f"{len(ours)} and {len(theirs)} rows"
    largest = 0.0
    for row, other in zip(ours[1:], theirs[1:]):
        assert len(row) == len(other)
        numbers = [(float(a), float(b)) for a, b in zip(row, other) if is_number(a, b)]
        largest = max([largest] + [abs(a - b) / max(1, abs(a)) for a, b in numbers])
        # a class may differ where two probabilities are equal but for rounding
        tie = len(numbers) > 1 and abs(numbers[0][0] - numbers[1][0]) < TOLERANCE
        assert row[0] == other[0] or is_number(row[0], other[0]) or tie, (row, other)
    return largest


def is_number(*texts):
    try:
        return [float(text) for text in texts] != []
    except ValueError:
        return False


def check(gradus, folder, table, target, settings):
    model = pathlib.Path(folder) / "model.gradus"
    run(gradus, "train", DATA / table, "--target", target, "--epochs", 3, "--force",
        "--log", "none", "-o", model, *settings)
    delimiter = ";" if table.startswith("wine") else ","
    ours = run(gradus, "predict", model, DATA / table, "--log", "none")
    theirs = run(sys.executable, ROOT / "tools" / "read_model.py", model, DATA / table,
                 delimiter)
    largest = difference(ours, theirs)
    assert largest <= TOLERANCE, f"largest difference {largest}"


def main():
    failed = False
    print(f"TAP version 13\n1..{len(CASES)}")
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, case) in enumerate(CASES.items(), 1):
            try:
                check(sys.argv[1], folder, *case)
                print(f"ok {number} - {name}")
            except (AssertionError, RuntimeError) as error:
                failed = True
                print(f"not ok {number} - {name}")
                print("#", str(error).replace("\n", "\n# "))
    return failed


if __name__ == "__main__":
    sys.exit(main())
