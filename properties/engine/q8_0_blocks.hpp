// Q8_0 blocks as inputs of dot products: the two domains, and the edits that the laws make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "brickproof/kernel_abi.h"
#include "engine/choice_reader.hpp"
#include "engine/contract.hpp"

namespace brickproof {

namespace detail {
inline constexpr Field q8_0_fields[] = {
    {.name = "d", .number = &float16_number, .offset = offsetof(brickproof_q8_0, d)},
    {.name = "qs",
     .number = &int8_number,
     .offset = offsetof(brickproof_q8_0, qs),
     .count = BRICKPROOF_Q8_0_BLOCK}};
}  // namespace detail

inline constexpr Type q8_0{.name = "q8_0 block",
                           .bytes = sizeof(brickproof_q8_0),
                           .align = alignof(brickproof_q8_0),
                           .values = BRICKPROOF_Q8_0_BLOCK,
                           .fields = detail::q8_0_fields};

// Quants and scales by fill_quants and fill_half_scales, under the same preconditions.
void fill_blocks(ChoiceReader& choices, const Preconditions& holding, std::span<brickproof_q8_0> blocks);

// The exact domain of dot products (precondition "exact"): all scales are 0 or powers of two (subnormal
// halves included), and the quants so small that sum |d_a d_b q_a q_b| over a row is at most 2^24 units of the
// smallest product of scales. Then every partial sum, in every order, is representable in float32, and every
// correct kernel gives the same bits. `rows` of a meet the one row b.
void fill_exact_blocks(ChoiceReader& choices, const Preconditions& holding, std::span<brickproof_q8_0> a,
                       std::span<brickproof_q8_0> b, std::size_t rows);

// Everyday data: quants near normal with the largest at 127, scales as weights have them.
void fill_typical_blocks(std::uint64_t seed, std::span<brickproof_q8_0> blocks);

void negate_scales(std::span<brickproof_q8_0> blocks);
// Doubles (or halves) each scale; needs "normal_scales".
void double_scales(std::span<brickproof_q8_0> blocks);
void halve_scales(std::span<brickproof_q8_0> blocks);
void zero_quants(std::span<brickproof_q8_0> blocks);

}  // namespace brickproof
