# bench/peers.py - measures gradus beside other tools: `make bench-peers`
#
# Usage: peers.py [--build DIR] [--case NAME]... [--tool NAME]... [--rounds N] [--seconds S]
#                 [--show] [--write FILE]
#
# Every tool has a process of its own for each number of threads, which stays for the whole
# run (bench/peer.h says what is said to it). Case by case, all of them take turns, a short
# measurement each, round after round. What was measured is kept in DIR/peers.json, where a
# case replaces what was there of it, unless only some tools were asked for. --show measures
# nothing and prints what is there, and --write puts it into a Markdown file, between its two
# marks.
# SPDX-License-Identifier: MIT
import argparse
import json
import os
import subprocess
import sys
import time

import peers_mnist
import peers_tables

HERE = os.path.dirname(os.path.abspath(__file__))
PAUSE = 0.05     # seconds between two measurements: threads that spin go to sleep
AGREE = 1e-4     # losses after CHECK_STEPS steps differ by less, of their size
CHECK_STEPS, CHECK_RATE = 5, 0.1
CHECKED = "xor", "table", "nielsen", "mnist128"
PYTHON_TOOLS = {
    "torch-eager": ["peer_torch.py", "eager"],
    "torch-compile": ["peer_torch.py", "compile"],
    "jax": ["peer_jax.py"],
    "sklearn": ["peer_sklearn.py"],
    "onnx": ["peer_onnx.py"],
}
C_TOOLS = {"gradus": "peer_gradus", "blas": "peer_blas", "fann": "peer_fann",
           "loops": "peer_loops", "loops-fast": "peer_loops_fast"}
TOOLS = ["gradus", "blas", *PYTHON_TOOLS, "fann"]
ONLY_ASKED = ["loops", "loops-fast"]  # not tools, but where one begins; slow, on one thread


# ---- what has to be there ----

def set_up(build):
    """The virtual environment DIR/peers, with what requirements.txt asks for."""
    venv, wanted = os.path.join(build, "peers"), os.path.join(HERE, "requirements.txt")
    python, done = os.path.join(venv, "bin/python"), os.path.join(venv, "requirements.txt")
    text = open(wanted).read()
    if not os.path.exists(done) or open(done).read() != text:
        print("bench-peers: installing Python packages, some gigabytes, to " + venv)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", wanted], check=True)
        with open(done, "w") as file:
            file.write(text)
    return python


def make_data(build):
    folder = os.path.join(build, "peers-data")
    os.makedirs(folder, exist_ok=True)
    subprocess.run([os.path.join(build, "bench/peer_data"), folder], check=True)
    return folder


def read_cases(folder):
    """Names, in order, and whether they are predicted row by row."""
    with open(os.path.join(folder, "cases.txt")) as lines:
        return {line.split()[0]: line.split()[7] == "1" for line in lines}


