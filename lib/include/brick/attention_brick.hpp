// Attention of one query token over a KV cache.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "brick/compute_brick.hpp"
#include "brick/executor.hpp"
#include "brick/kv_cache.hpp"
#include "brick/token_result.hpp"

namespace brick {

// heads query heads share kv_heads heads of keys and values (grouped-query attention: head h reads h / (heads /
// kv_heads)).
struct AttentionShape {
    std::size_t heads = 0;
    std::size_t kv_heads = 0;
    std::size_t head_dim = 0;

    std::size_t query_size() const { return heads * head_dim; }
    std::size_t key_size() const { return kv_heads * head_dim; }
};

// Errors: zero_dimension, indivisible_heads.
Result<void> check_attention_shape(std::string_view function, const AttentionShape& shape);

// out_h = sum over t of softmax_t(q_h . k_t / sqrt(head_dim)) v_t (Vaswani et al., 2017).
//
// What it asserts of itself besides what every brick does is `hull`: an average lies within what it averages, so
// every output is between the smallest and the largest value of its column, widened by the rounding of the sum.
class AttentionBrick : public BrickTerms {
  public:
    static constexpr TokenBudget default_budget = TokenBudget::microseconds(10.0);

    static Result<AttentionBrick> create(AttentionShape shape, TokenBudget budget = default_budget,
                                         std::vector<BrickAssertion> more = {});

    // q and out are [heads][head_dim]. Errors, found before anything is written: length_mismatch (also a cache of
    // other heads), zero_dimension (an empty cache), not_finite.
    Result<void> run(std::span<const float> q, const KvCache& cache, std::span<float> out,
                     const Executor& executor = {}) const;
    Result<TokenResult<std::span<float>>> run_timed(std::span<const float> q, const KvCache& cache,
                                                    std::span<float> out, const Executor& executor = {}) const;
    Result<BrickVerification> verify() const;

    const AttentionShape& shape() const { return shape_; }

  private:
    AttentionBrick(BrickTerms terms, AttentionShape shape) : BrickTerms(std::move(terms)), shape_(shape) {}

    AttentionShape shape_;
};

}  // namespace brick
