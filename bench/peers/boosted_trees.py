"""Writes an ONNX classifier of the size that boosting libraries train by default: 100 trees of depth 6."""

import sys

import numpy
from onnx import TensorProto, helper, save

path, features, trees, depth = sys.argv[1], *map(int, sys.argv[2:5])
random = numpy.random.default_rng(7)
inner, every = 2**depth - 1, 2 ** (depth + 1) - 1
nodes = {name: [] for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")}
leaves = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
for tree in range(trees):
    for node in range(every):
        split = node < inner
        nodes["treeids"].append(tree)
        nodes["nodeids"].append(node)
        nodes["featureids"].append(int(random.integers(features)) if split else 0)
        nodes["values"].append(float(random.normal(0, 0.7)) if split else 0.0)
        nodes["modes"].append("BRANCH_LEQ" if split else "LEAF")
        nodes["truenodeids"].append(2 * node + 1 if split else 0)
        nodes["falsenodeids"].append(2 * node + 2 if split else 0)
        if not split:
            for name, value in zip(leaves, (tree, node, 0, float(random.normal(0, 0.1)))):
                leaves[name].append(value)
ensemble = helper.make_node(
    "TreeEnsembleClassifier",
    ["features"],
    ["label", "probabilities"],
    domain="ai.onnx.ml",
    classlabels_int64s=[0, 1],
    base_values=[0.0],
    post_transform="LOGISTIC",
    **{f"nodes_{name}": values for name, values in nodes.items()},
    **{f"class_{name}": values for name, values in leaves.items()},
)
graph = helper.make_graph(
    [ensemble],
    "boosted-trees",
    [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, features])],
    [
        helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]),
    ],
)
opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
