"""Writes test/fixtures/explanation: small models, and what shap and scikit-learn say of them on the same rows.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install -r .ci/requirements.txt
    /tmp/goldens/bin/python scripts/goldens-explanation.py
"""

import json
import pathlib

import numpy as np
import shap
import sklearn
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression

ROOT = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "explanation"
rng = np.random.default_rng(20260214)
FEATURES = 7
ROWS = 60
EXPLAINED = 8
BACKGROUND = 12


def rounded(values):
    """Values that a float holds exactly, so that the model in the file sees what the library saw."""
    return np.round(values * 64) / 64


def data():
    x = rounded(rng.normal(0, 1, (ROWS + 240, FEATURES)))
    x[:, 3] = (x[:, 3] > 0).astype(float)
    x[:, 4] = rounded(0.8 * x[:, 0] + 0.6 * x[:, 4])
    score = x[:, 0] * x[:, 1] + 2 * x[:, 2] * x[:, 3] - x[:, 4] + np.abs(x[:, 5])
    return x, score


def save(name, model):
    (ROOT / f"{name}.onnx").write_bytes(model.SerializeToString())


def donors(seed, repeats):
    """Which row each row is given the value of, in each repeat of permutation_importance with this seed."""
    random_state = np.random.RandomState(np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1))
    order = np.arange(ROWS)
    given = np.arange(ROWS)
    rounds = []
    for _ in range(repeats):
        random_state.shuffle(order)
        given = given[order]
        rounds.append(given.tolist())
    return rounds


def importances(model, x, truth, scorings):
    found = {
        loss: permutation_importance(model, x, truth, scoring=scoring, n_repeats=3, random_state=4)
        for loss, scoring in scorings.items()
    }
    return {
        "donors": donors(4, 3),
        "losses": {
            loss: {"mean": one.importances_mean.tolist(), "rounds": one.importances.T.tolist()}
            for loss, one in found.items()
        },
    }


def shapley(answer, x):
    background, rows = x[EXPLAINED : EXPLAINED + BACKGROUND], x[:EXPLAINED]
    masker = shap.maskers.Independent(background, max_samples=BACKGROUND)
    exact = shap.explainers.Exact(answer, masker)(rows)
    permutation = shap.explainers.Permutation(answer, masker, seed=1)(rows, max_evals=40 * (2 * FEATURES + 1))
    np.random.seed(1)
    sampling = shap.SamplingExplainer(answer, background).shap_values(rows, nsamples=7000, silent=True)
    return {
        "exact": np.asarray(exact.values).tolist(),
        "base": np.asarray(exact.base_values).tolist(),
        "permutation": np.asarray(permutation.values).tolist(),
        "sampling": np.asarray(sampling).tolist(),
    }


def main():
    ROOT.mkdir(parents=True, exist_ok=True)
    x, score = data()
    train, rows = slice(ROWS, None), x[:ROWS]
    first = rows[:1].astype(np.float32)

    delay = rounded(score + rng.normal(0, 0.5, len(score)))
    regression = GradientBoostingRegressor(n_estimators=20, max_depth=3, random_state=0).fit(x[train], delay[train])
    save("regression-trees", to_onnx(regression, first, target_opset=17))
    tree = shap.TreeExplainer(regression, rows[EXPLAINED : EXPLAINED + BACKGROUND], feature_perturbation="interventional")

    late = (score > 0.5).astype(int)
    binary = GradientBoostingClassifier(n_estimators=20, max_depth=3, random_state=0).fit(x[train], late[train])
    save("binary-trees", to_onnx(binary, first, options={"zipmap": False}, target_opset=17))

    kind = np.digitize(score, [-0.5, 1.0])
    kinds = LogisticRegression(max_iter=1000).fit(x[train], kind[train])
    save("kinds-linear", to_onnx(kinds, first, options={"zipmap": False}, target_opset=17))
    by_class = shapley(kinds.predict_proba, rows)

    goldens = {
        "versions": {"shap": shap.__version__, "scikit-learn": sklearn.__version__},
        "rows": rows.tolist(),
        "explained": EXPLAINED,
        "background": BACKGROUND,
        "regression": {
            "truth": delay[:ROWS].tolist(),
            "shapley": shapley(regression.predict, rows),
            "tree": tree.shap_values(rows[:EXPLAINED]).tolist(),
            "importance": importances(
                regression,
                rows,
                delay[:ROWS],
                {"squared-error": "neg_mean_squared_error", "absolute-error": "neg_mean_absolute_error"},
            ),
        },
        "binary": {
            "truth": late[:ROWS].tolist(),
            "shapley": shapley(lambda z: binary.predict_proba(z)[:, 1], rows),
            "importance": importances(
                binary,
                rows,
                late[:ROWS],
                {"log-loss": "neg_log_loss", "brier": "neg_brier_score", "error": "accuracy"},
            ),
        },
        "multiclass": {
            "truth": kind[:ROWS].tolist(),
            "predicted": kinds.predict(rows[:EXPLAINED]).tolist(),
            "shapley": {"exact": by_class["exact"], "base": by_class["base"]},
            "importance": importances(
                kinds, rows, kind[:ROWS], {"log-loss": "neg_log_loss", "error": "accuracy"}
            ),
        },
    }
    (ROOT / "goldens.json").write_text(json.dumps(goldens) + "\n")


if __name__ == "__main__":
    main()
