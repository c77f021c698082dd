#include "bench/bench_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace brickproof::bench {
namespace {

constexpr std::string_view alone_format = "{:<16} {:<20} {:<18} {:>12} {:>25} {:>8} {:>9} {:>6} {:>10}  {}\n";
constexpr std::string_view against_format =
    "{:<16} {:<20} {:<28} {:>12} {:>12} {:>7} {:>17}  {:<11} {:>11} {:>10}  {}\n";

std::string_view word_for(Row::State state) {
    switch (state) {
        case Row::State::valid:
            return "";
        case Row::State::invalid:
            return "INVALID";
        case Row::State::not_run:
            return "NOT RUN";
        case Row::State::wrong:
            return "WRONG RESULT, not timed";
        case Row::State::stopped:
            return "CRASHED";
    }
    return "?";
}

std::string size_text(std::size_t bytes) {
    if (bytes >= std::size_t{1} << 20) return fmt::format("{} MiB", bytes >> 20);
    return fmt::format("{} KiB", bytes >> 10);
}

std::string sample_count(const Row& row) {
    return fmt::format("{}, {}", row.samples, row.voided);
}

std::string remark(const Row& row) {
    std::string text(word_for(row.state));
    if (!row.reason.empty()) text += ": " + row.reason;
    std::string shares;
    for (const ReadLoop& loop : row.read_loops)
        shares += fmt::format("{:.3f} of the {:.1f} GB/s of {}; ", loop.share, loop.bandwidth, loop.name);
    if (row.unchecked && row.shows_numbers()) shares += "result NOT CHECKED, no finite bound at this size; ";
    return shares + text;
}

std::string interval_text(const std::optional<Interval>& interval) {
    return interval ? fmt::format("[{:.1f}, {:.1f}]", interval->low, interval->high) : "-";
}

std::string row_alone(const Row& row) {
    return fmt::format(fmt::runtime(alone_format), row.op, row.workload, row.a.variant,
                       fmt::format("{:.1f}", row.a.nanoseconds), interval_text(row.a.interval),
                       fmt::format("{:.2f}", gigabytes_per_second(row.bytes, row.a.nanoseconds)),
                       fmt::format("{:.4f}", row.a.nanoseconds / static_cast<double>(row.elements)),
                       fmt::format("{:.1f}%", 100.0 * row.a.variation), sample_count(row), remark(row));
}

std::string names(const Row& row) {
    return row.b ? row.a.variant + " : " + row.b->variant : row.a.variant;
}

std::string row_against(const Row& row) {
    const Comparison& c = *row.comparison;
    return fmt::format(fmt::runtime(against_format), row.op, row.workload, names(row),
                       fmt::format("{:.1f}", row.a.nanoseconds), fmt::format("{:.1f}", row.b->nanoseconds),
                       fmt::format("{:.3f}", c.ratio),
                       fmt::format("[{:.3f}, {:.3f}]", c.interval.low, c.interval.high), name_of(c.verdict),
                       fmt::format("{:.1f}%/{:.1f}%", 100.0 * row.a.variation, 100.0 * row.b->variation),
                       sample_count(row), remark(row));
}

nlohmann::json json_of(const Timing& timing, std::size_t bytes, std::size_t elements) {
    nlohmann::json json{{"library", timing.library}, {"variant", timing.variant}};
    if (timing.calls == 0) return json;
    json["ns_per_call"] = timing.nanoseconds;
    if (timing.interval) json["interval"] = {timing.interval->low, timing.interval->high};
    json["gb_per_s"] = gigabytes_per_second(bytes, timing.nanoseconds);
    json["ns_per_element"] = timing.nanoseconds / static_cast<double>(elements);
    json["cv"] = timing.variation;
    json["calls_per_sample"] = timing.calls;
    return json;
}

std::string_view state_name(Row::State state) {
    constexpr std::string_view names[] = {"valid", "invalid", "not run", "wrong result", "crashed"};
    return names[static_cast<std::size_t>(state)];
}

nlohmann::json json_of(const Row& row) {
    nlohmann::json json{{"op", row.op},
                        {"workload", row.workload},
                        {"sizes", row.sizes},
                        {"state", state_name(row.state)},
                        {"reason", row.reason},
                        {"bytes", row.bytes},
                        {"elements", row.elements},
                        {"unchecked", row.unchecked},
                        {"samples", row.samples},
                        {"voided", row.voided},
                        {"kernel", json_of(row.a, row.bytes, row.elements)}};
    if (row.b) json["peer"] = json_of(*row.b, row.bytes, row.elements);
    if (row.comparison)
        json["comparison"] = {{"ratio", row.comparison->ratio},
                              {"interval", {row.comparison->interval.low, row.comparison->interval.high}},
                              {"verdict", name_of(row.comparison->verdict)}};
    for (const ReadLoop& loop : row.read_loops)
        json["read_loops"].push_back({{"name", loop.name}, {"gb_per_s", loop.bandwidth}, {"share", loop.share}});
    return json;
}

}  // namespace

