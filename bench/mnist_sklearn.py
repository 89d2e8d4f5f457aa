# bench/mnist_sklearn.py - how long scikit-learn takes from the files of MNIST to 98 % of the
# test images; the last line is as bench/mnist_gradus.c writes it
#
# Usage: mnist_sklearn.py FOLDER SEED THREADS
# MLPClassifier's Adam has no schedule: the rate stays at its default, 0.001.
# SPDX-License-Identifier: MIT
import threadpoolctl
from sklearn.neural_network import MLPClassifier

import mnist

threadpoolctl.threadpool_limits(mnist.THREADS)
x, y = mnist.read_set("train")
test_x, test_y = mnist.read_set("t10k")
model = MLPClassifier(hidden_layer_sizes=mnist.WIDTH[1:-1], batch_size=mnist.BATCH, alpha=0,
                      random_state=mnist.SEED)


def epoch():
    model.partial_fit(x, y, classes=range(mnist.WIDTH[-1]))
    return model.score(test_x, test_y)


mnist.train(epoch, 100)
