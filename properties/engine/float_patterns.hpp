// The patterns of float arrays, value for value from a generator: cases are made of millions of them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/random.hpp"

namespace brickproof {

// x or -x, by its bits: a CPU cannot foretell such branches, and missing them would be most of the time.
inline float either_sign(float x, Random& random) {
    const auto sign = static_cast<std::uint32_t>(random.below(2)) << 31;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) ^ sign);
}

// values[i] = value_of(i), for all i. Every value has a number for its sign, of which value_of may make use; mixing
// it is half of the work, and many patterns have no use for it.
template <typename ValueOf>
void fill_each(std::span<float> values, Random& random, Random& of_sign, const ValueOf& value_of) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        of_sign = random;
        random.skip();
        values[i] = value_of(i);
    }
}

enum class FloatPattern {
    zeros,
    one_hot,
    ramp,
    alternating,
    small_integers,
    constant,
    uniform,
    normal,
    heavy_tail,
    ties,
    near_ties,
    powers_of_two,
    subnormals,
    largest_finite,
    cancelling,
    random_bits,
    signed_zeros,
    lone_extreme,
    tiny_blocks,
    half_boundaries,
    scale_boundaries,
    mixed_blocks,
    count
};

// One pattern but mixed_blocks. All its values are finite.
struct FloatFill {
    FloatPattern pattern;
    float scale;   // a power of two, 2^60 at most
    float factor;  // in [1, 2)
    std::size_t hot;

    // values[i] becomes value first + i of an array.
    void fill(std::span<float> values, std::size_t first, Random& random) const;
};

// Another pattern for every block.
void fill_mixed_blocks(std::span<float> x, Random& random);

}  // namespace brickproof
