"""Writes what scipy and numpy say of shared errors, joint tests and pooling to test/fixtures/comparison/goldens.json."""

import json
import math
import pathlib

import numpy as np
from scipy import stats

ALPHA = 0.05


def spent(rule, share):
    if share == 0:
        return 0.0
    if rule == "bonferroni":
        return ALPHA * share
    if rule == "pocock":
        return ALPHA * math.log(1 + (math.e - 1) * share)
    return float(4 * stats.norm.sf(stats.norm.isf(ALPHA / 4) / math.sqrt(share)))


def spending():
    rows = []
    for rule in ["bonferroni", "pocock", "obrien-fleming"]:
        for planned in [1, 2, 5, 10]:
            errors = [spent(rule, k / planned) - spent(rule, (k - 1) / planned) for k in range(1, planned + 1)]
            rows.append({"rule": rule, "planned": planned, "errors": errors})
    return rows


def crossing(errors, correlation):
    """The chance that any look crosses its two-sided bound, of normal statistics with this correlation."""
    bounds = np.array([stats.norm.isf(error / 2) for error in errors])
    inside = stats.multivariate_normal.cdf(
        bounds, mean=np.zeros(len(errors)), cov=correlation, lower_limit=-bounds, maxpts=1_000_000, abseps=1e-6, releps=1e-6
    )
    # The integral is by random points: more digits would differ from run to run.
    return round(float(1 - inside), 4)


def crossings():
    """Looks may have nothing to do with each other, hang together, or be a growing sample: never more than ALPHA."""
    rows = []
    for entry in spending():
        size = entry["planned"]
        if size not in (2, 5):
            continue
        steps = np.arange(1, size + 1)
        kinds = {
            "alone": np.eye(size),
            "alike": np.full((size, size), 0.8) + 0.2 * np.eye(size),
            "growing": np.sqrt(np.minimum.outer(steps, steps) / np.maximum.outer(steps, steps)),
        }
        for kind, correlation in kinds.items():
            rows.append(
                {"rule": entry["rule"], "planned": size, "kind": kind, "chance": crossing(entry["errors"], correlation)}
            )
    return rows


def pooled():
    """DerSimonian and Laird by their formulae, with numpy."""
    values = np.array([0.02, -0.03, 0.01, 0.08, -0.01])
    errors = np.array([0.01, 0.03, 0.005, 0.04, 0.02])
    weights = 1 / errors**2
    mean = np.average(values, weights=weights)
    heterogeneity = np.sum(weights * (values - mean) ** 2)
    between = max(0.0, (heterogeneity - (len(values) - 1)) / (weights.sum() - (weights**2).sum() / weights.sum()))
    centre = np.average(values, weights=1 / (errors**2 + between))
    shrunk = (between * values + errors**2 * centre) / (between + errors**2)
    return {"values": values.tolist(), "errors": errors.tolist(), "shrunk": shrunk.tolist()}


def main():
    folder = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "comparison"
    folder.mkdir(parents=True, exist_ok=True)
    document = {"alpha": ALPHA, "spending": spending(), "crossings": crossings(), "pooled": pooled()}
    (folder / "goldens.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
