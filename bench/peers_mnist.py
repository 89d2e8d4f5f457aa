# bench/peers_mnist.py - time from MNIST's files to 98 % of the test images, for
# `make bench-peers`
# SPDX-License-Identifier: MIT
import os
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 60  # seconds
RECIPE = "784-512-512-10, Adam"
PROGRAMS = {
    "gradus, " + RECIPE: "mnist_gradus",
    "PyTorch, " + RECIPE: "mnist_torch.py",
    "JAX, " + RECIPE: "mnist_jax.py",
    "scikit-learn, " + RECIPE + " of constant rate": "mnist_sklearn.py",
    "FANN, 784-128-10, row by row": "mnist_fann",
}


def run_once(command, env):
    """Its own clock starts after imports; ours before the process does."""
    start = time.perf_counter()
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return {"reached": False, "limit": LIMIT}
    wall = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit("bench-peers: %s: %s" % (" ".join(command), done.stderr))
    epochs, accuracy, seconds = map(float, done.stdout.split("\n")[-2].split())
    return {"reached": accuracy >= 0.98, "limit": LIMIT, "epochs": epochs,
            "accuracy": accuracy, "seconds": seconds, "wall": wall}


def run_text(run):
    if not run["reached"]:
        return "not in %d s" % LIMIT
    return "%.2f s, %.2f s with its start, %d epochs, %.2f %%" % (
        run["seconds"], run["wall"], run["epochs"], 100 * run["accuracy"])


def run(settings, python, environment):
    """{name: [what came of a run with each seed]}; the tools take turns."""
    data = os.path.join(os.environ.get("GRADUS_DATA", "../shared/data"), "mnist")
    if not os.path.exists(os.path.join(data, "train-images-idx3-ubyte.gz")):
        print("bench-peers: no MNIST in " + data + ": it is left out (GRADUS_DATA)")
        return None
    threads = len(os.sched_getaffinity(0))
    env = environment(settings.build, threads)
    found = {}
    for seed in range(1, settings.rounds + 1):
        for name, program in PROGRAMS.items():
            if name in found and not found[name][-1]["reached"]:
                continue  # a minute each is enough of that
            start = [python, os.path.join(HERE, program)] if program.endswith(".py") else \
                [os.path.join(settings.build, "bench", program)]
            found.setdefault(name, []).append(
                run_once([*start, data, str(seed), str(threads)], env))
            print("mnist: %s: %s" % (name, run_text(found[name][-1])), flush=True)
    return found
