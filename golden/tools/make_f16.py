#!/usr/bin/env python3
"""Makes the golden cases of f16.to_f32 and f16.from_f32: make_f16.py OUT

The conversions are those of Python's struct module, format 'e' (IEEE 754 binary16, to nearest even). It refuses
what rounds beyond the largest half, 65,504; IEEE 754-2019, 7.4, makes that Inf.
"""

import math
import random
import struct
import sys

from golden_format import GoldenFiles, tensor, values_of

SOURCE = "IEEE 754-2019 binary16, by Python's struct format 'e' (golden/tools/make_f16.py)"
LARGEST_HALF = 0x7BFF


def half_value(bits):
    return struct.unpack("<e", struct.pack("<H", bits))[0]


def half_nearest(x):
    if math.isnan(x):
        return 0x7E00
    try:
        return struct.unpack("<H", struct.pack("<e", x))[0]
    except OverflowError:
        return 0x7C00 if x > 0 else 0xFC00


def float_of_bits(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def float_bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def ties_and_neighbours(halves):
    """The middle between each half and the next, which float32 has exactly, and the floats on either side of it."""
    floats = []
    for h in halves:
        middle = float_bits((half_value(h) + half_value(h + 1)) / 2) if h < LARGEST_HALF else float_bits(65520.0)
        floats += [float_of_bits(bits) for bits in (middle - 1, middle, middle + 1)]
    return floats


def both_signs(floats):
    return floats + [-x for x in floats]


def binade_ends():
    """The halves around every power of two."""
    return sorted({h for e in range(1, 32) for h in range(e * 1024 - 5, e * 1024 + 5) if 0 <= h <= LARGEST_HALF})


def special_floats():
    tiny = [float_of_bits(bits) for bits in (0, 1, 2, 0x007FFFFF, 0x00800000, 0x00800001)]
    large = [65503.0, 65504.0, 65505.0, 65519.0, 65520.0, 65521.0, 65536.0, 1e6, 2.0**127, 2.0**128 - 2.0**104]
    return both_signs(tiny + large + [math.inf]) + [math.nan]


def finite_random_floats(count):
    rng = random.Random(16)
    return [float_of_bits(rng.getrandbits(1) << 31 | rng.randrange(0x32800000, 0x47800000)) for _ in range(count)]


def make_from_f32(out, name, floats, outside=()):
    x = tensor("float32", (len(floats),), floats)
    y = tensor("uint16", (len(floats),), [half_nearest(v) for v in values_of(x)])
    out.add("f16.from_f32", name, kind="standard", source=SOURCE, comparison="bits",
            sizes={"n": len(floats)}, outside=outside, tensors=[("input", "x", x), ("output", "y", y)])


def make_to_f32(out, name, halves, outside=()):
    x = tensor("uint16", (len(halves),), halves)
    y = tensor("float32", (len(halves),), [half_value(h) for h in halves])
    out.add("f16.to_f32", name, kind="standard", source=SOURCE, comparison="bits",
            sizes={"n": len(halves)}, outside=outside, tensors=[("input", "x", x), ("output", "y", y)])


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = GoldenFiles(sys.argv[1])
    make_to_f32(out, "all_halves", range(65536), outside=["finite"])
    make_to_f32(out, "finite_tail_n37", [h * 857 % 0x7C00 | (h & 1) << 15 for h in range(37)])
    make_from_f32(out, "ties_subnormal", both_signs(ties_and_neighbours(range(1024))))
    make_from_f32(out, "ties_one_binade", both_signs(ties_and_neighbours(range(15 * 1024, 16 * 1024))))
    make_from_f32(out, "ties_binade_ends", both_signs(ties_and_neighbours(binade_ends())))
    make_from_f32(out, "special_values", special_floats(), outside=["finite"])
    make_from_f32(out, "random_n4099", finite_random_floats(4099))
    make_from_f32(out, "tail_n13", finite_random_floats(13))
    out.write()


if __name__ == "__main__":
    main()
