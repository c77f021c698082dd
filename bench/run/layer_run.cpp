#include "bench/run/layer_run.hpp"

#include <fmt/format.h>

#include <numeric>
#include <optional>

#include "bench/measure/sampler.hpp"
#include "engine/random.hpp"
#include "judge/fault_trap.hpp"

namespace brickproof::bench {
namespace {

// As large as a layer of a model with about a billion weights.
constexpr brick::LayerConfig usual{.hidden = 2048, .heads = 32, .kv_heads = 8, .intermediate = 5632};

brick::Matrix random_matrix(Random& random, std::size_t rows, std::size_t cols) {
    std::vector<brickproof_q8_0> blocks(rows * cols / BRICKPROOF_Q8_0_BLOCK);
    constexpr std::uint16_t two_to_minus_12 = 0x0C00;  // as a half: weights up to 0.03
    for (brickproof_q8_0& block : blocks) {
        block.d = two_to_minus_12;
        for (auto& quant : block.qs) quant = static_cast<std::int8_t>(random.between(-127, 127));
    }
    return *brick::Matrix::from_q8_0(std::move(blocks), rows, cols);
}

std::vector<float> random_values(Random& random, std::size_t count, float mean) {
    std::vector<float> values(count);
    for (float& value : values) value = mean + 0.1f * random.normal();
    return values;
}

brick::Result<brick::TransformerLayerBrick> random_layer(std::uint64_t seed) {
    Random random(seed);
    const std::size_t hidden = usual.hidden;
    const std::size_t kv = usual.kv_heads * usual.head_dim();
    brick::LayerWeights weights{.attention_norm = random_values(random, hidden, 1.0f),
                                .q = {random_matrix(random, hidden, hidden)},
                                .k = {random_matrix(random, kv, hidden)},
                                .v = {random_matrix(random, kv, hidden)},
                                .o = random_matrix(random, hidden, hidden),
                                .ffn_norm = random_values(random, hidden, 1.0f),
                                .gate = random_matrix(random, usual.intermediate, hidden),
                                .up = random_matrix(random, usual.intermediate, hidden),
                                .down = random_matrix(random, hidden, usual.intermediate)};
    return brick::TransformerLayerBrick::create(usual, std::move(weights));
}

template <class T>
Expected<T> expected_of(const brick::Result<T>& result) {
    if (result) return *result;
    return Problem{std::string(result.error().message.view())};
}

Expected<brick::TransformerLayerBrick> layer_of(const LayerOptions& options) {
    if (options.model.empty()) return expected_of(random_layer(options.seed));
    const auto file = brick::gguf::File::open(options.model);
    if (!file) return Problem{std::string(file.error().message.view())};
    return expected_of(brick::TransformerLayerBrick::from_gguf(*file, 0));
}

// A cache with `keys` tokens, and room for one more.
Expected<brick::KvCache> filled_cache(const brick::TransformerLayerBrick& layer, const LayerOptions& options) {
    const std::size_t values = layer.config().kv_heads * layer.config().head_dim();
    const double needed =
        2.0 * sizeof(float) * static_cast<double>(values) * (static_cast<double>(options.keys) + 1.0);
    if (const std::size_t there = available_memory(); there > 0 && needed > static_cast<double>(there))
        return Problem{fmt::format("a cache of {} tokens needs {:.0f} MiB of memory, {} are free", options.keys,
                                   needed / (1 << 20), there >> 20)};
    const auto made = layer.make_cache(options.keys + 1);
    if (!made) return Problem{std::string(made.error().message.view())};
    brick::KvCache cache = *made;
    Random random(options.seed + 1);
    for (std::size_t i = 0; i < options.keys; ++i) {
        const auto key = random_values(random, values, 0.0f);
        if (const auto done = cache.append(key, random_values(random, values, 0.0f)); !done)
            return Problem{std::string(done.error().message.view())};
    }
    return cache;
}

BrickRow row_of(std::string brick, std::span<const double> microseconds, double budget) {
    return {.brick = std::move(brick), .summary = summarize(microseconds), .budget = budget};
}

double sum_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

class Sampling {
  public:
    Sampling(const std::vector<std::pair<std::string, brick::TokenBudget>>& bricks, const TokenMeter& token,
             const LayerOptions& options, const std::function<double()>& now)
        : bricks_(bricks), token_(token), options_(options), now_(now), times_(bricks.size()) {
        report_.keys = options.keys;
    }

    Expected<LayerReport> run() && {
        const double begin = now_();
        if (!warm_up(begin + options_.seconds / 10.0)) return Problem{problem_};
        if (!take_tokens(begin + options_.seconds)) return Problem{problem_};
        if (report_.samples.empty())
            return Problem{"no token was timed undisturbed: give it an idle CPU, or more --seconds-per-row"};
        evaluate();
        return std::move(report_);
    }

  private:
    bool must_stop() const { return options_.stop != nullptr && options_.stop->load(); }

    std::optional<TokenTimes> timed_token() {
        Expected<TokenTimes> taken = token_();
        if (taken) return *std::move(taken);
        problem_ = taken.problem();
        return std::nullopt;
    }

