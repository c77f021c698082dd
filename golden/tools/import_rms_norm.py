#!/usr/bin/env python3
"""Imports independent rms_norm cases: import_rms_norm.py MPMATH ONNX OUT

MPMATH and ONNX hold folders rms_norm__<case>, each with a meta.json that names its source. A golden case is one
row.
The expected values are computed here a second time, to 100 digits, and stored as float64: those of MPMATH, which were
rounded once to float32, must be the same after that rounding; those of ONNX, which its reference implementation
computed in float32, must agree to 1e-5.
"""

import decimal
import json
import math
import struct
import sys
from decimal import Decimal
from pathlib import Path

from golden_format import GoldenFiles, read_npy, tensor, values_of

decimal.getcontext().prec = 100
decimal.getcontext().Emax = decimal.MAX_EMAX
decimal.getcontext().Emin = decimal.MIN_EMIN
UNITS = 149  # every float32 is a multiple of 2^-149


def units(value):
    return int(math.ldexp(value, UNITS))


def exact_rms_norm(x, weight, eps):
    mean = Decimal(sum(units(value) ** 2 for value in x)) / (Decimal(len(x)) * Decimal(2) ** (2 * UNITS))
    root = (mean + Decimal(eps)).sqrt()
    return [float(Decimal(a) * Decimal(w) / root) for a, w in zip(x, weight)]


def nearest_float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def require(same, folder, row):
    if not same:
        raise SystemExit(f"{folder.name}, row {row}: the expected values are not those of 100 digits")


def import_row(out, name, source, x, weight, eps, exact):
    n = len(x)
    out.add("rms_norm", name, kind="independent", source=source, comparison="bound", sizes={"n": n},
            tensors=[("input", "x", tensor("float32", (n,), x)),
                     ("input", "weight", tensor("float32", (n,), weight)),
                     ("input", "eps", tensor("float32", (1,), [eps])),
                     ("output", "y", tensor("float64", (n,), exact))])


def import_case(out, folder, names, eps, prefix, agrees):
    meta = json.loads((folder / "meta.json").read_text())
    x, weight, y = (values_of(read_npy(folder / f"{name}.npy")) for name in names)
    eps = nearest_float32(meta["attributes"][eps])
    n = len(weight)
    rows = len(x) // n
    note = f"; {meta['note']}" if meta["note"] else ""
    for row in range(rows):
        values, expected = x[row * n : (row + 1) * n], y[row * n : (row + 1) * n]
        exact = exact_rms_norm(values, weight, eps)
        require(all(map(agrees, exact, expected)), folder, row)
        name = prefix + meta["case"] + (f"_row{row}" if rows > 1 else "")
        source = f"independent data set, case {folder.name}, row {row}: {meta['source']}{note}"
        import_row(out, name, source, values, weight, eps, exact)
    return rows


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    mpmath, onnx, out = map(Path, sys.argv[1:])
    out = GoldenFiles(out)
    exactly = lambda exact, expected: nearest_float32(exact) == expected
    closely = lambda exact, expected: math.isclose(exact, expected, rel_tol=1e-5, abs_tol=1e-6)
    rows = 0
    for folder in sorted(mpmath.glob("rms_norm__*")):
        rows += import_case(out, folder, ("x", "w", "y"), "eps", "", exactly)
    for folder in sorted(onnx.glob("rms_norm__*")):
        rows += import_case(out, folder, ("X", "W", "Y"), "epsilon", "onnx_", closely)
    out.write()
    print(f"imported {rows} rows")


if __name__ == "__main__":
    main()
