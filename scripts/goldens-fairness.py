"""Writes test/fixtures/fairness/goldens.json: what Fairlearn and statsmodels say of small, awkward samples.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install fairlearn statsmodels
    /tmp/goldens/bin/python scripts/goldens-fairness.py
"""

import json
import pathlib

import fairlearn
import numpy as np
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equalized_odds_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import precision_score
from statsmodels.stats.proportion import proportion_confint

rng = np.random.default_rng(20260101)


def case(name, truth, predicted, sensitive):
    frame = MetricFrame(
        metrics={
            "selection-rate": selection_rate,
            "true-positive-rate": true_positive_rate,
            "false-positive-rate": false_positive_rate,
            "positive-predictive-value": precision_score,
        },
        y_true=truth,
        y_pred=predicted,
        sensitive_features=sensitive,
    )
    ratio = demographic_parity_ratio(truth, predicted, sensitive_features=sensitive)
    return {
        "name": name,
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "group": sensitive.tolist(),
        "rates": frame.by_group.to_dict(),
        "measures": {
            "demographic-parity": demographic_parity_difference(truth, predicted, sensitive_features=sensitive),
            "equal-opportunity": equal_opportunity_difference(truth, predicted, sensitive_features=sensitive),
            "equalised-odds": equalized_odds_difference(truth, predicted, sensitive_features=sensitive),
            "predictive-parity": frame.difference(method="between_groups")["positive-predictive-value"],
            "four-fifths": None if np.isnan(ratio) else ratio,
        },
    }


def sample(name, rows, groups, lean):
    sensitive = np.array([f"g{group}" for group in rng.choice(groups, rows, p=None)])
    shift = np.array([int(value[1:]) for value in sensitive]) * lean
    truth = (rng.random(rows) < 0.3 + shift).astype(int)
    predicted = (rng.random(rows) < np.where(truth == 1, 0.75, 0.2) + shift).astype(int)
    return case(name, truth, predicted, sensitive)


cases = [
    sample("two groups that lie apart", 300, 2, 0.15),
    sample("five groups", 600, 5, 0.04),
    sample("two groups that are alike", 200, 2, 0.0),
    case(
        "a group of which nobody is selected",
        np.array([0, 1] * 40),
        np.array([0, 0] * 20 + [0, 1, 1, 1] * 10),
        np.array(["a"] * 40 + ["b"] * 40),
    ),
]
intervals = [
    {"hits": hits, "rows": rows, "interval": list(proportion_confint(hits, rows, alpha=0.05, method="wilson"))}
    for hits, rows in [(0, 30), (30, 30), (1, 40), (17, 100), (4999, 10000)]
]
path = pathlib.Path(__file__).parent.parent / "test/fixtures/fairness/goldens.json"
path.write_text(json.dumps({"fairlearn": fairlearn.__version__, "cases": cases, "wilson": intervals}) + "\n")
