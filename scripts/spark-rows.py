"""Runs a query of `siskin profile --emit sql --dialect spark` over a Parquet file as table `sample`; prints its rows as JSON."""

import json
import sys

from pyspark.sql import SparkSession

parquet, query = sys.argv[1:]
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
for key, value in {"spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "1"}.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
spark.read.parquet(parquet).createOrReplaceTempView("sample")
with open(query, encoding="utf-8") as text:
    sql = text.read().rstrip().rstrip(";")
print(json.dumps([{key: str(value) for key, value in row.asDict().items()} for row in spark.sql(sql).collect()]))
