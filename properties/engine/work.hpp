// What an op cannot do without: the arithmetic that every kernel of it must make room for.
#pragma once

#include <span>

namespace brickproof {

// Of one call, by the op's formula. A multiplication, an addition or both in one count as one multiply-add: each
// takes one slot of the same units. What only moves or converts counts nothing.
struct Work {
    double multiply_adds = 0.0;       // float32
    double int8_multiply_adds = 0.0;  // int8 times int8, added to int32
    double divisions = 0.0;           // float32
    double square_roots = 0.0;        // float32
};

// The least that is known for what is not an arithmetic operation, in multiply-adds: x log2(e), its rest by log(2),
// and a polynomial of degree four (fewer do not give two ulp); and about as much for a sine with its cosine.
inline constexpr double work_of_exp = 6.0;
inline constexpr double work_of_sine_and_cosine = 10.0;

}  // namespace brickproof
