// silu(gate) = gate / (1 + exp(-gate)) in float32, the definition: within silu_ulps of the exact value for every
// float. The AVX2 and NEON kernels take the same steps and give the same bits.
//
// Where |gate| is below 22, an exp of its own serves this sum better than exp.hpp's would. n is the integer nearest
// to -8 gate / ln 2, so that exp(-gate) = 2^(n/8) exp(-rest) with |rest| <= 0.0434. 2^(n/8) is a table of eight, to
// which n is added where the exponent is. A cubic is enough for exp(-rest), and as a monic one in factors,
//
//     exp(-rest) = (root - rest) * ((rest - linear) * rest + constant) / scale,
//
// it costs one multiplication and one FMA. The table holds 2^(n/8) / scale. The last factor is multiplied in and 1
// added by a single FMA. One part of ln 2 is enough for the reduction: as a float it happens to be off by 0.046u
// only, which is 1.1u of the exp where |gate| is 22. Cubic and table were found by a search: among the cubics
// within 0.36u and their scales, the ones whose silu has the smallest error over all gates while 1 + exp(-0) is 2.
// So the table is some 0.5u too large, against the 1.1u that are missing far left. All in all the exp is off by
// less than its contract's 2 ulp: by 3.63u.
//
// Elsewhere: 1 + exp(-gate) is 1 above, and below silu(gate) = gate exp(gate) to a float. The exp is taken in two
// halves, since it may be subnormal where silu is not.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "support/exp.hpp"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// Found by trying all floats (tests/lib/swiglu_test.cpp does it again); an ulp is that of the exact result, and not
// below 2^-149.
inline constexpr double silu_ulps = 3.719;

// gate * silu_steps_per_unit + silu_round is 2 + 2^-22 (256 + n): n + 256 in the low bits, and nothing else but the
// exponent of 2 exactly if n is in [-256, 256). Every other exponent, an infinity's and a NaN's too, has another
// bit set.
constexpr float silu_steps_per_unit = -0x1.715476p+3f * 0x1p-22f;
constexpr float silu_round = 2.0f + 256 * 0x1p-22f;
constexpr std::uint32_t silu_beyond = ~(0x40000000u | 511u);
constexpr float silu_step = 0x1.62e43p-4f * 0x1p22f;  // ln 2 / 8
constexpr int silu_exponent_shift = 20;               // n / 8 to where a float has its exponent

constexpr float silu_root = 0x1.988518p+0f;
constexpr float silu_linear = 0x1.6725d4p+0f;
constexpr float silu_constant = 0x1.e0fbb2p+1f;

// The bits of 2^(i/8) / scale less those that shifting n + 256 will add.
constexpr std::array<std::uint32_t, 8> silu_table = [] {
    constexpr std::array powers = {0x1.558946p-3f, 0x1.7472aap-3f, 0x1.962846p-3f, 0x1.baeaeep-3f,
                                   0x1.e30154p-3f, 0x1.075c46p-2f, 0x1.1f3254p-2f, 0x1.3930aap-2f};
    std::array<std::uint32_t, 8> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i)
        table[i] = std::bit_cast<std::uint32_t>(powers[i]) - ((256 + i) << silu_exponent_shift);
    return table;
}();

// The bits of 2 + 2^-22 (256 + n).
static inline std::uint32_t silu_steps(float gate) {
    return std::bit_cast<std::uint32_t>(std::fma(gate, silu_steps_per_unit, silu_round));
}

static inline float silu_near(float gate, std::uint32_t steps) {
    const float n = std::bit_cast<float>(steps) - silu_round;
    const float rest = std::fma(n, silu_step, gate);
    const auto power = std::bit_cast<float>((steps << silu_exponent_shift) + silu_table[steps % 8]);
    const float quadratic = std::fma(rest - silu_linear, rest, silu_constant);
    return gate / std::fma(power * (silu_root - rest), quadratic, 1.0f);
}

// A NaN stays one.
static inline float silu_far(float gate) {
    const float half = exp_f32(0.5f * (gate > 0.0f ? 0.0f : gate));
    return gate * half * half;
}

static inline float silu(float gate) {
    const std::uint32_t steps = silu_steps(gate);
    return (steps & silu_beyond) == 0 ? silu_near(gate, steps) : silu_far(gate);
}

}  // namespace BRICK_TARGET
}  // namespace brick
