#!/usr/bin/env python3
"""Imports independent rope cases: import_rope.py CASES GOLDEN

CASES holds folders rope__<case> (x[tokens, heads, head_dim], positions[tokens], y of the same shape), each with a
meta.json that names its source: 80-digit arithmetic, rounded once to float32. A token is a case of its own.
"""

import json
import struct
import sys
from pathlib import Path

from golden_format import read_npy, tensor, values_of, write_case

STYLES = {"NORM": 0, "NEOX": 2}


def read_positions(path):
    """int32, which golden cases themselves do not use."""
    data = path.read_bytes()
    (header,) = struct.unpack_from("<H", data, 8)
    if b"'<i4'" not in data[10 : 10 + header]:
        raise SystemExit(f"{path} does not hold int32")
    body = data[10 + header :]
    return struct.unpack(f"<{len(body) // 4}i", body)


def import_case(golden, folder):
    meta = json.loads((folder / "meta.json").read_text())
    attributes = meta["attributes"]
    heads, head_dim = attributes["n_heads"], attributes["head_dim"]
    count = heads * head_dim
    x, y = (values_of(read_npy(folder / f"{name}.npy")) for name in ("x", "y"))
    for token, position in enumerate(read_positions(folder / "positions.npy")):
        own = slice(token * count, (token + 1) * count)
        write_case(
            golden, "rope", f"{meta['case']}_token{token}", kind="independent",
            source=f"independent data set, case rope__{meta['case']}, token {token}: {meta['source']}, rounded once "
                   "to float32",
            comparison="bits" if position == 0 else "bound",
            sizes={"heads": heads, "head_dim": head_dim, "position": position, "style": STYLES[attributes["style"]]},
            tensors=[("input", "x", tensor("float32", (count,), x[own])),
                     ("input", "theta", tensor("float32", (1,), [attributes["theta"]])),
                     ("output", "y", tensor("float32" if position == 0 else "float64", (count,), y[own]))])
    return len(read_positions(folder / "positions.npy"))


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    cases, golden = map(Path, sys.argv[1:])
    folders = sorted(cases.glob("rope__*"))
    if not folders:
        raise SystemExit(f"{cases} holds no folders rope__*")
    print(f"imported {sum(import_case(golden, folder) for folder in folders)} tokens of {len(folders)} rope cases")


if __name__ == "__main__":
    main()
