#include "bricks/attention_sample.hpp"

#include <algorithm>
#include <cmath>

#include "brick/rounding.hpp"
#include "bricks/brick_runs.hpp"
#include "bricks/default_assertions.hpp"
#include "bricks/sentence.hpp"
#include "support/checks.hpp"
#include "support/operand_checks.hpp"

namespace brick {
namespace {

// The sample's values are at most 1. A score is a dot product of head_dim products of at most 1, scaled by 1 /
// sqrt(head_dim): it errs by at most gamma_(head_dim+3) sqrt(head_dim), which moves a weight by twice that,
// relatively (its own score and those of the sum), and so the average of values of at most 1; exponentials, sums
// and quotients add gamma_(2 tokens + 16).
double absolute_bound(const AttentionShape& shape) {
    const double score = gamma(shape.head_dim + 3) * std::sqrt(static_cast<double>(shape.head_dim));
    return std::expm1(2.0 * score) + gamma(2 * AttentionSample::tokens + 16);
}

double tolerance(const AttentionShape& shape) {
    const AttentionSample sample = make_attention_sample(shape);
    std::vector<float> out(shape.query_size());
    scalar_kernels().attention(sample.q.data(), sample.keys.data(), sample.values.data(), out.data(),
                               AttentionSample::tokens, shape.heads, shape.kv_heads, shape.head_dim);
    float largest = 0.0f;
    for (const float value : out) largest = std::max(largest, std::fabs(value));
    return 2.0 * absolute_bound(shape) / static_cast<double>(largest);
}

// The smallest and the largest value that output i averages.
std::pair<float, float> hull_of(const AttentionShape& shape, std::span<const float> values, std::size_t output) {
    const std::size_t kv_head = output / shape.head_dim / (shape.heads / shape.kv_heads);
    std::size_t at = kv_head * shape.head_dim + output % shape.head_dim;
    auto [low, high] = std::pair(values[at], values[at]);
    for (; at < values.size(); at += shape.key_size()) {
        low = std::min(low, values[at]);
        high = std::max(high, values[at]);
    }
    return {low, high};
}

// The weights add up to 1 within gamma_(2 tokens + 4), and so does what the values' magnitude, at most 1, is
// multiplied by.
std::string check_hull(const AttentionShape& shape, const Evidence& evidence) {
    const std::vector<float> values = make_attention_sample(shape).values;
    const auto slack = static_cast<float>(gamma(2 * AttentionSample::tokens + 4));
    for (std::size_t i = 0; i < evidence.output.size(); ++i) {
        const auto [low, high] = hull_of(shape, values, i);
        if (evidence.output[i] >= low - slack && evidence.output[i] <= high + slack) continue;
        return sentence("output ", i, " is ", evidence.output[i], ", an average of values in [", low, ", ", high,
                        "]");
    }
    return {};
}

}  // namespace

Result<void> check_attention_shape(std::string_view function, const AttentionShape& shape) {
    if (shape.heads == 0 || shape.kv_heads == 0 || shape.head_dim == 0)
        return make_error(ErrorCode::zero_dimension, function, ": heads is ", shape.heads, ", kv_heads is ",
                          shape.kv_heads, " and head_dim is ", shape.head_dim, "; all must be at least 1");
    return check_divisible_heads(function, shape.heads, shape.kv_heads);
}

Result<void> check_cache_shape(std::string_view function, const AttentionShape& shape, const KvCache& cache) {
    if (cache.kv_heads() == shape.kv_heads && cache.head_dim() == shape.head_dim) return {};
    return make_error(ErrorCode::length_mismatch, function, ": the cache has ", cache.kv_heads(), " kv_heads of ",
                      cache.head_dim(), ", the brick ", shape.kv_heads, " of ", shape.head_dim);
}

Result<void> check_attention_call(std::string_view function, const AttentionShape& shape, std::span<const float> q,
                                  const KvCache& cache, std::span<float> out) {
    const std::size_t size = shape.query_size();
    BRICK_TRY(check_size(function, "q", q.size(), size, size));
    BRICK_TRY(check_size(function, "out", out.size(), size, size));
    BRICK_TRY(check_cache_shape(function, shape, cache));
    if (cache.size() == 0) return make_error(ErrorCode::zero_dimension, function, ": the cache is empty");
    return check_finite(function, "q", q);
}

AttentionOperands operands_of(const AttentionShape& shape, std::span<const float> q, std::size_t seq,
                              std::span<const float> keys, std::span<const float> values, std::span<float> out) {
    return {q.data(), keys.data(), values.data(), out.data(), seq, shape.heads, shape.kv_heads, shape.head_dim};
}

AttentionSample make_attention_sample(const AttentionShape& shape) {
    const std::size_t cached = AttentionSample::tokens * shape.key_size();
    return {sample_values(shape.query_size(), 1), sample_values(cached, 2), sample_values(cached, 3)};
}

std::vector<BrickAssertion> attention_assertions(const AttentionShape& shape, std::vector<BrickAssertion> more) {
    const auto hull =
        BrickAssertion::custom("hull", [shape](const Evidence& evidence) { return check_hull(shape, evidence); });
    more.insert(more.begin(), *hull);
    return default_assertions([shape] { return tolerance(shape); }, std::move(more));
}

}  // namespace brick
