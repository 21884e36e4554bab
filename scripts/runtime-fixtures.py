"""Writes the ONNX models of test/fixtures/models/mapped: inputs and outputs of every kind that a policy can map.

    python -m venv /tmp/fixtures && /tmp/fixtures/bin/pip install onnx
    /tmp/fixtures/bin/python scripts/runtime-fixtures.py
"""

import pathlib

import onnx
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parent.parent / "test/fixtures/models/mapped"
TYPES = {
    "float16": TensorProto.FLOAT16,
    "float64": TensorProto.DOUBLE,
    "int64": TensorProto.INT64,
    "int16": TensorProto.INT16,
    "uint8": TensorProto.UINT8,
    "bool": TensorProto.BOOL,
}


def save(name, nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    (ROOT / f"{name}.onnx").write_bytes(model.SerializeToString())


def tensor(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


ROOT.mkdir(parents=True, exist_ok=True)

# A sum over one input of every type, each of another name than its column.
nodes, inputs = [], []
for name, kind in TYPES.items():
    inputs.append(tensor(f"in_{name}", kind, ["n", 1]))
    nodes.append(helper.make_node("Cast", [f"in_{name}"], [f"as_{name}"], to=TensorProto.FLOAT))
nodes.append(helper.make_node("Sum", [f"as_{name}" for name in TYPES], ["total"]))
save("types", nodes, inputs, [tensor("total", TensorProto.FLOAT, ["n", 1])])

# An image of 2 × 2: the sum of each of its columns, and its label.
axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
save(
    "image",
    [
        helper.make_node("ReduceSum", ["image", "axes"], ["sums"], keepdims=0),
        helper.make_node("Softmax", ["sums"], ["shares"], axis=1),
        helper.make_node("ArgMax", ["sums"], ["best"], axis=1, keepdims=0),
    ],
    [tensor("image", TensorProto.FLOAT, ["n", 2, 2])],
    [tensor("best", TensorProto.INT64, ["n"]), tensor("sums", TensorProto.FLOAT, ["n", 2]), tensor("shares", TensorProto.FLOAT, ["n", 2])],
    [axes],
)

# One output for each of three quantiles, and a vector without a second dimension as input.
shifts = [helper.make_tensor(f"shift_{i}", TensorProto.FLOAT, [], [shift]) for i, shift in enumerate((-1.0, 0.0, 1.0))]
save(
    "quantiles",
    [helper.make_node("Add", ["x", f"shift_{i}"], [f"q_{i}"]) for i in range(3)],
    [tensor("x", TensorProto.FLOAT, ["n"])],
    [tensor(f"q_{i}", TensorProto.FLOAT, ["n"]) for i in range(3)],
    shifts,
)

# Text to a probability, as a text classifier has it.
encoder = helper.make_node(
    "LabelEncoder",
    ["text"],
    ["probability"],
    domain="ai.onnx.ml",
    keys_strings=["Oslo", "Riga", "Bern"],
    values_floats=[0.0, 0.5, 1.0],
    default_float=-1.0,
)
graph = helper.make_graph(
    [encoder],
    "text",
    [tensor("text", TensorProto.STRING, ["n"])],
    [tensor("probability", TensorProto.FLOAT, ["n"])],
)
opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
model = helper.make_model(graph, opset_imports=opsets)
model.ir_version = 8
(ROOT / "text.onnx").write_bytes(model.SerializeToString())
