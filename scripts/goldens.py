"""Writes the reference numbers that the tests compare with: test/fixtures/statistics/*.json.

Run in an environment that has scipy and numpy: python3 scripts/goldens.py
"""

import json
import pathlib

import numpy as np
from scipy import special, stats
from scipy.spatial import distance

ROOT = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "statistics"


def main():
    ROOT.mkdir(parents=True, exist_ok=True)
    write("distributions", distributions())
    write("two-samples", two_samples())
    write("kolmogorov", kolmogorov())


def write(name, value):
    (ROOT / f"{name}.json").write_text(json.dumps(value, indent=1) + "\n")


def distributions():
    xs = [0.001, 0.1, 0.5, 1, 2, 5, 10, 30, 100, 500, 1000]
    shapes = [0.5, 1, 1.5, 4, 11.5, 12, 50, 499.5, 2000]
    normal = [-37, -20, -8, -3, -1, -1e-5, 0, 0.3, 1, 1.96, 4, 9, 25, 37]
    ps = [1e-300, 1e-20, 1e-6, 0.01, 0.05, 0.3, 0.5, 0.7, 0.95, 0.999]
    betas = [(0.5, 0.5), (1, 3), (12, 33), (0.3, 70), (500, 480), (20000, 3), (1e5, 1.2e5)]
    return {
        "logGamma": [[x, float(special.gammaln(x))] for x in [1e-8, 0.1, 0.5, 1.5, 3.3, 11.9, 12, 100.25, 1e6]],
        "gamma": [
            [x, a, float(special.gammainc(a, x)), float(special.gammaincc(a, x))] for x in xs for a in shapes
        ],
        "chiSquareQuantile": [
            [p, k, float(stats.chi2.ppf(p, k))] for p in [1e-6, 0.05, 0.5, 0.95, 0.999] for k in [1, 3, 9, 99, 999, 4095]
        ],
        "normal": [[x, float(stats.norm.cdf(x)), float(stats.norm.sf(x))] for x in normal],
        "normalQuantile": [[p, float(stats.norm.ppf(p))] for p in ps],
        "beta": [
            [x, a, b, float(special.betainc(a, b, x)), float(special.betaincc(a, b, x))]
            for a, b in betas
            for x in [1e-4, 0.1, 0.27, 0.45, 0.5, 0.52, 0.9, 0.9998]
        ],
        "betaQuantile": [
            [p, a, b, float(special.betaincinv(a, b, p))] for a, b in betas[1:6] for p in [1e-6, 0.025, 0.5, 0.975]
        ],
        "student": [[t, v, float(stats.t.sf(t, v))] for t in [-3, 0, 0.5, 2, 8, 40] for v in [1, 4, 19, 1000, 1e6]],
    }


def two_samples():
    """Random samples of many shapes, with ties, of unequal sizes; every statistic by its published implementation."""
    random = np.random.default_rng(20260101)
    cases = []
    for index in range(24):
        n, m = (int(size) for size in random.integers(2, 60, 2))
        draw = [random.normal, lambda size: random.integers(-3, 4, size).astype(float), random.standard_cauchy][index % 3]
        reference, current = draw(size=n), draw(size=m) + 0.3 * (index % 4)
        ks = stats.ks_2samp(reference, current, method="exact")
        asymptotic = stats.ks_2samp(reference, current, method="asymp")
        values, inverse = np.unique(np.concatenate([np.round(reference), np.round(current)]), return_inverse=True)
        cells = np.array([np.bincount(inverse[:n], minlength=len(values)), np.bincount(inverse[n:], minlength=len(values))])
        chi = stats.chi2_contingency(cells, correction=False) if len(values) > 1 else None
        cases.append(
            {
                "reference": reference.tolist(),
                "current": current.tolist(),
                "ks": float(ks.statistic),
                "ksExact": float(ks.pvalue),
                "ksAsymptotic": float(asymptotic.pvalue),
                "wasserstein": float(stats.wasserstein_distance(reference, current)),
                "normed": float(stats.wasserstein_distance(reference, current) / max(np.std(reference), 0.001)),
                "cells": cells.tolist(),
                "chiSquare": None if chi is None else [float(chi.statistic), float(chi.pvalue)],
                "jensenShannon": float(distance.jensenshannon(cells[0], cells[1], base=2)),
                "sturges": np.histogram_bin_edges(np.concatenate([reference, current]), bins="sturges").tolist(),
                "doane": np.histogram_bin_edges(reference, bins="doane").tolist(),
            }
        )
    return cases


def kolmogorov():
    return [
        [d, n, float(stats.kstwo.sf(d, n))]
        for n in [1, 2, 5, 20, 100, 140, 141, 500, 2000, 50000, 1000000]
        for d in sorted({min(0.999, z / np.sqrt(n)) for z in [0.3, 0.6, 0.9, 1.2, 1.5, 2.0, 3.0, 6.0]})
    ]


if __name__ == "__main__":
    main()
