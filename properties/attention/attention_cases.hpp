// Calls of attention that its statements make from a case, and what they compare with.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "attention/attention_oracle.hpp"
#include "engine/contract.hpp"

namespace brickproof {

inline constexpr std::size_t attention_q = 0, attention_k = 1, attention_v = 2;  // operands

Array<float> attention_output(Trial& trial, const Case& c);

const Signature& attention_signature();

// A call of this shape; inputs are zeros.
Case with_attention_shape(const AttentionShape& shape);

// A call whose k and v are those of c at each of `keys`.
Case with_keys(const Case& c, std::span<const std::size_t> keys);

// The ends, the edges of tiles, and one that depends on the case.
std::vector<std::size_t> telling_keys(const Case& c);

// Where a head's scores may overflow, its result is not judged.
std::vector<bool> heads_with_scores(const Case& c);

// The values that one output averages.
struct AttentionColumn {
    double mean = 0.0;
    double magnitudes = 0.0;
    double lowest = std::numeric_limits<double>::infinity();
    double highest = -std::numeric_limits<double>::infinity();

    double largest() const;
};
AttentionColumn attention_column(const Case& c, std::size_t head, std::size_t column);

// Of a column of seq values: no kernel's sum overflows.
bool sums_are_finite(const AttentionColumn& column, std::size_t seq);

}  // namespace brickproof
