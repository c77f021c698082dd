#include "bench/measure/meter.hpp"

#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <vector>

#include "bench/machine/interrupt_footprint.hpp"
#include "bench/measure/statistics.hpp"
#include "judge/fault_trap.hpp"

namespace brickproof::bench {
namespace {

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

std::string_view name_of(Disturbance disturbance) {
    switch (disturbance) {
        case Disturbance::none:
            return "undisturbed";
        case Disturbance::interrupt:
            return "interrupt";
        case Disturbance::stolen:
            return "stolen";
        case Disturbance::switched:
            return "switched";
        case Disturbance::memory:
            return "memory";
    }
    return "?";
}

Disturbance disturbance_of(const Evidence& evidence) {
    const double off_cpu = evidence.wall_nanoseconds - evidence.cpu_nanoseconds;
    if (evidence.context_switches > 0) return Disturbance::switched;
    if (off_cpu > 2000.0 + 0.002 * evidence.wall_nanoseconds) return Disturbance::stolen;
    return evidence.interrupt ? Disturbance::interrupt : Disturbance::none;
}

// The system calls stand outside of what is timed, the footprint right around it.
Measured measure(const Clock& clock, const Batch& batch, std::size_t first, std::size_t calls) {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    bool interrupt = false;
    const long switches = context_switches();
    const double cpu = thread_cpu_time();
    const Stop stop = call_trapped([&] {
        set_interrupt_footprint();
        begin = clock.ticks();
        batch(first, calls);
        end = clock.ticks();
        interrupt = saw_interrupt();
    });
    if (stop.kind != Stop::Kind::none) return {.died = describe(stop)};
    const double wall = clock.nanoseconds(end - begin);
    const double cpu_spent = thread_cpu_time() - cpu;
    return {.nanoseconds = wall,
            .disturbance = disturbance_of({wall, cpu_spent, context_switches() - switches, interrupt})};
}

double sample_overhead(const Clock& clock) {
    const Batch nothing = [](std::size_t, std::size_t) {};
    std::vector<double> samples(1001);
    for (double& sample : samples) {
        const std::uint64_t begin = clock.ticks();
        nothing(0, 1);
        sample = clock.nanoseconds(clock.ticks() - begin);
    }
    return median(samples);
}

bool interrupts_show() {
    using namespace std::chrono;
    set_interrupt_footprint();
    const auto begin = steady_clock::now();
    while (!saw_interrupt())
        if (steady_clock::now() - begin > milliseconds(50)) return false;
    return true;
}

}  // namespace brickproof::bench
