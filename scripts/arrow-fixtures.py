"""Writes test/fixtures/arrow: the same small table as pyarrow writes it, in every layout and compression of Arrow IPC."""

import datetime
import sys

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

folder = sys.argv[1]
rows = range(60)
start = datetime.datetime(2026, 1, 1, 0, 0, 0, 123456)
table = pa.table({
    "whole": pa.array(rows, pa.int64()),
    "half": pa.array([None if i % 7 == 0 else i / 2 for i in rows]),
    "small": pa.array([i / 8 for i in rows], pa.float32()),
    "even": pa.array([i % 2 == 0 for i in rows]),
    "text": pa.array([None if i % 5 == 0 else f"t{i % 3} ü" for i in rows]),
    "category": pa.array([f"c{i % 3}" for i in rows]).dictionary_encode(),
    "at": pa.array([start + datetime.timedelta(seconds=i) for i in rows], pa.timestamp("us")),
    "zoned": pa.array([start.replace(microsecond=0) for _ in rows], pa.timestamp("ms", tz="UTC")),
    "price": pa.array(rows, pa.int32()).cast(pa.decimal128(12, 2)),
    "vector": pa.FixedSizeListArray.from_arrays(pa.array([i / 16 for i in range(240)]), 4),
    "list": pa.array([[float(i), 1.0] if i % 9 else None for i in rows]),
})
feather.write_feather(table, f"{folder}/lz4.feather", compression="lz4", chunksize=25)
feather.write_feather(table, f"{folder}/zstd.feather", compression="zstd")
feather.write_feather(table, f"{folder}/plain.arrow", compression="uncompressed")
with pa.OSFile(f"{folder}/stream.arrows", "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table, max_chunksize=25)
parquet.write_table(table, f"{folder}/same.parquet")
feather.write_feather(table.select(["half"]), f"{folder}/first.feather", version=1)
