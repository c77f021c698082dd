// Quantised activations, their error and what they save.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "brick/compute_brick.hpp"
#include "brick/token_result.hpp"

namespace brick {

// How values share scales.
enum class QuantLayout {
    float_blocks,  // blocks of 32 values with a float scale: q8_0f, any length
    gguf_blocks,   // blocks of 32 values with a half scale: GGUF's Q8_0, lengths that are multiples of 32
    per_channel,   // one float scale for each channel of [tokens][channels]
};

// How far dequantised values are from the values, as shares of the largest magnitude of all values.
struct QuantError {
    double largest = 0.0;
    double rms = 0.0;
};

// Quantises one tensor [tokens][channels] to int8 and back.
//
// Often quoted error bounds of 0.1 % (per tensor) and 0.05 % (per channel) are false: 127 and 0.5 in one block have
// scale 1, and 0.5 comes back as 1 or 0: an error of 0.39 % of the largest magnitude. True is what error_bound()
// says; the measured rms error of uniform values is 0.23 % of the largest magnitude (1 / (254 sqrt(3))), of normal
// ones less, by how far the largest of a block stands out.
class ActivationQuantBrick : public BrickTerms {
  public:
    static constexpr TokenBudget tensor_budget = TokenBudget::microseconds(0.5);
    static constexpr TokenBudget channel_budget = TokenBudget::microseconds(1.0);

    // int8 values, and the scales as floats (those of gguf_blocks are exact halves).
    struct Quantized {
        std::vector<std::int8_t> quants;
        std::vector<float> scales;
    };

    // The budget is tensor_budget or, per channel, channel_budget. Errors: zero_dimension; not_a_block_multiple
    // (gguf_blocks: channels); length_mismatch (tokens * channels is more than a size_t holds).
    static Result<ActivationQuantBrick> create(std::size_t tokens, std::size_t channels, QuantLayout layout);
    static Result<ActivationQuantBrick> create(std::size_t tokens, std::size_t channels, QuantLayout layout,
                                               TokenBudget budget, std::vector<BrickAssertion> more = {});

    // Errors: length_mismatch, not_finite (with the index), scale_overflow (gguf_blocks).
    Result<Quantized> quantize(std::span<const float> x) const;
    // Errors: length_mismatch, bad_scale (one that is negative, NaN or Inf).
    Result<void> dequantize(const Quantized& quantized, std::span<float> y) const;
    // Quantises and dequantises x. Errors: those of both.
    Result<QuantError> measure_error(std::span<const float> x) const;
    // Times quantize; per token.
    Result<TokenResult<Quantized>> run_timed(std::span<const float> x) const;
    // The output is what dequantising gives of a sample; the custom assertion `error_bound` holds it against the
    // sample.
    Result<BrickVerification> verify() const;

    // Provable, as a share of the largest magnitude of the values that share a scale: half a step, 1/254, and the
    // roundings of float32; for gguf_blocks also the half scale's rounding, 127 steps of 2^-11 each, where the
    // scale is a normal half.
    double error_bound() const;

    // Bytes of float32 and of the quants with their scales, for the whole tensor.
    std::size_t float_bytes() const { return sizeof(float) * size(); }
    std::size_t quantized_bytes() const;
    std::ptrdiff_t bytes_saved() const {
        return static_cast<std::ptrdiff_t>(float_bytes()) - static_cast<std::ptrdiff_t>(quantized_bytes());
    }
    // float_bytes / quantized_bytes: 3.56 for float blocks, 3.76 for GGUF's. Below 1 where scales outweigh what
    // they save.
    double bandwidth_reduction() const;

    std::size_t size() const { return tokens_ * channels_; }
    QuantLayout layout() const { return layout_; }

  private:
    ActivationQuantBrick(BrickTerms terms, std::size_t tokens, std::size_t channels, QuantLayout layout)
        : BrickTerms(std::move(terms)), tokens_(tokens), channels_(channels), layout_(layout) {}

    std::size_t tokens_;
    std::size_t channels_;
    QuantLayout layout_;
};

}  // namespace brick
