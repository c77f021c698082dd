"""What the tools share that compute expected values in decimals."""

import math
import struct
from decimal import Decimal, getcontext

UNITS = 149  # every float32 is a multiple of 2^-149


def units(value):
    return int(math.ldexp(value, UNITS))


def exp_of_minus(magnitude):
    """Below 10^-2000 it is 0 to any float64."""
    return Decimal(0) if magnitude > 5000 else (-magnitude).exp()


def is_nearest_float32(x, exact):
    """One of the two nearest on a tie. No float64 in between, which would round a second time."""
    if math.isinf(x):
        return (exact > 0) == (x > 0) and abs(exact) >= (2 - Decimal(2) ** -24) * 2**127
    half_ulp = Decimal(2) ** (max(math.frexp(x)[1] - 24, -149) - 1)
    return abs(Decimal(x) - exact) <= half_ulp


def float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def pi():
    """Machin: 16 atan(1/5) - 4 atan(1/239)."""
    def atan_of_inverse(n):
        total, power, k = Decimal(0), Decimal(1) / n, 0
        while abs(power) > Decimal(10) ** -(getcontext().prec + 5):
            total += (power if k % 2 == 0 else -power) / (2 * k + 1)
            power /= n * n
            k += 1
        return total
    return 16 * atan_of_inverse(5) - 4 * atan_of_inverse(239)


def cos_sin(angle, two_pi):
    """By the series, of the angle within one turn."""
    angle %= two_pi
    cos, sin, term, k = Decimal(0), Decimal(0), Decimal(1), 0
    while abs(term) > Decimal(10) ** -getcontext().prec or k < angle:
        if k % 2 == 0:
            cos += term if k % 4 == 0 else -term
        else:
            sin += term if k % 4 == 1 else -term
        k += 1
        term = term * angle / k
    return cos, sin
