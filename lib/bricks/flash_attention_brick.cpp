#include "brick/flash_attention_brick.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bricks/attention_sample.hpp"
#include "bricks/brick_runs.hpp"
#include "support/exp.hpp"

namespace brick {
namespace {

// One head: its query, its columns of keys and values, and how far apart two tokens' are.
struct Head {
    const float* q;
    const float* keys;
    const float* values;
    std::size_t stride;
    std::size_t head_dim;
};

// The average so far, not yet divided by the sum of the weights; all weights are relative to exp(maximum).
struct Running {
    std::span<float> sum_of_values;
    float sum_of_weights = 0.0f;
    float maximum = -std::numeric_limits<float>::infinity();

    // Makes `larger` the maximum. The first time, exp(-Inf) = 0 clears what is not yet a sum.
    void raise_maximum(float larger) {
        if (!(larger > maximum)) return;
        const float scale = exp_f32(maximum - larger);
        for (float& value : sum_of_values) value *= scale;
        sum_of_weights *= scale;
        maximum = larger;
    }
    void add(float weight, const float* values) {
        sum_of_weights += weight;
        for (std::size_t i = 0; i < sum_of_values.size(); ++i) sum_of_values[i] += weight * values[i];
    }
};

void add_tile(const LayerKernels& kernels, const Head& head, std::size_t first, std::span<float> scores,
              Running& running) {
    const float scale = 1.0f / std::sqrt(static_cast<float>(head.head_dim));
    for (std::size_t t = 0; t < scores.size(); ++t) {
        kernels.gemv(head.keys + (first + t) * head.stride, head.q, nullptr, &scores[t], 1, head.head_dim);
        scores[t] *= scale;
    }
    running.raise_maximum(*std::ranges::max_element(scores));
    for (std::size_t t = 0; t < scores.size(); ++t)
        running.add(exp_f32(scores[t] - running.maximum), head.values + (first + t) * head.stride);
}

void attend(const LayerKernels& kernels, const AttentionShape& shape, std::size_t tile, std::size_t seq,
            const float* q, const float* keys, const float* values, std::span<float> out) {
    std::vector<float> scores(std::min(tile, seq));
    for (std::size_t h = 0; h < shape.heads; ++h) {
        const std::size_t column = h / (shape.heads / shape.kv_heads) * shape.head_dim;
        const Head head{q + h * shape.head_dim, keys + column, values + column, shape.key_size(), shape.head_dim};
        Running running{out.subspan(h * shape.head_dim, shape.head_dim)};
        std::ranges::fill(running.sum_of_values, 0.0f);
        for (std::size_t first = 0; first < seq; first += tile)
            add_tile(kernels, head, first, std::span(scores).first(std::min(tile, seq - first)), running);
        for (float& value : running.sum_of_values) value /= running.sum_of_weights;
    }
}

}  // namespace

Result<FlashAttentionBrick> FlashAttentionBrick::create(AttentionShape shape, std::size_t tile, TokenBudget budget,
                                                        std::vector<BrickAssertion> more) {
    constexpr std::string_view function = "FlashAttentionBrick::create";
    if (const auto checked = check_attention_shape(function, shape); !checked) return checked.error();
    if (tile == 0) return make_error(ErrorCode::zero_dimension, function, ": the tile has 0 keys; give at least 1");
    const auto terms = BrickTerms::make("flash_attention", budget, attention_assertions(shape, std::move(more)));
    if (!terms) return terms.error();
    return FlashAttentionBrick(*terms, shape, tile);
}

Result<void> FlashAttentionBrick::run(std::span<const float> q, const KvCache& cache, std::span<float> out) const {
    if (const auto checked = check_attention_call("FlashAttentionBrick::run", shape_, q, cache, out); !checked)
        return checked;
    return run_with_active_kernels(out, [&](const LayerKernels& kernels, std::span<float> output) {
        attend(kernels, shape_, tile_, cache.size(), q.data(), cache.keys().data(), cache.values().data(), output);
    });
}

Result<TokenResult<std::span<float>>> FlashAttentionBrick::run_timed(std::span<const float> q, const KvCache& cache,
                                                                     std::span<float> out) const {
    return time_token(budget(), out, [&] { return run(q, cache, out); });
}

// The reference is the attention kernel: the other way to compute the same.
Result<BrickVerification> FlashAttentionBrick::verify() const {
    const AttentionSample sample = make_attention_sample(shape_);
    const auto in_tiles = [&](const LayerKernels& kernels, std::span<float> output) {
        attend(kernels, shape_, tile_, AttentionSample::tokens, sample.q.data(), sample.keys.data(),
               sample.values.data(), output);
    };
    const auto at_once = [&](const LayerKernels& kernels, std::span<float> output) {
        kernels.attention(sample.q.data(), sample.keys.data(), sample.values.data(), output.data(),
                          AttentionSample::tokens, shape_.heads, shape_.kv_heads, shape_.head_dim);
    };
    return verify_on_sample(*this, shape_.query_size(), in_tiles, at_once);
}

FlashAttentionCost FlashAttentionBrick::cost(std::size_t seq) const {
    const auto keys = static_cast<double>(seq);
    const auto query = static_cast<double>(shape_.query_size());
    const double once = sizeof(float) * (2.0 * query + 2.0 * keys * static_cast<double>(shape_.key_size()));
    const double scores = sizeof(float) * keys * static_cast<double>(shape_.heads);
    return {(seq + tile_ - 1) / tile_, 4.0 * keys * query, once + 4.0 * scores, once};
}

}  // namespace brick
