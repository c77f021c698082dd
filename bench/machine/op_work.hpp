// What an op cannot do without: the arithmetic that every kernel of it must make room for.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace brickproof::bench {

// Of one call. A multiplication, an addition or both in one count as one multiply-add: each takes one slot of the
// same units.
struct Work {
    double multiply_adds = 0.0;       // float32
    double int8_multiply_adds = 0.0;  // int8 times int8, added to int32
    double divisions = 0.0;           // float32
    double square_roots = 0.0;        // float32
};

// By the op's formula, and the least that is known for what is no arithmetic operation: an exp takes six
// multiply-adds (x log2(e), its rest by log(2), and a polynomial of degree four: fewer do not give two ulp), a sine
// with its cosine ten. What only moves or converts counts nothing. An op that is not known here has no work: memory
// alone bounds it.
Work work_of(std::string_view op, std::span<const std::size_t> sizes);

}  // namespace brickproof::bench
