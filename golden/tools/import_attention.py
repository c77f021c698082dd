#!/usr/bin/env python3
"""Lists independent attention cases: import_attention.py CASES... OUT

Each CASES holds folders attention__<case> with a meta.json that names its source:

- q[heads, d], k and v[seq, kv_heads, d], y[heads, d] by 80-digit arithmetic, rounded once to float32. Of a case whose k
  takes more than 100 KB only the first kv head and its heads are kept.
- onnx's own test cases of the operator Attention: Q, K, V, Y as [batch, heads, seq, d] or [batch, seq, heads * d]. Each
  query row of each batch is a case: attention over the keys that the row may see, which are gathered. What it may see
  follows from causality, windows, lengths and masks of yes and no; where its heads see different keys, each head is a
  case. A scale other than 1/sqrt(d) goes into q, rounded to float32; where a value is longer than a key, its columns
  are taken in pieces of the key's length, the last one padded with zeros.

Left out, and named when the tool ends: a mask of other numbers than 0 and -inf is added to the scores, and a soft cap
bends them: neither is the op. A row that sees no key has no softmax.

The expected values are computed here a second time, by integers and decimals of 80 digits, and stored as float64: those
that were rounded to float32 must be the nearest ones, those of onnx must agree to 1e-5.
"""

import json
import math
import struct
import sys
from decimal import Context, Decimal, Underflow, localcontext
from pathlib import Path

from decimals import UNITS, exp_of_minus, float32, is_nearest_float32, units
from golden_format import GoldenFiles, read_npy, tensor, values_of

MOST_BYTES = 100_000


def exact_head(q, keys, values):
    """softmax(q k / sqrt(d)) v of one head; keys and values are lists of rows."""
    d = len(q)
    q_units = [units(x) for x in q]
    scale = Decimal(2) ** (2 * UNITS) * Decimal(d).sqrt()
    scores = [Decimal(sum(a * units(b) for a, b in zip(q_units, key))) / scale for key in keys]
    largest = max(scores)
    weights = [exp_of_minus(largest - score) for score in scores]
    total = sum(weights)
    return [sum(w * Decimal(value[i]) for w, value in zip(weights, values)) / total for i in range(d)]


def exact_attention(sizes, q, k, v):
    seq, heads, kv_heads, d = sizes
    row = lambda cache, t, h: cache[(t * kv_heads + h) * d : (t * kv_heads + h + 1) * d]
    out = []
    for head in range(heads):
        kv = head // (heads // kv_heads)
        out += exact_head(q[head * d : (head + 1) * d], [row(k, t, kv) for t in range(seq)],
                          [row(v, t, kv) for t in range(seq)])
    return out


def is_nearest(exact, theirs):
    return is_nearest_float32(theirs, exact)


def is_close(exact, theirs):
    return math.isclose(exact, theirs, rel_tol=1e-5, abs_tol=1e-6)


def write(out, name, source, sizes, q, k, v, theirs, agrees):
    seq, heads, kv_heads, d = sizes
    q, k, v = ([float32(x) for x in values] for values in (q, k, v))
    exact = exact_attention(sizes, q, k, v)
    for mine, expected in zip(exact, theirs, strict=True):
        if not agrees(mine, expected):
            raise SystemExit(f"attention {name}: computed {mine}, but the case says {expected!r}")
    cache = (seq * kv_heads * d,)
    out.add("attention", name, kind="independent", comparison="bound",
            source=f"{source}; to float64 by decimal arithmetic (golden/tools/import_attention.py)",
            sizes={"seq": seq, "heads": heads, "kv_heads": kv_heads, "head_dim": d},
            tensors=[("input", "q", tensor("float32", (heads * d,), q)),
                     ("input", "k", tensor("float32", cache, k)), ("input", "v", tensor("float32", cache, v)),
                     ("output", "out", tensor("float64", (heads * d,), [float(x) for x in exact]))])


