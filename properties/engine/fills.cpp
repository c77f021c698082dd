#include "engine/fills.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "engine/float_steps.hpp"

namespace brickproof {
namespace {

constexpr std::size_t block = BRICKPROOF_Q8_0_BLOCK;
constexpr float largest = std::numeric_limits<float>::max();

// 0, 1, -1, 2, -2, ...: small choices are small exponents.
int zigzag(std::size_t choice) {
    const int half = static_cast<int>((choice + 1) / 2);
    return choice % 2 == 1 ? half : -half;
}

float finite(float x) {
    return std::isfinite(x) ? x : std::copysign(largest, std::isnan(x) ? 1.0f : x);
}

float random_finite_bits(Random& random) {
    const auto bits = static_cast<std::uint32_t>(random.next() >> 32);
    return finite(std::bit_cast<float>(bits));
}

enum class Pattern {
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

// A block whose scale amax/127 is exactly 2^e (times `scale`), all others at k + 1/2: every code is a tie.
float tie(std::size_t i, float scale, Random& random) {
    if (i % block == 5) return (random.below(2) == 0 ? 127.0f : -127.0f) * scale;
    return (static_cast<float>(random.between(-127, 126)) + 0.5f) * scale;
}

// An arbitrary amax, and values a few ulps around the midpoints of its codes.
float near_tie(std::size_t i, float scale, float amax_factor, Random& random) {
    const float amax = 127.0f * amax_factor * scale;
    if (i % block == 0) return amax;
    const float step = amax / 127.0f;
    const float midpoint = (static_cast<float>(random.between(-127, 126)) + 0.5f) * step;
    return ulps_above(midpoint, random.between(-3, 3));
}

// std::pow may differ by an ulp from one C library to the next, and a token with it.
float fifth_power(float x) {
    return x * x * x * x * x;
}

// The value of a finite half that is not negative, without half_value's cases. Of 0x7C00 it is 65,536, which would
// come next.
float finite_half_value(std::uint16_t bits) {
    if (bits < 0x0400) return static_cast<float>(bits) * 0x1p-24f;
    constexpr int rebias = 127 - 15;
    return std::bit_cast<float>((static_cast<std::uint32_t>(bits) << 13) +
                                (static_cast<std::uint32_t>(rebias) << 23));
}

// Around the values where rounding to half changes: a half, the midpoint to the next, and their float neighbours.
// The ends of the subnormals and of the normals come often.
float half_boundary(Random& random) {
    constexpr std::uint16_t ends[] = {0x0000, 0x0001, 0x03FF, 0x0400, 0x7BFE, 0x7BFF};
    const auto bits = random.below(4) == 0 ? ends[random.below(std::size(ends))]
                                           : static_cast<std::uint16_t>(random.below(0x7C00));
    const float low = finite_half_value(bits);
    const float high = finite_half_value(static_cast<std::uint16_t>(bits + 1));
    const float x = random.below(2) == 0 ? low : low + (high - low) / 2;
    const int ulps = random.below(3) == 0 ? 0 : (random.below(2) == 0 ? 1 : -1);
    return random.below(2) == 0 ? ulps_above(x, ulps) : -ulps_above(x, ulps);
}

// Blocks whose scale amax/127 is around the values where rounding it to half changes.
float scale_boundary(std::size_t i, Random& random) {
    const float smaller_than_all = random.symmetric() * 0x1p-24f;
    return i % block == 3 ? 127.0f * half_boundary(random) : smaller_than_all;
}

struct FloatFill {
    Pattern pattern;
    float scale;   // a power of two
    float factor;  // in [1, 2)
    std::size_t hot;

