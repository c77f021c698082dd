#include "brick/activation_quant_brick.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bricks/brick_runs.hpp"
#include "bricks/channel_quant.hpp"
#include "bricks/default_assertions.hpp"
#include "bricks/projection.hpp"
#include "bricks/sentence.hpp"
#include "support/checks.hpp"
#include "support/half.hpp"

namespace brick {
namespace {

constexpr std::size_t block = BRICKPROOF_Q8_0_BLOCK;

struct Shape {
    std::size_t tokens;
    std::size_t channels;
    QuantLayout layout;

    std::size_t values() const { return tokens * channels; }
    std::size_t scales() const { return layout == QuantLayout::per_channel ? channels : blocks_for(values()); }
    std::size_t scale_of(std::size_t i) const {
        return layout == QuantLayout::per_channel ? i % channels : i / block;
    }
};

Result<void> check(const Shape& shape) {
    constexpr std::string_view function = "ActivationQuantBrick::create";
    if (shape.tokens == 0 || shape.channels == 0)
        return make_error(ErrorCode::zero_dimension, function, ": tokens is ", shape.tokens, " and channels is ",
                          shape.channels, "; both must be at least 1");
    if (shape.layout == QuantLayout::gguf_blocks && shape.channels % block != 0)
        return make_error(ErrorCode::not_a_block_multiple, function, ": channels is ", shape.channels,
                          ", which is no multiple of the block size ", block);
    if (shape.tokens > std::numeric_limits<std::ptrdiff_t>::max() / sizeof(float) / shape.channels)
        return make_error(ErrorCode::length_mismatch, function, ": ", shape.tokens, " * ", shape.channels,
                          " values are more than memory can hold");
    return {};
}

ActivationQuantBrick::Quantized split_blocks(std::span<const brickproof_q8_0> blocks) {
    ActivationQuantBrick::Quantized quantized;
    for (const brickproof_q8_0& each : blocks) {
        quantized.quants.insert(quantized.quants.end(), std::begin(each.qs), std::end(each.qs));
        quantized.scales.push_back(float_from_half(each.d));
    }
    return quantized;
}

// q8_0f's kernel serves both kinds of blocks: value = quant * scale of its block.
void dequantize_with(const LayerKernels& kernels, const Shape& shape,
                     const ActivationQuantBrick::Quantized& quantized, float* y) {
    if (shape.layout == QuantLayout::per_channel)
        dequantize_channels(quantized.quants.data(), quantized.scales.data(), shape.tokens, shape.channels, y);
    else
        kernels.q8_0f_dequantize(quantized.quants.data(), quantized.scales.data(), y, shape.values());
}

ActivationQuantBrick::Quantized quantize_with(const LayerKernels& kernels, const Shape& shape, const float* x) {
    if (shape.layout == QuantLayout::gguf_blocks) {
        std::vector<brickproof_q8_0> blocks(shape.scales());
        kernels.q8_0_quantize(x, blocks.data(), shape.values());
        return split_blocks(blocks);
    }
    ActivationQuantBrick::Quantized quantized{std::vector<std::int8_t>(shape.values()),
                                              std::vector<float>(shape.scales())};
    if (shape.layout == QuantLayout::per_channel)
        quantize_channels(x, shape.tokens, shape.channels, quantized.quants.data(), quantized.scales.data());
    else
        kernels.q8_0f_quantize(x, quantized.quants.data(), quantized.scales.data(), shape.values());
    return quantized;
}

double bound_of(QuantLayout layout) {
    // Half a step of 1/127; a step is fl(amax / 127), a quotient is rounded before it becomes a code of at most
    // 127, and a product is rounded: less than 3 * 2^-24 together (numerics.md). The half scale is off by a share
    // of 2^-11, and 127 of it are the largest magnitude; half a step grows by it too.
    const double half_step = 1.0 / 254.0;
    const double roundings = 3.0 * 0x1p-24;
    return layout == QuantLayout::gguf_blocks ? half_step * (1.0 + 0x1p-11) + 0x1p-11 + roundings
                                              : half_step + roundings;
}

// For each scale, the largest magnitude of the values that share it: what their errors are shares of.
std::vector<float> amax_by_scale(const Shape& shape, std::span<const float> x) {
    std::vector<float> amax(shape.scales());
    for (std::size_t i = 0; i < x.size(); ++i)
        amax[shape.scale_of(i)] = std::max(amax[shape.scale_of(i)], std::fabs(x[i]));
    return amax;
}

std::string check_error(const Shape& shape, const Evidence& evidence) {
    const std::vector<float> x = sample_values(shape.values(), 1);
    const std::vector<float> amax = amax_by_scale(shape, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double error = std::fabs(static_cast<double>(evidence.output[i]) - static_cast<double>(x[i]));
        const double allowed = bound_of(shape.layout) * static_cast<double>(amax[shape.scale_of(i)]);
        if (!(error <= allowed))
            return sentence("value ", i, ", ", x[i], ", comes back as ", evidence.output[i],
                            ": an error of more than ", allowed);
    }
    return {};
}

Shape shape_of(const ActivationQuantBrick& brick, std::size_t tokens, std::size_t channels) {
    return {tokens, channels, brick.layout()};
}

}  // namespace

Result<ActivationQuantBrick> ActivationQuantBrick::create(std::size_t tokens, std::size_t channels,
                                                          QuantLayout layout) {
    return create(tokens, channels, layout, layout == QuantLayout::per_channel ? channel_budget : tensor_budget);
}

Result<ActivationQuantBrick> ActivationQuantBrick::create(std::size_t tokens, std::size_t channels,
                                                          QuantLayout layout, TokenBudget budget,
                                                          std::vector<BrickAssertion> more) {
    const Shape shape{tokens, channels, layout};
    BRICK_TRY(check(shape));
    const auto within = BrickAssertion::custom(
        "error_bound", [shape](const Evidence& evidence) { return check_error(shape, evidence); });
    more.insert(more.begin(), *within);
    // The kernels of every ISA give the definition's bits.
    const auto terms = BrickTerms::make("activation_quant", budget, default_assertions(0.0, std::move(more)));
    BRICK_TRY(terms);
    return ActivationQuantBrick(*terms, tokens, channels, layout);
}

Result<ActivationQuantBrick::Quantized> ActivationQuantBrick::quantize(std::span<const float> x) const {
    constexpr std::string_view function = "ActivationQuantBrick::quantize";
    BRICK_TRY(check_size(function, "x", x.size(), size(), size()));
    BRICK_TRY(check_finite(function, "x", x));
    const bool halves = layout_ == QuantLayout::gguf_blocks;
    BRICK_TRY(check_quantizable(function, x, halves));
    const auto kernels = active_kernels();
    BRICK_TRY(kernels);
    return quantize_with(*kernels, shape_of(*this, tokens_, channels_), x.data());
}

Result<void> ActivationQuantBrick::dequantize(const Quantized& quantized, std::span<float> y) const {
    constexpr std::string_view function = "ActivationQuantBrick::dequantize";
    const Shape shape = shape_of(*this, tokens_, channels_);
    const std::size_t n = shape.values();
    BRICK_TRY(check_size(function, "quants", quantized.quants.size(), n, n));
    BRICK_TRY(check_size(function, "scales", quantized.scales.size(), shape.scales(), n));
    BRICK_TRY(check_size(function, "y", y.size(), n, n));
    const auto bad = std::ranges::find_if(quantized.scales, [](float s) { return !(s >= 0.0f) || std::isinf(s); });
    if (bad != quantized.scales.end())
        return make_error(ErrorCode::bad_scale, function, ": scale ", bad - quantized.scales.begin(), " is ", *bad,
                          "; it must be finite and not negative");
    return run_with_active_kernels(y, [&](const LayerKernels& kernels, std::span<float> output) {
        dequantize_with(kernels, shape, quantized, output.data());
    });
}

Result<QuantError> ActivationQuantBrick::measure_error(std::span<const float> x) const {
    const auto quantized = quantize(x);
    BRICK_TRY(quantized);
    std::vector<float> y(x.size());
    BRICK_TRY(dequantize(*quantized, y));
    double largest = 0.0;
    double squares = 0.0;
    double amax = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double error = static_cast<double>(y[i]) - static_cast<double>(x[i]);
        largest = std::max(largest, std::fabs(error));
        squares += error * error;
        amax = std::max(amax, std::fabs(static_cast<double>(x[i])));
    }
    if (amax == 0.0) return QuantError{};
    return QuantError{largest / amax, std::sqrt(squares / static_cast<double>(x.size())) / amax};
}

