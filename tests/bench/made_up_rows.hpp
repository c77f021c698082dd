// Rows as a run makes them, of times that are made up.
#pragma once

#include <string>
#include <vector>

#include "bench/run/row.hpp"
#include "engine/random.hpp"

namespace brickproof::bench {

inline std::vector<double> times_near(double nanoseconds, std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<double> times;
    for (std::size_t i = 0; i < count; ++i)
        times.push_back(nanoseconds * (1.0 + 0.01 * static_cast<double>(random.normal())));
    return times;
}

inline Row measured_row() {
    Row row{.op = "q8_0.dot", .workload = "L1, 1,000 values", .sizes = "n = 1000"};
    row.a = timed("mine", "avx2", times_near(50.0, 200, 1), {500.0, 700.0}, 1024);
    row.bytes_read = 2000;
    row.elements = 1000;
    row.working_set = 16000;
    row.gigahertz = 4.0;
    row.bound = {"L1 read", 25.0};
    row.attempts = {{.sample_nanoseconds = 100'000, .samples = 200, .voided = 2}};
    return row;
}

inline Row compared_row() {
    Row row = measured_row();
    row.b = timed("theirs", "haswell", times_near(100.0, 200, 2), {}, 512);
    const Interval interval = bootstrap_ratio(row.a.samples, row.b->samples, 1);
    row.comparison = Comparison{ratio_of_medians(row.a.samples, row.b->samples), interval, verdict_of(interval)};
    return row;
}

inline Row row_that_was_not_run() {
    Row row{.op = "q8_0.dot", .workload = "L1", .state = Row::State::not_run};
    row.reason = "neon needs neon, which this CPU lacks";
    row.a.library = "mine";
    row.a.variant = "neon";
    return row;
}

inline BenchReport report_of(std::vector<Row> rows) {
    BenchReport report;
    report.version = "1.0";
    report.machine.cpu_model = "Some CPU";
    report.machine.cpus = 2;
    report.machine.priority = "nice 0";
    report.machine.governor = "performance";
    report.machine.turbo = "off";
    report.machine.virtual_machine = "no hypervisor reported";
    report.machine.caches = {48 << 10, 1 << 20, 32 << 20, true};
    report.clock = "steady_clock";
    report.nanoseconds_per_tick = 1.0;
    report.limits.instructions = "made-up instructions";
    report.limits.bandwidth[0] = Bandwidth{200.0, 100.0, 250.0, 300.0};
    report.limits.bandwidth[3] = Bandwidth{20.0, 10.0, 16.0, 24.0};
    report.limits.peaks = {64.0, 256.0, 8.0, 4.0};
    report.rows = std::move(rows);
    return report;
}

}  // namespace brickproof::bench
