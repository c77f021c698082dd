// What the two attention bricks share: the checks of a call, a sample, and what is asserted on it.
#pragma once

#include <string_view>
#include <vector>

#include "attention/attention_kernels.hpp"
#include "brick/attention_brick.hpp"

namespace brick {

// Error length_mismatch for a cache of other heads.
Result<void> check_cache_shape(std::string_view function, const AttentionShape& shape, const KvCache& cache);

Result<void> check_attention_call(std::string_view function, const AttentionShape& shape, std::span<const float> q,
                                  const KvCache& cache, std::span<float> out);

// The kernel's operands, for a cache of seq tokens.
AttentionOperands operands_of(const AttentionShape& shape, std::span<const float> q, std::size_t seq,
                              std::span<const float> keys, std::span<const float> values, std::span<float> out);

// A query and the keys and values of some tokens, for verification.
struct AttentionSample {
    static constexpr std::size_t tokens = 70;  // more than one tile, and a rest
    std::vector<float> q;
    std::vector<float> keys;
    std::vector<float> values;
};
AttentionSample make_attention_sample(const AttentionShape& shape);

// Equivalence to the scalar kernel within twice the bound of the sample, no NaN, no Inf, hull.
std::vector<BrickAssertion> attention_assertions(const AttentionShape& shape, std::vector<BrickAssertion> more);

}  // namespace brick
