"""Writes what TensorFlow Data Validation measures between the same samples: test/fixtures/statistics/tfdv.json.

Run in an environment of its own that has tensorflow-data-validation 1.16.1 with apache-beam below 2.66 (Python 3.11):
python3 scripts/goldens-tfdv.py
"""

import json
import os
import pathlib
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import pyarrow as pa
import tensorflow_data_validation as tfdv
from tensorflow_data_validation.statistics import stats_impl
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2

warnings.filterwarnings("ignore")
FILE = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "statistics" / "tfdv.json"
MEASURES = {
    "l-infinity": "infinity_norm",
    "jensen-shannon": "jensen_shannon_divergence",
    "normalized-absolute-difference": "normalized_abs_difference",
}


def main():
    random = np.random.default_rng(20261107)
    normal = lambda n, shift: np.round(random.normal(shift, 1, n), 6)
    whole = lambda n, most: random.integers(0, most, n)
    letters = lambda n, names: random.choice(list(names), n)
    words = lambda n, most: np.array([f"w{int(most * each**3)}" for each in random.random(n)])
    pairs = [
        (normal(300, 0), normal(200, 0.3)),
        (normal(1500, 0), normal(2200, 0.1)),
        (np.round(np.exp(normal(900, 0)), 5), np.round(np.exp(normal(400, 0.4)), 5)),
        (whole(500, 6), whole(700, 7)),
        (whole(500, 2), whole(300, 2)),
        (np.full(60, 3.5), np.full(50, 3.5)),
        (np.full(60, 3.5), normal(50, 3)),
        (np.append(normal(300, 0), [np.nan] * 30), np.append(normal(200, 0), [np.nan] * 20)),
        (np.append(whole(300, 10), [np.nan] * 30), np.append(whole(200, 10), [np.nan] * 10)),
        (np.append(normal(300, 0), [np.inf, np.inf, -np.inf]), np.append(normal(200, 0), [np.inf])),
        (letters(500, "abc"), letters(400, "abc")),
        (letters(500, "abc"), letters(400, "abcd")),
        (letters(50, "a"), letters(40, "b")),
        (words(4000, 900), words(3000, 950)),
    ]
    cases = [{**case(*pair), "reference": plain(pair[0]), "current": plain(pair[1])} for pair in pairs]
    # Too long to be written down: the test draws the same numbers.
    long = [(drawn(n, 1.0), drawn(m, 1.2)) for n, m in ((9_000, 14_000), (60_000, 45_000))]
    cases += [{**case(*pair), "drawn": [[len(pair[0]), 1.0], [len(pair[1]), 1.2]]} for pair in long]
    FILE.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


def drawn(count, power):
    return ((np.arange(count, dtype=np.int64) * 7919 % 100003) / 100003) ** power


def statistics(values):
    is_text = values.dtype.kind == "U"
    kind = pa.binary() if is_text else pa.int64() if values.dtype.kind == "i" else pa.float64()
    rows = [[each.encode()] if is_text else [each] for each in values.tolist()]
    batch = pa.RecordBatch.from_arrays([pa.array(rows, type=pa.list_(kind))], ["x"])
    return stats_impl.generate_statistics_in_memory(batch, tfdv.StatsOptions())


def case(reference, current):
    before, now = statistics(reference), statistics(current)
    is_text = reference.dtype.kind == "U"
    values = {}
    for name, comparator in MEASURES.items():
        if not is_text and name != "jensen-shannon":
            continue
        schema = schema_pb2.Schema()
        feature = schema.feature.add(name="x", type=schema_pb2.BYTES if is_text else schema_pb2.FLOAT)
        getattr(feature.drift_comparator, comparator).threshold = 0
        if reference.dtype.kind == "i":
            feature.type = schema_pb2.INT
        found = tfdv.validate_statistics(now, schema, previous_statistics=before)
        values[name] = found.drift_skew_info[0].drift_measurements[0].value
        getattr(feature.drift_comparator, comparator).threshold = values[name]
        assert not is_anomaly(now, schema, before), "a measure that equals its threshold is no anomaly"
    return {"values": values}


def is_anomaly(now, schema, before):
    anomalies = tfdv.validate_statistics(now, schema, previous_statistics=before).anomaly_info.values()
    names = [anomalies_pb2.AnomalyInfo.Type.Name(reason.type) for each in anomalies for reason in each.reason]
    return any(name.startswith("COMPARATOR") for name in names)


def plain(values):
    if values.dtype.kind != "f":
        return values.tolist()
    return ["nan" if np.isnan(v) else "inf" if v == np.inf else "-inf" if v == -np.inf else v for v in values.tolist()]


if __name__ == "__main__":
    main()
