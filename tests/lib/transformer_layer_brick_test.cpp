#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <thread>

#include "layer_in_double.hpp"
#include "layer_samples.hpp"

namespace brick {
namespace {

static_assert(ComputeBrick<RmsNormBrick> && ComputeBrick<QkvBrick> && ComputeBrick<RopeBrick>);
static_assert(ComputeBrick<AttentionBrick> && ComputeBrick<OProjBrick> && ComputeBrick<FfnBrick>);
static_assert(ComputeBrick<TransformerLayerBrick>);

constexpr std::size_t hidden = small_config.hidden;

std::vector<float> token(std::size_t number) {
    return values_like(hidden, 100 + number, 1.0f);
}

// The layer's float32 sums and roundings make some hundred units of 2^-24 of values of size one; a step that is
// left out or wired wrongly changes percents.
TEST(TransformerLayer, AgreesWithTheSameLayerInDouble) {
    const auto layer = TransformerLayerBrick::create(small_config, small_f32_weights());
    ASSERT_TRUE(layer) << layer.error().message.view();
    LayerInDouble in_double(small_config, small_f32_weights());
    KvCache cache = *layer->make_cache(8);
    for (std::size_t t = 0; t < 8; ++t) {
        const std::vector<float> x = token(t);
        std::vector<float> y(hidden);
        ASSERT_TRUE(layer->run(x, cache, y));
        const Doubles expected = in_double.next(Doubles(x.begin(), x.end()));
        for (std::size_t i = 0; i < hidden; ++i)
            EXPECT_NEAR(static_cast<double>(y[i]), expected[i], 300 * 0x1p-24) << "token " << t << ", value " << i;
    }
}

// Quantised weights are other weights, by at most 1/254 of their block's largest and the half scale's share.
TEST(TransformerLayer, QuantizedWeightsComeNear) {
    const auto exact = TransformerLayerBrick::create(small_config, small_f32_weights());
    const auto quantized = TransformerLayerBrick::create(small_config, small_q8_0_weights());
    ASSERT_TRUE(quantized) << quantized.error().message.view();
    KvCache cache_a = *exact->make_cache(3);
    KvCache cache_b = *quantized->make_cache(3);
    for (std::size_t t = 0; t < 3; ++t) {
        std::vector<float> a(hidden), b(hidden);
        ASSERT_TRUE(exact->run(token(t), cache_a, a));
        ASSERT_TRUE(quantized->run(token(t), cache_b, b));
        double difference = 0.0, size = 0.0;
        for (std::size_t i = 0; i < hidden; ++i) {
            difference += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2.0);
            size += std::pow(static_cast<double>(a[i]), 2.0);
        }
        EXPECT_LT(std::sqrt(difference / size), 0.02);
        EXPECT_GT(difference, 0.0);
    }
}

TEST(TransformerLayer, InAndOutMayBeTheSame) {
    const auto layer = *TransformerLayerBrick::create(small_config, small_f32_weights());
    KvCache cache_a = *layer.make_cache(1);
    KvCache cache_b = *layer.make_cache(1);
    std::vector<float> y(hidden);
    std::vector<float> in_place = token(0);
    ASSERT_TRUE(layer.run(token(0), cache_a, y));
    ASSERT_TRUE(layer.run(in_place, cache_b, in_place));
    EXPECT_EQ(in_place, y);
}

TEST(TransformerLayer, VerifiesEveryComponent) {
    const auto layer = *TransformerLayerBrick::create(small_config, small_q8_0_weights());
    const auto verified = layer.verify();
    ASSERT_TRUE(verified);
    EXPECT_TRUE(verified->require("layer")) << verified->require("layer").error().message.view();
    for (const std::string name :
         {"attention_norm", "qkv", "rope_q", "rope_k", "attention", "o_proj", "ffn_norm", "ffn"})
        EXPECT_TRUE(std::ranges::any_of(verified->outcomes, [&](const AssertionOutcome& outcome) {
            return outcome.name == name + ".equivalent_to_scalar";
        })) << name;
    EXPECT_TRUE(std::ranges::any_of(verified->outcomes, [](const auto& o) { return o.name == "attention.hull"; }));
}

TEST(TransformerLayer, VerifyNamesTheComponentThatFails) {
    LayerWeights weights = small_f32_weights();
    weights.down = f32_matrix(hidden, small_config.intermediate, 7, 3e38f);
    const auto verified = TransformerLayerBrick::create(small_config, std::move(weights))->verify();
    ASSERT_TRUE(verified);
    EXPECT_FALSE(verified->is_valid());
    for (const AssertionOutcome& outcome : verified->outcomes)
        EXPECT_EQ(outcome.holds, !outcome.name.starts_with("ffn.") || outcome.name == "ffn.no_nan") << outcome.name;
}

TEST(TransformerLayer, ResultsThatOverflowAreAnErrorAndTheCacheStays) {
    LayerWeights weights = small_f32_weights();
    weights.down = f32_matrix(hidden, small_config.intermediate, 7, 3e38f);
    const auto layer = *TransformerLayerBrick::create(small_config, std::move(weights));
    KvCache cache = *layer.make_cache(2);
    std::vector<float> y(hidden, 7.0f);
    const auto done = layer.run(token(0), cache, y);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::compute_error);
    EXPECT_TRUE(done.error().message.view().starts_with("TransformerLayerBrick::run: ffn gives "))
        << done.error().message.view();
    EXPECT_EQ(cache.size(), 0u);
    EXPECT_EQ(y, std::vector<float>(hidden, 7.0f));
}

