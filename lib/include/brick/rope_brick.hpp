// Rotary position embedding.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "brick/compute_brick.hpp"
#include "brick/rope.hpp"
#include "brick/token_result.hpp"

namespace brick {

// Rotates pair i of every head by position * theta^(-2i/head_dim), in place (Su et al., 2021).
class RopeBrick : public BrickTerms {
  public:
    static constexpr TokenBudget default_budget = TokenBudget::microseconds(1.0);
    // Beyond it, a position is not exact in float32.
    static constexpr std::size_t last_position = (std::size_t{1} << 24) - 1;

    struct Shape {
        std::size_t head_dim = 0;
        std::size_t heads = 0;
        float theta = 10000.0f;
        RopeStyle style = RopeStyle::norm;
    };

    // Errors: zero_dimension; bad_parameter (an odd head_dim, a theta that is not positive and finite, an unknown
    // style).
    static Result<RopeBrick> create(Shape shape, TokenBudget budget = default_budget,
                                    std::vector<BrickAssertion> more = {});

    // x[heads][head_dim]. Errors, found before anything is written: length_mismatch, not_finite, bad_parameter (a
    // position beyond last_position).
    Result<void> run(std::span<float> x, std::size_t position) const;
    Result<TokenResult<std::span<float>>> run_timed(std::span<float> x, std::size_t position) const;
    Result<BrickVerification> verify() const;

    const Shape& shape() const { return shape_; }
    std::size_t size() const { return shape_.heads * shape_.head_dim; }

  private:
    RopeBrick(BrickTerms terms, Shape shape) : BrickTerms(std::move(terms)), shape_(shape) {}

    Shape shape_;
};

}  // namespace brick
