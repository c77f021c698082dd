#include "engine/exp_arguments.hpp"

#include <algorithm>

#include "engine/fills.hpp"
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

float value(Pattern pattern, std::size_t i, std::size_t n, Random& random) {
    const float sign = random.below(2) == 0 ? 1.0f : -1.0f;
    switch (pattern) {
        case Pattern::everyday:
            return 4.0f * random.normal();
        case Pattern::wide:
            return 112.0f * random.symmetric();
        case Pattern::edges:
            return sign * some_ulps_away(edges[random.below(std::size(edges))], random);
        case Pattern::reduction:  // k ln 2 and halfway between
            return sign * some_ulps_away(0.5f * static_cast<float>(random.between(0, 300)) * ln2, random);
        case Pattern::falling:  // from the first to the last, through all results
            return 110.0f - 220.0f * static_cast<float>(i) / static_cast<float>(n);
        case Pattern::floats:
        case Pattern::count:
            break;
    }
    return 0.0f;
}

}  // namespace

void fill_exp_arguments(ChoiceReader& choices, const Preconditions& holding, std::span<float> x) {
    const auto pattern = static_cast<Pattern>(choices.pick(static_cast<std::size_t>(Pattern::count)));
    if (pattern == Pattern::floats) return fill_floats(choices, holding, x);
    Random random(choices.u16());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = value(pattern, i, x.size(), random);
    for (std::size_t overrides = choices.pick(4); overrides > 0; --overrides) {
        const std::size_t position = choices.u16();
        const float edge = edges[choices.pick(std::size(edges))];
        const float sign = choices.pick(2) == 0 ? 1.0f : -1.0f;
        if (!x.empty()) x[position % x.size()] = sign * edge;
    }
}

}  // namespace brickproof
