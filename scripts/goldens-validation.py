"""Writes test/fixtures/validation/association.json: what scipy, scikit-learn and plain formulas say of two columns.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install numpy scipy scikit-learn
    /tmp/goldens/bin/python scripts/goldens-validation.py
"""

import json
import pathlib

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics

rng = np.random.default_rng(20260601)


def cramers_v(a, b):
    """Bergsma (2013): phi squared from scipy's chi-squared without continuity correction."""
    table = stats.contingency.crosstab(a, b).count
    n = table.sum()
    r, k = table.shape
    if r < 2 or k < 2:
        return 0.0
    phi = stats.chi2_contingency(table, correction=False).statistic / n
    phi = max(0.0, phi - (r - 1) * (k - 1) / (n - 1))
    r, k = r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)
    return float(np.sqrt(phi / (min(r, k) - 1)))


def correlation_ratio(classes, values):
    """Epsilon squared from scipy's one-way analysis of variance: (SSB - (k - 1) MSW) / SST."""
    groups = [values[classes == one] for one in np.unique(classes)]
    k, n = len(groups), len(values)
    if k == n:
        return 0.0
    total = ((values - values.mean()) ** 2).sum()
    f = stats.f_oneway(*groups).statistic
    within = total / (1 + f * (k - 1) / (n - k))
    return float(np.sqrt(max(0.0, (total - within - (k - 1) * within / (n - k)) / total)))


def case(kind, feature, target, expected):
    return {"kind": kind, "feature": feature.tolist(), "target": target.tolist(), "expected": expected}


cases = []
for n, noise in [(40, 1.0), (120, 0.3), (200, 5.0)]:
    y = rng.integers(0, 2, n)
    x = np.round(y + noise * rng.normal(size=n), 1)
    cases.append(case("auc", x, y, abs(2 * metrics.roc_auc_score(y, x) - 1)))
    t = np.round(x + noise * rng.normal(size=n), 1)
    cases.append(case("spearman", x, t, abs(stats.spearmanr(x, t).statistic)))
    a = rng.integers(0, 5, n)
    b = np.where(rng.random(n) < 0.7, a % 3, rng.integers(0, 3, n))
    cases.append(case("cramers-v", a, b, cramers_v(a, b)))
    v = a * 1.5 + noise * rng.normal(size=n)
    cases.append(case("correlation-ratio", a, v, correlation_ratio(a, v)))
ids = np.arange(60)
cases.append(case("cramers-v", ids, rng.integers(0, 2, 60), 0.0))

shares = [([0.5, 0.3, 0.2], [3, 1, 0]), ([0.1, 0.9], [50, 50]), ([0.25, 0.25, 0.5], [1, 2, 7])]
distances = [
    {
        "shares": p,
        "counts": q,
        "jensen-shannon": float(jensenshannon(p, q, 2)),
        "l-infinity": float(np.max(np.abs(np.array(p) - np.array(q) / sum(q)))),
    }
    for p, q in shares
]

target = pathlib.Path(__file__).parents[1] / "test/fixtures/validation"
target.mkdir(parents=True, exist_ok=True)
document = {"associations": cases, "distances": distances}
(target / "association.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
