# bench/mnist_jax.py - how long JAX takes from the files of MNIST to 98 % of the test images;
# the last line is as bench/mnist_gradus.c writes it
#
# Usage: mnist_jax.py FOLDER SEED THREADS
# An epoch's steps are one compiled call; compiling counts.
# SPDX-License-Identifier: MIT
import jax
import jax.numpy as jnp
import numpy

import mnist

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8  # Adam's


def outputs(weights, x):
    for w, b in weights[:-1]:
        x = jax.nn.relu(x @ w + b)
    return x @ weights[-1][0] + weights[-1][1]


def mean_loss(weights, x, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(outputs(weights, x)),
                                         y[:, None], 1))


def step(state, chosen, x, y):
    weights, mean, square, t = state
    rows, rate = chosen
    gradient = jax.grad(mean_loss)(weights, x[rows], y[rows])
    t += 1
    mean = jax.tree.map(lambda m, g: FIRST * m + (1 - FIRST) * g, mean, gradient)
    square = jax.tree.map(lambda v, g: SECOND * v + (1 - SECOND) * g * g, square, gradient)
    rate *= jnp.sqrt(1 - SECOND ** t) / (1 - FIRST ** t)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + EPSILON),
                           weights, mean, square)
    return (weights, mean, square, t), None


@jax.jit
def steps_of_epoch(state, rows, rates, x, y):
    return jax.lax.scan(lambda s, chosen: step(s, chosen, x, y), state, (rows, rates))[0]


@jax.jit
def accuracy(weights, x, y):
    return jnp.mean(outputs(weights, x).argmax(1) == y)


random = numpy.random.default_rng(mnist.SEED)
x, y = map(jnp.asarray, mnist.read_set("train"))
test_x, test_y = map(jnp.asarray, mnist.read_set("t10k"))
weights = [(jnp.asarray(w), jnp.asarray(b)) for w, b in mnist.start_weights(random)]
zeros = jax.tree.map(jnp.zeros_like, weights)
state = weights, zeros, zeros, 0.0
count = len(x) // mnist.BATCH  # without the short batch at an epoch's end
rates = iter(numpy.array([mnist.rate(i, count * mnist.EPOCHS)
                          for i in range(count * mnist.EPOCHS)], "f4").reshape(-1, count))


def epoch():
    global state
    rows = random.permutation(len(x))[:count * mnist.BATCH].reshape(count, -1)
    state = steps_of_epoch(state, rows, next(rates), x, y)
    return float(accuracy(state[0], test_x, test_y))


mnist.train(epoch)
