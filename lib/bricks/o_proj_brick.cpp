#include "brick/o_proj_brick.hpp"

#include "bricks/brick_runs.hpp"
#include "bricks/default_assertions.hpp"
#include "bricks/projection.hpp"
#include "support/checks.hpp"

namespace brick {
namespace {

void compute(const LayerKernels& kernels, const Matrix& weight, std::span<const float> x, std::span<float> y,
             const Executor& executor) {
    project(kernels, weight, Activations(kernels, x, weight.is_quantized()), {}, y, executor);
}

}  // namespace

Result<OProjBrick> OProjBrick::create(Matrix weight, TokenBudget budget, std::vector<BrickAssertion> more) {
    const auto tolerance = [weight] { return projection_tolerance(weight, sample_values(weight.cols(), 1), {}); };
    const auto terms = BrickTerms::make("o_proj", budget, default_assertions(tolerance, std::move(more)));
    BRICK_TRY(terms);
    return OProjBrick(*terms, std::move(weight));
}

Result<void> OProjBrick::run(std::span<const float> x, std::span<float> y, const Executor& executor) const {
    constexpr std::string_view function = "OProjBrick::run";
    BRICK_TRY(check_size(function, "x", x.size(), input_size(), input_size()));
    BRICK_TRY(check_size(function, "y", y.size(), hidden(), hidden()));
    BRICK_TRY(check_finite(function, "x", x));
    BRICK_TRY(check_quantizable(function, x, weight_.is_quantized()));
    return run_with_active_kernels(y, [&](const LayerKernels& kernels, std::span<float> output) {
        compute(kernels, weight_, x, output, executor);
    });
}

Result<TokenResult<std::span<float>>> OProjBrick::run_timed(std::span<const float> x, std::span<float> y,
                                                            const Executor& executor) const {
    return time_token(budget(), y, [&] { return run(x, y, executor); });
}

Result<BrickVerification> OProjBrick::verify() const {
    const std::vector<float> x = sample_values(input_size(), 1);
    return verify_on_sample(*this, hidden(), [&](const LayerKernels& kernels, std::span<float> output) {
        compute(kernels, weight_, x, output, {});
    });
}

}  // namespace brick
