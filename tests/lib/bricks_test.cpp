// The component bricks: results, verification, errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "brick/activation_quant_brick.hpp"
#include "brick/flash_attention_brick.hpp"
#include "brick/rounding.hpp"
#include "layer_samples.hpp"

namespace brick {
namespace {

static_assert(ComputeBrick<FlashAttentionBrick> && ComputeBrick<ActivationQuantBrick>);

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

template <class Brick>
void expect_verified(const Result<Brick>& brick) {
    ASSERT_TRUE(brick) << brick.error().message.view();
    const auto verified = brick->verify();
    ASSERT_TRUE(verified) << verified.error().message.view();
    EXPECT_TRUE(verified->require(brick->name())) << verified->require(brick->name()).error().message.view();
    EXPECT_TRUE(brick->can_run());
}

TEST(Bricks, VerifyThemselves) {
    for (const std::size_t n : {1u, 7u, 64u, 4097u})
        expect_verified(RmsNormBrick::create(values_like(n, 1, 2.0f), 1e-5f));
    expect_verified(QkvBrick::create({f32_matrix(48, 33, 1)}, {f32_matrix(16, 33, 2)}, {f32_matrix(16, 33, 3)}));
    expect_verified(QkvBrick::create({q8_0_matrix(48, 64, 1)}, {f32_matrix(16, 64, 2)}, {q8_0_matrix(16, 64, 3)}));
    expect_verified(RopeBrick::create({.head_dim = 80, .heads = 3, .style = RopeStyle::neox}));
    expect_verified(AttentionBrick::create({8, 2, 40}));
    for (const std::size_t tile : {1u, 7u, 64u, 1000u})
        expect_verified(FlashAttentionBrick::create({8, 2, 40}, tile));
    expect_verified(OProjBrick::create(f32_matrix(33, 47, 1)));
    expect_verified(OProjBrick::create(q8_0_matrix(33, 96, 1)));
    expect_verified(FfnBrick::create(f32_matrix(70, 33, 1), f32_matrix(70, 33, 2), f32_matrix(33, 70, 3)));
    expect_verified(FfnBrick::create(q8_0_matrix(96, 64, 1), q8_0_matrix(96, 64, 2), q8_0_matrix(64, 96, 3)));
    for (const QuantLayout layout : {QuantLayout::float_blocks, QuantLayout::gguf_blocks, QuantLayout::per_channel})
        expect_verified(ActivationQuantBrick::create(5, 96, layout));
}

TEST(Bricks, AnAssertionOfTheCallersIsChecked) {
    const auto brick = RmsNormBrick::create(values_like(8, 1, 2.0f), 1e-5f, RmsNormBrick::default_budget,
                                            {BrickAssertion::bounds(0.0f, 0.1f)});
    const auto verified = brick->verify();
    EXPECT_FALSE(verified->is_valid());
    EXPECT_TRUE(verified->require("rms_norm").error().message.view().starts_with("rms_norm: bounds: output "));
}

// What the named assertion of a brick says to these outputs.
template <class Brick>
std::string judged(const Brick& brick, std::string_view name, std::span<const float> output) {
    const auto assertion = std::ranges::find(brick.assertions(), name, &BrickAssertion::name);
    if (assertion == brick.assertions().end()) return "there is none";
    const auto outcome = assertion->judge({output, output, 1.0, brick.budget()});
    return outcome.holds ? "holds" : outcome.message;
}

TEST(Bricks, TheHullIsReallyLookedAt) {
    const AttentionShape shape{4, 2, 8};
    std::vector<float> out(shape.query_size(), 0.0f);  // the sample's values are in [-1, 1): 0 is in every hull
    for (const auto& outcome : {judged(*AttentionBrick::create(shape), "hull", out),
                                judged(*FlashAttentionBrick::create(shape), "hull", out)})
        EXPECT_EQ(outcome, "holds");
    for (const float outside : {1.001f, -1.001f, nan}) {
        out[9] = outside;
        EXPECT_TRUE(judged(*AttentionBrick::create(shape), "hull", out).starts_with("output 9 is ")) << outside;
    }
}

TEST(ActivationQuant, TheErrorBoundIsReallyLookedAt) {
    for (const QuantLayout layout :
         {QuantLayout::float_blocks, QuantLayout::gguf_blocks, QuantLayout::per_channel}) {
        const auto brick = *ActivationQuantBrick::create(3, 64, layout);
        std::vector<float> values;
        const auto copy = BrickAssertion::custom("copy", [&](const Evidence& evidence) {
            values.assign(evidence.output.begin(), evidence.output.end());
            return std::string();
        });
        const auto with_copy =
            *ActivationQuantBrick::create(3, 64, layout, ActivationQuantBrick::tensor_budget, {*copy});
        ASSERT_TRUE(with_copy.verify());
        EXPECT_EQ(judged(brick, "error_bound", values), "holds");
        values[7] += 0.01f;
        EXPECT_TRUE(judged(brick, "error_bound", values).starts_with("value 7, ")) << static_cast<int>(layout);
    }
}

TEST(Bricks, TimedRunsSayWhetherTheBudgetIsMet) {
    const auto strict = RmsNormBrick::create(values_like(4096, 1, 1.0f), 1e-5f, TokenBudget::microseconds(1e-6));
    const auto easy = RmsNormBrick::create(values_like(4096, 1, 1.0f), 1e-5f, TokenBudget::microseconds(1e9));
    const std::vector<float> x = values_like(4096, 2, 1.0f);
    std::vector<float> y(4096);
    EXPECT_FALSE(strict->run_timed(x, y)->budget_met);
    EXPECT_TRUE(easy->run_timed(x, y)->budget_met);
    EXPECT_EQ(easy->run_timed(x, y)->tokens, 1u);
}

TEST(Bricks, RmsNormRefusesBadInput) {
    EXPECT_EQ(RmsNormBrick::create({}, 1e-5f).error().code, ErrorCode::zero_dimension);
    EXPECT_EQ(RmsNormBrick::create({1.0f, nan}, 1e-5f).error().code, ErrorCode::not_finite);
    for (const float eps : {0.0f, -1.0f, nan, INFINITY})
        EXPECT_EQ(RmsNormBrick::create({1.0f}, eps).error().code, ErrorCode::bad_parameter) << eps;
    const auto brick = *RmsNormBrick::create({1.0f, 2.0f}, 1e-5f);
    std::vector<float> y(2, 7.0f);
    EXPECT_EQ(brick.run(std::vector<float>{1.0f}, y).error().code, ErrorCode::length_mismatch);
    EXPECT_EQ(brick.run(std::vector<float>{1.0f, nan}, y).error().code, ErrorCode::not_finite);
    EXPECT_EQ(y, (std::vector<float>{7.0f, 7.0f}));
}

TEST(Bricks, RopeRefusesBadInput) {
    const auto code = [](RopeBrick::Shape shape) { return RopeBrick::create(shape).error().code; };
    EXPECT_EQ(code({.head_dim = 0, .heads = 1}), ErrorCode::zero_dimension);
    EXPECT_EQ(code({.head_dim = 7, .heads = 1}), ErrorCode::bad_parameter);
    EXPECT_EQ(code({.head_dim = 8, .heads = 1, .theta = 0.0f}), ErrorCode::bad_parameter);
    EXPECT_EQ(code({.head_dim = 8, .heads = 1, .style = static_cast<RopeStyle>(1)}), ErrorCode::bad_parameter);
    const auto brick = *RopeBrick::create({.head_dim = 8, .heads = 2});
    std::vector<float> x = values_like(16, 1, 1.0f);
    const std::vector<float> before = x;
    EXPECT_EQ(brick.run(x, std::size_t{1} << 24).error().code, ErrorCode::bad_parameter);
    EXPECT_EQ(brick.run(std::span(x).first(15), 1).error().code, ErrorCode::length_mismatch);
    EXPECT_EQ(x, before);
    EXPECT_TRUE(brick.run(x, 0));
    EXPECT_EQ(x, before);
}

// A query, a cache of 150 tokens, and what AttentionBrick makes of them.
struct AttentionCall {
    AttentionShape shape{6, 3, 20};
    KvCache cache = *KvCache::create(shape.kv_heads, shape.head_dim, 150);
    std::vector<float> q = values_like(shape.query_size(), 9, 3.0f);
    std::vector<float> expected = std::vector<float>(q.size());

