"""Bootstrap replicates of the difference of two ROC AUCs on the same rows, as one writes it with scikit-learn."""

import sys

import numpy
import sklearn
from sklearn.metrics import roc_auc_score
from timing import measure

rows, replicates, rounds = map(int, sys.argv[1:4])
random = numpy.random.default_rng(7)
truth = random.random(rows) < 0.3
scores = [truth + random.normal(0, spread, rows) for spread in (1.0, 1.1)]


def work():
    for _ in range(replicates):
        weights = random.poisson(1, rows)
        for score in scores:
            roc_auc_score(truth, score, sample_weight=weights)


measure(work, rounds, sklearn.__version__)
