"""Writes test/fixtures/metrics/tasks.json: what scikit-learn and scipy say of metrics beyond goldens-metrics.py.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install numpy scipy scikit-learn
    /tmp/goldens/bin/python scripts/goldens-task-metrics.py
"""

import json
import pathlib
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20260202)
AVERAGES = ("macro", "micro", "weighted")
RATIOS = {"precision": metrics.precision_score, "recall": metrics.recall_score, "f1": metrics.f1_score}


def averaged(y, called):
    return {
        f"{name}-{average}": score(y, called, average=average, zero_division=0)
        for name, score in RATIOS.items()
        for average in AVERAGES
    }


def specificity(y, called, kind):
    rest = y != kind
    return float(np.mean(called[rest] != kind))


def calibration(confidence, hits, bins=15):
    """Equal-mass bins in which equal confidences stay together, less the closed form of the noise's share."""
    order = np.argsort(confidence, kind="stable")
    n, bin_of, bin_now, start = len(order), np.zeros(len(order), int), 0, 0
    while start < n:
        end = start
        while end < n and confidence[order[end]] == confidence[order[start]]:
            end += 1
        bin_of[order[start:end]] = bin_now
        while bin_now < bins - 1 and end >= (bin_now + 1) * n / bins:
            bin_now += 1
        start = end
    total = 0.0
    for one in np.unique(bin_of):
        rows = bin_of == one
        share = np.mean(hits[rows])
        gap = abs(share - np.mean(confidence[rows]))
        noise = np.sqrt(share * (1 - share) / rows.sum())
        folded = stats.foldnorm.mean(gap / noise, scale=noise) if noise > 0 else gap
        total += rows.sum() / n * (2 * gap - folded)
    return max(0.0, total)


def binary(y, p):
    called = (p > 0.5).astype(int)
    return {
        "truth": y.tolist(),
        "probability": p.tolist(),
        "expected": {
            **averaged(y, called),
            "specificity": specificity(y, called, 1),
            "mcc": metrics.matthews_corrcoef(y, called),
            "cohen-kappa": metrics.cohen_kappa_score(y, called),
        },
    }


def multiclass(y, p, k):
    called = p.argmax(axis=1)
    kinds = range(p.shape[1])
    seen = sorted(set(y) | set(called))
    expected = {
        **averaged(y, called),
        "specificity": float(np.mean([specificity(y, called, one) for one in seen])),
        "mcc": metrics.matthews_corrcoef(y, called),
        "cohen-kappa": metrics.cohen_kappa_score(y, called),
        "top-k-accuracy": metrics.top_k_accuracy_score(y, p, k=k, labels=list(kinds)),
    }
    if set(y) == set(kinds):
        for shape in ("ovr", "ovo"):
            expected[f"roc-auc-{shape}"] = metrics.roc_auc_score(y, p, multi_class=shape, average="macro")
        expected["roc-auc-ovr-weighted"] = metrics.roc_auc_score(y, p, multi_class="ovr", average="weighted")
        expected["pr-auc"] = metrics.average_precision_score(y, p, average="macro")
        expected["ece-classwise"] = float(np.mean([calibration(p[:, one], (y == one).astype(float)) for one in kinds]))
        expected["roc-auc-ovo-weighted"] = metrics.roc_auc_score(y, p, multi_class="ovo", average="weighted")
    return {"truth": y.tolist(), "probabilities": p.tolist(), "topK": k, "expected": expected}


def multilabel(y, p):
    called = (p > 0.5).astype(int)
    columns = range(y.shape[1])
    return {
        "truth": y.tolist(),
        "probabilities": p.tolist(),
        "expected": {
            **averaged(y, called),
            **{name: score(y, called, average="macro", zero_division=0) for name, score in RATIOS.items()},
            "accuracy": metrics.accuracy_score(y, called),
            "hamming-loss": metrics.hamming_loss(y, called),
            "jaccard": metrics.jaccard_score(y, called, average="samples", zero_division=1),
            "roc-auc": metrics.roc_auc_score(y, p, average="macro"),
            "pr-auc": metrics.average_precision_score(y, p, average="macro"),
            "log-loss": float(np.mean([metrics.log_loss(y[:, one], p[:, one]) for one in columns])),
            "brier": float(np.mean([metrics.brier_score_loss(y[:, one], p[:, one]) for one in columns])),
            "ece-classwise": float(np.mean([calibration(p[:, one], y[:, one].astype(float)) for one in columns])),
        },
    }


def regression(y, p, quantile, power):
    return {
        "truth": y.tolist(),
        "predicted": p.tolist(),
        "quantile": quantile,
        "power": power,
        "expected": {
            "median-ae": metrics.median_absolute_error(y, p),
            "pinball": metrics.mean_pinball_loss(y, p, alpha=quantile),
            "poisson-deviance": metrics.mean_poisson_deviance(y, p),
            "tweedie-deviance": metrics.mean_tweedie_deviance(y, p, power=power),
        },
    }


def expected_by_orders(relevance, score, measure, draws=4000):
    """The mean of a measure over random orders of the rows of equal score."""
    return np.mean([measure(relevance[np.lexsort((rng.random(len(score)), -score))]) for _ in range(draws)])


