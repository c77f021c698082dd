// A machine whose time is made up: what a kernel takes, what disturbs it, and what the system tells about that. No
// test depends on how fast a real one is.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "bench/measure/sampler.hpp"
#include "engine/random.hpp"

namespace brickproof::bench {

class SyntheticMachine {
  public:
    // The time of a batch, from its undisturbed time: what a test's machine does to it.
    using Effect = std::function<Measured(double nanoseconds, Random& random)>;

    Contestant kernel(std::string name, double nanoseconds) {
        return {std::move(name), [this, nanoseconds](std::size_t first, std::size_t calls) {
                    elapsed_ = nanoseconds * static_cast<double>(calls);
                    last_first = first;
                    last_calls = calls;
                }};
    }
    // Noise of up to 5%, skewed as times are.
    static Measured quiet(double nanoseconds, Random& random) {
        const double noise = random.unit();
        return {.nanoseconds = nanoseconds * (1.0 + 0.05 * noise * noise)};
    }
    Meter meter(Effect effect = quiet) {
        return [this, effect = std::move(effect)](const Batch& batch, std::size_t first, std::size_t calls) {
            batch(first, calls);
            ++batches;
            lengths.push_back(elapsed_);
            const Measured measured = effect(elapsed_, random_);
            seconds_ += 1e-9 * measured.nanoseconds;
            return measured;
        };
    }
    // Only what is measured takes time here.
    std::function<double()> clock() {
        return [this] { return seconds_; };
    }

    std::size_t batches = 0;
    std::size_t last_first = 0;
    std::size_t last_calls = 0;
    std::vector<double> lengths{};  // of all batches, undisturbed, in ns

  private:
    double elapsed_ = 0.0;
    double seconds_ = 0.0;
    Random random_{11};
};

}  // namespace brickproof::bench
