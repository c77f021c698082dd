#include "brick/attention_brick.hpp"

#include "bricks/attention_sample.hpp"
#include "bricks/brick_runs.hpp"

namespace brick {

Result<AttentionBrick> AttentionBrick::create(AttentionShape shape, TokenBudget budget,
                                              std::vector<BrickAssertion> more) {
    if (const auto checked = check_attention_shape("AttentionBrick::create", shape); !checked)
        return checked.error();
    const auto terms = BrickTerms::make("attention", budget, attention_assertions(shape, std::move(more)));
    if (!terms) return terms.error();
    return AttentionBrick(*terms, shape);
}

Result<void> AttentionBrick::run(std::span<const float> q, const KvCache& cache, std::span<float> out) const {
    if (const auto checked = check_attention_call("AttentionBrick::run", shape_, q, cache, out); !checked)
        return checked;
    return run_with_active_kernels(out, [&](const LayerKernels& kernels, std::span<float> output) {
        kernels.attention(q.data(), cache.keys().data(), cache.values().data(), output.data(), cache.size(),
                          shape_.heads, shape_.kv_heads, shape_.head_dim);
    });
}

Result<TokenResult<std::span<float>>> AttentionBrick::run_timed(std::span<const float> q, const KvCache& cache,
                                                                std::span<float> out) const {
    return time_token(budget(), out, [&] { return run(q, cache, out); });
}

Result<BrickVerification> AttentionBrick::verify() const {
    const AttentionSample sample = make_attention_sample(shape_);
    return verify_on_sample(*this, shape_.query_size(), [&](const LayerKernels& kernels, std::span<float> output) {
        kernels.attention(sample.q.data(), sample.keys.data(), sample.values.data(), output.data(),
                          AttentionSample::tokens, shape_.heads, shape_.kv_heads, shape_.head_dim);
    });
}

}  // namespace brick
