// The feed-forward network of a layer.
#pragma once

#include <span>
#include <vector>

#include "brick/compute_brick.hpp"
#include "brick/executor.hpp"
#include "brick/matrix.hpp"
#include "brick/token_result.hpp"

namespace brick {

// y = W_down (silu(W_gate x) * (W_up x)) for one token (Shazeer, 2020). x is quantised once for gate and up.
class FfnBrick : public BrickTerms {
  public:
    static constexpr TokenBudget default_budget = TokenBudget::microseconds(12.2);

    // gate and up are [intermediate][hidden], down is [hidden][intermediate]. Error: length_mismatch.
    static Result<FfnBrick> create(Matrix gate, Matrix up, Matrix down, TokenBudget budget = default_budget,
                                   std::vector<BrickAssertion> more = {});

    // Errors, found before anything is written: length_mismatch, not_finite, scale_overflow (a value beyond Q8_0:
    // of x, or of what gate and up make of it).
    Result<void> run(std::span<const float> x, std::span<float> y, const Executor& executor = {}) const;
    Result<TokenResult<std::span<float>>> run_timed(std::span<const float> x, std::span<float> y,
                                                    const Executor& executor = {}) const;
    Result<BrickVerification> verify() const;

    std::size_t hidden() const { return weights_->gate.cols(); }
    std::size_t intermediate() const { return weights_->gate.rows(); }

  private:
    struct Weights {
        Matrix gate;
        Matrix up;
        Matrix down;
        bool input_is_quantized() const { return gate.is_quantized() || up.is_quantized(); }
    };
    FfnBrick(BrickTerms terms, std::shared_ptr<const Weights> weights)
        : BrickTerms(std::move(terms)), weights_(std::move(weights)) {}

    // What gate and up make of an input, and silu(gate) * up.
    struct Branches {
        std::vector<float> gate;
        std::vector<float> up;
        std::vector<float> product;
    };

    static double tolerance(const Weights& weights);
    static Branches branches(const struct LayerKernels& kernels, const Weights& weights, std::span<const float> x,
                             const Executor& executor);
    static void project_down(const struct LayerKernels& kernels, const Weights& weights,
                             std::span<const float> gated, std::span<float> y, const Executor& executor);

    std::shared_ptr<const Weights> weights_;
};

}  // namespace brick
