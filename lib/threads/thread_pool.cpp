#include "brick/thread_pool.hpp"

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "support/checks.hpp"

namespace brick {
namespace {

void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// The CPUs that this thread may use, from the one after its own on, and that last.
std::vector<int> usable_cpus() {
    std::vector<int> cpus;
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return cpus;
    const int own = sched_getcpu();
    for (int i = 1; i <= CPU_SETSIZE; ++i) {
        const int cpu = (own + i) % CPU_SETSIZE;
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) cpus.push_back(cpu);
    }
    return cpus;
}

cpu_set_t only(int cpu) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(static_cast<std::size_t>(cpu), &cpus);
    return cpus;
}

// What a thread is started with: the default, or one CPU.
class ThreadAttributes {
  public:
    ThreadAttributes() { pthread_attr_init(&attributes_); }
    ~ThreadAttributes() { pthread_attr_destroy(&attributes_); }
    ThreadAttributes(const ThreadAttributes&) = delete;
    ThreadAttributes& operator=(const ThreadAttributes&) = delete;

    void pin_to(int cpu) {
        const cpu_set_t cpus = only(cpu);
        pthread_attr_setaffinity_np(&attributes_, sizeof cpus, &cpus);
    }
    const pthread_attr_t* get() const { return &attributes_; }

  private:
    pthread_attr_t attributes_;
};

}  // namespace

// The current job is in `claims_`: its number in the upper 40 bits, how many parts are not yet claimed in the
// lower 24. A claim is one compare-and-swap of both, so that a thread which is late gets no part of a job that it
// has not read: what describes a job changes only when all parts of the last one are done, and a number comes back
// after 2^40 jobs, which are days even of the shortest ones.
struct ThreadPool::Workers {
  public:
    // As many of `count` threads as the system gives, the first of them on these CPUs, one on each. (Not
    // std::thread, whose destructor may end the process.)
    Workers(std::size_t count, std::span<const int> cpus) {
        threads_.reserve(count);
        const auto work_of = [](void* workers) -> void* {
            static_cast<Workers*>(workers)->work();
            return nullptr;
        };
        while (threads_.size() < count) {
            ThreadAttributes attributes;
            if (threads_.size() < cpus.size()) attributes.pin_to(cpus[threads_.size()]);
            pthread_t thread{};
            if (pthread_create(&thread, attributes.get(), work_of, this) != 0) return;
            threads_.push_back(thread);
        }
    }
    ~Workers() { stop(); }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    std::size_t threads() const { return threads_.size() + 1; }

    void run(std::size_t count, Executor::Part* part, const void* job) {
        const std::unique_lock lock(serving_, std::try_to_lock);
        if (!lock || count >= one_job) {
            for (std::size_t index = 0; index < count; ++index) part(job, index);
            return;
        }
        part_.store(part, std::memory_order_relaxed);
        job_.store(job, std::memory_order_relaxed);
        left_.store(count, std::memory_order_relaxed);
        publish(count);
        do_parts();
        while (left_.load(std::memory_order_acquire) > 0) relax();
    }

  private:
    static constexpr std::uint64_t one_job = std::uint64_t{1} << 24;
    static constexpr std::chrono::microseconds patience{50};

    // The next number, with `count` parts. Either this sees who sleeps or that thread sees the number: both orders
    // are sequentially consistent.
    void publish(std::uint64_t count) {
        const std::uint64_t number = claims_.load(std::memory_order_relaxed) / one_job + 1;
        claims_.store(number * one_job + count, std::memory_order_seq_cst);
        if (sleeping_.load(std::memory_order_seq_cst) > 0) claims_.notify_all();
    }

    void stop() {
        stopping_.store(true, std::memory_order_relaxed);
        publish(0);
        for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
    }

    // Claims parts and does them until none is left. They are counted as done together: another thread's change to
    // a number costs a tenth of a microsecond, and no next job begins before.
    void do_parts() {
        std::size_t done = 0;
        std::uint64_t claims = claims_.load(std::memory_order_acquire);
        while (claims % one_job != 0) {
            Executor::Part* const part = part_.load(std::memory_order_relaxed);
            const void* const job = job_.load(std::memory_order_relaxed);
            if (!claims_.compare_exchange_weak(claims, claims - 1, std::memory_order_acq_rel,
                                               std::memory_order_acquire))
                continue;
            part(job, static_cast<std::size_t>(claims % one_job - 1));
            ++done;
            claims = claims_.load(std::memory_order_acquire);
        }
        if (done > 0) left_.fetch_sub(done, std::memory_order_acq_rel);
    }

    void work() {
        std::uint64_t seen = 0;
        for (;;) {
            seen = wait_for_other(seen);
            if (stopping_.load(std::memory_order_relaxed)) return;
            do_parts();
        }
    }

    // The number of a job that is not `seen`.
    std::uint64_t wait_for_other(std::uint64_t seen) {
        const auto start = std::chrono::steady_clock::now();
        for (std::size_t turn = 1;; ++turn) {
            const std::uint64_t claims = claims_.load(std::memory_order_acquire);
            if (claims / one_job != seen) return claims / one_job;
            if (turn % 64 != 0 || std::chrono::steady_clock::now() - start < patience) {
                relax();
                continue;
            }
            sleeping_.fetch_add(1, std::memory_order_seq_cst);
            claims_.wait(claims, std::memory_order_seq_cst);
            sleeping_.fetch_sub(1, std::memory_order_relaxed);
        }
    }

    std::mutex serving_;
    std::atomic<Executor::Part*> part_{nullptr};
    std::atomic<const void*> job_{nullptr};
    alignas(64) std::atomic<std::uint64_t> claims_{0};
    alignas(64) std::atomic<std::size_t> left_{0};
    std::atomic<std::size_t> sleeping_{0};
    std::atomic<bool> stopping_{false};
    std::vector<pthread_t> threads_;
};

Result<ThreadPool> ThreadPool::create(std::size_t threads, Pinning pinning) {
    constexpr std::string_view function = "ThreadPool::create";
    if (threads == 0)
        return make_error(ErrorCode::zero_dimension, function, ": threads is 0; it must be at least 1");
    std::vector<int> cpus;
    if (pinning == Pinning::own_cpu) {
        cpus = usable_cpus();
        if (cpus.size() < threads)
            return make_error(ErrorCode::bad_parameter, function, ": threads is ", threads,
                              ", each on a CPU of its own; this thread may use ", cpus.size());
    }
    ThreadPool pool(std::make_shared<Workers>(threads - 1, cpus));
    if (pool.workers_->threads() == threads) {
        if (!cpus.empty()) {
            const cpu_set_t own = only(cpus.back());
            sched_setaffinity(0, sizeof own, &own);
        }
        return pool;
    }
    return make_error(ErrorCode::no_thread, function, ": of ", threads - 1, " threads the system gives ",
                      pool.workers_->threads() - 1);
}

Executor ThreadPool::executor() const {
    return {workers_->threads(),
            [](void* workers, std::size_t count, Executor::Part* part, const void* job) {
                static_cast<Workers*>(workers)->run(count, part, job);
            },
            workers_.get()};
}

}  // namespace brick