    AttentionCall() {
        for (std::size_t t = 0; t < 150; ++t)
            EXPECT_TRUE(cache.append(values_like(shape.key_size(), 3 * t, 1.0f),
                                     values_like(shape.key_size(), 3 * t + 1, 1.0f)));
        EXPECT_TRUE(AttentionBrick::create(shape)->run(q, cache, expected));
    }
    std::vector<float> in_tiles_of(std::size_t tile) const {
        std::vector<float> out(q.size());
        EXPECT_TRUE(FlashAttentionBrick::create(shape, tile)->run(q, cache, out));
        return out;
    }
};

TEST(Bricks, FlashAttentionAgreesForEveryTile) {
    const AttentionCall call;
    // Scores of at most 3 sqrt(20) = 13.4 err by gamma_23 * 13.4; twice the bound of attention_sample.cpp with
    // these.
    const double bound = 2.0 * (std::expm1(2.0 * gamma(23) * 13.5) + gamma(2 * 150 + 16));
    for (std::size_t tile = 1; tile <= 151; ++tile) {
        const std::vector<float> out = call.in_tiles_of(tile);
        for (std::size_t i = 0; i < out.size(); ++i)
            ASSERT_NEAR(static_cast<double>(out[i]), static_cast<double>(call.expected[i]), bound)
                << "tile " << tile << ", " << i;
    }
}

TEST(Bricks, FlashAttentionsTileIsWhereTheMaximumChanges) {
    const AttentionCall call;
    for (const std::size_t tile : {std::size_t{64}, std::size_t{128}, std::numeric_limits<std::size_t>::max()})
        EXPECT_EQ(call.in_tiles_of(tile), call.expected) << tile;
    EXPECT_NE(call.in_tiles_of(3), call.expected);
}

TEST(Bricks, FlashAttentionCountsItsCost) {
    const auto brick = *FlashAttentionBrick::create({8, 2, 64}, 32);
    const FlashAttentionCost cost = brick.cost(100);
    EXPECT_EQ(cost.tiles, 4u);
    EXPECT_EQ(cost.flops, 4.0 * 100 * 8 * 64);
    EXPECT_EQ(cost.flash_bytes, 4.0 * (2 * 8 * 64 + 2 * 100 * 2 * 64));
    EXPECT_EQ(cost.naive_bytes - cost.flash_bytes, 4.0 * 4 * 100 * 8);
    EXPECT_EQ(FlashAttentionBrick::create({8, 2, 64}, 0).error().code, ErrorCode::zero_dimension);
}

TEST(Bricks, AttentionRefusesBadInput) {
    EXPECT_EQ(AttentionBrick::create({0, 1, 8}).error().code, ErrorCode::zero_dimension);
    EXPECT_EQ(AttentionBrick::create({5, 2, 8}).error().code, ErrorCode::indivisible_heads);
    const auto brick = *AttentionBrick::create({2, 1, 4});
    KvCache cache = *KvCache::create(1, 4, 2);
    std::vector<float> q(8), out(8);
    EXPECT_EQ(brick.run(q, cache, out).error().code, ErrorCode::zero_dimension);
    ASSERT_TRUE(cache.append(std::vector<float>(4, 1.0f), std::vector<float>(4, 2.0f)));
    EXPECT_TRUE(brick.run(q, cache, out));
    EXPECT_EQ(out, std::vector<float>(8, 2.0f));
    EXPECT_EQ(brick.run(q, cache, std::span(out).first(7)).error().code, ErrorCode::length_mismatch);
    EXPECT_EQ(brick.run(q, *KvCache::create(2, 4, 2), out).error().code, ErrorCode::length_mismatch);
    q[3] = nan;
    EXPECT_EQ(brick.run(q, cache, out).error().code, ErrorCode::not_finite);
}

TEST(Bricks, ProjectionsRefuseWhatQ8_0CannotHold) {
    const auto brick = *OProjBrick::create(q8_0_matrix(4, 32, 1));
    std::vector<float> x(32, 1.0f), y(4, 7.0f);
    x[9] = 8.4e6f;
    EXPECT_EQ(brick.run(x, y).error().code, ErrorCode::scale_overflow);
    EXPECT_EQ(y, std::vector<float>(4, 7.0f));
    EXPECT_EQ(Matrix::from_f32({1, 2, 3}, 2, 2).error().code, ErrorCode::length_mismatch);
    EXPECT_EQ(Matrix::from_q8_0({}, 1, 31).error().code, ErrorCode::not_a_block_multiple);
    EXPECT_EQ(Matrix::from_f32({1, nan}, 1, 2).error().code, ErrorCode::not_finite);
    EXPECT_EQ(Matrix::from_f32({}, 0, 2).error().code, ErrorCode::zero_dimension);
    EXPECT_EQ(FfnBrick::create(f32_matrix(4, 3, 1), f32_matrix(3, 4, 1), f32_matrix(3, 4, 1)).error().code,
              ErrorCode::length_mismatch);
    EXPECT_EQ(QkvBrick::create({f32_matrix(4, 3, 1)}, {f32_matrix(4, 4, 1)}, {f32_matrix(4, 3, 1)}).error().code,
              ErrorCode::length_mismatch);
}

TEST(KvCache, KeepsTokensUntilItIsFull) {
    KvCache cache = *KvCache::create(1, 2, 2);
    ASSERT_TRUE(cache.append(std::vector<float>{1, 2}, std::vector<float>{3, 4}));
    EXPECT_EQ(cache.append(std::vector<float>{1}, std::vector<float>{3, 4}).error().code,
              ErrorCode::length_mismatch);
    EXPECT_EQ(cache.append(std::vector<float>{1, nan}, std::vector<float>{3, 4}).error().code,
              ErrorCode::not_finite);
    ASSERT_TRUE(cache.append(std::vector<float>{5, 6}, std::vector<float>{7, 8}));
    EXPECT_EQ(cache.append(std::vector<float>{9, 9}, std::vector<float>{9, 9}).error().message.view(),
              "KvCache::append: all 2 tokens of the cache are used");
    EXPECT_TRUE(std::ranges::equal(cache.keys(), std::vector<float>{1, 2, 5, 6}));
    cache.truncate(1);
    EXPECT_TRUE(std::ranges::equal(cache.values(), std::vector<float>{3, 4}));
    EXPECT_EQ(KvCache::create(1, 0, 2).error().code, ErrorCode::zero_dimension);
    EXPECT_EQ(KvCache::create(std::size_t{1} << 40, std::size_t{1} << 40, 2).error().code,
              ErrorCode::length_mismatch);
}

// 127 and 0.5 in one block: the step is 1, and 0.5 comes back as 1 or 0.
TEST(ActivationQuant, TheFolkloreOfATenthOfAPercentIsFalse) {
    std::vector<float> x(32);
    x[0] = 127.0f;
    x[1] = 0.5f;
    for (const QuantLayout layout : {QuantLayout::float_blocks, QuantLayout::gguf_blocks}) {
        const auto error = *ActivationQuantBrick::create(1, 32, layout)->measure_error(x);
        EXPECT_DOUBLE_EQ(error.largest, 0.5 / 127.0);
        EXPECT_GT(error.largest, 0.0039);
    }
    const std::vector<float> two_tokens{127.0f, 0.5f};
    EXPECT_GT(ActivationQuantBrick::create(2, 1, QuantLayout::per_channel)->measure_error(two_tokens)->largest,
              0.0039);
}

TEST(ActivationQuant, TheErrorIsWithinTheBoundAndComesNearIt) {
    for (const QuantLayout layout :
         {QuantLayout::float_blocks, QuantLayout::gguf_blocks, QuantLayout::per_channel}) {
        const auto brick = *ActivationQuantBrick::create(64, 64, layout);
        const QuantError error = *brick.measure_error(values_like(4096, 5, 1.0f));
        EXPECT_LE(error.largest, brick.error_bound());
        EXPECT_GT(error.largest, 0.8 / 254.0);
        EXPECT_NEAR(error.rms, 1.0 / (254.0 * std::sqrt(3.0)), 0.05 * 0.00227);  // of uniform values
    }
}

TEST(ActivationQuant, CountsTheBytesThatMove) {
    const auto float_blocks = *ActivationQuantBrick::create(2, 64, QuantLayout::float_blocks);
    EXPECT_EQ(float_blocks.quantized_bytes(), 128u + 4 * 4);
    EXPECT_EQ(float_blocks.bytes_saved(), 512 - 144);
    EXPECT_DOUBLE_EQ(float_blocks.bandwidth_reduction(), 512.0 / 144.0);
    EXPECT_EQ(ActivationQuantBrick::create(2, 64, QuantLayout::gguf_blocks)->quantized_bytes(), 4u * 34);
    const auto one_token = *ActivationQuantBrick::create(1, 64, QuantLayout::per_channel);
    EXPECT_EQ(one_token.bytes_saved(), -64);
    EXPECT_LT(one_token.bandwidth_reduction(), 1.0);
}

TEST(ActivationQuant, PerChannelHasOneScaleForEachChannel) {
    const auto brick = *ActivationQuantBrick::create(2, 3, QuantLayout::per_channel);
    const auto quantized = *brick.quantize(std::vector<float>{127.0f, 1.27f, 0.0f, -12.7f, -0.635f, 0.0f});
    EXPECT_EQ(quantized.quants, (std::vector<std::int8_t>{127, 127, 0, -13, -64, 0}));
    EXPECT_EQ(quantized.scales, (std::vector<float>{1.0f, 1.27f / 127.0f, 1.0f / 127.0f}));
}

TEST(ActivationQuant, RefusesBadInput) {
    EXPECT_EQ(ActivationQuantBrick::create(0, 3, QuantLayout::per_channel).error().code, ErrorCode::zero_dimension);
    EXPECT_EQ(ActivationQuantBrick::create(1, 33, QuantLayout::gguf_blocks).error().code,
              ErrorCode::not_a_block_multiple);
    const auto brick = *ActivationQuantBrick::create(1, 32, QuantLayout::gguf_blocks);
    EXPECT_EQ(brick.quantize(std::vector<float>(31)).error().code, ErrorCode::length_mismatch);
    EXPECT_EQ(brick.quantize(std::vector<float>(32, nan)).error().code, ErrorCode::not_finite);
    EXPECT_EQ(brick.quantize(std::vector<float>(32, 1e8f)).error().code, ErrorCode::scale_overflow);
    std::vector<float> y(32, 7.0f);
    EXPECT_EQ(brick.dequantize({std::vector<std::int8_t>(32), {nan}}, y).error().code, ErrorCode::bad_scale);
    EXPECT_EQ(y, std::vector<float>(32, 7.0f));
}

}  // namespace
}  // namespace brick