    bool warm_up(double until) {
        constexpr std::size_t least = 10, most = 200;
        std::vector<double> totals;
        while (!must_stop() && totals.size() < most && !is_stationary(totals) &&
               (totals.size() < least || now_() < until)) {
            const std::optional<TokenTimes> taken = timed_token();
            if (!taken) return false;
            totals.push_back(sum_of(taken->bricks));
        }
        report_.warm_ups = totals.size();
        return true;
    }

    bool take_tokens(double until) {
        for (std::size_t tokens = 1; !must_stop(); ++tokens) {
            const std::optional<TokenTimes> taken = timed_token();
            if (!taken) return false;
            add(*taken);
            const std::size_t count = report_.samples.size();
            const bool is_enough = count >= least_samples;
            if (is_enough && count % (least_samples / 2) == 0 && diagnose(report_.samples).is_valid()) break;
            if (now_() >= until && (is_enough || tokens >= 2 * least_samples)) break;
        }
        return true;
    }

    // A token takes too long to do without those that an interrupt has hit.
    void add(const TokenTimes& taken) {
        ++report_.disturbances[static_cast<std::size_t>(taken.disturbance)];
        const double total = sum_of(taken.bricks);
        if (taken.disturbance == Disturbance::switched || taken.disturbance == Disturbance::stolen) {
            report_.voided.push_back(total);
            return;
        }
        for (std::size_t b = 0; b < bricks_.size(); ++b) times_[b].push_back(taken.bricks[b]);
        report_.samples.push_back(total);
    }

    void evaluate() {
        report_.diagnosis = diagnose(report_.samples);
        double sum = 0.0;
        double budget = 0.0;
        for (std::size_t b = 0; b < bricks_.size(); ++b) {
            report_.bricks.push_back(
                row_of(bricks_[b].first, times_[b], bricks_[b].second.microseconds_per_token()));
            sum += report_.bricks.back().summary.median;
            budget += report_.bricks.back().budget;
        }
        for (BrickRow& row : report_.bricks) row.share = row.summary.median / sum;
        report_.total = row_of("layer", report_.samples, budget);
        report_.total.share = 1.0;
    }

    const std::vector<std::pair<std::string, brick::TokenBudget>>& bricks_;
    const TokenMeter& token_;
    const LayerOptions& options_;
    const std::function<double()>& now_;
    std::vector<std::vector<double>> times_;  // [brick][token], of those that count
    LayerReport report_;
    std::string problem_;
};

}  // namespace

double LayerReport::raw_variation() const {
    return coefficient_of_variation(joined(samples, voided));
}

Expected<LayerReport> time_layer(const std::vector<std::pair<std::string, brick::TokenBudget>>& bricks,
                                 const TokenMeter& token, const LayerOptions& options,
                                 const std::function<double()>& now) {
    return Sampling(bricks, token, options, now).run();
}

Expected<LayerReport> run_layer(const LayerOptions& options) {
    install_fault_trap();
    const Machine machine = steady_and_describe();
    const Expected<brick::TransformerLayerBrick> layer = layer_of(options);
    if (!layer) return Problem{layer.problem()};
    Expected<brick::KvCache> cache = filled_cache(*layer, options);
    if (!cache) return Problem{cache.problem()};
    const brick::LayerConfig& config = layer->config();
    Random random(options.seed + 2);
    const std::vector<float> x = random_values(random, config.hidden, 0.0f);
    std::vector<float> y(config.hidden);
    const Clock clock = Clock::best();
    brick::LayerTiming timing;
    const TokenMeter token = [&]() -> Expected<TokenTimes> {
        std::string problem;
        const Batch once = [&](std::size_t, std::size_t) {
            cache->truncate(options.keys);
            if (const auto timed = layer->run_timed(x, *cache, y))
                timing = timed->timing;
            else
                problem = timed.error().message.view();
        };
        const Measured measured = measure(clock, once, 0, 1);
        if (!measured.died.empty()) return Problem{"the layer: " + measured.died};
        if (!problem.empty()) return Problem{problem};
        TokenTimes times{.bricks = {}, .disturbance = measured.disturbance};
        for (const brick::BrickTiming& each : timing.bricks) times.bricks.push_back(each.microseconds);
        return times;
    };
    if (const Expected<TokenTimes> first = token(); !first) return Problem{first.problem()};
    std::vector<std::pair<std::string, brick::TokenBudget>> bricks;
    for (const brick::BrickTiming& each : timing.bricks) bricks.emplace_back(each.brick, each.budget);
    Expected<LayerReport> report = time_layer(bricks, token, options, steady_seconds);
    if (!report) return report;
    report->machine = machine;
    report->layer = fmt::format("hidden {}, {} heads on {}, intermediate {}, {}", config.hidden, config.heads,
                                config.kv_heads, config.intermediate,
                                options.model.empty() ? "random Q8_0 weights" : "layer 0 of " + options.model);
    for (std::size_t b = 0; b < timing.bricks.size(); ++b)
        timing.bricks[b].microseconds = report->bricks[b].summary.median;
    report->bottleneck = brick::find_bottleneck(0, timing).describe();
    return report;
}

}  // namespace brickproof::bench
