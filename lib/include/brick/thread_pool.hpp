// Threads that wait for the parts of a token's products.
#pragma once

#include <cstddef>
#include <memory>

#include "brick/executor.hpp"
#include "brick/result.hpp"

namespace brick {

// Where the threads of a pool run.
//
// By default where the system puts them, as everything that is not alone on its machine should: a pinned thread
// waits for its CPU while another is idle, and the whole job waits for it; and what pins by itself chooses the same
// CPUs again. Pin where the machine does nothing else: the system then leaves two threads on one CPU for
// milliseconds, now and then, and for that time nothing is gained.
enum class Pinning {
    none,
    own_cpu,  // each on a CPU of its own, of those that the thread which creates the pool may use
};

// A few threads beside the caller's. Copies share them; they end with the last copy.
//
// A layer's products follow one another within microseconds, and waking a thread that sleeps takes longer than
// that: a thread that has nothing to do looks for work for some 50 microseconds, and then sleeps. A pool serves one
// caller at a time; one that comes while it works does its parts by itself.
class ThreadPool {
  public:
    // `threads` work at once, the caller's among them. With Pinning::own_cpu the others get the CPUs that follow
    // the one where the caller is; its own thread is left alone, and may be pinned there by itself, afterwards.
    // Errors: zero_dimension; bad_parameter, if there are fewer CPUs than threads that want one each; no_thread, if
    // the system gives none.
    static Result<ThreadPool> create(std::size_t threads, Pinning pinning = Pinning::none);

    Executor executor() const;

  private:
    struct Workers;
    explicit ThreadPool(std::shared_ptr<Workers> workers) : workers_(std::move(workers)) {}

    std::shared_ptr<Workers> workers_;
};

}  // namespace brick
