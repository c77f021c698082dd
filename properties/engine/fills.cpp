#include "engine/fills.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/float_patterns.hpp"

namespace brickproof {
namespace {

constexpr float largest = std::numeric_limits<float>::max();

// 0, 1, -1, 2, -2, ...: small choices are small exponents.
int zigzag(std::size_t choice) {
    const int half = static_cast<int>((choice + 1) / 2);
    return choice % 2 == 1 ? half : -half;
}

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
    auto pattern = static_cast<FloatPattern>(choices.pick(static_cast<std::size_t>(FloatPattern::count)));
    // Exponents to +-60: squares and sums of them stay finite; the extreme patterns go further on their own.
    int exponent = zigzag(choices.pick(121));
    if (holding.hold("ties")) {
        exponent %= 13;
        pattern = FloatPattern::ties;
    }
    const float scale = std::ldexp(1.0f, exponent);
    Random random(choices.u16());
    const float factor = 1.0f + random.unit();
    const std::size_t hot = random.below(std::max<std::size_t>(x.size(), 1));
    if (pattern == FloatPattern::mixed_blocks)
        fill_mixed_blocks(x, random);
    else
        FloatFill{pattern, scale, factor, hot}.fill(x, 0, random);
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
