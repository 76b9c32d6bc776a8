"""Search an exported library with Milvus: first by a painting, then by a sound.

    pip install pymilvus milvus-lite pyarrow
    impasto library export MUSIC --out library.parquet --painting PICTURE --json > query.json
    python archive_milvus.py library.parquet query.json

With a file name as URI, Milvus runs inside this process; with the address of a cluster
the same lines search that.
"""

import json
import sys

import numpy as np
import pyarrow.parquet as parquet
from pymilvus import DataType, MilvusClient

SHARE = 0.01  # of the library that belongs to a painting
BATCH = 4096


def load(client, path):
    """All chunks of the export, with an index for each of the two filters."""
    table = parquet.ParquetFile(path)
    first = next(table.iter_batches(1))
    schema = client.create_schema()
    schema.add_field("chunk", DataType.INT64, is_primary=True)
    schema.add_field("path", DataType.VARCHAR, max_length=4096)
    schema.add_field("start", DataType.DOUBLE)
    for name in ["point", "embedding"]:
        schema.add_field(name, DataType.FLOAT_VECTOR, dim=len(first[name][0]))
    indexes = client.prepare_index_params()
    indexes.add_index("point", index_type="FLAT", metric_type="IP")
    indexes.add_index("embedding", index_type="FLAT", metric_type="L2")
    client.create_collection("library", schema=schema, index_params=indexes)
    columns = ["chunk", "path", "start", "point", "embedding"]
    for batch in table.iter_batches(BATCH, columns=columns):
        client.insert("library", batch.to_pylist())
    return table.metadata.num_rows


def search(client, field, vector, limit, only=""):
    hits = client.search("library", [vector], anns_field=field, limit=limit,
                         filter=only, output_fields=["path", "start"])
    return [(hit["entity"], hit["distance"], hit["chunk"]) for hit in hits[0]]


def main(export, query):
    painting = json.load(open(query))["painting"]
    client = MilvusClient("archive.db")
    client.drop_collection("library")
    rows = load(client, export)
    pool = search(client, "point", painting["point"], max(1, round(SHARE * rows)))
    print(f"{rows} chunks, {len(pool)} belong to {painting['path']}:")
    for chunk, product, _ in pool[:5]:
        score = 1 / (1 + np.exp(painting["scale"] * product + painting["bias"]))
        print(f"  {score:.4f}  {chunk['path']} at {chunk['start']:.0f} s")
    # A sound to search with: here the chunk that belongs best, as a brush would give one.
    table = parquet.read_table(export, columns=["chunk", "embedding"])
    sound = table["embedding"][table["chunk"].to_pylist().index(pool[0][2])].as_py()
    members = [number for _, _, number in pool]
    print("nearest to the first of them, in the pool:")
    for chunk, distance, _ in search(client, "embedding", sound, 3, f"chunk in {members}"):
        print(f"  {np.sqrt(max(distance, 0)):.4f}  {chunk['path']} at {chunk['start']:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:3])
