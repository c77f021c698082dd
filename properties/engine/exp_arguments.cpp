#include "engine/exp_arguments.hpp"

#include <algorithm>

#include "engine/fills.hpp"
#include "engine/float_patterns.hpp"
#include "engine/float_steps.hpp"
#include "engine/random.hpp"

namespace brickproof {
namespace {

enum class Pattern { floats, everyday, wide, edges, reduction, falling, count };

constexpr float ln2 = 0.69314718f;

// Results around 2^-150, 2^-149 (0 and the smallest subnormal), 2^-126 (the smallest normal), 2^-87.., 2^127 and
// 2^128 (overflow); 1 + exp(x) that rounds to 1; the clamps that libraries use.
constexpr float edges[] = {103.97208f, 103.27893f, 104.0f,    87.336545f,  88.02969f,     88.722839f, 88.376259f,
                           87.0f,      17.328680f, 16.63553f, 0.3465736f,  0x1p-24f,      0x1p-12f,   110.0f,
                           9.0f,       32.0f,      64.0f,     2.9387e-39f, 1.1754944e-38f};

// x is not negative, and neither is what comes of it.
float some_ulps_away(float x, Random& random) {
    return std::max(ulps_above(x, random.between(-3, 3)), 0.0f);
}

void fill(Pattern pattern, Random& random, std::span<float> x) {
    Random of_sign = random;
    const auto each = [&](const auto& value_of) { fill_each(x, random, of_sign, value_of); };
    switch (pattern) {
        case Pattern::everyday:
            return each([&](std::size_t) { return 4.0f * random.normal(); });
        case Pattern::wide:
            return each([&](std::size_t) { return 112.0f * random.symmetric(); });
        case Pattern::edges:
            return each([&](std::size_t) {
                const float edge = edges[random.below(std::size(edges))];
                return either_sign(some_ulps_away(edge, random), of_sign);
            });
        case Pattern::reduction:  // k ln 2 and halfway between
            return each([&](std::size_t) {
                const float multiple = 0.5f * static_cast<float>(random.between(0, 300)) * ln2;
                return either_sign(some_ulps_away(multiple, random), of_sign);
            });
        case Pattern::falling:  // from the first to the last, through all results
            return each([n = static_cast<float>(x.size())](std::size_t i) {
                return 110.0f - 220.0f * static_cast<float>(i) / n;
            });
        case Pattern::floats:
        case Pattern::count:
            break;
    }
}

}  // namespace

void fill_exp_arguments(ChoiceReader& choices, const Preconditions& holding, std::span<float> x) {
    const auto pattern = static_cast<Pattern>(choices.pick(static_cast<std::size_t>(Pattern::count)));
    if (pattern == Pattern::floats) return fill_floats(choices, holding, x);
    Random random(choices.u16());
    fill(pattern, random, x);
    for (std::size_t overrides = choices.pick(4); overrides > 0; --overrides) {
        const std::size_t position = choices.u16();
        const float edge = edges[choices.pick(std::size(edges))];
        const float sign = choices.pick(2) == 0 ? 1.0f : -1.0f;
        if (!x.empty()) x[position % x.size()] = sign * edge;
    }
}

}  // namespace brickproof
