#!/usr/bin/env python3
"""Imports independent Q8_0 cases: import_q8_0.py CASES OUT

CASES holds folders q8_0_ggml__<case> (d, qs, blocks, defined, dequant of x by ggml's reference definition) and
q8_0_realizar__<case> (scale, qs, dequant by realizar's), each with a meta.json that names its source. They were
computed by float32 emulation and exact rationals, which agree bit for bit, and by none of this project's code.
"""

import json
import math
import sys
from pathlib import Path

from golden_format import GoldenFiles, read_npy, reshaped, tensor, values_of


def load(folder):
    meta = json.loads((folder / "meta.json").read_text())
    return meta, {path.stem: read_npy(path) for path in folder.glob("*.npy")}


def source_of(meta):
    note = f"; {meta['note']}" if meta["note"] else ""
    return f"independent data set, case {meta['op']}__{meta['case']}: {meta['source']}{note}"


def quants_mask(defined):
    """ggml's quants are undefined in C where 1/d overflows: of those blocks the two bytes of d are compared."""
    return tensor("uint8", (len(defined), 34), [c for keep in defined for c in [1, 1] + [keep] * 32])


def import_ggml(out, folder):
    meta, t = load(folder)
    n = meta["attributes"]["n"]
    common = {"kind": "independent", "source": source_of(meta), "comparison": "bits", "sizes": {"n": n}}
    tensors = [("input", "x", t["x"]), ("output", "y", t["blocks"])]
    if not all(values_of(t["defined"])):
        tensors.append(("mask", "y", quants_mask(values_of(t["defined"]))))
    out.add("q8_0.quantize", meta["case"], guest_comparison="bound", tensors=tensors, **common)
    infinite = any((d & 0x7C00) == 0x7C00 for d in values_of(t["d"]))
    out.add("q8_0.dequantize", meta["case"], outside=["finite"] if infinite else [],
            tensors=[("input", "x", t["blocks"]), ("output", "y", t["dequant"])], **common)


def import_realizar(out, folder):
    meta, t = load(folder)
    n = meta["attributes"]["n"]
    common = {"kind": "independent", "source": source_of(meta), "comparison": "bits", "sizes": {"n": n}}
    quants = reshaped(t["qs"], (n,))
    tensors = [("input", "x", t["x"]), ("output", "q", quants), ("output", "scales", t["scale"])]
    out.add("q8_0f.quantize", meta["case"], guest_comparison="bound", tensors=tensors, **common)
    infinite = not all(map(math.isfinite, values_of(t["scale"])))
    out.add("q8_0f.dequantize", meta["case"], outside=["finite"] if infinite else [],
            tensors=[("input", "q", quants), ("input", "scales", t["scale"]), ("output", "y", t["dequant"])],
            **common)


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    cases, out = map(Path, sys.argv[1:])
    out = GoldenFiles(out)
    ggml = sorted(cases.glob("q8_0_ggml__*"))
    realizar = sorted(cases.glob("q8_0_realizar__*"))
    if not ggml or not realizar:
        raise SystemExit(f"{cases} holds no folders q8_0_ggml__* and q8_0_realizar__*")
    for folder in ggml:
        import_ggml(out, folder)
    for folder in realizar:
        import_realizar(out, folder)
    out.write()
    print(f"imported {len(ggml)} ggml and {len(realizar)} realizar cases, each for quantize and dequantize")


if __name__ == "__main__":
    main()
