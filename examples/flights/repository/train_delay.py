"""Trains delay-minutes: by how many minutes will a flight be late? Gradient boosting of scikit-learn, written as ONNX."""

import json
import os
import pathlib
import time

# Sums of several threads depend on their order; one thread makes the same model each time.
os.environ["OMP_NUM_THREADS"] = "1"

import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder

NUMBERS = ["hour", "weekday", "distance"]
AIRPORTS = ["origin", "destination"]


def main() -> None:
    started = time.monotonic()
    paths = os.environ.get("SISKIN_DATA", "data/train/2001-01.parquet").split("\n")
    output = pathlib.Path(os.environ.get("SISKIN_OUTPUT", "models/delay-minutes.onnx"))
    seed = int(os.environ.get("SISKIN_SEED", "1"))
    parameters = json.loads(pathlib.Path("params-delay.json").read_text())

    flights = pd.concat([pd.read_parquet(path) for path in paths if path])
    print(f"{len(flights)} flights", flush=True)
    model = pipeline(parameters, seed)
    model.fit(flights[NUMBERS + AIRPORTS], flights["delay"])
    print(f"trained in {time.monotonic() - started:.1f} s", flush=True)

    inputs = [(name, FloatTensorType([None, 1])) for name in NUMBERS]
    inputs += [(name, StringTensorType([None, 1])) for name in AIRPORTS]
    onnx = to_onnx(model, initial_types=inputs, target_opset={"": 17, "ai.onnx.ml": 3})
    # The exporter lists these in the order of a set, which changes from run to run.
    onnx.opset_import.sort(key=lambda opset: opset.domain)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(onnx.SerializeToString())
    print(f"wrote {output}: {output.stat().st_size} bytes", flush=True)


def pipeline(parameters: dict, seed: int):
    """Airports become the mean delay that they were seen with; numbers stay."""
    encoder = TargetEncoder(target_type="continuous", random_state=seed)
    return make_pipeline(
        ColumnTransformer([("numbers", "passthrough", NUMBERS), ("airports", encoder, AIRPORTS)]),
        HistGradientBoostingRegressor(
            max_iter=parameters["trees"],
            max_leaf_nodes=parameters["leaves"],
            learning_rate=parameters["learning-rate"],
            early_stopping=False,
            random_state=seed,
        ),
    )


if __name__ == "__main__":
    main()
