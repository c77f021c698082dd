#include "brick/flash_attention_brick.hpp"

#include "attention/attention_parts.hpp"
#include "bricks/attention_sample.hpp"
#include "bricks/brick_runs.hpp"

namespace brick {
Result<FlashAttentionBrick> FlashAttentionBrick::create(AttentionShape shape, std::size_t tile, TokenBudget budget,
                                                        std::vector<BrickAssertion> more) {
    constexpr std::string_view function = "FlashAttentionBrick::create";
    BRICK_TRY(check_attention_shape(function, shape));
    if (tile == 0) return make_error(ErrorCode::zero_dimension, function, ": the tile has 0 keys; give at least 1");
    const auto terms = BrickTerms::make("flash_attention", budget, attention_assertions(shape, std::move(more)));
    BRICK_TRY(terms);
    return FlashAttentionBrick(*terms, shape, tile);
}

Result<void> FlashAttentionBrick::run(std::span<const float> q, const KvCache& cache, std::span<float> out,
                                      const Executor& executor) const {
    BRICK_TRY(check_attention_call("FlashAttentionBrick::run", shape_, q, cache, out));
    return run_with_active_kernels(out, [&](const LayerKernels& kernels, std::span<float> output) {
        attend_in_tiles(kernels.attention,
                        operands_of(shape_, q, cache.size(), cache.keys(), cache.values(), output), tile_,
                        executor);
    });
}

Result<TokenResult<std::span<float>>> FlashAttentionBrick::run_timed(std::span<const float> q, const KvCache& cache,
                                                                     std::span<float> out,
                                                                     const Executor& executor) const {
    return time_token(budget(), out, [&] { return run(q, cache, out, executor); });
}

// The reference is the attention kernel: the other way to compute the same.
Result<BrickVerification> FlashAttentionBrick::verify() const {
    const AttentionSample sample = make_attention_sample(shape_);
    const auto in_tiles = [&](const LayerKernels& kernels, std::span<float> output) {
        attend_in_tiles(kernels.attention,
                        operands_of(shape_, sample.q, AttentionSample::tokens, sample.keys, sample.values, output),
                        tile_, {});
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
