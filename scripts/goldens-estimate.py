"""Writes what NannyML estimates of the same classifiers without labels: test/fixtures/estimate/nannyml.json.

Run in an environment of its own that has nannyml 0.13 with pandas 2: python3 scripts/goldens-estimate.py
"""

import json
import pathlib
import warnings

import nannyml
import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
FILE = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "estimate" / "nannyml.json"
METRICS = ["roc_auc", "accuracy", "f1", "precision", "recall", "specificity"]


def main():
    random = np.random.default_rng(20261105)
    cases = [
        binary(random, 160, 457, lambda p: p, 0.0),
        binary(random, 800, 604, lambda p: p**2, 0.6),
        binary(random, 700, 400, lambda p: 0.4 + 0.2 * p, -0.8),
        classes(random, 1200, 700, 0.4),
        classes(random, 700, 500, 2.5),
    ]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


def binary(random, reference, current, told, shift):
    """Scores that are probabilities once `told` is undone; the current rows' are shifted."""
    frames = []
    for rows, by in ((reference, 0.0), (current, shift)):
        probability = 1 / (1 + np.exp(-random.normal(-0.3 + by, 1.5, rows)))
        scores = unique(random, told(probability))
        truth = (random.random(rows) < probability).astype(int)
        frames.append(pd.DataFrame({"score": scores, "predicted": (scores >= told(0.5)).astype(int), "truth": truth}))
    estimator = nannyml.CBPE(
        y_pred_proba="score",
        y_pred="predicted",
        y_true="truth",
        problem_type="classification_binary",
        metrics=METRICS,
        chunk_number=10,
    )
    result = told_by(estimator, frames)
    calibrated = ["1"] if estimator.needs_calibration else []
    return {"task": "binary", "calibrated": calibrated, **sides(frames, ["score"]), **result}


def classes(random, reference, current, sharpness):
    """Three classes; `sharpness` other than 1 makes the scores surer or less sure than they should be."""
    names = ["a", "b", "c"]
    frames = []
    for rows, by in ((reference, 0.0), (current, 0.5)):
        logits = random.normal([0.3, 0.0, by], 1.2, (rows, 3))
        probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        told = probability**sharpness
        told = np.round(told / told.sum(axis=1, keepdims=True), 7)
        truth = [names[random.choice(3, p=each)] for each in probability]
        predicted = [names[at] for at in told.argmax(axis=1)]
        frames.append(pd.DataFrame({**{n: told[:, i] for i, n in enumerate(names)}, "predicted": predicted, "truth": truth}))
    estimator = nannyml.CBPE(
        y_pred_proba={name: name for name in names},
        y_pred="predicted",
        y_true="truth",
        problem_type="classification_multiclass",
        metrics=METRICS,
        chunk_number=10,
    )
    result = told_by(estimator, frames)
    calibrators = estimator._calibrators
    calibrated = [name for name in names if type(calibrators[name]).__name__ == "IsotonicCalibrator"]
    return {"task": "multiclass", "calibrated": calibrated, **sides(frames, names), **result}


def unique(random, values):
    """Seven digits, none twice: what ties mean is a matter of sorting in NannyML."""
    values = np.round(values, 7)
    while len(np.unique(values)) < len(values):
        values = np.round(np.clip(values + random.normal(0, 1e-5, len(values)), 0, 1), 7)
    return values


def sides(frames, columns):
    plain = lambda frame: {name: frame[name].tolist() for name in [*columns, "predicted", "truth"]}
    return {"reference": plain(frames[0]), "current": plain(frames[1])}


def told_by(estimator, frames):
    found = estimator.fit(frames[0]).estimate(frames[1].drop(columns="truth")).filter(period="analysis").to_df()
    metrics = {}
    for name in METRICS:
        table = found[name]
        metrics[name.replace("_", "-")] = {
            "value": table["value"].tolist(),
            "samplingError": table["sampling_error"].tolist(),
            "low": table["lower_confidence_boundary"].tolist(),
            "high": table["upper_confidence_boundary"].tolist(),
            "threshold": [float(table["lower_threshold"].iloc[0]), float(table["upper_threshold"].iloc[0])],
            "alert": [bool(each) for each in table["alert"]],
        }
    return {"metrics": metrics}


if __name__ == "__main__":
    main()
