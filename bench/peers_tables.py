# bench/peers_tables.py - what `make bench-peers` found, as text and as Markdown
# SPDX-License-Identifier: MIT
import platform
import statistics
import subprocess

NAMES = {"gradus": "gradus", "blas": "C on OpenBLAS", "torch-eager": "PyTorch",
         "torch-compile": "torch.compile", "jax": "JAX", "sklearn": "scikit-learn",
         "onnx": "ONNX Runtime", "fann": "FANN"}
MODES = {"train": "Training", "infer": "Prediction"}
MARKS = "<!-- measured: from here -->", "<!-- measured: to here -->"


# ---- the machine ----

def first_line(command):
    return subprocess.run(command, capture_output=True, text=True).stdout.split("\n")[0]


def machine():
    with open("/proc/cpuinfo") as lines:
        fields = dict(map(str.strip, line.split(":", 1)) for line in lines if ":" in line)
    flags = fields.get("flags", "").split()
    best = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2"))
                 if flag in flags), "no AVX2")
    with open("/proc/meminfo") as lines:
        gigabytes = round(int(lines.readline().split()[1]) / 2**20)
    return "%s (family %s, model %s; %s), %d CPUs, %d GB; Linux, %s, Python %s" % (
        fields.get("model name", platform.machine()), fields.get("cpu family", "?"),
        fields.get("model", "?"), best, int(fields.get("processor", 0)) + 1, gigabytes,
        first_line(["cc", "--version"]), platform.python_version())


# ---- numbers ----

def best_times(of_tool, cores):
    """Seconds a row in each round, with the number of threads that takes the least."""
    allowed = [times for threads, times in of_tool.items() if cores > 1 or threads == "1"]
    return min(allowed, key=statistics.median) if allowed else None


def ratios(times, own):
    """How many times the own ones, round by round: median, and the middle half."""
    each = [t / o for t, o in zip(times, own)]
    if len(each) == 1:
        return each * 3
    quartiles = statistics.quantiles(each, n=4, method="inclusive")
    return quartiles[1], quartiles[0], quartiles[2]


def short(number):
    return "%.0f" % number if number >= 100 else "%.1f" % number if number >= 10 \
        else "%.2f" % number


def time_text(seconds):
    return short(seconds * 1e6) + " µs" if seconds >= 1e-6 else short(seconds * 1e9) + " ns"


def gradus_times(of_mode, cores):
    """As it comes: on all threads, not on the better number of them."""
    threads = sorted(of_mode["gradus"], key=int)
    return of_mode["gradus"][threads[0 if cores == 1 else -1]]


def all_cores(of_mode):
    return max(int(threads) for of_tool in of_mode.values() for threads in of_tool)


# ---- a case on a terminal ----

def case_text(name, found):
    lines = []
    for mode, of_mode in found["modes"].items():
        for cores in sorted({1, all_cores(of_mode)}):
            own = gradus_times(of_mode, cores) if "gradus" in of_mode else None
            for tool, of_tool in of_mode.items():
                times = best_times(of_tool, cores)
                if tool == "gradus":
                    times = own
                text = "%-12s %-5s %d core%s %-13s %10s" % (
                    name, mode, cores, " " if cores == 1 else "s", tool,
                    time_text(statistics.median(times)))
                if own:
                    text += "  %7s  (%s to %s)" % tuple(map(short, ratios(times, own)))
                lines.append(text)
    return "\n".join(lines)


# ---- Markdown ----

def table(head, rows):
    return "\n".join("| %s |" % " | ".join(row)
                     for row in [head, ["---"] + ["---:"] * (len(head) - 1), *rows])


