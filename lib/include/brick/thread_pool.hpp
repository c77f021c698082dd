// Threads that wait for the parts of a token's products.
#pragma once

#include <cstddef>
#include <memory>

#include "brick/executor.hpp"
#include "brick/result.hpp"

namespace brick {

// A few threads beside the caller's. Copies share them; they end with the last copy.
//
// A layer's products follow one another within microseconds, and waking a thread that sleeps takes longer than
// that: a thread that has nothing to do looks for work for some 50 microseconds, and then sleeps. A pool serves one
// caller at a time; one that comes while it works does its parts by itself.
class ThreadPool {
  public:
    // `threads` work at once, the caller's among them. Errors: zero_dimension; no_thread, if the system gives none.
    static Result<ThreadPool> create(std::size_t threads);

    Executor executor() const;

  private:
    struct Workers;
    explicit ThreadPool(std::shared_ptr<Workers> workers) : workers_(std::move(workers)) {}

    std::shared_ptr<Workers> workers_;
};

}  // namespace brick