def ranking(queries, k):
    relevant = [(r, s) for r, s in queries if (r > 0).any()]
    free = [(r, s) for r, s in relevant if len(set(s)) == len(s)]
    ranked = [(r, r[np.argsort(-s)]) for r, s in free]
    return {
        "relevance": [r.tolist() for r, _ in queries],
        "score": [s.tolist() for _, s in queries],
        "cutoff": k,
        "expected": {
            "ndcg": float(np.mean([metrics.ndcg_score([r], [s], k=k) for r, s in relevant])),
            "map": float(np.mean([metrics.average_precision_score(r > 0, s) for r, s in relevant])),
        },
        "exponential": float(np.mean([metrics.ndcg_score([2.0**r - 1], [s], k=k) for r, s in relevant])),
        "sampled": {
            "mrr": float(np.mean([expected_by_orders(r, s, lambda o: 1 / (1 + np.flatnonzero(o > 0)[0])) for r, s in relevant])),
            "recall-at-k": float(np.mean([expected_by_orders(r, s, lambda o: (o[:k] > 0).sum() / (o > 0).sum()) for r, s in relevant])),
        },
        "withoutTies": {
            "relevance": [r.tolist() for r, _ in free],
            "score": [s.tolist() for _, s in free],
            "expected": {
                "mrr": float(np.mean([1 / (1 + np.flatnonzero(o > 0)[0]) for _, o in ranked])),
                "recall-at-k": float(np.mean([(o[:k] > 0).sum() / (r > 0).sum() for r, o in ranked])),
                "precision-at-k": float(np.mean([(o[:k] > 0).sum() / k for _, o in ranked])),
            },
        },
    }


def forecasting(y, f, series, history, season, levels, q):
    scale = {s: float(np.mean(np.abs(h[season:] - h[:-season]))) for s, h in history.items()}
    error = np.abs(y - f)
    return {
        "truth": y.tolist(),
        "predicted": f.tolist(),
        "series": series.tolist(),
        "history": [history[s].tolist() for s in sorted(history)],
        "season": season,
        "scale": [scale[s] for s in sorted(scale)],
        "levels": levels,
        "quantiles": q.tolist(),
        "expected": {
            "mase": float(np.mean([np.mean(error[series == s]) / scale[s] for s in sorted(scale)])),
            "smape": float(np.mean(2 * error / (np.abs(y) + np.abs(f)))),
            "wape": float(error.sum() / np.abs(y).sum()),
            "mae": metrics.mean_absolute_error(y, f),
            "rmse": metrics.root_mean_squared_error(y, f),
            "mape": metrics.mean_absolute_percentage_error(y, f),
            "pinball": float(np.mean([metrics.mean_pinball_loss(y, q[:, i], alpha=a) for i, a in enumerate(levels)])),
            "coverage": float(np.mean((y >= q[:, 0]) & (y <= q[:, -1]))),
            "interval-width": float(np.mean(q[:, -1] - q[:, 0])),
        },
    }


yb = (rng.random(150) < 0.3).astype(int)
pb = np.round(np.clip(0.35 * yb + 0.65 * rng.random(150), 0, 1), 2)
y4 = rng.choice(4, 160, p=[0.5, 0.3, 0.15, 0.05])
p4 = rng.dirichlet([1] * 4, 160) * 0.6 + 0.4 * np.eye(4)[y4]
y5 = rng.integers(0, 3, 60)
p5 = rng.dirichlet([1] * 5, 60)
yl = (rng.random((120, 4)) < [0.5, 0.3, 0.2, 0.05]).astype(int)
yl[0, 3] = 1
pl = np.clip(np.round(0.4 * yl + 0.6 * rng.random((120, 4)), 2), 0.01, 0.99)
yr = rng.gamma(2.0, 3.0, 101)
pr = yr * np.exp(rng.normal(0, 0.3, 101))
yz = rng.poisson(1.5, 80).astype(float)
pz = np.clip(yz + rng.normal(0, 1, 80), 0.1, None)
queries = []
for query in range(40):
    size = int(rng.integers(2, 15))
    relevance = np.where(rng.random(size) < 0.4, rng.integers(1, 4, size), 0)
    raw = relevance + rng.normal(0, 1.5, size)
    queries.append((relevance, np.round(raw) if query % 3 == 0 else raw))
history = {s: np.cumsum(rng.normal(0, 1 + s, 60)) + 40 for s in range(3)}
series = np.repeat([0, 1, 2], [20, 15, 10])
yf = np.concatenate([history[s][-1] + np.cumsum(rng.normal(0, 1 + s, n)) for s, n in ((0, 20), (1, 15), (2, 10))])
ff = yf + rng.normal(0, 2, 45)
qf = ff[:, None] + np.array([-2.5, 0.0, 2.5])

goldens = {
    "binary": {"ties": binary(yb, pb)},
    "multiclass": {"four": multiclass(y4, p4, 2), "classes that truth never has": multiclass(y5, p5, 3)},
    "multilabel": {"four": multilabel(yl, pl)},
    "regression": {"gamma": regression(yr, pr, 0.9, 2), "counts": regression(yz, pz, 0.25, 1.5)},
    "ranking": ranking(queries, 5),
    "forecasting": forecasting(yf, ff, series, history, 7, [0.1, 0.5, 0.9], qf),
}
out = pathlib.Path(__file__).parent.parent / "test/fixtures/metrics/tasks.json"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(json.dumps(goldens) + "\n")
