#include "brick/rms_norm_brick.hpp"

#include <cmath>

#include "brick/rounding.hpp"
#include "bricks/brick_runs.hpp"
#include "bricks/default_assertions.hpp"
#include "support/checks.hpp"

namespace brick {

Result<RmsNormBrick> RmsNormBrick::create(std::vector<float> weight, float eps, TokenBudget budget,
                                          std::vector<BrickAssertion> more) {
    constexpr std::string_view function = "RmsNormBrick::create";
    BRICK_TRY(check_not_empty(function, weight.size()));
    BRICK_TRY(check_finite(function, "weight", weight));
    if (!(eps > 0.0f) || std::isinf(eps))
        return make_error(ErrorCode::bad_parameter, function, ": eps is ", eps, "; it must be positive and finite");
    // Each of two correct kernels is within gamma_(n+8) of the exact value (rms_norm_bound.hpp has the derivation).
    auto assertions = default_assertions(2.0 * gamma(weight.size() + 8), std::move(more));
    const auto terms = BrickTerms::make("rms_norm", budget, std::move(assertions));
    BRICK_TRY(terms);
    return RmsNormBrick(*terms, std::move(weight), eps);
}

Result<void> RmsNormBrick::run(std::span<const float> x, std::span<float> y) const {
    constexpr std::string_view function = "RmsNormBrick::run";
    BRICK_TRY(check_size(function, "x", x.size(), size(), size()));
    BRICK_TRY(check_size(function, "y", y.size(), size(), size()));
    BRICK_TRY(check_finite(function, "x", x));
    return run_with_active_kernels(y, [&](const LayerKernels& kernels, std::span<float> output) {
        kernels.rms_norm(x.data(), weight_->data(), output.data(), size(), eps_);
    });
}

Result<TokenResult<std::span<float>>> RmsNormBrick::run_timed(std::span<const float> x, std::span<float> y) const {
    return time_token(budget(), y, [&] { return run(x, y); });
}

Result<BrickVerification> RmsNormBrick::verify() const {
    const std::vector<float> x = sample_values(size(), 1);
    return verify_on_sample(*this, size(), [&](const LayerKernels& kernels, std::span<float> output) {
        kernels.rms_norm(x.data(), weight_->data(), output.data(), size(), eps_);
    });
}

}  // namespace brick
