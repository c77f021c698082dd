#include "brick/transformer_layer_brick.hpp"

#include <algorithm>

#include "bricks/attention_sample.hpp"
#include "bricks/brick_runs.hpp"
#include "bricks/digits.hpp"
#include "bricks/sentence.hpp"
#include "support/checks.hpp"

namespace brick {
namespace {

constexpr std::string_view create_function = "TransformerLayerBrick::create";
constexpr std::string_view run_function = "TransformerLayerBrick::run";

Result<void> check_matrix(std::string_view name, const Matrix& weight, std::size_t rows, std::size_t cols) {
    if (weight.rows() == rows && weight.cols() == cols) return {};
    return make_error(ErrorCode::length_mismatch, create_function, ": the weight ", name, " is ", weight.rows(),
                      " x ", weight.cols(), ", but the configuration needs ", rows, " x ", cols);
}

Result<void> check_norm(std::string_view name, std::span<const float> weight, std::size_t hidden) {
    if (weight.size() == hidden) return {};
    return make_error(ErrorCode::length_mismatch, create_function, ": the weight ", name, " has ", weight.size(),
                      " values, but the configuration needs ", hidden);
}

// The first error.
Result<void> first_error(std::initializer_list<Result<void>> checks) {
    for (const Result<void>& check : checks)
        if (!check) return check;
    return {};
}

Result<void> check_weights(const LayerConfig& config, const LayerWeights& weights) {
    const std::size_t hidden = config.hidden;
    const std::size_t kv = config.kv_heads * config.head_dim();
    return first_error(
        {check_norm("attention_norm", weights.attention_norm, hidden),
         check_matrix("q", weights.q.weight, hidden, hidden), check_matrix("k", weights.k.weight, kv, hidden),
         check_matrix("v", weights.v.weight, kv, hidden), check_matrix("o", weights.o, hidden, hidden),
         check_norm("ffn_norm", weights.ffn_norm, hidden),
         check_matrix("gate", weights.gate, config.intermediate, hidden),
         check_matrix("up", weights.up, config.intermediate, hidden),
         check_matrix("down", weights.down, hidden, config.intermediate)});
}

// A result of a step; of: which one, where the step has several.
struct StepResult {
    std::span<const float> values;
    std::string_view of;
};

Result<void> check_step(std::string_view step, std::initializer_list<StepResult> results) {
    for (const auto& [values, of] : results)
        if (const std::size_t bad = first_not_finite(values); bad < values.size())
            return make_error(ErrorCode::compute_error, run_function, ": ", step, " gives ", values[bad], " at ",
                              bad, of, ", from finite inputs");
    return {};
}

// Runs one step and notes its time; a result that is not finite is an error that names the step.
template <class Step>
Result<void> timed_step(BrickTiming& timing, std::initializer_list<StepResult> results, Step step) {
    const Stopwatch stopwatch;
    BRICK_TRY(step());
    timing.microseconds = stopwatch.microseconds();
    return check_step(timing.brick, results);
}

void add_to(std::span<float> sum, std::span<const float> values) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values[i];
}

}  // namespace

Result<void> check_layer_config(const LayerConfig& config) {
    if (config.hidden == 0 || config.heads == 0 || config.kv_heads == 0 || config.intermediate == 0)
        return make_error(ErrorCode::zero_dimension, create_function, ": hidden is ", config.hidden, ", heads is ",
                          config.heads, ", kv_heads is ", config.kv_heads, " and intermediate is ",
                          config.intermediate, "; all must be at least 1");
    if (config.hidden % config.heads != 0)
        return make_error(ErrorCode::indivisible_heads, create_function, ": hidden = ", config.hidden,
                          " is no multiple of heads = ", config.heads);
    return check_attention_shape(create_function, {config.heads, config.kv_heads, config.head_dim()});
}

double LayerTiming::total() const {
    double sum = 0.0;
    for (const BrickTiming& each : bricks) sum += each.microseconds;
    return sum;
}

