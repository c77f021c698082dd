// The projection after attention.
#pragma once

#include <span>
#include <vector>

#include "brick/compute_brick.hpp"
#include "brick/executor.hpp"
#include "brick/matrix.hpp"
#include "brick/token_result.hpp"

namespace brick {

// y[hidden] = W x[heads * head_dim] for one token.
class OProjBrick : public BrickTerms {
  public:
    static constexpr TokenBudget default_budget = TokenBudget::microseconds(3.5);

    static Result<OProjBrick> create(Matrix weight, TokenBudget budget = default_budget,
                                     std::vector<BrickAssertion> more = {});

    // Errors, found before anything is written: length_mismatch, not_finite, scale_overflow (an x beyond Q8_0).
    Result<void> run(std::span<const float> x, std::span<float> y, const Executor& executor = {}) const;
    Result<TokenResult<std::span<float>>> run_timed(std::span<const float> x, std::span<float> y,
                                                    const Executor& executor = {}) const;
    Result<BrickVerification> verify() const;

    std::size_t input_size() const { return weight_.cols(); }
    std::size_t hidden() const { return weight_.rows(); }

  private:
    OProjBrick(BrickTerms terms, Matrix weight) : BrickTerms(std::move(terms)), weight_(std::move(weight)) {}

    Matrix weight_;
};

}  // namespace brick
