#!/usr/bin/env python3
"""Imports independent matrix-vector products: import_gemv.py MPMATH ONNX OUT

MPMATH holds folders matvec__<case>, ONNX folders matmul__<case>, each with a meta.json that names its source. The
expected values are computed here a second time, by integers, and stored as float64: those of MPMATH, which were
rounded once to float32, must be the same after that rounding; those of ONNX, which its reference implementation
computed in float32, must agree to 1e-5. Cases in which every partial sum is exact are compared bit by bit. A product
of matrices is one case for each column of the second.
"""

import json
import math
import struct
import sys
from fractions import Fraction
from pathlib import Path

from golden_format import GoldenFiles, read_npy, tensor, values_of

MOST_WEIGHTS = 65536  # of a case: its first rows


def exact_row(weights, x):
    """In units of 2^-298, of which every product of two float32 is a multiple."""
    units = lambda value: int(math.ldexp(value, 149))
    return Fraction(sum(units(w) * units(v) for w, v in zip(weights, x)), 1 << 298)


def nearest_float32(exact):
    value = float(exact)
    if abs(value) >= (2 - 2**-24) * 2.0**127:
        return math.copysign(math.inf, value)
    return struct.unpack("<f", struct.pack("<f", value))[0]


def write(out, name, source, w, x, exact, bits):
    rows, cols = len(exact), len(x)
    y = ("float32", list(map(nearest_float32, exact))) if bits else ("float64", list(map(float, exact)))
    out.add("gemv", name, kind="independent", source=source, comparison="bits" if bits else "bound",
            sizes={"rows": rows, "cols": cols, "bias": 0},
            tensors=[("input", "w", tensor("float32", (rows * cols,), w)),
                     ("input", "x", tensor("float32", (cols,), x)),
                     ("input", "bias", tensor("float32", (0,), [])),
                     ("output", "y", tensor(y[0], (rows,), y[1]))])


def source_of(folder, meta):
    note = f"; {meta['note']}" if meta["note"] else ""
    return f"independent data set, case {folder.name}: {meta['source']}{note}"


def import_product(out, folder, meta, name, w, x, expected, agrees):
    cols = len(x)
    rows = min(len(expected), MOST_WEIGHTS // cols)
    w = w[: rows * cols]
    exact = [exact_row(w[r * cols : (r + 1) * cols], x) for r in range(rows)]
    if not all(map(agrees, exact, expected)):
        raise SystemExit(f"{folder.name}: the expected values are not those of integer arithmetic")
    write(out, name, source_of(folder, meta), w, x, exact, bool(meta.get("exact")))


def import_matvec(out, folder):
    meta = json.loads((folder / "meta.json").read_text())
    w, x, y = (values_of(read_npy(folder / f"{name}.npy")) for name in "wxy")
    exactly = lambda exact, expected: nearest_float32(exact) == expected
    import_product(out, folder, meta, meta["case"], w, x, y, exactly)


def matrices(shape, values):
    """Of the last two axes."""
    size = shape[-2] * shape[-1]
    return [values[i : i + size] for i in range(0, len(values), size)]


def import_matmul(out, folder):
    """a b = c; a vector a is a row, a vector b a column, and one of a kind belongs to all of the other."""
    meta = json.loads((folder / "meta.json").read_text())
    a, b, c = (read_npy(folder / f"{name}.npy") for name in "abc")
    a_shape = (1,) * (len(a.shape) == 1) + a.shape
    b_shape = b.shape + (1,) * (len(b.shape) == 1)
    rows, inner, cols = a_shape[-2], a_shape[-1], b_shape[-1]
    lefts, rights = matrices(a_shape, values_of(a)), matrices(b_shape, values_of(b))
    products = matrices((rows, cols), values_of(c))
    closely = lambda exact, expected: math.isclose(float(exact), expected, rel_tol=1e-5, abs_tol=1e-6)
    for i, product in enumerate(products):
        for col in range(cols):
            name = f"onnx_{meta['case']}" + (f"_{i}" if len(products) > 1 else "") + (f"_column{col}" if cols > 1 else "")
            left, right = lefts[i % len(lefts)], rights[i % len(rights)]
            import_product(out, folder, meta, name, left, right[col::cols], product[col::cols], closely)


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    mpmath, onnx, out = map(Path, sys.argv[1:])
    out = GoldenFiles(out)
    for folder in sorted(mpmath.glob("matvec__*")):
        import_matvec(out, folder)
    for folder in sorted(onnx.glob("matmul__*")):
        import_matmul(out, folder)
    out.write()


if __name__ == "__main__":
    main()
