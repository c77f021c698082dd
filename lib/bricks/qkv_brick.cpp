#include "brick/qkv_brick.hpp"

#include <algorithm>

#include "bricks/brick_runs.hpp"
#include "bricks/default_assertions.hpp"
#include "bricks/projection.hpp"
#include "support/checks.hpp"
#include "threads/ranges.hpp"

namespace brick {
namespace {

constexpr std::array<std::string_view, 3> names{"q", "k", "v"};

Result<void> check(std::span<const QkvBrick::Projection> projections) {
    constexpr std::string_view function = "QkvBrick::create";
    const std::size_t hidden = projections[0].weight.cols();
    for (std::size_t i = 0; i < projections.size(); ++i) {
        const auto& [weight, bias] = projections[i];
        if (weight.cols() != hidden)
            return make_error(ErrorCode::length_mismatch, function, ": the weight of ", names[i], " has ",
                              weight.cols(), " columns, that of q has ", hidden);
        if (!bias.empty() && bias.size() != weight.rows())
            return make_error(ErrorCode::length_mismatch, function, ": the bias of ", names[i], " has ",
                              bias.size(), " values, its weight has ", weight.rows(), " rows");
        BRICK_TRY(check_finite(function, "bias", bias));
    }
    return {};
}

double tolerance(std::span<const QkvBrick::Projection> projections) {
    const std::vector<float> x = sample_values(projections[0].weight.cols(), 1);
    double largest = 0.0;
    for (const auto& [weight, bias] : projections)
        largest = std::max(largest, projection_tolerance(weight, x, bias));
    return largest;
}

using Outputs = std::array<std::span<float>, 3>;

// All rows of q, k and v are one job.
void compute(const LayerKernels& kernels, std::span<const QkvBrick::Projection, 3> projections,
             const Activations& activations, const Outputs& outputs, const Executor& executor) {
    std::size_t rows = 0;
    for (const std::span<float> output : outputs) rows += output.size();
    for_ranges(executor, rows, row_bytes(projections[0].weight), [&](std::size_t first, std::size_t last) {
        std::size_t begin = 0;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const std::size_t from = std::max(first, begin) - begin;
            const std::size_t to = std::min(std::max(last, begin) - begin, outputs[i].size());
            const auto& [weight, bias] = projections[i];
            if (from < to) project_rows(kernels, weight, activations, bias, outputs[i], from, to);
            begin += outputs[i].size();
        }
    });
}

}  // namespace

Result<QkvBrick> QkvBrick::create(Projection q, Projection k, Projection v, TokenBudget budget,
                                  std::vector<BrickAssertion> more) {
    const auto projections =
        std::make_shared<const Projections>(Projections{std::move(q), std::move(k), std::move(v)});
    BRICK_TRY(check(*projections));
    auto assertions = default_assertions([projections] { return tolerance(*projections); }, std::move(more));
    const auto terms = BrickTerms::make("qkv", budget, std::move(assertions));
    BRICK_TRY(terms);
    return QkvBrick(*terms, projections);
}

bool QkvBrick::is_quantized() const {
    return std::ranges::any_of(*projections_, [](const auto& each) { return each.weight.is_quantized(); });
}

Result<void> QkvBrick::run(std::span<const float> x, std::span<float> q, std::span<float> k, std::span<float> v,
                           const Executor& executor) const {
    constexpr std::string_view function = "QkvBrick::run";
    BRICK_TRY(check_size(function, "x", x.size(), hidden(), hidden()));
    const Outputs outputs{q, k, v};
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const std::size_t rows = (*projections_)[i].weight.rows();
        BRICK_TRY(check_size(function, names[i], outputs[i].size(), rows, rows));
    }
    BRICK_TRY(check_finite(function, "x", x));
    BRICK_TRY(check_quantizable(function, x, is_quantized()));
    return run_with_active_kernels(q, [&](const LayerKernels& kernels, std::span<float>) {
        const Activations activations(kernels, x, is_quantized());
        compute(kernels, *projections_, activations, outputs, executor);
    });
}

Result<TokenResult<std::span<float>>> QkvBrick::run_timed(std::span<const float> x, std::span<float> q,
                                                          std::span<float> k, std::span<float> v,
                                                          const Executor& executor) const {
    return time_token(budget(), q, [&] { return run(x, q, k, v, executor); });
}

Result<BrickVerification> QkvBrick::verify() const {
    const std::vector<float> x = sample_values(hidden(), 1);
    return verify_on_sample(
        *this, q_size() + k_size() + v_size(), [&](const LayerKernels& kernels, std::span<float> output) {
            const Activations activations(kernels, x, is_quantized());
            compute(kernels, *projections_, activations,
                    {output.first(q_size()), output.subspan(q_size(), k_size()), output.last(v_size())}, {});
        });
}

}  // namespace brick
