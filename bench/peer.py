# bench/peer.py - what the workers of `make bench-peers` in Python share; the lines they
# answer are described in bench/peer.h
# SPDX-License-Identifier: MIT
import os
import sys
import time

import numpy

TIMING_RATE = 1e-4  # small enough that nothing diverges; the time does not depend on it
CHUNKS = 64, 256, 1024, 4096


class Case:
    """A case's line in cases.txt, and its arrays."""

    def __init__(self, folder, name):
        with open(os.path.join(folder, "cases.txt")) as lines:
            fields = next(line for line in map(str.split, lines) if line[0] == name)
        self.name = name
        self.width = [int(text) for text in fields[1].split("-")]
        self.batch, self.rows = int(fields[2]), int(fields[3])
        self.hidden, self.last, self.loss = fields[4:7]
        self.row_by_row = fields[7] == "1"
        self.classes = self.loss == "cross-entropy"
        path = os.path.join(folder, name)
        self.x = numpy.fromfile(path + ".x", "f4").reshape(self.rows, -1)
        self.y = numpy.fromfile(path + ".y", "f4").reshape(self.rows, -1)
        self.label = numpy.fromfile(path + ".label", "u4").astype("i8")
        flat = numpy.fromfile(path + ".weights", "f4")
        self.layers = []  # of each: weights [outputs][inputs], bias [outputs]
        for inputs, outputs in zip(self.width, self.width[1:]):
            count = inputs * outputs
            self.layers.append((flat[:count].reshape(outputs, inputs).copy(),
                                flat[count:count + outputs].copy()))
            flat = flat[count + outputs:]


def batches(rows, batch, permute):
    """Numbers of the rows of each step, epoch after epoch, for ever."""
    while True:
        yield from permute(rows).split(batch)


def fastest(ways, run, times=3):
    """Which of some ways to do a thing takes the least time."""
    took = {}
    for way in ways:
        run(way)
        took[way] = min(timed(run, way) for _ in range(times))
    return min(took, key=took.get)


def timed(run, argument):
    start = time.perf_counter()
    run(argument)
    return time.perf_counter() - start


def fit_units(run, seconds):
    units = 1
    run(units)  # what is compiled, is compiled at its first call
    while True:
        took = timed(run, units)
        if took >= seconds / 8:
            return max(1, round(units * seconds / took))
        units *= 4


def serve(about, open_case):
    """main() of a worker. open_case(case, threads, rate) gives an object with some of

        get_ready()                 before it is timed; may set what follows
        train(units), train_rows    units of training, and the rows of a unit
        infer(units), infer_rows    the same of prediction
        check(steps)                mean loss of the first batch after steps on it
    """
    folder, threads = sys.argv[1], int(sys.argv[2])
    print(about, flush=True)
    case = tool = None
    units = {}
    for line in sys.stdin:
        verb, *words = line.split()
        if verb == "open":
            units.clear()
            tool = None
            case = Case(folder, words[0])
            tool = open_case(case, threads, TIMING_RATE)
            tool.get_ready()
            answer = "ok"
        elif verb == "check":
            tool = open_case(case, threads, float(words[1]))
            answer = "%.9g" % tool.check(int(words[0])) if hasattr(tool, "check") else "no"
        elif hasattr(tool, verb):
            run, rows = getattr(tool, verb), getattr(tool, verb + "_rows")
            if verb not in units:
                units[verb] = fit_units(run, float(words[0]))
            answer = "%.9g" % (timed(run, units[verb]) / (units[verb] * rows))
        else:
            answer = "no"
        print(answer, flush=True)
