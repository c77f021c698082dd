// What q8_0.quantize and q8_0f.quantize have in common: float32 values in, blocks of 32 codes with a scale out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

// Outputs of either op in one shape. A half scale becomes a float, which is exact.
struct Quantized {
    Array<float> scales;
    Array<std::int8_t> codes;
};

// What every correct kernel does with one block of finite values.
struct BlockPromise {
    double scale = 0.0;  // exact: x / scale is what the codes round
    // The stored scale of a correct kernel lies between these, inclusive.
    double lowest_scale = 0.0;
    double highest_scale = 0.0;
    bool scale_promised = false;
    bool codes_promised = false;
};

struct QuantizeFormat {
    Array<BlockPromise> (*promises)(const Case& c);
    BlockPromise (*promise)(std::span<const float> block);
    double (*code_bound)(double ratio);  // of |code - x / scale|, from ratio = |x| / scale
    Quantized (*read)(const Outputs& outputs);
    // Powers of two by which a block with amax in [1/2, 4) may be scaled: its scale stays normal.
    std::vector<int> scaling_exponents;
    // Up to this amax a block counts as zero.
    float largest_zero_amax;
    // How far quantising what was dequantised may move a scale, relative to it.
    double round_trip_bound;
};

inline constexpr std::size_t q8_0_block = BRICKPROOF_Q8_0_BLOCK;

inline std::size_t block_count_of(std::size_t n) {
    return (n + q8_0_block - 1) / q8_0_block;
}

// Block b of an array; the last may be partial.
template <typename T>
std::span<T> block_of(std::span<T> values, std::size_t b) {
    const std::size_t start = b * q8_0_block;
    return values.subspan(start, std::min(q8_0_block, values.size() - start));
}

float amax_of(std::span<const float> block);

// The case's values, and its blocks' promises.
std::span<const float> values_of(const Case& c);
Array<BlockPromise> promises_of(const QuantizeFormat& format, std::span<const float> x);
Array<BlockPromise> promises_of(const QuantizeFormat& format, Trial& trial, const Case& c);

Quantized run_on(const QuantizeFormat& format, Trial& trial, std::span<const float> x);
// The case itself, of which a trial may know the result already.
Quantized run_on(const QuantizeFormat& format, Trial& trial, const Case& c);

// The oracle's outputs: scales and codes with their bounds, infinite where nothing is promised.
OracleOutput scales_oracle(std::span<const BlockPromise> promises);
OracleOutput codes_oracle(const QuantizeFormat& format, std::span<const float> x,
                          std::span<const BlockPromise> promises);

}  // namespace brickproof
