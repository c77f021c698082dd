#!/usr/bin/env python3
"""Lists independent rope cases: import_rope.py CASES OUT

CASES holds folders rope__<case> (x[tokens, heads, head_dim], positions[tokens], y of the same shape), each with a
meta.json that names its source: 80-digit arithmetic, rounded once to float32. A token is a case of its own.
The expected values are computed here a second time, in decimals of 80 digits, and stored as float64: rounded to float32
they must be those of the case.
"""

import json
import struct
import sys
from decimal import Context, Decimal, Underflow, localcontext
from pathlib import Path

from decimals import cos_sin, is_nearest_float32, pi
from golden_format import GoldenFiles, read_npy, tensor, values_of

STYLES = {"NORM": 0, "NEOX": 2}


def read_positions(path):
    """int32, which golden cases themselves do not use."""
    data = path.read_bytes()
    (header,) = struct.unpack_from("<H", data, 8)
    if b"'<i4'" not in data[10 : 10 + header]:
        raise SystemExit(f"{path} does not hold int32")
    body = data[10 + header :]
    return struct.unpack(f"<{len(body) // 4}i", body)


def exact_rope(x, head_dim, position, style, theta):
    """Of one token: each pair turned by position * theta^(-2i / head_dim)."""
    pairs = head_dim // 2
    two_pi = 2 * pi()
    turns = [cos_sin(position * Decimal(theta) ** (Decimal(-2 * i) / head_dim), two_pi) for i in range(pairs)]
    y = [Decimal(0)] * len(x)
    for head in range(0, len(x), head_dim):
        for i, (cos, sin) in enumerate(turns):
            first, second = (head + i, head + i + pairs) if style == "NEOX" else (head + 2 * i, head + 2 * i + 1)
            a, b = Decimal(x[first]), Decimal(x[second])
            y[first], y[second] = a * cos - b * sin, a * sin + b * cos
    return y


def expected_values(name, x, theirs, attributes, position):
    if position == 0:
        return tensor("float32", (len(theirs),), theirs)
    exact = exact_rope(x, attributes["head_dim"], position, attributes["style"], attributes["theta"])
    for mine, expected in zip(exact, theirs, strict=True):
        if not is_nearest_float32(expected, mine):
            raise SystemExit(f"rope {name}: computed {mine}, but the case says {expected!r}")
    return tensor("float64", (len(exact),), [float(value) for value in exact])


def import_case(out, folder):
    meta = json.loads((folder / "meta.json").read_text())
    attributes = meta["attributes"]
    heads, head_dim = attributes["n_heads"], attributes["head_dim"]
    count = heads * head_dim
    x, y = (values_of(read_npy(folder / f"{name}.npy")) for name in ("x", "y"))
    for token, position in enumerate(read_positions(folder / "positions.npy")):
        own = slice(token * count, (token + 1) * count)
        name = f"{meta['case']}_token{token}"
        widened = "" if position == 0 else "; to float64 by decimal arithmetic (golden/tools/import_rope.py)"
        out.add("rope", name, kind="independent",
            source=f"independent data set, case rope__{meta['case']}, token {token}: {meta['source']}{widened}",
            comparison="bits" if position == 0 else "bound",
            sizes={"heads": heads, "head_dim": head_dim, "position": position, "style": STYLES[attributes["style"]]},
            tensors=[("input", "x", tensor("float32", (count,), x[own])),
                  ("input", "theta", tensor("float32", (1,), [attributes["theta"]])),
                  ("output", "y", expected_values(name, x[own], y[own], attributes, position))])
    return len(read_positions(folder / "positions.npy"))


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    cases, out = map(Path, sys.argv[1:])
    out = GoldenFiles(out)
    folders = sorted(cases.glob("rope__*"))
    if not folders:
        raise SystemExit(f"{cases} holds no folders rope__*")
    with localcontext(Context(prec=80)) as context:
        context.traps[Underflow] = False
        tokens = sum(import_case(out, folder) for folder in folders)
    out.write()
    print(f"listed {tokens} tokens of {len(folders)} rope cases")


if __name__ == "__main__":
    main()
