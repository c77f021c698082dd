#include "brick/attention_brick.hpp"

#include "attention/attention_parts.hpp"
#include "bricks/attention_sample.hpp"
#include "bricks/brick_runs.hpp"

namespace brick {

Result<AttentionBrick> AttentionBrick::create(AttentionShape shape, TokenBudget budget,
                                              std::vector<BrickAssertion> more) {
    BRICK_TRY(check_attention_shape("AttentionBrick::create", shape));
    const auto terms = BrickTerms::make("attention", budget, attention_assertions(shape, std::move(more)));
    BRICK_TRY(terms);
    return AttentionBrick(*terms, shape);
}

Result<void> AttentionBrick::run(std::span<const float> q, const KvCache& cache, std::span<float> out,
                                 const Executor& executor) const {
    BRICK_TRY(check_attention_call("AttentionBrick::run", shape_, q, cache, out));
    return run_with_active_kernels(out, [&](const LayerKernels& kernels, std::span<float> output) {
        attend(kernels.attention, operands_of(shape_, q, cache.size(), cache.keys(), cache.values(), output),
               executor);
    });
}

Result<TokenResult<std::span<float>>> AttentionBrick::run_timed(std::span<const float> q, const KvCache& cache,
                                                                std::span<float> out,
                                                                const Executor& executor) const {
    return time_token(budget(), out, [&] { return run(q, cache, out, executor); });
}

Result<BrickVerification> AttentionBrick::verify() const {
    const AttentionSample sample = make_attention_sample(shape_);
    return verify_on_sample(*this, shape_.query_size(), [&](const LayerKernels& kernels, std::span<float> output) {
        attend(kernels.attention,
               operands_of(shape_, sample.q, AttentionSample::tokens, sample.keys, sample.values, output), {});
    });
}

}  // namespace brick
