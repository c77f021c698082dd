// Time since its construction. The clock is monotonic; its resolution is tens of nanoseconds.
#pragma once

#include <algorithm>
#include <chrono>

namespace brick {

class Stopwatch {
  public:
    // Never 0: what is faster than the clock can see took one tick of it.
    double microseconds() const {
        const std::chrono::duration<double, std::micro> elapsed = Clock::now() - start_;
        return std::max(elapsed.count(), 1e-3);
    }

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point start_ = Clock::now();
};

}  // namespace brick
