# bench/peer_torch.py - PyTorch, as one of the tools of `make bench-peers`
#
# Usage: peer_torch.py FOLDER THREADS eager|compile
# Tensors are there before the clock starts; there is no data loader. Eager mode trains with
# the implementation of SGD that is fastest in the case. Compiled, the whole step, from
# picking the rows to changing the weights, is one graph.
# SPDX-License-Identifier: MIT
import sys

import torch
from torch.nn import functional

import peer

torch._dynamo.config.recompile_limit = 100  # each number of rows is a graph of its own
COMPILED = sys.argv[3] == "compile"
OPTIMIZERS = {"fused": True}, {"foreach": True}, {"foreach": False}
ACTIVATIONS = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}


def make_model(case):
    parts = []
    for weight, bias in case.layers:
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
        layer.weight.data = torch.from_numpy(weight.copy())
        layer.bias.data = torch.from_numpy(bias.copy())
        parts += [layer, ACTIVATIONS[case.hidden]()]
    del parts[-1]
    if case.last == "sigmoid":
        parts.append(torch.nn.Sigmoid())
    return torch.nn.Sequential(*parts)


class Torch:
    def __init__(self, case, threads, rate):
        torch.set_num_threads(threads)
        self.case = case
        self.x = torch.from_numpy(case.x)
        self.y = torch.from_numpy(case.label if case.classes else case.y)
        # gradus halves the squared error and sums it over the outputs; the mean of PyTorch
        # is the faster way to ask for it, and the rate makes up for the rest
        self.rate = rate if case.classes else rate * case.width[-1] / 2
        self.model = make_model(case)
        self.steps = peer.batches(case.rows, case.batch, torch.randperm)
        self.train_rows, self.infer_rows = case.batch, case.rows
        if COMPILED:
            self.step = self.compiled_step()
        else:
            self.choose_optimizer(0)

    def get_ready(self):
        if not COMPILED:
            self.choose_optimizer(peer.fastest(range(len(OPTIMIZERS)), self.try_optimizer))
        self.open_inference()

    def loss(self, output, y):
        return (functional.cross_entropy if self.case.classes else functional.mse_loss)(
            output, y)

    # ---- training ----

    def choose_optimizer(self, index):
        self.optimizer = torch.optim.SGD(self.model.parameters(), self.rate,
                                         **OPTIMIZERS[index])

    def try_optimizer(self, index):
        self.choose_optimizer(index)
        self.train(5)

    def step(self, rows):
        loss = self.loss(self.model(self.x[rows]), self.y[rows])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

    def compiled_step(self):
        parameters = dict(self.model.named_parameters())
        for value in parameters.values():
            value.requires_grad_(False)

        def loss(parameters, x, y):
            return self.loss(torch.func.functional_call(self.model, parameters, x), y)

        def step(rows, x, y, parameters):
            gradient = torch.func.grad(loss)(parameters, x[rows], y[rows])
            for name, value in parameters.items():
                value.sub_(gradient[name], alpha=self.rate)

        compiled = torch.compile(step, fullgraph=True, dynamic=False)
        return lambda rows: compiled(rows, self.x, self.y, parameters)

    def train(self, units):
        step, steps = self.step, self.steps
        for _ in range(units):
            step(next(steps))

    # ---- prediction ----

    def open_inference(self):
        self.predict = torch.nn.Sequential(*self.model)
        if self.case.classes:
            self.predict.append(torch.nn.Softmax(1))
        if COMPILED:
            self.predict = torch.compile(self.predict, fullgraph=True, dynamic=False)

        def choose(rows):
            self.parts = self.x.split(rows)
            self.infer(1)

        sizes = [1] if self.case.row_by_row else peer.CHUNKS
        choose(peer.fastest([s for s in sizes if s <= self.case.rows], choose, times=2))

    def infer(self, units):
        predict, parts = self.predict, self.parts
        with torch.inference_mode():
            for _ in range(units):
                for part in parts:
                    predict(part)

    # ---- agreement ----

    def check(self, steps):
        first = torch.arange(self.case.batch)
        for _ in range(steps):
            self.step(first)
        with torch.no_grad():
            loss = self.loss(self.model(self.x[first]), self.y[first]).item()
        return loss if self.case.classes else loss * self.case.width[-1] / 2


peer.serve("PyTorch %s %s (%s)" % (torch.__version__, sys.argv[3],
                                   torch.backends.cpu.get_cpu_capability()), Torch)
