#include "brick/ffn_brick.hpp"

#include <algorithm>
#include <cmath>

#include "brick/rounding.hpp"
#include "bricks/brick_runs.hpp"
#include "bricks/default_assertions.hpp"
#include "bricks/projection.hpp"
#include "support/checks.hpp"
#include "threads/ranges.hpp"

namespace brick {
namespace {

Result<void> check(const Matrix& gate, const Matrix& up, const Matrix& down) {
    constexpr std::string_view function = "FfnBrick::create";
    if (up.rows() != gate.rows() || up.cols() != gate.cols())
        return make_error(ErrorCode::length_mismatch, function, ": gate is ", gate.rows(), " x ", gate.cols(),
                          ", but up is ", up.rows(), " x ", up.cols());
    if (down.rows() != gate.cols() || down.cols() != gate.rows())
        return make_error(ErrorCode::length_mismatch, function, ": down is ", down.rows(), " x ", down.cols(),
                          ", but for a gate of ", gate.rows(), " x ", gate.cols(),
                          " it must be the other way round");
    return {};
}

float largest_magnitude(std::span<const float> values) {
    float largest = 0.0f;
    for (const float value : values) largest = std::max(largest, std::fabs(value));
    return largest;
}

}  // namespace

FfnBrick::Branches FfnBrick::branches(const LayerKernels& kernels, const Weights& weights, std::span<const float> x,
                                      const Executor& executor) {
    const Activations input(kernels, x, weights.input_is_quantized());
    const std::size_t size = weights.gate.rows();
    Branches made{std::vector<float>(size), std::vector<float>(size), std::vector<float>(size)};
    const std::size_t bytes = row_bytes(weights.gate) + row_bytes(weights.up);
    for_ranges(executor, size, bytes, [&](std::size_t first, std::size_t last) {
        project_rows(kernels, weights.gate, input, {}, made.gate, first, last);
        project_rows(kernels, weights.up, input, {}, made.up, first, last);
        kernels.swiglu(&made.gate[first], &made.up[first], &made.product[first], last - first);
    });
    return made;
}

void FfnBrick::project_down(const LayerKernels& kernels, const Weights& weights, std::span<const float> gated,
                            std::span<float> y, const Executor& executor) {
    project(kernels, weights.down, Activations(kernels, gated, weights.down.is_quantized()), {}, y, executor);
}

// How far apart the chosen kernels and the scalar ones may be, as a share of the largest output. Both are within
// the bound of each product; gate and up being apart by a share t of their largest G and U, silu(gate) * up is
// apart by at most 1.1 t G U + t U G, since |silu'| < 1.1 and |silu(g)| <= |g|. Where that is quantised, a code may
// turn over as well: a step of the block, which is at most the largest value / 127. Through W_down these add up at
// worst.
double FfnBrick::tolerance(const Weights& weights) {
    const std::vector<float> x = sample_values(weights.gate.cols(), 1);
    const LayerKernels& kernels = scalar_kernels();
    const auto [gate, up, h] = branches(kernels, weights, x, {});
    std::vector<float> y(weights.down.rows());
    project_down(kernels, weights, h, y, {});

    const double largest_product =
        static_cast<double>(largest_magnitude(gate)) * static_cast<double>(largest_magnitude(up));
    const double apart = 1.1 * projection_tolerance(weights.gate, x, {}) + projection_tolerance(weights.up, x, {});
    double apart_h = largest_product * (apart + gamma(10));
    if (weights.down.is_quantized()) apart_h += static_cast<double>(largest_magnitude(h)) / 127.0;
    const double largest_y = static_cast<double>(largest_magnitude(y));
    if (largest_y == 0.0) return 0.0;
    return projection_tolerance(weights.down, h, {}) + apart_h * largest_row_sum(weights.down) / largest_y;
}

Result<FfnBrick> FfnBrick::create(Matrix gate, Matrix up, Matrix down, TokenBudget budget,
                                  std::vector<BrickAssertion> more) {
    BRICK_TRY(check(gate, up, down));
    const auto weights = std::make_shared<const Weights>(Weights{std::move(gate), std::move(up), std::move(down)});
    auto assertions = default_assertions([weights] { return tolerance(*weights); }, std::move(more));
    const auto terms = BrickTerms::make("ffn", budget, std::move(assertions));
    BRICK_TRY(terms);
    return FfnBrick(*terms, weights);
}

Result<void> FfnBrick::run(std::span<const float> x, std::span<float> y, const Executor& executor) const {
    constexpr std::string_view function = "FfnBrick::run";
    BRICK_TRY(check_size(function, "x", x.size(), hidden(), hidden()));
    BRICK_TRY(check_size(function, "y", y.size(), hidden(), hidden()));
    BRICK_TRY(check_finite(function, "x", x));
    BRICK_TRY(check_quantizable(function, x, weights_->input_is_quantized()));
    const auto kernels = active_kernels();
    BRICK_TRY(kernels);
    const std::vector<float> h = branches(*kernels, *weights_, x, executor).product;
    if (const auto checked = check_quantizable("FfnBrick::run, silu(gate) * up", h, weights_->down.is_quantized());
        !checked)
        return checked;
    project_down(*kernels, *weights_, h, y, executor);
    return {};
}

Result<TokenResult<std::span<float>>> FfnBrick::run_timed(std::span<const float> x, std::span<float> y,
                                                          const Executor& executor) const {
    return time_token(budget(), y, [&] { return run(x, y, executor); });
}

Result<BrickVerification> FfnBrick::verify() const {
    const std::vector<float> x = sample_values(hidden(), 1);
    return verify_on_sample(*this, hidden(), [&](const LayerKernels& kernels, std::span<float> output) {
        project_down(kernels, *weights_, branches(kernels, *weights_, x, {}).product, output, {});
    });
}

}  // namespace brick
