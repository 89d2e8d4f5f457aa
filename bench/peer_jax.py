# bench/peer_jax.py - JAX, as one of the tools of `make bench-peers`
#
# Usage: peer_jax.py FOLDER THREADS
# Training is compiled whole, and called in the faster of two ways: a step a call, or an
# epoch's steps a call (lax.scan). Weights are given away to the call that changes them.
# SPDX-License-Identifier: MIT
import functools

import jax
import jax.numpy as jnp

import peer

ACTIVATIONS = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "none": lambda z: z}


def outputs(case, weights, x):
    """Without the softmax, which the loss takes in."""
    for weight, bias in weights[:-1]:
        x = ACTIVATIONS[case.hidden](x @ weight + bias)
    weight, bias = weights[-1]
    return ACTIVATIONS["none" if case.classes else case.last](x @ weight + bias)


def mean_loss(case, weights, x, y):
    z = outputs(case, weights, x)
    if case.classes:
        return -jnp.mean(jnp.sum(jax.nn.log_softmax(z) * y, 1))
    return jnp.sum((z - y) ** 2) / (2 * x.shape[0])


class Jax:
    def __init__(self, case, threads, rate):
        self.case = case
        self.x, self.y = jnp.asarray(case.x), jnp.asarray(case.y)
        self.weights = [(jnp.asarray(w.T.copy()), jnp.asarray(b)) for w, b in case.layers]
        self.random = jax.random.key(1)
        self.infer_rows = case.rows
        self.compile(rate)

    # ---- training ----

    def compile(self, rate):
        case = self.case

        def step(weights, rows, x, y):
            gradient = jax.grad(mean_loss, 1)(case, weights, x[rows], y[rows])
            return jax.tree.map(lambda w, g: w - rate * g, weights, gradient)

        def epoch(weights, order, x, y):
            return jax.lax.scan(lambda w, rows: (step(w, rows, x, y), None), weights, order)[0]

        def permute(key):
            return jax.random.permutation(key, case.rows).reshape(-1, case.batch)

        self.step = jax.jit(step, donate_argnums=0)
        self.epoch = jax.jit(epoch, donate_argnums=0)
        self.permute = jax.jit(permute)

    def get_ready(self):
        self.open_inference()
        if not self.case.row_by_row:
            self.try_training(peer.fastest([self.train_steps, self.train_epochs],
                                           self.try_training, times=2))

    def try_training(self, way):
        by_steps = way == self.train_steps
        self.train = way
        self.train_rows = self.case.batch if by_steps else self.case.rows
        way(self.case.rows // self.case.batch if by_steps else 1)

    def order(self):
        self.random, key = jax.random.split(self.random)
        return self.permute(key)

    def train_steps(self, units):
        while units > 0:
            for rows in list(self.order())[:units]:
                self.weights = self.step(self.weights, rows, self.x, self.y)
                units -= 1
        jax.block_until_ready(self.weights)

    def train_epochs(self, units):
        for _ in range(units):
            self.weights = self.epoch(self.weights, self.order(), self.x, self.y)
        jax.block_until_ready(self.weights)

    # ---- prediction ----

    def open_inference(self):
        def predict(weights, x):
            z = outputs(self.case, weights, x)
            return jax.nn.softmax(z) if self.case.classes else z

        kept = jax.tree.map(jnp.copy, self.weights)  # training gives its own away
        self.predict = functools.partial(jax.jit(predict), kept)

        def choose(rows):
            self.parts = [self.x[i:i + rows] for i in range(0, self.case.rows, rows)]
            self.infer(1)

        sizes = [1] if self.case.row_by_row else peer.CHUNKS
        choose(peer.fastest([s for s in sizes if s <= self.case.rows], choose, times=2))

    def infer(self, units):
        predict = self.predict
        for _ in range(units):
            if self.case.row_by_row:
                for part in self.parts:
                    predict(part).block_until_ready()
            else:
                jax.block_until_ready([predict(part) for part in self.parts])

    # ---- agreement ----

    def check(self, steps):
        weights = [(jnp.asarray(w.T.copy()), jnp.asarray(b)) for w, b in self.case.layers]
        first = jnp.arange(self.case.batch)
        for _ in range(steps):
            weights = self.step(weights, first, self.x, self.y)
        return float(mean_loss(self.case, weights, self.x[first], self.y[first]))


peer.serve("JAX " + jax.__version__, Jax)
