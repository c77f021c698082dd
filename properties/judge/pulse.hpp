// How the calls of a kernel are getting on, for whoever watches from another thread or process.
#pragma once

#include <atomic>
#include <cstdint>

namespace brickproof {

// A kernel may write over it: what is read here is believed only as far as other limits reach.
struct Pulse {
    std::atomic<std::uint64_t> beats{0};    // counted up at every case, before every call and after it
    std::atomic<int> calls_begun{0};        // that have not returned: one a thread
    std::atomic<double> call_limit{0.0};    // of these, CPU seconds
    std::atomic<int> hangs{0};              // calls that were waited for in vain,
    std::atomic<double> hung_seconds{0.0};  // and what that has cost

    void beat() { beats.fetch_add(1, std::memory_order_relaxed); }
    void begin_call(double limit) {
        call_limit.store(limit, std::memory_order_relaxed);
        calls_begun.fetch_add(1, std::memory_order_relaxed);
        beat();
    }
    void end_call() {
        calls_begun.fetch_sub(1, std::memory_order_relaxed);
        beat();
    }
    void count_hang(double seconds) {
        hangs.fetch_add(1);
        hung_seconds.store(hung_seconds.load() + seconds);
    }
};

}  // namespace brickproof