Result<TokenResult<ActivationQuantBrick::Quantized>> ActivationQuantBrick::run_timed(
    std::span<const float> x) const {
    const Stopwatch stopwatch;
    auto quantized = quantize(x);
    const double microseconds = stopwatch.microseconds();
    BRICK_TRY(quantized);
    return make_token_result(*std::move(quantized), tokens_, microseconds, budget());
}

Result<BrickVerification> ActivationQuantBrick::verify() const {
    const Shape shape = shape_of(*this, tokens_, channels_);
    const std::vector<float> x = sample_values(shape.values(), 1);
    return verify_on_sample(*this, size(), [&](const LayerKernels& kernels, std::span<float> output) {
        dequantize_with(kernels, shape, quantize_with(kernels, shape, x.data()), output.data());
    });
}

double ActivationQuantBrick::error_bound() const {
    return bound_of(layout_);
}

std::size_t ActivationQuantBrick::quantized_bytes() const {
    const Shape shape = shape_of(*this, tokens_, channels_);
    const std::size_t scale_bytes = layout_ == QuantLayout::gguf_blocks ? sizeof(std::uint16_t) : sizeof(float);
    return shape.values() + shape.scales() * scale_bytes;
}

double ActivationQuantBrick::bandwidth_reduction() const {
    return static_cast<double>(float_bytes()) / static_cast<double>(quantized_bytes());
}

}  // namespace brick
