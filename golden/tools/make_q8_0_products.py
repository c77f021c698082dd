#!/usr/bin/env python3
"""Makes the golden cases of q8_0.dot and q8_0.gemv: make_q8_0_products.py OUT

Every result is computed in integers: a half is an integer multiple of 2^-24, so a row's sum is an integer multiple
of 2^-48. It is rounded once: to float32 where every partial sum, in any order, is representable (then every correct
kernel gives these bits), else to float64, around which the contract's bound is held.
"""

import random
import struct
import sys
from fractions import Fraction

from golden_format import GoldenFiles, tensor

BLOCK = 32
SOURCE = "exact integer arithmetic, rounded once (golden/tools/make_q8_0_products.py, case {})"


def half_bits(x):
    return struct.unpack("<H", struct.pack("<e", x))[0]


def half_units(bits):
    """The half as a multiple of 2^-24."""
    exponent, fraction = bits >> 10 & 31, bits & 1023
    units = fraction if exponent == 0 else (1024 + fraction) << (exponent - 1)
    return -units if bits >> 15 else units


def exact_dot(a, b):
    """Rows are lists of (half bits, 32 quants)."""
    units = sum(half_units(da) * half_units(db) * sum(x * y for x, y in zip(qa, qb))
                for (da, qa), (db, qb) in zip(a, b))
    return Fraction(units, 2**48)


def assert_every_partial_sum_exact(a, b):
    """All terms are multiples of one power of two, of which their magnitudes sum to 2^24 at most."""
    terms = [half_units(da) * half_units(db) * x * y for (da, qa), (db, qb) in zip(a, b) for x, y in zip(qa, qb)]
    scales = [abs(half_units(da) * half_units(db)) for (da, _), (db, _) in zip(a, b)]
    unit = min((s for s in scales if s), default=1)
    assert all(s & (s - 1) == 0 for s in scales), "a scale is no power of two"
    assert sum(map(abs, terms)) <= unit << 24, "a partial sum may not be representable"


def blocks_tensor(rows):
    blocks = [block for row in rows for block in row]
    data = b"".join(struct.pack("<H32b", d, *quants) for d, quants in blocks)
    return tensor("uint8", (len(blocks), 2 + BLOCK), data)


def has_lowest_quant(rows):
    return any(-128 in quants for row in rows for _, quants in row)


def results_tensor(results, exact):
    return tensor("float32" if exact else "float64", (len(results),), [float(r) for r in results])


def write_products(out, op, name, matrix, vector, sizes, operands, exact):
    if exact:
        for row in matrix:
            assert_every_partial_sum_exact(row, vector)
    results = [exact_dot(row, vector) for row in matrix]
    left, right, output = operands
    out.add(op, name, kind="independent", source=SOURCE.format(name),
            comparison="bits" if exact else "bound", sizes=sizes,
            outside=["quants>-128"] if has_lowest_quant(matrix + [vector]) else [],
            tensors=[("input", left, blocks_tensor(matrix)), ("input", right, blocks_tensor([vector])),
                     ("output", output, results_tensor(results, exact))])


def write_dot(out, name, a, b, exact):
    write_products(out, "q8_0.dot", name, [a], b, {"n": len(a) * BLOCK}, ("a", "b", "result"), exact)


def write_gemv(out, name, w, x, exact):
    sizes = {"rows": len(w), "cols": len(x) * BLOCK}
    write_products(out, "q8_0.gemv", name, w, x, sizes, ("w", "x", "y"), exact)


def row(blocks, scale, quant):
    return [(half_bits(scale(b)), [quant(b, i) for i in range(BLOCK)]) for b in range(blocks)]


def typical_row(rng, blocks):
    """As weights have them: near normal, the largest quant of a block is 127."""
    result = []
    for _ in range(blocks):
        values = [rng.gauss(0, 1) for _ in range(BLOCK)]
        amax = max(map(abs, values))
        result.append((half_bits(amax / 127 * 0.02), [round(v / amax * 127) for v in values]))
    return result


def random_row(rng, blocks, exponents, lowest=-128):
    """Any quants; scales of either sign, their exponents in a range."""
    def scale(_):
        return rng.choice([-1, 1]) * (1 + rng.randrange(1024) / 1024) * 2.0 ** rng.choice(exponents)
    return row(blocks, scale, lambda b, i: rng.randint(lowest, 127))