// The keys of the cache that the layer made lie where those of the variable do.
TEST(TransformerLayer, ACacheIsNotCopiedOutOfItsResult) {
    const auto layer = TransformerLayerBrick::create(small_config, small_f32_weights());
    ASSERT_TRUE(layer);
    auto made = layer->make_cache(4096);
    ASSERT_TRUE(made);
    const float* const keys = made->keys().data();
    const KvCache cache = *std::move(made);
    EXPECT_EQ(cache.keys().data(), keys);
}

TEST(TransformerLayer, AFullCacheIsAnErrorAndTheLayerStaysUsable) {
    const auto layer = *TransformerLayerBrick::create(small_config, small_f32_weights());
    KvCache cache = *layer.make_cache(1);
    std::vector<float> y(hidden);
    ASSERT_TRUE(layer.run(token(0), cache, y));
    const std::vector<float> before = y;
    EXPECT_EQ(layer.run(token(1), cache, y).error().message.view(),
              "TransformerLayerBrick::run: all 1 tokens of the cache are used");
    EXPECT_EQ(y, before);
    cache.truncate(0);
    EXPECT_TRUE(layer.run(token(0), cache, y));
    EXPECT_EQ(y, before);
}

TEST(TransformerLayer, RefusesInputsThatDoNotFit) {
    const auto layer = *TransformerLayerBrick::create(small_config, small_f32_weights());
    KvCache cache = *layer.make_cache(1);
    std::vector<float> x = token(0);
    std::vector<float> y(hidden);
    EXPECT_EQ(layer.run(std::span(x).first(63), cache, y).error().code, ErrorCode::length_mismatch);
    EXPECT_EQ(layer.run(x, cache, std::span(y).first(63)).error().code, ErrorCode::length_mismatch);
    KvCache other = *KvCache::create(1, 16, 1);
    EXPECT_EQ(layer.run(x, other, y).error().code, ErrorCode::length_mismatch);
    x[5] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(layer.run(x, cache, y).error().code, ErrorCode::not_finite);
    EXPECT_EQ(cache.size(), 0u);
}

TEST(TransformerLayer, RefusesConfigurationsAndWeightsThatDoNotFit) {
    const auto code_with = [](auto change) {
        LayerConfig config = small_config;
        LayerWeights weights = small_f32_weights();
        change(config, weights);
        const auto layer = TransformerLayerBrick::create(config, std::move(weights));
        return layer ? std::optional<ErrorCode>() : layer.error().code;
    };
    using Config = LayerConfig;
    using Weights = LayerWeights;
    EXPECT_EQ(code_with([](Config& c, Weights&) { c.hidden = 0; }), ErrorCode::zero_dimension);
    EXPECT_EQ(code_with([](Config& c, Weights&) { c.heads = 0; }), ErrorCode::zero_dimension);
    EXPECT_EQ(code_with([](Config& c, Weights&) { c.heads = 5; }), ErrorCode::indivisible_heads);
    EXPECT_EQ(code_with([](Config& c, Weights&) { c.kv_heads = 3; }), ErrorCode::indivisible_heads);
    EXPECT_EQ(code_with([](Config& c, Weights&) { c.heads = 64, c.kv_heads = 32; }), ErrorCode::bad_parameter);
    EXPECT_EQ(code_with([](Config& c, Weights&) { c.eps = 0.0f; }), ErrorCode::bad_parameter);
    EXPECT_EQ(code_with([](Config& c, Weights&) { c.theta = -1.0f; }), ErrorCode::bad_parameter);
    EXPECT_EQ(code_with([](Config&, Weights& w) { w.ffn_norm.pop_back(); }), ErrorCode::length_mismatch);
    EXPECT_EQ(code_with([](Config&, Weights& w) { std::swap(w.gate, w.down); }), ErrorCode::length_mismatch);
    EXPECT_EQ(code_with([](Config&, Weights& w) { w.q.bias.pop_back(); }), ErrorCode::length_mismatch);
    EXPECT_EQ(code_with([](Config&, Weights& w) { w.attention_norm[3] = INFINITY; }), ErrorCode::not_finite);
}

TEST(TransformerLayer, BudgetIsTheSumAndTheBottleneckIsNamed) {
    const auto layer = *TransformerLayerBrick::create(small_config, small_f32_weights());
    EXPECT_DOUBLE_EQ(layer.total_budget().microseconds_per_token(), 1.5 + 6.0 + 1.0 + 10.0 + 3.5 + 1.5 + 12.2);
    KvCache cache = *layer.make_cache(1);
    std::vector<float> y(hidden);
    const auto timed = layer.run_timed(token(0), cache, y);
    ASSERT_TRUE(timed);
    EXPECT_GT(timed->timing.total(), 0.0);
    EXPECT_GE(timed->result.microseconds_per_token, timed->timing.total());
    LayerTiming timing = timed->timing;
    for (BrickTiming& each : timing.bricks) each.microseconds = 0.1;
    timing.bricks[6].microseconds = 24.4;
    EXPECT_EQ(find_bottleneck(3, timing).describe(), "layer 3: ffn takes 24.4 us, budget 12.2 us (factor 2)");
}

TEST(TransformerLayer, ServesSeveralThreadsAtOnce) {
    const auto layer = *TransformerLayerBrick::create(small_config, small_q8_0_weights());
    const auto run_eight = [&layer] {
        KvCache cache = *layer.make_cache(8);
        std::vector<float> y(hidden);
        for (std::size_t t = 0; t < 8; ++t) static_cast<void>(layer.run(token(t), cache, y));
        return y;
    };
    const std::vector<float> alone = run_eight();
    std::vector<float> a, b;
    std::thread other([&] { a = run_eight(); });
    b = run_eight();
    other.join();
    EXPECT_EQ(a, alone);
    EXPECT_EQ(b, alone);
}

}  // namespace
}  // namespace brick
