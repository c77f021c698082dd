#!/usr/bin/env python3
"""Makes the golden cases of q8_0.dot and q8_0.gemv: make_q8_0_products.py GOLDEN

Every result is computed in integers: a half is an integer multiple of 2^-24, so a row's sum is an integer multiple
of 2^-48. It is rounded once: to float32 where every partial sum, in any order, is representable (then every correct
kernel gives these bits), else to float64, around which the contract's bound is held.
"""

import random
import struct
import sys
from fractions import Fraction

from golden_format import tensor, write_case

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


def write_products(golden, op, name, matrix, vector, sizes, operands, exact):
    if exact:
        for row in matrix:
            assert_every_partial_sum_exact(row, vector)
    results = [exact_dot(row, vector) for row in matrix]
    left, right, output = operands
    write_case(golden, op, name, kind="independent", source=SOURCE.format(name),
               comparison="bits" if exact else "bound", sizes=sizes,
               outside=["quants>-128"] if has_lowest_quant(matrix + [vector]) else [],
               tensors=[("input", left, blocks_tensor(matrix)), ("input", right, blocks_tensor([vector])),
                        ("output", output, results_tensor(results, exact))])


def write_dot(golden, name, a, b, exact):
    write_products(golden, "q8_0.dot", name, [a], b, {"n": len(a) * BLOCK}, ("a", "b", "result"), exact)


def write_gemv(golden, name, w, x, exact):
    write_products(golden, "q8_0.gemv", name, w, x, {"rows": len(w), "cols": len(x) * BLOCK}, ("w", "x", "y"), exact)


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
    return row(blocks, lambda b: rng.choice([-1, 1]) * (1 + rng.randrange(1024) / 1024) * 2.0 ** rng.choice(exponents),
               lambda b, i: rng.randint(lowest, 127))


def exact_row(rng, blocks, exponents, largest):
    return row(blocks, lambda b: rng.choice([-1, 1]) * 2.0 ** rng.choice(exponents),
               lambda b, i: rng.randint(-largest, largest))


def make_dots(golden):
    rng = random.Random(80)
    for n in (32, 64, 96, 256, 1056):
        a, b = exact_row(rng, n // 32, [-3, -2], 15), exact_row(rng, n // 32, [-5, -4], 15)
        write_dot(golden, f"exact_n{n}", a, b, True)
    lowest = row(8, lambda b: 0.5, lambda b, i: -128)
    write_dot(golden, "exact_all_lowest_quants_n256", lowest, row(8, lambda b: 2.0, lambda b, i: -128), True)
    write_dot(golden, "exact_lowest_times_highest_n256", lowest, row(8, lambda b: 1.0, lambda b, i: 127), True)
    write_dot(golden, "exact_subnormal_scales_n128", exact_row(rng, 4, [-24], 127), exact_row(rng, 4, [-24], 127), True)
    one = lambda at: row(5, lambda b: 1.0, lambda b, i: 127 if b * BLOCK + i == at else 0)
    for at in (0, 31, 32, 159):
        write_dot(golden, f"exact_one_hot_{at}_n160", one(at), row(5, lambda b: 1.0, lambda b, i: b * 20 + i // 2 + 1), True)
    write_dot(golden, "exact_zero_scales_n96", row(3, lambda b: 0.0, lambda b, i: 100), exact_row(rng, 3, [0], 127), True)
    for n in (32, 160, 1024, 4096):
        write_dot(golden, f"typical_n{n}", typical_row(rng, n // 32), typical_row(rng, n // 32), False)
    write_dot(golden, "extreme_scales_n1024", random_row(rng, 32, range(-14, 16)), random_row(rng, 32, range(-14, 16)), False)
    write_dot(golden, "subnormal_scales_n320", row(10, lambda b: 2.0**-24 * rng.randint(1, 1023), lambda b, i: rng.randint(-127, 127)),
              random_row(rng, 10, range(-14, -8), -127), False)
    a = random_row(rng, 16, range(-3, 3))
    write_dot(golden, "cancelling_n1024", a + [(d ^ 0x8000, q) for d, q in a],
              (b := random_row(rng, 16, range(-3, 3))) + [(d ^ (k == 7), q) for k, (d, q) in enumerate(b)], False)
    write_dot(golden, "largest_n4096", row(128, lambda b: 65504.0, lambda b, i: -128), row(128, lambda b: 65504.0, lambda b, i: -128), False)


def make_gemvs(golden):
    rng = random.Random(81)
    for rows, cols in ((1, 32), (3, 64), (4, 96), (7, 256), (17, 32)):
        write_gemv(golden, f"exact_{rows}x{cols}", [exact_row(rng, cols // 32, [-3, -2], 31) for _ in range(rows)],
                   exact_row(rng, cols // 32, [-5, -4], 31), True)
    write_gemv(golden, "exact_all_lowest_quants_5x64", [row(2, lambda b: 0.25, lambda b, i: -128)] * 5,
               row(2, lambda b: 2.0, lambda b, i: -128), True)
    write_gemv(golden, "exact_row_numbers_9x32", [row(1, lambda b: 1.0, lambda b, i: r + 1) for r in range(9)],
               row(1, lambda b: 1.0, lambda b, i: i + 1), True)
    for rows, cols in ((1, 1024), (2, 160), (5, 512), (16, 256), (33, 64)):
        write_gemv(golden, f"typical_{rows}x{cols}", [typical_row(rng, cols // 32) for _ in range(rows)],
                   typical_row(rng, cols // 32), False)
    write_gemv(golden, "extreme_scales_6x320", [random_row(rng, 10, range(-14, 16)) for _ in range(6)],
               random_row(rng, 10, range(-14, 16)), False)


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    make_dots(sys.argv[1])
    make_gemvs(sys.argv[1])


if __name__ == "__main__":
    main()
