"""Writes what other tools say of the same samples: test/fixtures/statistics/{evidently,nannyml,river}.json.

Run in an environment of its own that has evidently 0.7 with pandas 2, nannyml 0.13 and river 0.26:
python3 scripts/goldens-drift-peers.py
"""

import json
import pathlib
import warnings

import nannyml
import numpy as np
import pandas as pd
from evidently.legacy.calculations import stattests
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
from river import drift

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "statistics"

OF_NUMBERS = {
    "kolmogorov-smirnov": stattests.ks_stat_test,
    "wasserstein-normed": stattests.wasserstein_stat_test,
    "jensen-shannon": stattests.jensenshannon_stat_test,
    "psi": stattests.psi_stat_test,
    "kullback-leibler": stattests.kl_div_stat_test,
    "hellinger": stattests.hellinger_stat_test,
}
OF_CATEGORIES = {
    "chi-square": stattests.chi_stat_test,
    "jensen-shannon": stattests.jensenshannon_stat_test,
    "psi": stattests.psi_stat_test,
    "kullback-leibler": stattests.kl_div_stat_test,
    "hellinger": stattests.hellinger_stat_test,
}


def main():
    write("evidently", evidently_cases())
    write("nannyml", nannyml_cases())
    write("river", river_cases())


def write(name, value):
    (ROOT / f"{name}.json").write_text(json.dumps(value, separators=(",", ":")) + "\n")


def evidently_cases():
    random = np.random.default_rng(20261101)
    normal = lambda n, shift: np.round(random.normal(shift, 1, n), 6)
    whole = lambda n, most: random.integers(0, most, n)
    letters = lambda n, names: random.choice(list(names), n)
    pairs = [
        (normal(300, 0), normal(200, 0.1)),
        (normal(1000, 0), normal(900, 0)),
        (normal(1001, 0), normal(400, 0.25)),
        (normal(1200, 0), np.append(normal(300, 3), [np.nan, np.inf])),
        (whole(400, 3), whole(300, 3)),
        (whole(400, 2), whole(300, 2)),
        (np.zeros(60, int), np.zeros(50, int)),
        (whole(500, 6), whole(700, 7)),
        (whole(1500, 5), whole(600, 5)),
        (whole(1500, 40), whole(600, 44)),
        (whole(900, 2000), whole(800, 2400)),
        (letters(500, "abc"), letters(400, "abc")),
        (letters(500, "abc"), letters(400, "abcd")),
        (letters(500, "ab"), letters(400, "ab")),
        (letters(50, "a"), letters(40, "a")),
        (letters(50, "a"), letters(40, "ab")),
        (letters(1500, "abcdefgh"), letters(1400, "abcdefghi")),
        (letters(1500, "ab"), letters(900, "ab")),
    ]
    return [evidently_case(reference, current) for reference, current in pairs]


def evidently_case(reference, current):
    is_number = reference.dtype.kind != "U"
    kind = ColumnType.Numerical if is_number else ColumnType.Categorical
    clean = lambda values: pd.Series(values).replace([-np.inf, np.inf], np.nan).dropna()
    first, second = clean(reference), clean(current)
    chosen = get_stattest(first, second, kind, None)
    result = chosen(first, second, kind, None)
    statistics = {}
    for name, test in (OF_NUMBERS if is_number else OF_CATEGORIES).items():
        statistics[name] = number(test(first.copy(), second.copy(), kind, None).drift_score)
    return {
        "reference": plain(reference),
        "current": plain(current),
        "chosen": chosen.name,
        "value": number(result.drift_score),
        "threshold": result.actual_threshold,
        "drifted": bool(result.drifted),
        "statistics": statistics,
    }


def plain(values):
    if values.dtype.kind != "f":
        return values.tolist()
    return [None if np.isnan(value) else "inf" if np.isinf(value) else value for value in values.tolist()]


def number(value):
    return float(value) if np.isfinite(value) else str(float(value))


def nannyml_cases():
    random = np.random.default_rng(20261103)
    normal = lambda n, shift: np.round(random.normal(shift, 1, n), 5)
    letters = lambda n, names: random.choice(list(names), n)
    pairs = [
        (normal(805, 0), normal(407, 0.1)),
        (normal(1000, 0), np.append(normal(300, 0.9), [np.nan] * 7)),
        (np.round(np.exp(normal(600, 0)), 4), np.round(np.exp(normal(550, 0.4)), 4)),
        (random.integers(0, 6, 500).astype(float), random.integers(0, 7, 333).astype(float)),
        (letters(500, "abc"), letters(400, "abc")),
        (letters(507, "ab"), letters(403, "ab")),
        (letters(500, "aaabbc"), letters(400, "abcd")),
    ]
    return [nannyml_case(reference, current) for reference, current in pairs]


def nannyml_case(reference, current):
    is_number = reference.dtype.kind != "U"
    of_numbers = ["jensen_shannon", "kolmogorov_smirnov", "hellinger", "wasserstein"]
    of_categories = ["jensen_shannon", "chi2", "hellinger", "l_infinity"]
    frames = [pd.DataFrame({"x": values if is_number else pd.Series(values, dtype="object")}) for values in (reference, current)]
    chunked = nannyml.UnivariateDriftCalculator(column_names=["x"]).fit(frames[0]).calculate(frames[1])
    found = chunked.filter(period="analysis").to_df()["x"]["jensen_shannon"]
    whole = nannyml.UnivariateDriftCalculator(
        column_names=["x"], continuous_methods=of_numbers, categorical_methods=of_categories, chunk_size=len(current)
    )
    row = whole.fit(frames[0]).calculate(frames[1]).filter(period="analysis").to_df()["x"].iloc[0]
    return {
        "reference": plain(reference),
        "current": plain(current),
        "threshold": float(found["upper_threshold"].iloc[0]),
        "chunks": [number(value) for value in found["value"]],
        "alerts": [bool(alert) for alert in found["alert"]],
        "statistics": {name: float(row[name]["value"]) for name in (of_numbers if is_number else of_categories)},
    }


def river_cases():
    random = np.random.default_rng(20261102)
    streams = [
        np.concatenate([random.integers(0, 2, 1000), random.integers(4, 8, 1000)]).astype(float),
        np.concatenate([random.random(1500) < 0.1, random.random(1500) < 0.4]).astype(float),
        (random.random(3000) < 0.2).astype(float),
        np.concatenate([np.round(random.normal(0, 1, 2000), 6), np.round(random.normal(0.8, 1, 2000), 6)]),
        np.round(np.linspace(0, 4, 3000) + random.normal(0, 0.5, 3000), 6),
    ]
    return [river_case(stream) for stream in streams]


def river_case(stream):
    is_binary = set(stream.tolist()) <= {0.0, 1.0}
    detectors = {"adwin": drift.ADWIN(), "page-hinkley": drift.PageHinkley()}
    if is_binary:
        detectors["ddm"] = drift.binary.DDM()
    found = {name: [] for name in detectors}
    warned = []
    for at, value in enumerate(stream.tolist()):
        for name, detector in detectors.items():
            detector.update(int(value) if name == "ddm" else value)
            if detector.drift_detected:
                found[name].append(at)
            if name == "ddm" and detector.warning_detected:
                warned.append(at)
    adwin = detectors["adwin"]
    return {
        "stream": stream.tolist(),
        "drifts": found,
        "ddmWarnings": warned if is_binary else None,
        "adwin": {"width": adwin.width, "mean": adwin.estimation, "variance": adwin.variance},
    }


if __name__ == "__main__":
    main()
