#!/usr/bin/env python3
# tools/golden_metrics.py - the numbers in tests/unit/test_metric.c, by scikit-learn
#
# Run: python3 -m venv v && v/bin/pip install scikit-learn==1.9.1 && v/bin/python THIS
# ECE has no scikit-learn function and is spelled out here.
#
# SPDX-License-Identifier: MIT
import math

import numpy as np
from sklearn import metrics as m


def ece(p, y, bins=15):
    top, right = p.max(axis=1), p.argmax(axis=1) == y
    total = 0.0
    for b in range(bins):
        inside = (top > b / bins) & (top <= (b + 1) / bins)
        total += abs(top[inside].sum() - right[inside].sum())
    return total / len(y)


def show(name, value):
    print(f"{name:28} {float(value):.17g}")


def weighted_loss(loss, weight):
    mean = np.sum(weight * loss) / np.sum(weight)
    n = len(loss)
    variance = n / (n - 1) * np.sum((weight * (loss - mean)) ** 2)
    return mean, math.sqrt(variance) / np.sum(weight)


p2 = np.array([0.1, 0.4, 0.35, 0.8, 0.4, 0.5, 0.9, 0.2, 0.65, 0.4])
y2 = np.array([0, 0, 1, 1, 1, 0, 1, 0, 1, 0])
both = np.column_stack([1 - p2, p2])
show("binary accuracy", m.accuracy_score(y2, p2 > 0.5))
show("binary auc", m.roc_auc_score(y2, p2))
show("binary brier", m.brier_score_loss(y2, p2))
show("binary ece", ece(both, y2))
f1 = [(m.f1_score(y2, p2 >= t), t) for t in p2]
show("binary best f1", max(f1)[0])
show("binary threshold", max(f1)[1])
loss = -np.log(np.where(y2 == 1, p2, 1 - p2))
show("binary loss", m.log_loss(y2, p2))
show("binary loss error", weighted_loss(loss, np.ones(10))[1])
weight = np.array([1, 2, 0.5, 1, 3, 1, 0, 1, 0.25, 4])
show("weighted loss", m.log_loss(y2, p2, sample_weight=weight))
show("weighted loss error", weighted_loss(loss, weight)[1])

p3 = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.4, 0.4, 0.2],
               [0.25, 0.5, 0.25], [0.05, 0.15, 0.8], [0.6, 0.1, 0.3], [0.2, 0.2, 0.6]])
y3 = np.array([0, 1, 2, 1, 0, 2, 2, 1])
show("three accuracy", m.accuracy_score(y3, p3.argmax(axis=1)))
show("three auc", m.roc_auc_score(y3, p3, multi_class="ovr"))
show("three brier", m.brier_score_loss(y3, p3))
show("three ece", ece(p3, y3))

p = np.array([[1.5, 10], [2.25, -3], [0.5, 7], [4, 2.5], [3.125, 0]])
y = np.array([[1, 12], [2, -4], [1, 5], [3.5, 2], [4, 1]])
rmse = m.root_mean_squared_error(y, p, multioutput="raw_values")
show("regression rmse", np.mean(rmse))
show("regression mae", m.mean_absolute_error(y, p))
show("regression r2", m.r2_score(y, p))

absent = np.array([0, 1, 0, 1, 0, 1, 0, 1])  # of three classes the last has no rows
show("absent class auc", (m.roc_auc_score(absent == 0, p3[:, 0])
                          + m.roc_auc_score(absent == 1, p3[:, 1])) / 2)
