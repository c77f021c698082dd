#!/usr/bin/env python3
"""Imports independent cases of swiglu and softmax: import_activations.py CASES OUT

CASES holds the folders mpmath/ and onnx/, each with folders softmax__<case>, swiglu__<case> and silu__<case> (swiglu
with an up of ones): float32 inputs and results, and a meta.json that names their source.

Their results are float32, rounded once (mpmath) or computed in float32 (ONNX). Around such values the contract's bound
would have to be widened by their own error. So each is computed anew, in decimal arithmetic of 60 digits, and stored as
float64 after it was found to agree: with mpmath's, which must be the nearest float32, with ONNX's to 1e-6.
A multi-row softmax becomes a case for each row.
"""

import json
import math
import sys
from decimal import Context, Decimal, Underflow, localcontext
from pathlib import Path

from decimals import exp_of_minus, is_nearest_float32
from golden_format import GoldenFiles, read_npy, tensor, values_of

ONE = Decimal(1)


def silu(gate):
    e = exp_of_minus(abs(gate))
    return gate * (ONE if gate >= 0 else e) / (ONE + e)


def exact_swiglu(gate, up):
    return [silu(Decimal(g)) * Decimal(u) for g, u in zip(gate, up)]


def exact_softmax(x):
    largest = Decimal(max(x))
    terms = [Decimal(0) if v == -math.inf else exp_of_minus(largest - Decimal(v)) for v in x]
    return [term / sum(terms) for term in terms]


def agree(exact, theirs, origin):
    if origin == "mpmath":
        return is_nearest_float32(theirs, exact)
    return math.isclose(exact, theirs, rel_tol=1e-6, abs_tol=1e-6)


def load(folder):
    meta = json.loads((folder / "meta.json").read_text())
    return meta, {path.stem: read_npy(path) for path in folder.glob("*.npy")}


def write(out, op, name, meta, origin, inputs, exact, theirs, outside=()):
    """inputs: (operand, values)."""
    for value, expected in zip(exact, theirs, strict=True):
        if not agree(value, expected, origin):
            raise SystemExit(f"{op} {name}: computed {value}, but the case says {expected!r}")
    note = f"; {meta['note']}" if meta["note"] else ""
    n = len(exact)
    out.add(op, name, kind="independent", comparison="bound", sizes={"n": n}, outside=outside,
            source=f"independent data set, case {meta['op']}__{meta['case']}: {meta['source']}{note}; "
            "to float64 by decimal arithmetic (golden/tools/import_activations.py)",
            tensors=[("input", operand, tensor("float32", (n,), values)) for operand, values in inputs]
            + [("output", "y", tensor("float64", (n,), [float(v) for v in exact]))])


def import_swiglu(out, folder, origin):
    meta, t = load(folder)
    gate = values_of(t[meta["inputs"][0]])
    up = values_of(t[meta["inputs"][1]]) if len(meta["inputs"]) > 1 else (1.0,) * len(gate)
    prefix = "onnx_" if origin == "onnx" else "" if meta["op"] == "swiglu" else "silu_"
    write(out, "swiglu", prefix + meta["case"], meta, origin,
          [("gate", gate), ("up", up)], exact_swiglu(gate, up), values_of(t[meta["outputs"][0]]))


def rows_along(axis, t):
    """The tensor's values, row by row along one axis."""
    values = values_of(t)
    n = t.shape[axis]
    stride = math.prod(t.shape[axis:][1:]) if axis >= 0 else math.prod(t.shape[len(t.shape) + axis + 1:])
    starts = [i for i in range(len(values)) if i // stride % n == 0]
    return [values[start : start + n * stride : stride] for start in starts]


def import_softmax(out, folder, origin):
    meta, t = load(folder)
    axis = meta["attributes"]["axis"]
    xs, ys = rows_along(axis, t["x"]), rows_along(axis, t["y"])
    prefix = "" if origin == "mpmath" else "onnx_"
    for row, (x, y) in enumerate(zip(xs, ys, strict=True)):
        name = f"{prefix}{meta['case']}" + (f"_row{row}" if len(xs) > 1 else "")
        write(out, "softmax", name, meta, origin, [("x", x)], exact_softmax(x), y,
              outside=["unmasked"] if -math.inf in x else [])


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    cases, out = map(Path, sys.argv[1:])
    out = GoldenFiles(out)
    imported = 0
    with localcontext(Context(prec=60)) as context:
        context.traps[Underflow] = False
        for origin in ("mpmath", "onnx"):
            for op, import_case in (("swiglu", import_swiglu), ("silu", import_swiglu), ("softmax", import_softmax)):
                for folder in sorted((cases / origin).glob(f"{op}__*")):
                    import_case(out, folder, origin)
                    imported += 1
    if imported == 0:
        raise SystemExit(f"{cases} holds no cases of swiglu, silu or softmax")
    out.write()
    print(f"imported {imported} cases")


if __name__ == "__main__":
    main()
