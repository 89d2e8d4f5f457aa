# bench/mnist.py - MNIST's files, the recipe, and the last line of the programs in Python that
# train to 98 % of the test images
# SPDX-License-Identifier: MIT
import gzip
import math
import os
import sys
import time

import numpy

WIDTH = 784, 512, 512, 10
BATCH, EPOCHS, RATE = 128, 3, 2e-3
WANTED = 0.98
FOLDER, SEED, THREADS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def read(name, head):
    with gzip.open(os.path.join(FOLDER, name)) as file:
        return numpy.frombuffer(file.read(), "u1", offset=head)


def read_set(name):
    """Pictures from 0 to 1, and their classes."""
    x = read(name + "-images-idx3-ubyte.gz", 16).reshape(-1, WIDTH[0])
    return x.astype("f4") / numpy.float32(255), read(name + "-labels-idx1-ubyte.gz", 8)


def rate(step, steps):
    """Half a cosine, over all steps."""
    return RATE * 0.5 * (1 + math.cos(math.pi * step / steps))


def start_weights(random):
    """As gradus starts layers in front of relu: variance 2 / inputs, bias 0; [in][out]."""
    return [((2 / i) ** 0.5 * random.standard_normal((i, o), "f4"), numpy.zeros(o, "f4"))
            for i, o in zip(WIDTH, WIDTH[1:])]


def train(epoch, most_epochs=EPOCHS):
    """Calls epoch(), which gives the accuracy on the test set, until it is enough."""
    for number in range(1, most_epochs + 1):
        accuracy = epoch()
        if accuracy >= WANTED:
            break
    print("%d %.4f %.3f" % (number, accuracy, time.perf_counter() - START), flush=True)


START = time.perf_counter()
