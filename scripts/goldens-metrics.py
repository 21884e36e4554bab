"""Writes test/fixtures/metrics/goldens.json: what scikit-learn, scipy and brute force say of small, awkward samples.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install numpy scipy scikit-learn
    /tmp/goldens/bin/python scripts/goldens-metrics.py
"""

import json
import pathlib
import warnings

import numpy as np
from scipy import optimize, stats
from sklearn import metrics

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20260101)


def ece(confidence, hits, bins=15):
    """Equal-mass bins in which equal confidences stay together, less the closed form of the noise's share."""
    order = np.argsort(confidence, kind="stable")
    n, groups, current = len(order), [], []
    for at, row in enumerate(order):
        current.append(row)
        last = at == n - 1 or confidence[order[at + 1]] != confidence[row]
        full = sum(map(len, groups)) + len(current) >= (len(groups) + 1) * n / bins
        if last and full and len(groups) < bins - 1:
            groups.append(current)
            current = []
            while len(groups) < bins - 1 and sum(map(len, groups)) >= (len(groups) + 1) * n / bins:
                groups.append([])
    groups.append(current)
    total = 0.0
    for rows in groups:
        if not rows:
            continue
        share = np.mean(hits[rows])
        gap = abs(share - np.mean(confidence[rows]))
        noise = np.sqrt(share * (1 - share) / len(rows))
        folded = stats.foldnorm.mean(gap / noise, scale=noise) if noise > 0 else gap
        total += len(rows) / n * (2 * gap - folded)
    return max(0.0, total)


def binary(y, p):
    called = (p > 0.5).astype(int)
    return {
        "truth": y.tolist(),
        "probability": p.tolist(),
        "expected": {
            "roc-auc": metrics.roc_auc_score(y, p),
            "pr-auc": metrics.average_precision_score(y, p),
            "accuracy": metrics.accuracy_score(y, called),
            "balanced-accuracy": metrics.balanced_accuracy_score(y, called),
            "precision": metrics.precision_score(y, called),
            "recall": metrics.recall_score(y, called),
            "f1": metrics.f1_score(y, called),
            "log-loss": metrics.log_loss(y, p),
            "brier": metrics.brier_score_loss(y, p),
            "ece": ece(p, y),
        },
    }


def multiclass(y, p):
    called = p.argmax(axis=1)
    top = p.max(axis=1)
    return {
        "truth": y.tolist(),
        "probabilities": p.tolist(),
        "expected": {
            "accuracy": metrics.accuracy_score(y, called),
            "balanced-accuracy": metrics.balanced_accuracy_score(y, called),
            "precision": metrics.precision_score(y, called, average="macro", zero_division=0),
            "recall": metrics.recall_score(y, called, average="macro", zero_division=0),
            "f1": metrics.f1_score(y, called, average="macro", zero_division=0),
            "log-loss": metrics.log_loss(y, p, labels=range(p.shape[1])),
            "brier": metrics.brier_score_loss(y, p, labels=range(p.shape[1])),
            "ece": ece(top, (called == y).astype(float)),
        },
    }


def regression(y, p):
    return {
        "truth": y.tolist(),
        "predicted": p.tolist(),
        "expected": {
            "rmse": metrics.root_mean_squared_error(y, p),
            "mae": metrics.mean_absolute_error(y, p),
            "mape": metrics.mean_absolute_percentage_error(y, p),
            "r2": metrics.r2_score(y, p),
        },
    }


def tango(b, c, n, level):
    """Both limits of Tango's interval by root finding on the score statistic with its constrained estimate."""
    z = stats.norm.ppf((1 + level) / 2)

    def score(d):
        a2, b2, c2 = 2 * n, -b - c + (2 * n - b + c) * d, -c * d * (1 - d)
        q = (np.sqrt(max(0, b2 * b2 - 4 * a2 * c2)) - b2) / (2 * a2)
        return (b - c - n * d) / np.sqrt(n * (2 * q + d * (1 - d)))

    estimate = (b - c) / n
    edge = 1 - 1e-12
    low = optimize.brentq(lambda d: score(d) - z, -edge, estimate - 1e-12, xtol=1e-15)
    high = optimize.brentq(lambda d: score(d) + z, estimate + 1e-12, edge, xtol=1e-15)
    return [low, high]


def delong(y, a, b):
    """Placement values pair by pair, from the definition."""
    def parts(s):
        wins = (s[y == 1][:, None] > s[y == 0][None, :]) + 0.5 * (s[y == 1][:, None] == s[y == 0][None, :])
        return wins.mean(axis=1), wins.mean(axis=0)

    (a10, a01), (b10, b01) = parts(a), parts(b)
    s10, s01 = np.cov(a10, b10), np.cov(a01, b01)
    s = s10 / len(a10) + s01 / len(a01)
    se = np.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1])
    difference = a10.mean() - b10.mean()
    return {"difference": difference, "error": se, "pValue": 2 * stats.norm.sf(abs(difference / se))}


y60 = (rng.random(60) < 0.35).astype(int)
p60 = np.round(np.clip(0.3 * y60 + 0.7 * rng.random(60), 0, 1), 2)
y400 = (rng.random(400) < 0.5).astype(int)
p400 = np.clip(rng.beta(2, 2, 400) * 0.7 + 0.3 * y400, 0, 1)
edge = np.array([0, 1, 0, 1, 1, 0, 1, 0])
sure = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.5, 0.5])
y3 = rng.integers(0, 3, 120)
p3 = rng.dirichlet([1, 1, 1], 120) * 0.6 + 0.4 * np.eye(3)[y3]
y4 = rng.integers(0, 3, 50)
p4 = rng.dirichlet([1, 1, 1, 1], 50)
yr = rng.normal(5, 2, 80)
pr = yr + rng.normal(0.2, 1, 80)
second = np.round(np.clip(0.2 * y60 + 0.8 * rng.random(60), 0, 1), 2)
d = np.abs(pr - yr) - np.abs(yr + rng.normal(0, 1.1, 80) - yr)
t = stats.ttest_1samp(d, 0)

goldens = {
    "binary": {"ties": binary(y60, p60), "many": binary(y400, p400), "certain": binary(edge, sure)},
    "multiclass": {"three": multiclass(y3, p3), "a class that truth never has": multiclass(y4, p4)},
    "regression": {"plain": regression(yr, pr)},
    "delong": {"truth": y60.tolist(), "first": p60.tolist(), "second": second.tolist(), **delong(y60, p60, second)},
    "tango": [
        {"onlyFirst": b, "onlySecond": c, "rows": n, "level": level, "limits": tango(b, c, n, level)}
        for b, c, n, level in [(12, 33, 500, 0.95), (1, 0, 40, 0.95), (0, 0, 100, 0.9), (20, 5, 25, 0.99), (300, 280, 100000, 0.95)]
    ],
    "pairedMean": {
        "differences": d.tolist(),
        "value": d.mean(),
        "limits": list(t.confidence_interval(0.95)),
        "pValue": t.pvalue,
    },
    "studentQuantile": [
        {"p": p, "degrees": df, "t": stats.t.ppf(p, df)}
        for p in (0.5, 0.6, 0.9, 0.975, 0.995, 0.0001) for df in (1, 2, 9, 99, 100000)
    ],
}
out = pathlib.Path(__file__).parent.parent / "test/fixtures/metrics/goldens.json"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(json.dumps(goldens) + "\n")
