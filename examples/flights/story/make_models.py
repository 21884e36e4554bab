"""Makes the two models of the story that should not have been released, from the example's own training program.

Needs the packages of repository/requirements.txt. Run in this folder: python make_models.py FOLDER, where FOLDER was
written by prepare.ts.
"""

import pathlib
import sys

import onnx
import pandas as pd
from onnx import TensorProto, helper

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parent / "repository"))
import train_delay  # noqa: E402
from skl2onnx import to_onnx  # noqa: E402
from skl2onnx.common.data_types import FloatTensorType, StringTensorType  # noqa: E402


def leaked(folder: pathlib.Path) -> onnx.ModelProto:
    """Trained on the holdout by mistake: it looks better there than any honest model, and is worse on every other day."""
    holdout = pd.read_parquet(folder / "data/holdout.parquet")
    model = train_delay.pipeline({"trees": 12, "leaves": 255, "learning-rate": 0.5}, seed=1)
    model[-1].set_params(min_samples_leaf=5)
    model.fit(holdout[train_delay.NUMBERS + train_delay.AIRPORTS], holdout["delay"])
    inputs = [(name, FloatTensorType([None, 1])) for name in train_delay.NUMBERS]
    inputs += [(name, StringTensorType([None, 1])) for name in train_delay.AIRPORTS]
    made = to_onnx(model, initial_types=inputs, target_opset={"": 17, "ai.onnx.ml": 3})
    made.opset_import.sort(key=lambda opset: opset.domain)
    return made


def with_whole_hours(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same predictions, but the hour is wanted as a whole number: every caller who sends what it always sent is refused."""
    for value in model.graph.input:
        if value.name == "hour":
            value.type.tensor_type.elem_type = TensorProto.INT64
    for node in model.graph.node:
        node.input[:] = ["hour_as_float" if name == "hour" else name for name in node.input]
    model.graph.node.insert(0, helper.make_node("Cast", ["hour"], ["hour_as_float"], to=TensorProto.FLOAT))
    return model


(here / "delay-minutes-leaked.onnx").write_bytes(leaked(pathlib.Path(sys.argv[1])).SerializeToString())
v3 = onnx.load(here / "delay-minutes-v3.onnx")
(here / "delay-minutes-whole-hours.onnx").write_bytes(with_whole_hours(v3).SerializeToString())
