#pragma once

// Plain, right pieces of the eight ops, with hooks: a planted fault replaces one piece and keeps the rest.
// Nothing here comes from the library under test.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "brickproof/kernel_abi.h"
#include "planted_fault.hpp"

namespace brickproof::faults {

constexpr std::size_t kBlock = BRICKPROOF_Q8_0_BLOCK;
using Block = brickproof_q8_0;

/// Casts a kernel, or a lambda that is one, as the kernel table does. `Function` is the op's type.
template <class Function>
Kernel erased(Function* kernel) {
    return reinterpret_cast<Kernel>(kernel);
}

// --- halves ---

/// What is known when a float's significand is cut to a half's.
struct Cut {
    std::uint32_t kept;     ///< the half's magnitude bits so far: rounding up adds 1
    std::uint32_t rest;     ///< the bits that were cut off
    std::uint32_t halfway;  ///< the value of `rest` at a tie
    bool negative;
};

struct NearestEven {
    bool operator()(const Cut& cut) const {
        return cut.rest > cut.halfway || (cut.rest == cut.halfway && cut.kept % 2 == 1);
    }
};

/// The half next to x; `RoundUp` decides which neighbour that is.
template <class RoundUp = NearestEven>
std::uint16_t half_bits(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t sign = bits >> 16 & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u);
    if (magnitude >= 0x47800000u) return static_cast<std::uint16_t>(sign | 0x7c00u);
    const std::uint32_t exponent = magnitude >> 23;
    if (exponent < 102) return static_cast<std::uint16_t>(sign);  // below half of the smallest subnormal
    const std::uint32_t shift = exponent >= 113 ? 13 : 126 - exponent;
    const std::uint32_t significand = (magnitude & 0x7fffffu) | 0x800000u;
    const std::uint32_t kept = (significand >> shift) + (exponent >= 113 ? (exponent - 113) << 10 : 0);
    const Cut cut{kept, significand & ((1u << shift) - 1), 1u << (shift - 1), sign != 0};
    return static_cast<std::uint16_t>(sign | (kept + (RoundUp{}(cut) ? 1u : 0u)));
}

/// The value of a half.
inline float half_value(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000u) << 16;
    const std::uint32_t exponent = half >> 10 & 0x1fu;
    const std::uint32_t fraction = half & 0x3ffu;
    if (exponent == 31)
        return std::bit_cast<float>(sign | 0x7f800000u | (fraction ? 0x400000u : 0u) | fraction << 13);
    if (exponent == 0) return std::copysign(std::ldexp(static_cast<float>(fraction), -24), sign ? -1.0f : 1.0f);
    return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

/// x with the low half of its bits cleared: a bfloat16, truncated.
inline float cut_to_bf16(float x) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xffff0000u);
}

inline float rounded_to_half(float x) {
    return half_value(half_bits(x));
}

// --- quantising ---

/// Where in the array a block lies.
struct Place {
    std::size_t block;
    std::size_t n;
};

/// One value on its way to its code.
struct Value {
    float x;
    float amax;
    float scale;
    float ratio;  ///< x / scale; 0 where the scale is 0
    std::size_t lane;
    Place at;
};

inline float clamp_to_code(float ratio) {
    return ratio == ratio ? std::clamp(ratio, -127.0f, 127.0f) : 0.0f;
}
inline int truncated(float ratio) {
    return static_cast<int>(clamp_to_code(ratio));
}
inline int ties_away(float ratio) {
    return static_cast<int>(std::round(clamp_to_code(ratio)));
}
inline int ties_to_even(float ratio) {
    return static_cast<int>(std::nearbyint(clamp_to_code(ratio)));
}

inline float amax_of(std::span<const float> values) {
    float amax = 0;
    for (const float x : values) amax = std::max(amax, std::fabs(x));
    return amax;
}

struct AmaxOfAll {
    float operator()(std::span<const float> block, Place) const { return amax_of(block); }
};
struct Over127 {
    float operator()(float amax) const { return amax / 127.0f; }
};
struct TiesAway {
    int operator()(const Value& value) const { return ties_away(value.ratio); }
};
struct AsHalf {
    std::uint16_t operator()(float scale, Place) const { return half_bits(scale); }
};
struct AsItIs {
    float operator()(float scale, Place) const { return scale; }
};
struct InOrder {
    std::size_t operator()(std::size_t lane) const { return lane; }
};

template <class Amax = AmaxOfAll, class Scale = Over127, class Code = TiesAway, class Stored = AsHalf,
          class Slot = InOrder>
