# bench/peer_sklearn.py - scikit-learn, as one of the tools of `make bench-peers`
#
# Usage: peer_sklearn.py FOLDER THREADS
# Training is partial_fit() on the whole set, which is an epoch of shuffled batches. Squared
# errors of sigmoid outputs are not to be had; the classifier's logistic loss of as many
# outputs, whose arithmetic is the same but for a factor, stands in for them. Prediction calls
# _forward_pass_fast(), without the checks of predict().
# SPDX-License-Identifier: MIT
import warnings

import numpy
import sklearn
import threadpoolctl
from sklearn.neural_network import MLPClassifier, MLPRegressor

import peer

LONGEST = 0.25  # seconds an epoch may take: of larger sets, a part is trained on


class Sklearn:
    def __init__(self, case, threads, rate):
        threadpoolctl.threadpool_limits(threads)
        self.case = case
        kind = MLPRegressor if case.last == "none" else MLPClassifier
        self.model = kind(
            hidden_layer_sizes=case.width[1:-1], solver="sgd", alpha=0,
            activation={"relu": "relu", "sigmoid": "logistic"}[case.hidden],
            batch_size=case.batch, learning_rate_init=rate, momentum=0,
            nesterovs_momentum=False)
        self.y = case.label if case.classes else case.y
        if case.width[-1] == 1:
            self.y = self.y.ravel()
        self.classes = {} if kind is MLPRegressor else {"classes": self.class_names()}
        self.infer_rows = case.rows

    def get_ready(self):
        self.open_training()
        self.open_inference()

    def class_names(self):
        if self.case.width[-1] == 1:
            return [0, 1]
        return list(range(self.case.width[-1]))

    def open_training(self):
        self.train_rows = 8 * self.case.batch
        self.train(1)
        took = peer.timed(self.train, 1)
        self.train_rows *= max(1, min(self.case.rows // self.train_rows, int(LONGEST / took)))

    def train(self, units):
        x, y = self.case.x[:self.train_rows], self.y[:self.train_rows]
        for _ in range(units):
            self.model.partial_fit(x, y, **self.classes)

    def open_inference(self):
        def choose(rows):
            self.parts = [self.case.x[i:i + rows] for i in range(0, self.case.rows, rows)]
            self.infer(1)

        sizes = [1] if self.case.row_by_row else peer.CHUNKS
        choose(peer.fastest([s for s in sizes if s <= self.case.rows], choose, times=2))

    def infer(self, units):
        predict = self.model._forward_pass_fast
        for _ in range(units):
            for part in self.parts:
                predict(part, check_input=False)


def blas():
    """What numpy multiplies with."""
    return "; ".join("%(internal_api)s %(version)s, %(architecture)s kernels" % library
                     for library in threadpoolctl.threadpool_info()
                     if "numpy" in library["filepath"])


warnings.filterwarnings("ignore")
peer.serve("scikit-learn %s (numpy %s: %s)" % (sklearn.__version__, numpy.__version__, blas()),
           Sklearn)
