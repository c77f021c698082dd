#!/usr/bin/env python3
"""Imports independent attention cases: import_attention.py CASES... GOLDEN

Each CASES holds folders attention__<case> with a meta.json that names its source:

- q[heads, d], k and v[seq, kv_heads, d], y[heads, d] by 80-digit arithmetic, rounded once to float32. Of a case whose k
  takes more than 100 KB only the first kv head and its heads are kept.
- onnx's own test cases of the operator Attention that are "plain" (no mask, no cache, no softcap): Q, K, V, Y as
  [batch, heads, seq, d] or [batch, seq, heads * d]. Each query row of each batch is a case. A scale other than
  1/sqrt(d) goes into q, rounded to float32; where a value is longer than a key, its columns are taken in pieces of the
  key's length, the last one padded with zeros.
"""

import json
import math
import sys
from pathlib import Path

from golden_format import read_npy, tensor, values_of, write_case

MOST_BYTES = 100_000


def write(golden, name, source, sizes, q, k, v, y):
    seq, heads, kv_heads, d = sizes
    cache = (seq * kv_heads * d,)
    write_case(golden, "attention", name, kind="independent", source=source, comparison="bound",
               sizes={"seq": seq, "heads": heads, "kv_heads": kv_heads, "head_dim": d},
               tensors=[("input", "q", tensor("float32", (heads * d,), q)),
                        ("input", "k", tensor("float32", cache, k)), ("input", "v", tensor("float32", cache, v)),
                        ("output", "out", tensor("float64", (heads * d,), y))])


def first_kv_head(values, kv_heads, d):
    return [x for i, x in enumerate(values) if i // d % kv_heads == 0]


def import_single(golden, folder, meta):
    a = meta["attributes"]
    seq, heads, kv_heads, d = a["seq"], a["n_heads"], a["n_kv_heads"], a["head_dim"]
    q, k, v, y = (values_of(read_npy(folder / f"{name}.npy")) for name in "qkvy")
    source = f"independent data set, case attention__{meta['case']}: {meta['source']}, rounded once to float32"
    if kv_heads > 1 and 4 * len(k) > MOST_BYTES:
        k, v = (first_kv_head(values, kv_heads, d) for values in (k, v))
        heads //= kv_heads
        q, y = q[: heads * d], y[: heads * d]
        source += f"; kv head 0 of {kv_heads} and its {heads} heads"
        kv_heads = 1
    write(golden, meta["case"], source, (seq, heads, kv_heads, d), q, k, v, y)
    return 1


class Rows:
    """A tensor of onnx as [batch][seq][head] -> d values."""

    def __init__(self, t, heads):
        self.values = values_of(t)
        if len(t.shape) == 4:
            self.batches, self.heads, self.seq, self.d = t.shape
        else:
            self.batches, self.seq, width = t.shape
            self.heads, self.d = heads, width // heads
        self.heads_first = len(t.shape) == 4

    def row(self, batch, position, head):
        inner = (head * self.seq + position) if self.heads_first else (position * self.heads + head)
        at = (batch * self.heads * self.seq + inner) * self.d
        return self.values[at : at + self.d]


def piece(row, first, length):
    """Columns of a row, padded with zeros."""
    part = list(row[first : first + length])
    return part + [0.0] * (length - len(part))


def import_onnx(golden, folder, meta):
    a = meta["attributes"]
    tensors = {name: read_npy(folder / f"{name}.npy") for name in "QKVY"}
    q, y = (Rows(tensors[name], a.get("q_num_heads")) for name in "QY")
    k, v = (Rows(tensors[name], a.get("kv_num_heads")) for name in "KV")
    factor = a["scale"] * math.sqrt(q.d) if "scale" in a else 1.0
    count = 0
    for batch in range(q.batches):
        for position in range(q.seq):
            for first in range(0, v.d, q.d):
                name = f"onnx_{meta['case'].removeprefix('attention_')}_b{batch}_row{position}"
                name += f"_columns{first}" if v.d > q.d else ""
                scaled = f"; q times {a['scale']} * sqrt({q.d}), rounded to float32" if "scale" in a else ""
                source = (f"independent data set, case attention__{meta['case']}, batch {batch}, query row {position}: "
                          f"{meta['source']}, {meta['note']}{scaled}")

                def cache(rows, start):
                    return [x for t in range(k.seq) for h in range(k.heads)
                            for x in piece(rows.row(batch, t, h), start, q.d)]

                query = [factor * x for h in range(q.heads) for x in q.row(batch, position, h)]
                out = [x for h in range(q.heads) for x in piece(y.row(batch, position, h), first, q.d)]
                write(golden, name, source, (k.seq, q.heads, k.heads, q.d), query, cache(k, 0), cache(v, first), out)
                count += 1
    return count


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    *sources, golden = map(Path, sys.argv[1:])
    count = 0
    for folder in sorted(folder for cases in sources for folder in cases.glob("attention__*")):
        meta = json.loads((folder / "meta.json").read_text())
        if "onnx_op" not in meta:
            count += import_single(golden, folder, meta)
        elif meta["plain"]:
            count += import_onnx(golden, folder, meta)
    if count == 0:
        raise SystemExit("there are no folders attention__*")
    print(f"imported {count} attention cases")


if __name__ == "__main__":
    main()