const BrickTiming& LayerTiming::bottleneck() const {
    return *std::ranges::max_element(bricks, {}, &BrickTiming::gap_factor);
}

BottleneckReport find_bottleneck(std::size_t layer, const LayerTiming& timing) {
    return {layer, timing.bottleneck()};
}

std::string BottleneckReport::describe() const {
    return sentence("layer ", layer, ": ", bottleneck.brick, " takes ", Digits(bottleneck.microseconds).text(),
                    " us, budget ", Digits(bottleneck.budget.microseconds_per_token()).text(), " us (factor ",
                    Digits(bottleneck.gap_factor()).text(), ")");
}

Result<TransformerLayerBrick> TransformerLayerBrick::create(const LayerConfig& config, LayerWeights weights) {
    BRICK_TRY(check_layer_config(config));
    BRICK_TRY(check_weights(config, weights));
    const AttentionShape shape{config.heads, config.kv_heads, config.head_dim()};
    const auto attention_norm = RmsNormBrick::create(std::move(weights.attention_norm), config.eps);
    BRICK_TRY(attention_norm);
    const auto qkv = QkvBrick::create(std::move(weights.q), std::move(weights.k), std::move(weights.v));
    BRICK_TRY(qkv);
    const auto rope_q = RopeBrick::create({config.head_dim(), config.heads, config.theta, config.style});
    BRICK_TRY(rope_q);
    const auto rope_k = RopeBrick::create({config.head_dim(), config.kv_heads, config.theta, config.style});
    BRICK_TRY(rope_k);
    const auto attention = AttentionBrick::create(shape);
    BRICK_TRY(attention);
    const auto o_proj = OProjBrick::create(std::move(weights.o));
    BRICK_TRY(o_proj);
    const auto ffn_norm = RmsNormBrick::create(std::move(weights.ffn_norm), config.eps);
    BRICK_TRY(ffn_norm);
    const auto ffn = FfnBrick::create(std::move(weights.gate), std::move(weights.up), std::move(weights.down));
    BRICK_TRY(ffn);

    const TokenBudget budget = attention_norm->budget() + qkv->budget() + rope_q->budget() + attention->budget() +
                               o_proj->budget() + ffn_norm->budget() + ffn->budget();
    // Its own assertions are those of its components, which verify() asks; this one is for its sum.
    const auto terms =
        BrickTerms::make("transformer_layer", budget, {BrickAssertion::no_nan(), BrickAssertion::no_inf()});
    BRICK_TRY(terms);
    return TransformerLayerBrick(
        *terms, {config, *attention_norm, *qkv, *rope_q, *rope_k, *attention, *o_proj, *ffn_norm, *ffn});
}

Result<KvCache> TransformerLayerBrick::make_cache(std::size_t capacity) const {
    return KvCache::create(config().kv_heads, config().head_dim(), capacity);
}

