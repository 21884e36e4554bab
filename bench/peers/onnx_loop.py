"""A bare loop over onnxruntime: reads a Parquet file in batches, runs the model, drops the answers."""

import sys

import numpy
import onnxruntime
import pyarrow
import pyarrow.parquet
from timing import measure

model, data, target, mode, threads, rounds = sys.argv[1:7]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(threads)
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
pyarrow.set_cpu_count(int(threads))
name = session.get_inputs()[0].name
features = [column for column in pyarrow.parquet.read_schema(data).names if column != target]


def batches():
    with pyarrow.parquet.ParquetFile(data) as file:
        for batch in file.iter_batches(batch_size=16384, columns=features):
            yield numpy.column_stack(batch.columns).astype(numpy.float32, copy=False)


ready = list(batches()) if mode == "ready" else None


def work():
    for rows in ready or batches():
        session.run(None, {name: rows})


measure(work, int(rounds), onnxruntime.__version__)
