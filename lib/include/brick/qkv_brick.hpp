// The three projections before attention.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "brick/compute_brick.hpp"
#include "brick/executor.hpp"
#include "brick/matrix.hpp"
#include "brick/token_result.hpp"

namespace brick {

// q = W_q x + b_q, k = W_k x + b_k, v = W_v x + b_v for one token. x is quantised once for all that are Q8_0.
class QkvBrick : public BrickTerms {
  public:
    static constexpr TokenBudget default_budget = TokenBudget::microseconds(6.0);

    // A matrix and its bias, which is empty or has a value for each row.
    struct Projection {
        Matrix weight;
        std::vector<float> bias{};
    };

    // All have the same number of columns, hidden. Errors: length_mismatch (columns; a bias), not_finite (a bias).
    static Result<QkvBrick> create(Projection q, Projection k, Projection v, TokenBudget budget = default_budget,
                                   std::vector<BrickAssertion> more = {});

    // Errors, found before anything is written: length_mismatch, not_finite, scale_overflow (an x beyond Q8_0).
    Result<void> run(std::span<const float> x, std::span<float> q, std::span<float> k, std::span<float> v,
                     const Executor& executor = {}) const;
    // The output is q.
    Result<TokenResult<std::span<float>>> run_timed(std::span<const float> x, std::span<float> q,
                                                    std::span<float> k, std::span<float> v,
                                                    const Executor& executor = {}) const;
    Result<BrickVerification> verify() const;

    std::size_t hidden() const { return (*projections_)[0].weight.cols(); }
    std::size_t q_size() const { return (*projections_)[0].weight.rows(); }
    std::size_t k_size() const { return (*projections_)[1].weight.rows(); }
    std::size_t v_size() const { return (*projections_)[2].weight.rows(); }

  private:
    using Projections = std::array<Projection, 3>;
    QkvBrick(BrickTerms terms, std::shared_ptr<const Projections> projections)
        : BrickTerms(std::move(terms)), projections_(std::move(projections)) {}
    bool is_quantized() const;

    std::shared_ptr<const Projections> projections_;
};

}  // namespace brick
