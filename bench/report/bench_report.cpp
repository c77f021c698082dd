#include "bench/report/bench_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/measure/statistics.hpp"

namespace brickproof::bench {
namespace {

constexpr std::string_view alone_format =
    "{:<16} {:<42} {:<9} {:>11} {:>20} {:>6} {:>6} {:>12} {:>8} {:>8} {:>7}  {}\n";
constexpr std::string_view against_format =
    "{:<16} {:<42} {:<26} {:>11} {:>11} {:>7} {:>16}  {:<11} {:>13} {:>6} {:>13}  {}\n";

std::string percent(double share) {
    return fmt::format("{:.1f}%", 100.0 * share);
}

std::string interval_text(const std::optional<Interval>& interval) {
    return interval ? fmt::format("[{:.1f}, {:.1f}]", interval->low, interval->high) : "-";
}

std::string share_text(const Row& row) {
    if (row.bound.nanoseconds <= 0.0) return "";
    return fmt::format("{:.2f} of {}", row.share_of_bound(), row.bound.name);
}

std::string with_remark(std::string text, const Row& row) {
    const std::string remark = remark_of(row);
    if (!text.empty() && !remark.empty()) text += "; ";
    return text + remark;
}

std::string row_alone(const Row& row) {
    const Summary& a = row.a.summary;
    return fmt::format(fmt::runtime(alone_format), row.op, row.workload, row.a.variant,
                       fmt::format("{:.1f}", a.median), interval_text(a.median_interval), a.count,
                       percent(a.variation), fmt::format("{}, {}", percent(row.a.raw_variation), row.voided()),
                       fmt::format("{:.1f}", a.p99), fmt::format("{:.2f}", row.gigabytes_per_second()),
                       fmt::format("{:.2f}", row.elements_per_cycle()), with_remark(share_text(row), row));
}

std::string names(const Row& row) {
    return row.b ? row.a.variant + " : " + row.b->variant : row.a.variant;
}

std::string row_against(const Row& row) {
    const Comparison& c = *row.comparison;
    const auto both = [](double a, double b) { return fmt::format("{}/{}", percent(a), percent(b)); };
    return fmt::format(
        fmt::runtime(against_format), row.op, row.workload, names(row), fmt::format("{:.1f}", row.a.summary.median),
        fmt::format("{:.1f}", row.b->summary.median), fmt::format("{:.3f}", c.ratio),
        fmt::format("[{:.3f}, {:.3f}]", c.interval.low, c.interval.high), name_of(c.verdict),
        both(row.a.summary.variation, row.b->summary.variation), row.a.summary.count,
        fmt::format("{}, {}", percent(row.a.raw_variation), row.voided()), with_remark(share_text(row), row));
}

std::string limits_text(const Limits& limits) {
    if (limits.instructions.empty())
        return "limits: not measured, this CPU has none of the instructions they need\n";
    std::string text = fmt::format(
        "limits of one thread, measured with {}; GB/s read, write, copy, update in place:", limits.instructions);
    for (const Level level : {Level::l1, Level::l2, Level::l3, Level::dram})
        if (const auto& b = limits.bandwidth[static_cast<std::size_t>(level)])
            text += fmt::format("  {} {:.0f}, {:.0f}, {:.0f}, {:.0f}", name_of(level), b->read, b->write, b->copy,
                                b->update);
    const Peaks& p = limits.peaks;
    return text + fmt::format(
                      "\nbillions a second: {:.0f} float32 multiply-adds, {:.0f} int8 multiply-adds, {:.1f} "
                      "divisions, {:.1f} square roots\n",
                      p.multiply_adds, p.int8_multiply_adds, p.divisions, p.square_roots);
}

}  // namespace

std::string size_text(std::size_t bytes) {
    if (bytes >= std::size_t{1} << 20) return fmt::format("{} MiB", bytes >> 20);
    return fmt::format("{} KiB", bytes >> 10);
}

std::string_view name_of(Row::State state) {
    constexpr std::string_view names[] = {"VALID", "INVALID", "NOT RUN", "WRONG RESULT", "CRASHED"};
    return names[static_cast<std::size_t>(state)];
}

std::string remark_of(const Row& row) {
    std::vector<std::string> remarks;
    if (row.read_loop && row.shows_numbers())
        remarks.push_back(fmt::format("{:.3f} of the {:.1f} GB/s of a loop that only reads, beside it",
                                      row.read_loop->share, row.read_loop->bandwidth));
    if (row.unchecked && row.shows_numbers()) remarks.push_back("result NOT CHECKED, no finite bound at this size");
    if (row.working_set > 0 && !row.workload.starts_with(name_of(row.level)))
        remarks.push_back(fmt::format("its {} lie in {} here", size_text(row.working_set), name_of(row.level)));
    if (row.attempts.size() > 1) remarks.push_back(fmt::format("attempt {}", row.attempts.size()));
    if (row.state != Row::State::valid)
        remarks.push_back(fmt::format("{}{}: {}", name_of(row.state),
                                      row.state == Row::State::wrong ? ", not timed" : "", row.reason));
    if (row.state == Row::State::invalid && row.comparison && row.comparison->holds)
        remarks.push_back(fmt::format("the ratio holds, its pairs vary by {}", percent(row.comparison->variation)));
    return fmt::format("{}", fmt::join(remarks, "; "));
}

std::string describe_quiet(const Machine& machine) {
    std::string text = machine.pinned ? fmt::format("pinned to CPU {} of {}", machine.cpu, machine.cpus)
                                      : fmt::format("not pinned, that is not permitted; {} CPUs", machine.cpus);
    text += "; priority " + machine.priority;
    if (machine.load_average) text += fmt::format("; load average {:.2f}", *machine.load_average);
    if (machine.runnable) text += fmt::format(", {} other threads want a CPU", *machine.runnable);
    text += fmt::format("; governor {}; turbo {}; virtual machine: {}", machine.governor, machine.turbo,
                        machine.virtual_machine);
    if (machine.stolen_seconds > 0.0)
        text += fmt::format("; {:.1f} s stolen by the hypervisor so far", machine.stolen_seconds);
    return text;
}

std::string text_head(const BenchReport& report) {
    const Machine& machine = report.machine;
    std::string text = fmt::format(
        "{}; {}\n"
        "caches {}: L1d {}, L2 {}, last level {}\n"
        "{}, {:.1f} MHz, {:.0f} ns a sample (subtracted); interrupts {}; {}; seed {}\n{}",
        machine.cpu_model, describe_quiet(machine),
        machine.caches.reported ? "as reported" : "ASSUMED, the system does not report them",
        size_text(machine.caches.l1_data), size_text(machine.caches.l2), size_text(machine.caches.last_level),
        report.clock, 1e3 / report.nanoseconds_per_tick, report.sample_overhead,
        report.interrupts_show ? "show" : "do not show here",
        report.without_counters.empty() ? "cycles and instructions by perf_event"
                                        : "cycles by the core's clock rate: " + report.without_counters,
        report.seed, limits_text(report.limits));
    if (!report.not_comparable.empty())
        text += fmt::format("WARNING: {} is of another machine, its ratios say little about the kernels: {}\n",
                            report.against, report.not_comparable);
    text += "\n";
    if (!report.against.empty())
        return text + fmt::format(fmt::runtime(against_format), "op", "workload", "A : B", "A ns/call", "B ns/call",
                                  "B/A", "95% interval", "A is", "CV A/B", "n", "raw CV, void", "share of limit");
    return text + fmt::format(fmt::runtime(alone_format), "op", "workload", "variant", "ns/call", "95% interval",
                              "n", "CV", "raw CV, void", "p99", "GB/s", "el/cycle", "share of limit");
}

std::string text_row(const BenchReport& report, const Row& row) {
    if (!row.shows_numbers())
        return fmt::format("{:<16} {:<42} {}  {}\n", row.op, row.workload, names(row), remark_of(row));
    if (!report.against.empty() && !row.comparison)
        return fmt::format("{:<16} {:<42} {:<26} {:>11}  no VALID row of it in {}; {}\n", row.op, row.workload,
                           row.a.variant, fmt::format("{:.1f}", row.a.summary.median), report.against,
                           with_remark(share_text(row), row));
    return row.comparison ? row_against(row) : row_alone(row);
}

std::string text_foot(const BenchReport& report) {
    const auto count = [&](Row::State state) { return std::ranges::count(report.rows, state, &Row::state); };
    std::string text = fmt::format("\n{}{} rows: {} valid, {} INVALID, {} NOT RUN, {} WRONG RESULT, {} CRASHED\n",
                                   report.interrupted ? "interrupted: " : "", report.rows.size(),
                                   count(Row::State::valid), count(Row::State::invalid), count(Row::State::not_run),
                                   count(Row::State::wrong), count(Row::State::stopped));
    text +=
        "ns/call: the median of n samples. CV: their coefficient of variation. raw CV: with the samples that were "
        "voided because\n"
        "the system reports that the thread was interrupted meanwhile, or a probe in their round found memory "
        "busy, and how\n"
        "many those are. share of limit: of what the machine can do at most, by the measured limit that binds.\n";
    if (!report.against.empty())
        text += "B/A: how many times faster A is; \"cannot tell\" where the interval holds 1.\n";
    if (std::ranges::any_of(report.rows, [](const Row& row) { return !row.side_by_side(); }))
        text += fmt::format("B is of {}, of another time: a ratio holds what changed in the machine since, too.\n",
                            report.against);
    return text;
}

Gate gate_of(const BenchReport& report, double share) {
    Gate gate{.share = share, .slower = {}};
    for (const Row& row : report.rows) {
        if (row.state != Row::State::valid && row.state != Row::State::invalid) continue;
        if (!row.comparison) {
            // An INVALID row of few samples, beside a peer, was to be compared.
            ++(row.b ? gate.invalid : gate.without_peer);
            continue;
        }
        const bool counts = row.state == Row::State::valid || row.comparison->holds;
        ++(counts ? gate.counting : gate.invalid);
        if (counts && row.comparison->is_slower_by(share)) gate.slower.push_back(&row);
    }
    return gate;
}

std::string text_of(const Gate& gate) {
    std::string text;
    for (const Row* row : gate.slower)
        text += fmt::format("SLOWER by more than {:g}%: {}, {}, {}: B/A is {:.3f}, [{:.3f}, {:.3f}]\n",
                            100.0 * gate.share, row->op, row->workload, names(*row), row->comparison->ratio,
                            row->comparison->interval.low, row->comparison->interval.high);
    text += fmt::format("slower by more than {:g}%: {} of {} rows that are VALID or whose ratio holds",
                        100.0 * gate.share, gate.slower.size(), gate.counting);
    if (gate.invalid > 0) text += fmt::format("; {} INVALID, which show nothing", gate.invalid);
    if (gate.without_peer > 0) text += fmt::format("; {} with nothing to be compared with", gate.without_peer);
    return text + "\n";
}

std::string self_test_text(const BenchReport& report) {
    std::vector<double> seconds;
    std::size_t valid = 0, compared = 0, holding = 0, near = 0, differing = 0;
    double farthest = 0.0;
    for (const Row& row : report.rows) {
        if (row.state == Row::State::not_run) continue;
        seconds.push_back(row.seconds);
        if (row.state == Row::State::valid) ++valid;
        if (!row.comparison) continue;
        ++compared;
        if (row.comparison->holds) ++holding;
        const double off = std::fabs(row.comparison->ratio - 1.0);
        if (off <= 0.02) ++near;
        if (row.comparison->verdict != Verdict::cannot_tell) ++differing;
        farthest = std::max(farthest, off);
    }
    if (seconds.empty()) return "self-test: nothing was timed\n";
    return fmt::format(
        "\nself-test, every kernel beside itself:\n"
        "  {} of {} rows valid; a row took {:.2f} s in the median, {:.2f} s at most\n"
        "  {} of {} ratios hold: their pairs vary by 5% or less, and do not drift\n"
        "  {} of {} ratios within 2% of 1; the farthest is {:.2f}% off\n"
        "  {} of {} intervals leave out 1 (5 of 100 are expected to)\n",
        valid, seconds.size(), median(seconds), std::ranges::max(seconds), holding, compared, near, compared,
        100.0 * farthest, differing, compared);
}

}  // namespace brickproof::bench