def mode_tables(cases, mode, cores):
    """Times of a row, and ratios, of all tools in all cases."""
    present = {name: found["modes"][mode] for name, found in cases.items()
               if mode in found["modes"] and "gradus" in found["modes"][mode]}
    tools = [tool for tool in NAMES if any(tool in of_mode for of_mode in present.values())]
    times, ratio = [], []
    for name, of_mode in present.items():
        own = gradus_times(of_mode, cores)
        times.append(["`%s`" % name])
        ratio.append(["`%s`" % name])
        for tool in tools:
            found = own if tool == "gradus" else best_times(of_mode.get(tool, {}), cores)
            times[-1].append(time_text(statistics.median(found)) if found else "")
            if tool != "gradus":
                ratio[-1].append("**%s** (%s–%s)" % tuple(map(short, ratios(found, own)))
                                 if found else "")
    names = [NAMES[tool] for tool in tools]
    return "Time of a row:\n\n%s\n\nTimes gradus':\n\n%s" % (
        table(["case", *names], times), table(["case", *names[1:]], ratio))


def nearest(of_mode, cores):
    """The fastest other tool, and its ratios."""
    own = gradus_times(of_mode, cores)
    others = {tool: best_times(of_tool, cores) for tool, of_tool in of_mode.items()
              if tool != "gradus"}
    tool = min(others, key=lambda name: statistics.median(others[name]))
    return "%s **%s** (%s–%s)" % (NAMES[tool], *map(short, ratios(others[tool], own)))


def nearest_table(cases):
    most = max(all_cores(of_mode) for found in cases.values()
               for of_mode in found["modes"].values())
    columns = [(mode, cores) for mode in MODES for cores in sorted({1, most})]
    rows = [["`%s`" % name] + [nearest(found["modes"][mode], cores)
                               if mode in found["modes"] else "" for mode, cores in columns]
            for name, found in cases.items()]
    return table(["case"] + ["%s, %s" % (MODES[mode].lower(), core_text(cores))
                             for mode, cores in columns], rows)


def core_text(cores):
    return "one core" if cores == 1 else "%d cores" % cores


def mnist_table(mnist):
    """The first one is gradus, and its medians are what ratios are of."""
    rows, own = [], None
    for name, runs in mnist.items():
        reached = [run for run in runs if run["reached"]]
        if not reached:
            rows.append([name, "not in %.0f s" % runs[0]["limit"], *[""] * 6])
            continue
        found = {key: statistics.median(run[key] for run in reached)
                 for key in ("seconds", "wall", "epochs")}
        own = own or found
        least, most = (f(run["seconds"] for run in reached) for f in (min, max))
        rows.append([name, "%.2f s" % found["seconds"], "%.2f–%.2f" % (least, most),
                     "**%s**" % short(found["seconds"] / own["seconds"]),
                     "%.2f s" % found["wall"], "**%s**" % short(found["wall"] / own["wall"]),
                     "%g" % found["epochs"], "%d of %d" % (len(reached), len(runs))])
    return table(["tool and recipe", "time", "least, most", "times gradus'",
                  "with its start", "times gradus'", "epochs", "runs that reached it"], rows)


def markdown(results):
    cases = results["cases"]
    parts = ["Machine: %s." % results.get("machine", "?"),
             "\n".join("- " + about for about in sorted(set(results["about"].values())))]
    if cases:
        parts += ["### The fastest of the others in each case", nearest_table(cases)]
    for mode, title in MODES.items():
        most = max((all_cores(found["modes"][mode]) for found in cases.values()
                    if mode in found["modes"]), default=0)
        for cores in sorted({1, most} - {0}):
            parts.append("### %s, %s" % (title, core_text(cores)))
            parts.append(mode_tables(cases, mode, cores))
    if results.get("mnist"):
        parts += ["### MNIST to 98 %", mnist_table(results["mnist"])]
    return "\n\n".join(parts) + "\n"


def put_between_marks(path, text):
    with open(path) as file:
        before, rest = file.read().split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    with open(path, "w") as file:
        file.write("%s%s\n\n%s\n%s%s" % (before, MARKS[0], text, MARKS[1], after))
