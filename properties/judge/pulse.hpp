// How the calls of a kernel are getting on, for whoever watches from another thread or process.
#pragma once

#include <atomic>
#include <cstdint>

namespace brickproof {

struct Pulse {
    std::atomic<std::uint64_t> beats{0};  // counted up at every case, before every call and after it
    std::atomic<int> calls_begun{0};      // that have not returned: one a thread
    std::atomic<double> hung{0.0};        // seconds that calls were waited for in vain

    bool in_call() const { return calls_begun.load(std::memory_order_relaxed) > 0; }
    void beat() { beats.fetch_add(1, std::memory_order_relaxed); }
    void begin_call() {
        calls_begun.fetch_add(1, std::memory_order_relaxed);
        beat();
    }
    void end_call() {
        calls_begun.fetch_sub(1, std::memory_order_relaxed);
        beat();
    }
    void add_hung(double seconds) { hung.store(hung.load() + seconds); }
};

}  // namespace brickproof
