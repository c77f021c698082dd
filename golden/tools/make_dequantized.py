#!/usr/bin/env python3
"""Makes golden cases of q8_0.dequantize and q8_0f.dequantize with the codes and scales that no quantiser makes:
make_dequantized.py OUT

A code times a scale has at most 32 significant bits and is exact in float64; it is rounded once to float32. Inf and
NaN scales follow IEEE 754 products (Inf times 0 is NaN).
"""

import math
import random
import struct
import sys

from golden_format import GoldenFiles, tensor, values_of

BLOCK = 32
SOURCE = "products exact in float64, rounded once to float32 (golden/tools/make_dequantized.py)"
EVERY_CODE = list(range(-128, 128))


def half_value(bits):
    return struct.unpack("<e", struct.pack("<H", bits))[0]


def rounded_to_float32(x):
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def write_blocks(out, name, scales, codes, broken):
    """scales: bits of halves, one for each 32 codes."""
    data = [byte for b, d in enumerate(scales)
            for byte in struct.pack("<H32b", d, *codes[b * BLOCK : (b + 1) * BLOCK])]
    y = [code * half_value(scales[i // BLOCK]) for i, code in enumerate(codes)]
    out.add("q8_0.dequantize", name, kind="independent", source=SOURCE, comparison="bits",
            sizes={"n": len(codes)}, outside=broken,
            tensors=[("input", "x", tensor("uint8", (len(scales), 2 + BLOCK), data)),
                     ("output", "y", tensor("float32", (len(y),), y))])


def write_arrays(out, name, scales, codes, broken):
    """scales: floats, one for each 32 codes, the last block may be partial."""
    scales = tensor("float32", (len(scales),), scales)
    y = [rounded_to_float32(code * values_of(scales)[i // BLOCK]) for i, code in enumerate(codes)]
    out.add("q8_0f.dequantize", name, kind="independent", source=SOURCE, comparison="bits",
            sizes={"n": len(codes)}, outside=broken,
            tensors=[("input", "q", tensor("int8", (len(codes),), codes)), ("input", "scales", scales),
                     ("output", "y", tensor("float32", (len(y),), y))])


def make_blocks(out):
    rng = random.Random(82)
    ordinary = [0x3C00, 0xBC00, 0x2E66, 0x7BFF, 0xFBFF, 0x0400, 0x8400, 0x3555]
    write_blocks(out, "every_code_n256", ordinary, EVERY_CODE, ["quants>-128"])
    subnormal = [0x0001, 0x8001, 0x03FF, 0x83FF, 0x0200, 0x0000, 0x8000, 0x0155]
    write_blocks(out, "subnormal_scales_n256", subnormal, EVERY_CODE, ["quants>-128"])
    nonfinite = [0x7C00, 0xFC00, 0x7E00]
    write_blocks(out, "nonfinite_scales_n96", nonfinite, [code - 16 for code in range(32)] * 3, ["finite"])
    scales = [rng.getrandbits(1) << 15 | rng.randrange(0x7C00) for _ in range(131)]
    write_blocks(out, "random_n4192", scales, [rng.randint(-127, 127) for _ in range(131 * BLOCK)], [])


def make_arrays(out):
    rng = random.Random(83)
    ordinary = [1.0, -1.0, 0.1, 1e-3, -7.25e5, 1 / 127, 3e10, 2.0**-126]
    write_arrays(out, "every_code_n256", ordinary, EVERY_CODE, ["quants>-128"])
    extreme = [2.0**-149, -(2.0**-149), 2.0**-127 + 2.0**-149, 2.0**-133, 0.0, -0.0, 2.0**128 - 2.0**104, 2.0**121]
    write_arrays(out, "extreme_scales_n256", extreme, EVERY_CODE, ["quants>-128"])
    nonfinite = [math.inf, -math.inf, math.nan]
    write_arrays(out, "nonfinite_scales_n96", nonfinite, [code - 16 for code in range(32)] * 3, ["finite"])
    for n in (1, 31, 33, 77, 4133):
        blocks = -(-n // BLOCK)
        scales = [rng.choice([-1, 1]) * (1 + rng.random()) * 2.0 ** rng.randint(-130, 110) for _ in range(blocks)]
        write_arrays(out, f"random_n{n}", scales, [rng.randint(-127, 127) for _ in range(n)], [])


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = GoldenFiles(sys.argv[1])
    make_blocks(out)
    make_arrays(out)
    out.write()


if __name__ == "__main__":
    main()
