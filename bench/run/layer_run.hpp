// Where a transformer layer spends its time: the bricks of one token, each beside its budget.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/machine/machine.hpp"
#include "bench/measure/diagnosis.hpp"
#include "bench/measure/meter.hpp"
#include "bench/measure/statistics.hpp"
#include "brick/transformer_layer_brick.hpp"
#include "engine/expected.hpp"

namespace brickproof::bench {

struct LayerOptions {
    std::string model{};     // a GGUF file, whose first layer is taken; else a layer of random Q8_0 weights
    std::size_t keys = 512;  // that the cache holds before the token
    double seconds = 2.0;
    std::uint64_t seed = 1;
    const std::atomic<bool>* stop = nullptr;
};

// Microseconds a token, of one brick or of the whole layer.
struct BrickRow {
    std::string brick;
    Summary summary;
    double budget = 0.0;
    double share = 0.0;  // of the sum of the medians

    double factor() const { return summary.median / budget; }
    bool meets_budget() const { return summary.median <= budget; }
};

struct LayerReport {
    Machine machine{};
    std::string layer{};  // "hidden 2048, 32 heads on 8, ..."
    std::size_t keys = 0;
    std::vector<BrickRow> bricks{};
    BrickRow total{};
    std::vector<double> samples{};  // us a token of the whole layer, in their order
    std::vector<double> voided{};   // ditto: what does not count, by evidence
    Disturbances disturbances{};    // tokens
    std::size_t warm_ups = 0;
    Diagnosis diagnosis{};     // of the tokens' times
    std::string bottleneck{};  // a sentence

    double tokens_per_second() const { return 1e6 / total.summary.median; }
    // Coefficient of variation of the tokens that count and the voided ones together.
    double raw_variation() const;
};

// One token's times in microseconds by brick, and what disturbed it.
struct TokenTimes {
    std::vector<double> bricks;
    Disturbance disturbance = Disturbance::none;
};
using TokenMeter = std::function<Expected<TokenTimes>()>;

// Ten tokens or more to warm up, until their time is stationary; then until there are least_samples undisturbed
// ones that are valid, or the time is up (after twice as many). Stopped, it reports what there is. Problems: those
// of the meter, and no token that counts.
Expected<LayerReport> time_layer(const std::vector<std::pair<std::string, brick::TokenBudget>>& bricks,
                                 const TokenMeter& token, const LayerOptions& options,
                                 const std::function<double()>& now);

// A real layer on this machine. Problems: a model that cannot be read, or lacks what a layer needs.
Expected<LayerReport> run_layer(const LayerOptions& options);

}  // namespace brickproof::bench