std::string text_head(const BenchReport& report) {
    const Machine& machine = report.machine;
    std::string text = fmt::format(
        "{}; one thread on CPU {} ({}); load average {}; virtual machine: {}\n"
        "caches {}: L1d {}, L2 {}, last level {}; a reading of the clock takes {:.0f} ns; seed {}\n\n",
        machine.cpu_model, machine.cpu, machine.pinned ? "pinned" : "not pinned: not permitted",
        machine.load_average ? fmt::format("{:.2f}", *machine.load_average) : "not known", machine.virtual_machine,
        machine.caches.reported ? "as reported" : "ASSUMED, the system does not report them",
        size_text(machine.caches.l1_data), size_text(machine.caches.l2), size_text(machine.caches.last_level),
        report.clock_overhead, report.seed);
    if (report.against)
        return text + fmt::format(fmt::runtime(against_format), "op", "workload", "A : B", "A ns/call", "B ns/call",
                                  "B/A", "95% interval", "A is", "CV A/B", "n, voided", "");
    return text + fmt::format(fmt::runtime(alone_format), "op", "workload", "variant", "ns/call", "95% interval",
                              "GB/s", "ns/value", "CV", "n, voided", "");
}

std::string text_row(const Row& row) {
    if (!row.shows_numbers())
        return fmt::format("{:<16} {:<20} {}  {}\n", row.op, row.workload, names(row), remark(row));
    return row.comparison ? row_against(row) : row_alone(row);
}

std::string text_foot(const BenchReport& report) {
    const auto count = [&](Row::State state) { return std::ranges::count(report.rows, state, &Row::state); };
    std::string text = fmt::format("\n{}{} rows: {} valid, {} INVALID, {} NOT RUN, {} WRONG RESULT, {} CRASHED\n",
                                   report.interrupted ? "interrupted: " : "", report.rows.size(),
                                   count(Row::State::valid), count(Row::State::invalid), count(Row::State::not_run),
                                   count(Row::State::wrong), count(Row::State::stopped));
    text +=
        "ns/call: the median of n samples; voided: batches taken out because the system reports that the thread "
        "was "
        "interrupted meanwhile.\n";
    if (report.against)
        text += "B/A: how many times faster A is; measured in turn, in random order, on the same data.\n";
    return text;
}

nlohmann::json json_of(const BenchReport& report) {
    const Machine& machine = report.machine;
    nlohmann::json rows = nlohmann::json::array();
    for (const Row& row : report.rows) rows.push_back(json_of(row));
    nlohmann::json json{{"brickproof", report.version},
                        {"seed", report.seed},
                        {"interrupted", report.interrupted},
                        {"clock_overhead_ns", report.clock_overhead},
                        {"machine",
                         {{"cpu_model", machine.cpu_model},
                          {"cpu", machine.cpu},
                          {"pinned", machine.pinned},
                          {"virtual_machine", machine.virtual_machine},
                          {"caches_reported", machine.caches.reported},
                          {"l1d", machine.caches.l1_data},
                          {"l2", machine.caches.l2},
                          {"last_level", machine.caches.last_level}}},
                        {"rows", rows}};
    if (machine.load_average) json["machine"]["load_average"] = *machine.load_average;
    return json;
}

}  // namespace brickproof::bench