void quantize_q8_0(const float* x, Block* y, std::size_t n) {
    for (std::size_t b = 0; b < n / kBlock; ++b) {
        const std::span<const float> block(x + b * kBlock, kBlock);
        const float amax = Amax{}(block, Place{b, n});
        const float scale = Scale{}(amax);
        y[b].d = Stored{}(scale, Place{b, n});
        for (std::size_t lane = 0; lane < kBlock; ++lane) {
            const float ratio = scale == 0 ? 0 : block[lane] / scale;
            const int code = Code{}(Value{block[lane], amax, scale, ratio, lane, {b, n}});
            y[b].qs[Slot{}(lane)] = static_cast<std::int8_t>(code);
        }
    }
}

constexpr float kZeroAmax = 1e-10f;  // q8_0f: a block up to here counts as zero
constexpr float kZeroScale = 1.0f / 127.0f;

template <class Amax = AmaxOfAll, class Scale = Over127, class Code = TiesAway, class Stored = AsItIs>
void quantize_q8_0f(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    for (std::size_t b = 0; b * kBlock < n; ++b) {
        const std::span<const float> block(x + b * kBlock, std::min(kBlock, n - b * kBlock));
        const float amax = Amax{}(block, Place{b, n});
        const bool zero = amax <= kZeroAmax;
        const float scale = zero ? kZeroScale : Scale{}(amax);
        scales[b] = Stored{}(scale, Place{b, n});
        for (std::size_t lane = 0; lane < block.size(); ++lane) {
            const float ratio = zero ? 0 : block[lane] / scale;
            const int code = Code{}(Value{block[lane], amax, scale, ratio, lane, {b, n}});
            q[b * kBlock + lane] = static_cast<std::int8_t>(code);
        }
    }
}

// --- dequantising ---

/// One code on its way to its value.
struct Coded {
    int code;
    std::size_t lane;
    Place at;
};

struct HalfScale {
    float operator()(std::uint16_t half, Place) const { return half_value(half); }
};
struct CodeTimesScale {
    float operator()(const Coded& coded, float scale) const { return static_cast<float>(coded.code) * scale; }
};

template <class Product = CodeTimesScale, class Scale = HalfScale>
void dequantize_q8_0(const Block* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        const Block& block = x[i / kBlock];
        const Place at{i / kBlock, n};
        y[i] = Product{}(Coded{block.qs[i % kBlock], i % kBlock, at}, Scale{}(block.d, at));
    }
}

template <class Product = CodeTimesScale>
void dequantize_q8_0f(const std::int8_t* q, const float* scales, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        y[i] = Product{}(Coded{q[i], i % kBlock, {i / kBlock, n}}, scales[i / kBlock]);
    }
}

// --- dots ---

struct PlainProduct {
    int operator()(int a, int b) const { return a * b; }
};

/// The sum over a block of product(q_a, q_b).
template <class Product = PlainProduct>
int sum_of_products(const Block& a, const Block& b, Product product = {}) {
    int sum = 0;
    for (std::size_t lane = 0; lane < kBlock; ++lane) sum += product(a.qs[lane], b.qs[lane]);
    return sum;
}

/// Exact: the product of two halves fits a float.
inline float scale_product(const Block& a, const Block& b) {
    return half_value(a.d) * half_value(b.d);
}

struct PlainTerm {
    float operator()(const Block& a, const Block& b, Place) const {
        return scale_product(a, b) * static_cast<float>(sum_of_products(a, b));
    }
};
struct PlainSum {
    float operator()(float sum, float term) const { return sum + term; }
};

template <class Term = PlainTerm, class Add = PlainSum>
float dot_q8_0(const Block* a, const Block* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = 0; i < n / kBlock; ++i) sum = Add{}(sum, Term{}(a[i], b[i], Place{i, n}));
    return sum;
}

inline void gemv_q8_0(const Block* w, const Block* x, float* y, std::size_t rows, std::size_t cols) {
    for (std::size_t r = 0; r < rows; ++r) y[r] = dot_q8_0<>(w + r * (cols / kBlock), x, cols);
}

// --- half conversions of arrays ---

struct ToHalf {
    std::uint16_t operator()(float x, std::size_t, std::size_t) const { return half_bits(x); }
};
struct FromHalf {
    float operator()(std::uint16_t half, std::size_t, std::size_t) const { return half_value(half); }
};

/// `Convert` gets the value, its index and n.
template <class Convert = ToHalf>
void halves_from_floats(const float* x, std::uint16_t* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = Convert{}(x[i], i, n);
}

template <class Convert = FromHalf>
void floats_from_halves(const std::uint16_t* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = Convert{}(x[i], i, n);
}

}  // namespace brickproof::faults
