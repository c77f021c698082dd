// Who does the parts of a job: the calling thread, a pool of the caller's, or brick::ThreadPool.
#pragma once

#include <cstddef>

namespace brick {

// A value that refers to threads; they must outlive it. The default has none but the calling thread.
//
// Results do not depend on it, to the bit: parts are rows of a matrix or heads of attention, and each is computed
// as if it were alone.
class Executor {
  public:
    // Does part `index` of the job; throws nothing.
    using Part = void(const void* job, std::size_t index);
    // Calls part(job, index) once for each index < count, at once or one after the other, and returns when all have
    // returned. A caller with a pool of its own writes this function and hands it the pool as `context`.
    using Run = void(void* context, std::size_t count, Part* part, const void* job);

    constexpr Executor() = default;
    // threads: how many work at once, at least 1.
    constexpr Executor(std::size_t threads, Run* run, void* context)
        : threads_(threads), run_(run), context_(context) {}

    constexpr std::size_t threads() const { return threads_; }

    // Calls job(index) for each index < count.
    template <class Job>
    void for_each(std::size_t count, const Job& job) const {
        if (run_ == nullptr || count == 1) {
            for (std::size_t index = 0; index < count; ++index) job(index);
            return;
        }
        run_(
            context_, count, [](const void* any, std::size_t index) { (*static_cast<const Job*>(any))(index); },
            &job);
    }

  private:
    std::size_t threads_ = 1;
    Run* run_ = nullptr;
    void* context_ = nullptr;
};

}  // namespace brick
