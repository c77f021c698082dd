#include "bench/meter.hpp"

#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <vector>

#include "bench/statistics.hpp"
#include "judge/fault_trap.hpp"

namespace brickproof::bench {
namespace {

using Clock = std::chrono::steady_clock;

double nanoseconds(Clock::duration duration) {
    return std::chrono::duration<double, std::nano>(duration).count();
}

double thread_cpu_time() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

long context_switches() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw + usage.ru_nvcsw;
}

}  // namespace

bool was_interrupted(const Evidence& evidence) {
    const double off_cpu = evidence.wall_nanoseconds - evidence.cpu_nanoseconds;
    return evidence.context_switches > 0 || off_cpu > 2000.0 + 0.002 * evidence.wall_nanoseconds;
}

Measured measure(const Batch& batch, std::size_t first, std::size_t calls) {
    Clock::time_point begin;
    Clock::time_point end;
    const long switches = context_switches();
    const double cpu = thread_cpu_time();
    const Stop stop = call_trapped([&] {
        begin = Clock::now();
        batch(first, calls);
        end = Clock::now();
    });
    if (stop.kind != Stop::Kind::none) return {.died = describe(stop)};
    const Evidence evidence{nanoseconds(end - begin), thread_cpu_time() - cpu, context_switches() - switches};
    return {.nanoseconds = evidence.wall_nanoseconds, .interrupted = was_interrupted(evidence)};
}

double clock_overhead() {
    constexpr int readings = 100;
    std::vector<double> samples(101);
    for (double& sample : samples) {
        const Clock::time_point begin = Clock::now();
        Clock::time_point end = begin;
        for (int i = 0; i < readings; ++i) end = Clock::now();
        sample = nanoseconds(end - begin) / readings;
    }
    return median(samples);
}

}  // namespace brickproof::bench
