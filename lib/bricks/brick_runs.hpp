// How bricks run, time and verify themselves. A brick's `compute(kernels, output)` does its work with the kernels
// that it is given; it is called when the inputs have been checked, and cannot fail.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "brick/compute_brick.hpp"
#include "brick/token_result.hpp"
#include "bricks/layer_kernels.hpp"
#include "bricks/stopwatch.hpp"

namespace brick {

template <class Compute>
Result<void> run_with_active_kernels(std::span<float> output, Compute compute) {
    const auto kernels = active_kernels();
    BRICK_TRY(kernels);
    compute(*kernels, output);
    return {};
}

// Times run(), which returns a Result<void>, as the work of one token.
template <class Run>
Result<TokenResult<std::span<float>>> time_token(const TokenBudget& budget, std::span<float> output, Run run) {
    const Stopwatch stopwatch;
    BRICK_TRY(run());
    return make_token_result(output, 1, stopwatch.microseconds(), budget);
}

// Judges the terms' assertions on what compute gives with the chosen kernels, against what reference gives with the
// scalar ones. The second run is timed: the first one fetches code and data.
template <class Compute, class Reference>
Result<BrickVerification> verify_on_sample(const BrickTerms& terms, std::size_t outputs, Compute compute,
                                           Reference reference) {
    const auto kernels = active_kernels();
    BRICK_TRY(kernels);
    std::vector<float> output(outputs);
    std::vector<float> expected(outputs);
    compute(*kernels, std::span<float>(output));
    const Stopwatch stopwatch;
    compute(*kernels, std::span<float>(output));
    const double microseconds = stopwatch.microseconds();
    reference(scalar_kernels(), std::span<float>(expected));
    return judge_all(terms.assertions(), {output, expected, microseconds, terms.budget()});
}
template <class Compute>
Result<BrickVerification> verify_on_sample(const BrickTerms& terms, std::size_t outputs, Compute compute) {
    return verify_on_sample(terms, outputs, compute, compute);
}

// Everyday values for verification: in [-1, 1), the same for the same seed, on every machine.
inline std::vector<float> sample_values(std::size_t count, std::uint64_t seed) {
    std::vector<float> values(count);
    std::uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
    for (float& value : values) {
        // A 64-bit linear congruential generator (Knuth's MMIX); its high bits are good.
        state = state * 6364136223846793005u + 1442695040888963407u;
        value = static_cast<float>(static_cast<std::int32_t>(state >> 40) - (1 << 23)) * 0x1p-23f;
    }
    return values;
}

}  // namespace brick