def environment(build, threads):
    """Each tool its number of threads, and none a BLAS kernel chosen for another machine."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("OPENBLAS_")}
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        env[name] = str(threads)
    env["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=" + ("true" if threads > 1 else "false")
    env["TORCHINDUCTOR_CACHE_DIR"] = os.path.abspath(os.path.join(build, "peers-inductor"))
    env["JAX_PLATFORMS"] = "cpu"
    return env


# ---- workers ----

class Worker:
    """A tool's process. One thread is held on one CPU, the last."""

    def __init__(self, tool, threads, build, python, folder):
        self.tool, self.threads = tool, threads
        if tool in C_TOOLS:
            command = [os.path.join(build, "bench", C_TOOLS[tool]), folder, str(threads)]
        else:
            script, *more = PYTHON_TOOLS[tool]
            command = [python, os.path.join(HERE, script), folder, str(threads), *more]
        cpus = sorted(os.sched_getaffinity(0))
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment(build, threads),
            preexec_fn=lambda: os.sched_setaffinity(0, cpus[-1:] if threads == 1 else cpus))
        self.about = self.process.stdout.readline().strip()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise SystemExit("bench-peers: %s ended at \"%s\"" % (self.tool, line))
        return answer

    def number(self, line):
        """Its answer, or None where the tool has no such thing."""
        answer = self.ask(line)
        return None if answer.startswith("no") else float(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def check_agreement(case, workers):
    """Tools that start from the same weights have the same loss some steps later."""
    line = "check %d %g" % (CHECK_STEPS, CHECK_RATE)
    losses = {worker.tool: worker.number(line) for worker in workers
              if worker.threads == 1 and worker.tool in
              ("gradus", "blas", "torch-eager", "torch-compile", "jax", *ONLY_ASKED)}
    least, most = min(losses.values()), max(losses.values())
    agree = most - least <= AGREE * most
    print("%s: after %d steps the loss is %s" % (
        case, CHECK_STEPS,
        "%.6f for %s" % (least, ", ".join(losses)) if agree else "NOT THE SAME: %s" % losses))
    return agree


def measure_case(case, row_by_row, workers, settings):
    """{mode: {tool: {threads: [seconds a row, of each round]}}}"""
    workers = [worker for worker in workers if worker.ask("open " + case) == "ok"]
    agree = None
    if case in CHECKED:
        agree = check_agreement(case, workers)
        for worker in workers:
            worker.ask("open " + case)
    found = {}
    for _ in range(settings.rounds):
        for mode in ("infer",) if row_by_row else ("train", "infer"):
            for worker in workers:
                time.sleep(PAUSE)
                number = worker.number("%s %g" % (mode, settings.seconds))
                if number is not None:
                    of_tool = found.setdefault(mode, {}).setdefault(worker.tool, {})
                    of_tool.setdefault(str(worker.threads), []).append(number)
    return {"modes": found, "agree": agree, "rounds": settings.rounds}


# ---- results ----

def load(path):
    if os.path.exists(path):
        with open(path) as file:
            return json.load(file)
    return {"cases": {}, "about": {}}


def save(path, results):
    with open(path + ".new", "w") as file:
        json.dump(results, file, indent=1)
    os.replace(path + ".new", path)


def run_cases(names, settings, python, folder, results, path):
    row_by_row = read_cases(folder)
    threads = sorted({1, len(os.sched_getaffinity(0))})
    workers = [Worker(tool, count, settings.build, python, folder)
               for tool in TOOLS + ONLY_ASKED
               if tool in (["gradus", *settings.tool] if settings.tool else TOOLS)
               for count in (threads if tool not in ONLY_ASKED else [1])]
    results["about"].update((worker.tool, worker.about) for worker in workers)
    for name in names:
        found = measure_case(name, row_by_row[name], workers, settings)
        results["cases"][name] = found
        results["cases"] = {known: results["cases"][known] for known in row_by_row
                            if known in results["cases"]}
        if not settings.tool:
            save(path, results)
        print(peers_tables.case_text(name, found), flush=True)
    for worker in workers:
        worker.close()


def main():
    parser = argparse.ArgumentParser(
        description="measure gradus beside other tools; results are kept in DIR/peers.json")
    parser.add_argument("--build", default="build", metavar="DIR",
                        help="where gradus was built [%(default)s]")
    parser.add_argument("--case", action="append", metavar="NAME",
                        help="only this one, and others named so; mnist is to 98 %%")
    parser.add_argument("--tool", action="append", choices=TOOLS + ONLY_ASKED,
                        help="only it and gradus: prints each case, keeps and writes nothing")
    parser.add_argument("--rounds", type=int, default=5, metavar="N",
                        help="measurements of each tool in a case, runs of mnist [%(default)s]")
    parser.add_argument("--seconds", type=float, default=0.15, metavar="S",
                        help="about how long a measurement takes [%(default)s]")
    parser.add_argument("--show", action="store_true",
                        help="measure nothing, print the tables of what is kept")
    parser.add_argument("--write", metavar="FILE",
                        help="put the tables into a Markdown file, too, in place of what "
                             "stands between its comments \"measured: from here\" and "
                             "\"measured: to here\"")
    settings = parser.parse_args()
    path = os.path.join(settings.build, "peers.json")
    results = load(path)
    if not settings.show:
        python, folder = set_up(settings.build), make_data(settings.build)
        names = settings.case or [*read_cases(folder), *([] if settings.tool else ["mnist"])]
        results["machine"] = peers_tables.machine()
        run_cases([name for name in names if name != "mnist"], settings, python, folder,
                  results, path)
        if "mnist" in names:
            results["mnist"] = peers_mnist.run(settings, python, environment)
            if not settings.tool:
                save(path, results)
    if settings.tool:
        return
    text = peers_tables.markdown(results)
    print(text)
    if settings.write:
        peers_tables.put_between_marks(settings.write, text)


if __name__ == "__main__":
    main()