def exact_row(rng, blocks, exponents, largest):
    return row(blocks, lambda b: rng.choice([-1, 1]) * 2.0 ** rng.choice(exponents),
               lambda b, i: rng.randint(-largest, largest))


def one_hot_row(blocks, at):
    return row(blocks, lambda b: 1.0, lambda b, i: 127 if b * BLOCK + i == at else 0)


def constant_row(blocks, scale, quant):
    return row(blocks, lambda b: scale, lambda b, i: quant)


def make_exact_dots(out, rng):
    def write(name, a, b):
        write_dot(out, name, a, b, True)

    for n in (32, 64, 96, 256, 1056):
        write(f"exact_n{n}", exact_row(rng, n // 32, [-3, -2], 15), exact_row(rng, n // 32, [-5, -4], 15))
    lowest = constant_row(8, 0.5, -128)
    write("exact_all_lowest_quants_n256", lowest, constant_row(8, 2.0, -128))
    write("exact_lowest_times_highest_n256", lowest, constant_row(8, 1.0, 127))
    write("exact_subnormal_scales_n128", exact_row(rng, 4, [-24], 127), exact_row(rng, 4, [-24], 127))
    places = row(5, lambda b: 1.0, lambda b, i: b * 20 + i // 2 + 1)
    for at in (0, 31, 32, 159):
        write(f"exact_one_hot_{at}_n160", one_hot_row(5, at), places)
    write("exact_zero_scales_n96", constant_row(3, 0.0, 100), exact_row(rng, 3, [0], 127))


def make_bound_dots(out, rng):
    def write(name, a, b):
        write_dot(out, name, a, b, False)

    for n in (32, 160, 1024, 4096):
        write(f"typical_n{n}", typical_row(rng, n // 32), typical_row(rng, n // 32))
    anything = range(-14, 16)
    write("extreme_scales_n1024", random_row(rng, 32, anything), random_row(rng, 32, anything))
    subnormal = row(10, lambda b: 2.0**-24 * rng.randint(1, 1023), lambda b, i: rng.randint(-127, 127))
    write("subnormal_scales_n320", subnormal, random_row(rng, 10, range(-14, -8), -127))
    # The second half takes the first away, but for the last bit of one scale.
    a = random_row(rng, 16, range(-3, 3))
    b = random_row(rng, 16, range(-3, 3))
    nudged = [(d ^ (k == 7), q) for k, (d, q) in enumerate(b)]
    write("cancelling_n1024", a + [(d ^ 0x8000, q) for d, q in a], b + nudged)
    write("largest_n4096", constant_row(128, 65504.0, -128), constant_row(128, 65504.0, -128))


def make_gemvs(out, rng):
    def write(name, w, x, exact):
        write_gemv(out, name, w, x, exact)

    for rows, cols in ((1, 32), (3, 64), (4, 96), (7, 256), (17, 32)):
        w = [exact_row(rng, cols // 32, [-3, -2], 31) for _ in range(rows)]
        write(f"exact_{rows}x{cols}", w, exact_row(rng, cols // 32, [-5, -4], 31), True)
    write("exact_all_lowest_quants_5x64", [constant_row(2, 0.25, -128)] * 5, constant_row(2, 2.0, -128), True)
    write("exact_row_numbers_9x32", [constant_row(1, 1.0, r + 1) for r in range(9)],
          row(1, lambda b: 1.0, lambda b, i: i + 1), True)
    for rows, cols in ((1, 1024), (2, 160), (5, 512), (16, 256), (33, 64)):
        w = [typical_row(rng, cols // 32) for _ in range(rows)]
        write(f"typical_{rows}x{cols}", w, typical_row(rng, cols // 32), False)
    w = [random_row(rng, 10, range(-14, 16)) for _ in range(6)]
    write("extreme_scales_6x320", w, random_row(rng, 10, range(-14, 16)), False)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = GoldenFiles(sys.argv[1])
    rng = random.Random(80)
    make_exact_dots(out, rng)
    make_bound_dots(out, rng)
    make_gemvs(out, random.Random(81))
    out.write()


if __name__ == "__main__":
    main()
