#include "engine/q8_0_blocks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "engine/fills.hpp"

namespace brickproof {
namespace {

using Block = brickproof_q8_0;

// Exponents of power-of-two scales in [lowest, lowest + spread], as halves can have them. Some scales are 0
// instead.
std::vector<int> fill_power_of_two_scales(ChoiceReader& choices, std::span<Block> blocks, int spread) {
    const int higher = static_cast<int>(choices.pick(20));
    const int lower = static_cast<int>(choices.pick(13));
    const int lowest = -12 + higher - lower;
    Random random(choices.u16());
    std::vector<int> exponents(blocks.size());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        exponents[i] = std::min(lowest + random.between(0, spread), 15);
        const double sign = random.below(4) == 0 ? -1.0 : 1.0;
        const bool vanishes = random.below(16) == 0;
        blocks[i].d = half_nearest(vanishes ? 0.0 * sign : std::ldexp(sign, exponents[i]));
    }
    return exponents;
}

// The largest row's sum |d_a d_b q_a q_b| in units of the smallest |d_a d_b|.
double largest_row_sum(std::span<const Block> a, std::span<const Block> b, std::span<const int> a_exponents,
                       std::span<const int> b_exponents, std::size_t rows) {
    const int unit = *std::min_element(a_exponents.begin(), a_exponents.end()) +
                     *std::min_element(b_exponents.begin(), b_exponents.end());
    double largest = 0.0;
    for (std::size_t row = 0; row < rows; ++row) {
        double sum = 0.0;
        for (std::size_t k = 0; k < b.size(); ++k) {
            const Block& wa = a[row * b.size() + k];
            long magnitudes = 0;
            for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i)
                magnitudes += std::labs(long{wa.qs[i]} * b[k].qs[i]);
            sum += std::ldexp(static_cast<double>(magnitudes),
                              a_exponents[row * b.size() + k] + b_exponents[k] - unit);
        }
        largest = std::max(largest, sum);
    }
    return largest;
}

void halve_quants(std::span<Block> blocks) {
    for (Block& block : blocks)
        for (std::int8_t& q : block.qs) q = static_cast<std::int8_t>(q / 2);
}

// In one block of every row and of b, all quants the lowest there is, at the smallest scales: 2^19 units at most.
// Two neighbouring products of -128 are more than int16 holds.
void plant_lowest_quants(std::span<Block> a, std::span<Block> b, std::size_t position, std::int8_t lowest,
                         int a_exponent, int b_exponent) {
    for (std::size_t i = position % b.size(); i < a.size(); i += b.size()) {
        std::ranges::fill(a[i].qs, lowest);
        a[i].d = half_nearest(std::ldexp(1.0, a_exponent));
    }
    Block& planted = b[position % b.size()];
    std::ranges::fill(planted.qs, lowest);
    planted.d = half_nearest(std::ldexp(1.0, b_exponent));
}

void fill_block_quants(ChoiceReader& choices, const Preconditions& holding, std::span<Block> blocks) {
    Array<std::int8_t> quants(blocks.size() * BRICKPROOF_Q8_0_BLOCK);
    fill_quants(choices, holding, quants);
    for (std::size_t b = 0; b < blocks.size(); ++b)
        std::copy_n(quants.begin() + static_cast<std::ptrdiff_t>(b * BRICKPROOF_Q8_0_BLOCK), BRICKPROOF_Q8_0_BLOCK,
                    std::begin(blocks[b].qs));
}

void add_to_exponent(std::span<Block> blocks, int step) {
    for (Block& block : blocks) block.d = static_cast<std::uint16_t>(block.d + step * 0x0400);
}

}  // namespace

void fill_blocks(ChoiceReader& choices, const Preconditions& holding, std::span<Block> blocks) {
    fill_block_quants(choices, holding, blocks);
    Array<std::uint16_t> scales(blocks.size());
    fill_half_scales(choices, holding, scales);
    for (std::size_t b = 0; b < blocks.size(); ++b) blocks[b].d = scales[b];
}

void fill_exact_blocks(ChoiceReader& choices, const Preconditions& holding, std::span<Block> a, std::span<Block> b,
                       std::size_t rows) {
    constexpr int spreads[] = {0, 1, 2, 4, 7};
    const int spread = spreads[choices.pick(std::size(spreads))];
    fill_block_quants(choices, holding, a);
    fill_block_quants(choices, holding, b);
    const std::vector<int> a_exponents = fill_power_of_two_scales(choices, a, spread);
    const std::vector<int> b_exponents = fill_power_of_two_scales(choices, b, spread);
    const bool plant = choices.pick(4) == 1;
    const std::size_t position = choices.byte();
    if (a.empty() || b.empty()) return;
    const double limit = plant ? 0x1p24 - 0x1p19 : 0x1p24;
    for (bool halve_a = true; largest_row_sum(a, b, a_exponents, b_exponents, rows) > limit; halve_a = !halve_a)
        halve_quants(halve_a ? a : b);
    if (plant)
        plant_lowest_quants(a, b, position, holding.hold("quants>-128") ? std::int8_t{-127} : std::int8_t{-128},
                            *std::ranges::min_element(a_exponents), *std::ranges::min_element(b_exponents));
}

void fill_typical_blocks(std::uint64_t seed, std::span<Block> blocks) {
    Random random(seed);
    for (Block& block : blocks) {
        block.d = half_nearest(std::ldexp(1.0 + static_cast<double>(random.unit()), -12));
        for (std::int8_t& q : block.qs)
            q = static_cast<std::int8_t>(std::clamp(static_cast<int>(45.0f * random.normal()), -127, 127));
        block.qs[random.below(BRICKPROOF_Q8_0_BLOCK)] = 127;
    }
}

void negate_scales(std::span<Block> blocks) {
    for (Block& block : blocks) block.d ^= 0x8000;
}
void double_scales(std::span<Block> blocks) {
    add_to_exponent(blocks, 1);
}
void halve_scales(std::span<Block> blocks) {
    add_to_exponent(blocks, -1);
}
void zero_quants(std::span<Block> blocks) {
    for (Block& block : blocks) std::fill(std::begin(block.qs), std::end(block.qs), std::int8_t{0});
}

}  // namespace brickproof
