// The normalisation before attention and before the feed-forward network.
#pragma once

#include <span>
#include <vector>

#include "brick/compute_brick.hpp"
#include "brick/token_result.hpp"

namespace brick {

// y_i = x_i * weight_i / sqrt(mean of x^2 + eps), for one token of weight.size() values (Zhang and Sennrich, 2019).
class RmsNormBrick : public BrickTerms {
  public:
    static constexpr TokenBudget default_budget = TokenBudget::microseconds(1.5);

    // `more` is asserted besides what every RmsNormBrick asserts: its scalar reference's values, no NaN, no Inf.
    // Errors: zero_dimension, not_finite (weight, with the index), bad_parameter (eps is not positive and finite).
    static Result<RmsNormBrick> create(std::vector<float> weight, float eps, TokenBudget budget = default_budget,
                                       std::vector<BrickAssertion> more = {});

    // Errors, found before anything is written: length_mismatch, not_finite.
    Result<void> run(std::span<const float> x, std::span<float> y) const;
    Result<TokenResult<std::span<float>>> run_timed(std::span<const float> x, std::span<float> y) const;
    Result<BrickVerification> verify() const;

    std::size_t size() const { return weight_->size(); }

  private:
    RmsNormBrick(BrickTerms terms, std::vector<float> weight, float eps)
        : BrickTerms(std::move(terms)),
          weight_(std::make_shared<const std::vector<float>>(std::move(weight))),
          eps_(eps) {}

    std::shared_ptr<const std::vector<float>> weight_;
    float eps_;
};

}  // namespace brick