    float value(std::size_t i, Random& random) const {
        // Every value has a number for its sign; mixing it is half of the work, and many patterns have no use for
        // it.
        Random of_sign = random;
        random.skip();
        const auto sign = [&of_sign] { return of_sign.below(2) == 0 ? 1.0f : -1.0f; };
        switch (pattern) {
            case Pattern::zeros:
                return 0.0f;
            case Pattern::one_hot:
                return i == hot ? sign() * factor * scale : 0.0f;
            case Pattern::ramp:
                return (static_cast<float>(i) - static_cast<float>(hot)) * scale;
            case Pattern::alternating:
                return (i % 2 == 0 ? 1.0f : -1.0f) * factor * scale;
            case Pattern::small_integers:
                return static_cast<float>(random.between(-9, 9)) * scale;
            case Pattern::constant:
                return factor * scale;
            case Pattern::uniform:
                return random.symmetric() * scale;
            case Pattern::normal:
                return 0.02f * random.normal() * scale;
            case Pattern::heavy_tail:
                return fifth_power(random.normal()) * scale;
            case Pattern::ties:
                return tie(i, scale, random);
            case Pattern::near_ties:
                return near_tie(i, scale, factor, random);
            case Pattern::powers_of_two:
                return sign() * power_of_two(random.between(-149, 127));
            case Pattern::subnormals:
                return sign() * std::bit_cast<float>(static_cast<std::uint32_t>(random.below(1u << 23)));
            case Pattern::largest_finite:
                return random.below(3) == 0 ? random.symmetric() : sign() * largest;
            case Pattern::cancelling:
                return (i % 2 == 0 ? 1.0f : -1.0f) * factor * scale + random.symmetric() * 0x1p-20f * scale;
            case Pattern::random_bits:
                return random_finite_bits(random);
            case Pattern::signed_zeros:
                return sign() * 0.0f;
            case Pattern::lone_extreme:
                return (i % block == hot % block ? sign() * 50.0f : random.symmetric()) * scale;
            case Pattern::tiny_blocks: {
                const float x = random.symmetric();
                return x * (scale * power_of_two(-10 - random.between(0, 24)));
            }
            case Pattern::half_boundaries:
                return half_boundary(random);
            case Pattern::scale_boundaries:
                return scale_boundary(i, random);
            case Pattern::mixed_blocks:
            case Pattern::count:
                break;
        }
        return 0.0f;
    }
};

float special_float(std::size_t code, bool only_finite) {
    using limits = std::numeric_limits<float>;
    constexpr float finite_ones[] = {0.0f,
                                     -0.0f,
                                     1.0f,
                                     -1.0f,
                                     0.5f,
                                     -0.5f,
                                     127.0f,
                                     -127.0f,
                                     largest,
                                     -largest,
                                     limits::min(),
                                     limits::denorm_min(),
                                     -limits::denorm_min(),
                                     65504.0f,
                                     65520.0f,
                                     0x1p-24f,
                                     0x1p-25f,
                                     8388609.0f,
                                     1e-10f,
                                     2e-10f};
    constexpr float others[] = {limits::infinity(), -limits::infinity(), limits::quiet_NaN(),
                                limits::signaling_NaN()};
    const std::size_t all = std::size(finite_ones) + (only_finite ? 0 : std::size(others));
    code %= all;
    return code < std::size(finite_ones) ? finite_ones[code] : others[code - std::size(finite_ones)];
}

constexpr std::size_t special_floats = 24;

FloatFill random_fill(std::size_t n, Random& random) {
    constexpr auto kinds = static_cast<int>(Pattern::mixed_blocks);
    return {static_cast<Pattern>(random.between(1, kinds - 1)), std::ldexp(1.0f, random.between(-30, 20)),
            1.0f + random.unit(), random.below(std::max<std::size_t>(n, 1))};
}

void override_floats(ChoiceReader& choices, std::span<float> x, bool only_finite) {
    for (std::size_t count = choices.pick(5); count > 0; --count) {
        const std::size_t position = choices.u16();
        const std::size_t code = choices.pick(special_floats);
        if (!x.empty()) x[position % x.size()] = special_float(code, only_finite);
    }
}

// The other values of the case stay finite or not as the pattern left them.
void place_nonfinite(ChoiceReader& choices, std::span<float> x) {
    using limits = std::numeric_limits<float>;
    constexpr float nonfinite[] = {limits::quiet_NaN(), limits::infinity(), -limits::infinity()};
    const std::size_t position = choices.u16();
    const std::size_t code = choices.pick(std::size(nonfinite));
    if (!x.empty()) x[position % x.size()] = nonfinite[code];
}

}  // namespace

void fill_floats(ChoiceReader& choices, const Preconditions& holding, std::span<float> x) {
    auto pattern = static_cast<Pattern>(choices.pick(static_cast<std::size_t>(Pattern::count)));
    // Exponents to +-60: squares and sums of them stay finite; the extreme patterns go further on their own.
    int exponent = zigzag(choices.pick(121));
    if (holding.hold("ties")) exponent %= 13;
    const float scale = std::ldexp(1.0f, exponent);
    Random random(choices.u16());
    FloatFill fill{pattern, scale, 1.0f + random.unit(), random.below(std::max<std::size_t>(x.size(), 1))};
    if (holding.hold("ties")) fill.pattern = Pattern::ties;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (pattern == Pattern::mixed_blocks && i % block == 0 && !holding.hold("ties"))
            fill = random_fill(x.size(), random);
        x[i] = finite(fill.value(i, random));
    }
    if (!holding.hold("ties")) override_floats(choices, x, holding.hold("finite"));
    if (holding.hold("nonfinite")) place_nonfinite(choices, x);
}

void fill_typical_floats(std::uint64_t seed, std::span<float> x) {
    Random random(seed);
    for (float& value : x) value = 0.02f * random.normal();
}

void fill_float_scales(ChoiceReader& choices, const Preconditions& holding, std::span<float> scales) {
    fill_floats(choices, holding, scales);
}

}  // namespace brickproof