Result<void> TransformerLayerBrick::compute(std::span<float> residual, KvCache& cache, const Executor& executor,
                                            LayerTiming& timing) const {
    const Components& c = *components_;
    const std::size_t hidden = config().hidden;
    const std::size_t kv = config().kv_heads * config().head_dim();
    const std::size_t position = cache.size();
    std::vector<float> normed(hidden), q(hidden), k(kv), v(kv), heads_out(hidden), step_out(hidden);
    timing.bricks = {BrickTiming{"attention_norm", 0.0, c.attention_norm.budget()},
                     BrickTiming{"qkv", 0.0, c.qkv.budget()},
                     BrickTiming{"rope", 0.0, c.rope_q.budget()},
                     BrickTiming{"attention", 0.0, c.attention.budget()},
                     BrickTiming{"o_proj", 0.0, c.o_proj.budget()},
                     BrickTiming{"ffn_norm", 0.0, c.ffn_norm.budget()},
                     BrickTiming{"ffn", 0.0, c.ffn.budget()}};
    auto& [norm_time, qkv_time, rope_time, attention_time, o_proj_time, ffn_norm_time, ffn_time] = timing.bricks;

    BRICK_TRY(timed_step(norm_time, {{normed, ""}}, [&] { return c.attention_norm.run(residual, normed); }));
    BRICK_TRY(timed_step(qkv_time, {{q, " of q"}, {k, " of k"}, {v, " of v"}},
                         [&] { return c.qkv.run(normed, q, k, v, executor); }));
    BRICK_TRY(timed_step(rope_time, {{q, " of q"}, {k, " of k"}}, [&]() -> Result<void> {
        BRICK_TRY(c.rope_q.run(q, position));
        return c.rope_k.run(k, position);
    }));
    BRICK_TRY(timed_step(attention_time, {{heads_out, ""}}, [&]() -> Result<void> {
        BRICK_TRY(cache.append(k, v));
        return c.attention.run(q, cache, heads_out, executor);
    }));
    BRICK_TRY(
        timed_step(o_proj_time, {{step_out, ""}}, [&] { return c.o_proj.run(heads_out, step_out, executor); }));
    add_to(residual, step_out);
    BRICK_TRY(timed_step(ffn_norm_time, {{normed, ""}}, [&] { return c.ffn_norm.run(residual, normed); }));
    BRICK_TRY(timed_step(ffn_time, {{step_out, ""}}, [&] { return c.ffn.run(normed, step_out, executor); }));
    add_to(residual, step_out);
    return check_finite(run_function, "the layer's sum", residual);
}

Result<TransformerLayerBrick::Timed> TransformerLayerBrick::run_timed(std::span<const float> x, KvCache& cache,
                                                                      std::span<float> y,
                                                                      const Executor& executor) const {
    const std::size_t hidden = config().hidden;
    BRICK_TRY(check_size(run_function, "x", x.size(), hidden, hidden));
    BRICK_TRY(check_size(run_function, "y", y.size(), hidden, hidden));
    BRICK_TRY(check_finite(run_function, "x", x));
    const AttentionShape& shape = components_->attention.shape();
    BRICK_TRY(check_cache_shape(run_function, shape, cache));
    if (cache.is_full())
        return make_error(ErrorCode::cache_full, run_function, ": all ", cache.capacity(),
                          " tokens of the cache are used");
    Timed timed;
    const Stopwatch stopwatch;
    std::vector<float> residual(x.begin(), x.end());
    const std::size_t tokens = cache.size();
    if (const auto done = compute(residual, cache, executor, timed.timing); !done) {
        cache.truncate(tokens);
        return done.error();
    }
    std::ranges::copy(residual, y.begin());
    timed.result = make_token_result(y, 1, stopwatch.microseconds(), budget());
    return timed;
}

Result<void> TransformerLayerBrick::run(std::span<const float> x, KvCache& cache, std::span<float> y,
                                        const Executor& executor) const {
    BRICK_TRY(run_timed(x, cache, y, executor));
    return {};
}

Result<BrickVerification> TransformerLayerBrick::verify() const {
    const Components& c = *components_;
    BrickVerification all;
    const auto add = [&](std::string_view brick, const Result<BrickVerification>& verified) -> Result<void> {
        BRICK_TRY(verified);
        for (AssertionOutcome outcome : verified->outcomes) {
            outcome.name = std::string(brick) + "." + outcome.name;
            all.outcomes.push_back(std::move(outcome));
        }
        return {};
    };
    const auto added = first_error({add("attention_norm", c.attention_norm.verify()), add("qkv", c.qkv.verify()),
                                    add("rope_q", c.rope_q.verify()), add("rope_k", c.rope_k.verify()),
                                    add("attention", c.attention.verify()), add("o_proj", c.o_proj.verify()),
                                    add("ffn_norm", c.ffn_norm.verify()), add("ffn", c.ffn.verify())});
    BRICK_TRY(added);
    return all;
}

}  // namespace brick
