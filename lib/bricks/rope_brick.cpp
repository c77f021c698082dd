#include "brick/rope_brick.hpp"

#include <algorithm>

#include "brick/rounding.hpp"
#include "bricks/brick_runs.hpp"
#include "bricks/default_assertions.hpp"
#include "rope/rope_checks.hpp"
#include "support/checks.hpp"

namespace brick {
namespace {

void rotate(const LayerKernels& kernels, const RopeBrick::Shape& shape, std::size_t position, std::span<float> x) {
    kernels.rope(x.data(), shape.heads, shape.head_dim, position, shape.theta, static_cast<int>(shape.style));
}

}  // namespace

Result<RopeBrick> RopeBrick::create(Shape shape, TokenBudget budget, std::vector<BrickAssertion> more) {
    const auto checked =
        check_rope_parameters("RopeBrick::create", shape.heads, shape.head_dim, shape.theta, shape.style);
    BRICK_TRY(checked);
    // The library's kernels compute the same angles; what is left are the products of a rotation, and |cos| + |sin|
    // <= sqrt(2).
    const auto terms = BrickTerms::make("rope", budget, default_assertions(4.0 * gamma(4), std::move(more)));
    BRICK_TRY(terms);
    return RopeBrick(*terms, shape);
}

Result<void> RopeBrick::run(std::span<float> x, std::size_t position) const {
    constexpr std::string_view function = "RopeBrick::run";
    BRICK_TRY(check_size(function, "x", x.size(), size(), size()));
    BRICK_TRY(check_finite(function, "x", x));
    if (position > last_position)
        return make_error(ErrorCode::bad_parameter, function, ": position is ", position, "; the last one is ",
                          last_position);
    return run_with_active_kernels(x, [&](const LayerKernels& kernels, std::span<float> values) {
        rotate(kernels, shape_, position, values);
    });
}

Result<TokenResult<std::span<float>>> RopeBrick::run_timed(std::span<float> x, std::size_t position) const {
    return time_token(budget(), x, [&] { return run(x, position); });
}

Result<BrickVerification> RopeBrick::verify() const {
    const std::vector<float> x = sample_values(size(), 1);
    return verify_on_sample(*this, size(), [&](const LayerKernels& kernels, std::span<float> output) {
        std::ranges::copy(x, output.begin());
        rotate(kernels, shape_, 1000, output);
    });
}

}  // namespace brick