def first_kv_head(values, kv_heads, d):
    return [x for i, x in enumerate(values) if i // d % kv_heads == 0]


def import_single(out, folder, meta):
    a = meta["attributes"]
    seq, heads, kv_heads, d = a["seq"], a["n_heads"], a["n_kv_heads"], a["head_dim"]
    q, k, v, y = (values_of(read_npy(folder / f"{name}.npy")) for name in "qkvy")
    source = f"independent data set, case attention__{meta['case']}: {meta['source']}"
    if kv_heads > 1 and 4 * len(k) > MOST_BYTES:
        k, v = (first_kv_head(values, kv_heads, d) for values in (k, v))
        heads //= kv_heads
        q, y = q[: heads * d], y[: heads * d]
        source += f"; kv head 0 of {kv_heads} and its {heads} heads"
        kv_heads = 1
    write(out, meta["case"], source, (seq, heads, kv_heads, d), q, k, v, y, is_nearest)
    return 1


class Rows:
    """A tensor of onnx as (batch, position, head) -> d values; `past` comes before it."""

    def __init__(self, t, heads, past=None):
        self.values = values_of(t)
        self.heads_first = len(t.shape) == 4
        if self.heads_first:
            self.batches, self.heads, self.own, self.d = t.shape
        else:
            self.batches, self.own, width = t.shape
            self.heads, self.d = heads, width // heads
        self.past = Rows(past, heads) if past else None
        self.before = self.past.own if past else 0
        self.seq = self.before + self.own

    def row(self, batch, position, head):
        if position < self.before:
            return self.past.row(batch, position, head)
        position -= self.before
        inner = (head * self.own + position) if self.heads_first else (position * self.heads + head)
        at = (batch * self.heads * self.own + inner) * self.d
        return self.values[at : at + self.d]


class NotThisOp(Exception):
    pass


class Sight:
    """Which keys a query row of a head may see."""

    def __init__(self, folder, meta, q, k):
        a = meta["attributes"]
        if a.get("softcap"):
            raise NotThisOp("a soft cap bends the scores")
        self.keys, self.queries = k.seq, q.seq
        self.causal = a.get("is_causal", 0) == 1
        self.left, self.right = a.get("left_window_size", -1), a.get("right_window_size", -1)
        inputs = meta["inputs"]
        self.lengths = read_int32(folder / "nonpad_kv_seqlen.npy") if "nonpad_kv_seqlen" in inputs else None
        self.past = k.before
        self.mask = read_npy(folder / "attn_mask.npy") if "attn_mask" in inputs else None
        if self.mask:
            yes_and_no = {0, 1} if self.mask.dtype == "int8" else {0.0, -math.inf}
            self.mask_values = values_of(self.mask)
            if not set(self.mask_values) <= yes_and_no:
                raise NotThisOp("the mask adds numbers to the scores")

    def masked(self, batch, head, row, key):
        shape = (1,) * (4 - len(self.mask.shape)) + tuple(self.mask.shape)
        if key >= shape[3]:
            return shape[3] > 1
        at = 0
        for extent, index in zip(shape, (batch, head, row, key)):
            at = at * extent + (index if extent > 1 else 0)
        return self.mask_values[at] != (1 if self.mask.dtype == "int8" else 0.0)

    def keys_of(self, batch, head, row):
        end = min(self.keys, self.lengths[batch]) if self.lengths else self.keys
        # A cache that lies outside the operator ends with the queries' own keys.
        position = row + (end - self.queries if self.lengths else self.past)
        first = max(0, position - self.left) if self.left >= 0 else 0
        last = end - 1
        if self.causal:
            last = min(last, position)
        if self.right >= 0:
            last = min(last, position + self.right)
        return [key for key in range(first, last + 1) if not (self.mask and self.masked(batch, head, row, key))]


def read_int32(path):
    data = path.read_bytes()
    (header,) = struct.unpack_from("<H", data, 8)
    body = data[10 + header :]
    return struct.unpack(f"<{len(body) // 4}i", body)


def piece(row, first, length):
    """Columns of a row, padded with zeros."""
    part = list(row[first : first + length])
    return part + [0.0] * (length - len(part))


def head_groups(sight, batch, row, heads):
    """Heads that see the same keys, with these keys."""
    seen = [sight.keys_of(batch, head, row) for head in range(heads)]
    if all(keys == seen[0] for keys in seen):
        return [(range(heads), seen[0])]
    return [([head], keys) for head, keys in enumerate(seen)]


def import_row(out, meta, batch, position, heads, keys, q, k, v, y):
    factor = meta["attributes"]["scale"] * math.sqrt(q.d) if "scale" in meta["attributes"] else 1.0
    all_heads = len(heads) == q.heads
    kv_heads = range(k.heads) if all_heads else [heads[0] // (q.heads // k.heads)]
    count = 0
    for first in range(0, v.d, q.d):
        name = f"onnx_{meta['case'].removeprefix('attention_')}_b{batch}_row{position}"
        name += "" if all_heads else f"_head{heads[0]}"
        name += f"_columns{first}" if v.d > q.d else ""
        source = (f"independent data set, case attention__{meta['case']}, batch {batch}, query row {position}: "
                  f"{meta['source']}, {meta['note']}")
        if "scale" in meta["attributes"]:
            source += f"; q times {meta['attributes']['scale']} * sqrt({q.d}), rounded to float32"
        if len(keys) < k.seq:
            source += f"; the {len(keys)} of {k.seq} keys that the row sees"
        cache = lambda rows, start: [x for t in keys for h in kv_heads for x in piece(rows.row(batch, t, h), start, q.d)]
        query = [factor * x for h in heads for x in q.row(batch, position, h)]
        expected = [x for h in heads for x in piece(y.row(batch, position, h), first, q.d)]
        write(out, name, source, (len(keys), len(heads), len(kv_heads), q.d), query, cache(k, 0), cache(v, first),
              expected, is_close)
        count += 1
    return count


def import_onnx(out, folder, meta):
    """The number of cases, and of rows that see no key."""
    a = meta["attributes"]
    read = lambda name: read_npy(folder / f"{name}.npy") if name in meta["inputs"] + meta["outputs"] else None
    q, y = (Rows(read(name), a.get("q_num_heads")) for name in "QY")
    k = Rows(read("K"), a.get("kv_num_heads"), read("past_key"))
    v = Rows(read("V"), a.get("kv_num_heads"), read("past_value"))
    sight = Sight(folder, meta, q, k)
    count, blind = 0, 0
    for batch in range(q.batches):
        for position in range(q.seq):
            for heads, keys in head_groups(sight, batch, position, q.heads):
                if keys:
                    count += import_row(out, meta, batch, position, heads, keys, q, k, v, y)
                else:
                    blind += 1
    return count, blind


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    *sources, out = map(Path, sys.argv[1:])
    out = GoldenFiles(out)
    count = 0
    with localcontext(Context(prec=80)) as context:
        context.traps[Underflow] = False
        for folder in sorted(folder for cases in sources for folder in cases.glob("attention__*")):
            meta = json.loads((folder / "meta.json").read_text())
            if "onnx_op" not in meta:
                count += import_single(out, folder, meta)
                continue
            try:
                rows, blind = import_onnx(out, folder, meta)
            except NotThisOp as reason:
                print(f"left out: {meta['case']}: {reason}")
                continue
            count += rows
            if blind:
                print(f"left out: {blind} rows of {meta['case']} that see no key")
    if count == 0:
        raise SystemExit("there are no folders attention__*")
    out.write()
    print(f"listed {count} attention cases")


if __name__ == "__main__":
    main()
