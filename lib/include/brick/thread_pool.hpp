// Threads that wait for the parts of a token's products.
#pragma once

#include <cstddef>
#include <memory>

#include "brick/executor.hpp"
#include "brick/result.hpp"

namespace brick {

// Where the threads of a pool run.
//
// By default where the system puts them. A pinned thread waits for its CPU while another is idle, and the job waits
// for it; and two pools that pin take the same CPUs. Pin where this process has its CPUs to itself, or nearly so:
// the system may leave two threads on one CPU, for as long as a job lasts, and then nothing is gained.
enum class Pinning {
    none,
    // Each on a CPU of its own, of those that the creating thread may use, and that thread too: it stays on the CPU
    // where it is, also when the pool is gone.
    own_cpu,
};

// A few threads beside the caller's. Copies share them; they end with the last copy.
//
// A layer's products follow one another within microseconds, and waking a thread that sleeps takes longer than
// that: a thread that has nothing to do looks for work for some 50 microseconds, and then sleeps. A pool serves one
// caller at a time; one that comes while it works does its parts by itself.
class ThreadPool {
  public:
    // `threads` work at once, the caller's among them. Errors: zero_dimension; bad_parameter, if there are fewer
    // CPUs than threads that want one each; no_thread, if the system gives none.
    static Result<ThreadPool> create(std::size_t threads, Pinning pinning = Pinning::none);

    Executor executor() const;

  private:
    struct Workers;
    explicit ThreadPool(std::shared_ptr<Workers> workers) : workers_(std::move(workers)) {}

    std::shared_ptr<Workers> workers_;
};

}  // namespace brick
