"""Writes the small ONNX models of test/fixtures/models and what the library that trained them predicts.

    python -m venv /tmp/fixtures && /tmp/fixtures/bin/pip install numpy pandas scikit-learn skl2onnx onnx
    /tmp/fixtures/bin/python scripts/model-fixtures.py
"""

import json
import pathlib

import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import BooleanTensorType, FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ROOT = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "models"
rng = np.random.default_rng(7)
N = 240


def save(name, model):
    (ROOT / f"{name}.onnx").write_bytes(model.SerializeToString())


def holdout():
    frame = pd.DataFrame(
        {
            "id": [f"row-{i}" for i in range(N)],
            "amount": rng.gamma(2.0, 10.0, N).round(2),
            "age": rng.integers(18, 80, N),
            "member": rng.random(N) < 0.4,
            "city": rng.choice(["Oslo", "Riga", "Bern"], N),
        }
    )
    score = 0.05 * frame["amount"] - 0.03 * frame["age"] + frame["member"] + (frame["city"] == "Riga") + rng.normal(0, 1, N)
    frame["late"] = (score > 0).astype(int)
    frame["delay"] = (3 * score + rng.normal(0, 1, N) + 20).round(3)
    frame["kind"] = np.array(["low", "mid", "top"])[np.digitize(score, [-0.7, 0.7])]
    frame.to_csv(ROOT / "holdout.csv", index=False)
    return frame


def numbers(frame):
    return frame[["amount", "age"]].to_numpy(dtype=np.float32)


def main():
    ROOT.mkdir(parents=True, exist_ok=True)
    frame = holdout()
    x = numbers(frame)
    expected = {}

    binary = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, frame["late"])
    save("binary-zipmap", to_onnx(binary, x[:1], target_opset=17))
    save("binary-tensor", to_onnx(binary, x[:1], options={"zipmap": False}, target_opset=17))
    expected["binary"] = binary.predict_proba(x)[:, 1].tolist()

    kinds = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, frame["kind"])
    save("kinds-zipmap", to_onnx(kinds, x[:1], target_opset=17))
    expected["kinds"] = {"classes": kinds.classes_.tolist(), "probabilities": kinds.predict_proba(x).tolist()}

    regression = LinearRegression().fit(x, frame["delay"])
    save("regression", to_onnx(regression, x[:1], target_opset=17))
    expected["regression"] = regression.predict(x).tolist()

    columns = ["amount", "age", "member", "city"]
    typed = make_pipeline(
        ColumnTransformer(
            [("city", OneHotEncoder(handle_unknown="ignore"), ["city"]), ("rest", "passthrough", ["amount", "age", "member"])]
        ),
        LogisticRegression(max_iter=1000),
    ).fit(frame[columns], frame["late"])
    types = [
        ("amount", FloatTensorType([None, 1])),
        ("age", Int64TensorType([None, 1])),
        ("member", BooleanTensorType([None, 1])),
        ("city", StringTensorType([None, 1])),
    ]
    save("columns", to_onnx(typed, initial_types=types, options={"zipmap": False}, target_opset=17))
    expected["columns"] = typed.predict_proba(frame[columns])[:, 1].tolist()

    (ROOT / "expected.json").write_text(json.dumps(expected) + "\n")
    save("static-batch", graph([7, 2], [helper.make_node("ReduceMean", ["x"], ["y"], axes=[1])], []))
    save("nan", graph(["n", 2], [
        helper.make_node("ReduceMin", ["x"], ["m"], axes=[1]),
        helper.make_node("Neg", ["m"], ["negative"]),
        helper.make_node("Log", ["negative"], ["y"]),
    ], []))
    save_external()


def graph(shape, nodes, initializers):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [shape[0], 1])
    body = helper.make_graph(nodes, "fixture", [x], [y], initializers)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def save_external():
    """A model whose weights lie in a file beside it, and one that names a file outside its folder."""
    weights = np.array([[0.5], [0.25]], dtype=np.float32)
    (ROOT / "external").mkdir(exist_ok=True)
    (ROOT / "external" / "weights.bin").write_bytes(weights.tobytes())
    for name, location in [("external/model", "weights.bin"), ("escaping", "../../../package.json")]:
        tensor = numpy_helper.from_array(weights, "w")
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, "offset": "0", "length": str(weights.nbytes)}.items():
            entry = tensor.external_data.add()
            entry.key, entry.value = key, value
        save(name, graph(["n", 2], [helper.make_node("MatMul", ["x", "w"], ["y"])], [tensor]))


main()
