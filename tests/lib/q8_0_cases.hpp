// What the tests of q8_0.dot and q8_0.gemv share: the kernels of this CPU, blocks, and the exact result in float64,
// written without any code of the library.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "brick/isa.hpp"
#include "brickproof/kernel_abi.h"

namespace q8_0_cases {

using Blocks = std::vector<brickproof_q8_0>;  // exactly as large as needed: a sanitizer sees one byte too many

inline constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;
inline constexpr std::uint16_t one = 0x3c00;                                             // as a half
inline constexpr std::uint16_t not_finite[] = {0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xffff};  // halves: Inf, NaN

inline std::vector<brickproof_kernel> kernels_of(std::string_view op) {
    const brickproof_kernel_table& table = brick::kernel_table();
    std::vector<brickproof_kernel> kernels;
    for (const brickproof_kernel& kernel : std::span(table.kernels, table.count)) {
        if (kernel.op == op && brick::cpu_has(kernel.cpu_features)) kernels.push_back(kernel);
    }
    return kernels;
}

// 2^exponent as a half; -14 <= exponent <= 15.
inline std::uint16_t power_of_two(int exponent) {
    return static_cast<std::uint16_t>((exponent + 15) << 10);
}

// The value of a finite half.
inline double half_value(std::uint16_t half) {
    const int exponent = half >> 10 & 31;
    const int fraction = half & 1023;
    const double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    return half & 0x8000 ? -magnitude : magnitude;
}

struct Exact {
    double sum = 0;         // of d_a d_b q_a q_b
    double magnitudes = 0;  // of their absolute values
};

inline Exact exact_dot(std::span<const brickproof_q8_0> a, std::span<const brickproof_q8_0> b) {
    Exact exact;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double scale = half_value(a[i].d) * half_value(b[i].d);
        for (std::size_t j = 0; j < block_size; ++j) {
            const double term = scale * a[i].qs[j] * b[i].qs[j];
            exact.sum += term;
            exact.magnitudes += std::abs(term);
        }
    }
    return exact;
}

inline Blocks filled(std::size_t blocks, std::uint16_t scale, int quant) {
    brickproof_q8_0 block{scale, {}};
    for (std::int8_t& q : block.qs) q = static_cast<std::int8_t>(quant);
    return Blocks(blocks, block);
}

using Random = std::mt19937;

inline int pick(Random& random, int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
}

// Quants in [-3, 3], scales 1/2, 1 or 2. For up to 4,000 blocks, every partial sum of a dot of two of these, in
// every order, is a multiple of 1/4 below 2^24 / 4: any correct kernel gives the exact sum.
inline Blocks exact_domain(std::size_t blocks, Random& random) {
    Blocks result(blocks);
    for (brickproof_q8_0& block : result) {
        block.d = power_of_two(pick(random, -1, 1));
        for (std::int8_t& q : block.qs) q = static_cast<std::int8_t>(pick(random, -3, 3));
    }
    return result;
}

// Any quants; any finite scales, of either sign, subnormal ones too.
inline Blocks any_finite(std::size_t blocks, Random& random) {
    Blocks result(blocks);
    for (brickproof_q8_0& block : result) {
        block.d = static_cast<std::uint16_t>(pick(random, 0, 0x7bff) | pick(random, 0, 1) << 15);
        for (std::int8_t& q : block.qs) q = static_cast<std::int8_t>(pick(random, -128, 127));
    }
    return result;
}

// The same blocks `offset` bytes into a fresh buffer; offset is even.
class Placed {
  public:
    Placed(const Blocks& blocks, std::size_t offset) : bytes_(offset + blocks.size() * sizeof(brickproof_q8_0)) {
        std::memcpy(bytes_.data() + offset, blocks.data(), blocks.size() * sizeof(brickproof_q8_0));
        first_ = reinterpret_cast<const brickproof_q8_0*>(bytes_.data() + offset);
    }
    const brickproof_q8_0* data() const { return first_; }

  private:
    std::vector<unsigned char> bytes_;
    const brickproof_q8_0* first_;
};

}  // namespace q8_0_cases

// How GoogleTest shows a kernel. In the global namespace, where the type is.
inline void PrintTo(const brickproof_kernel& kernel, std::ostream* out) {
    *out << kernel.op << " / " << kernel.variant;
}
