#include "bench/report/data_report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "bench/report/bench_report.hpp"

namespace brickproof::bench {
namespace {

nlohmann::json json_of(const std::optional<Interval>& interval) {
    return interval ? nlohmann::json{interval->low, interval->high} : nlohmann::json();
}

nlohmann::json json_of(const Timing& timing) {
    nlohmann::json json{{"library", timing.library}, {"variant", timing.variant}};
    if (timing.summary.count == 0) return json;
    json.update(json_of(timing.summary, "ns"));
    json.update({{"raw_cv", timing.raw_variation},
                 {"calls_per_second", 1e9 / timing.summary.median},
                 {"calls_per_sample", timing.calls},
                 {"samples_ns", rounded(timing.samples)},
                 {"voided_ns", rounded(timing.voided)}});
    if (timing.cycles) json["cycles_per_call"] = *timing.cycles;
    if (timing.instructions) json["instructions_per_call"] = *timing.instructions;
    return json;
}

std::string_view key_of(Row::State state) {
    constexpr std::string_view names[] = {"valid", "invalid", "not run", "wrong result", "crashed"};
    return names[static_cast<std::size_t>(state)];
}

nlohmann::json attempts_of(const Row& row) {
    nlohmann::json attempts = nlohmann::json::array();
    for (const Attempt& attempt : row.attempts)
        attempts.push_back({{"sample_ns", attempt.sample_nanoseconds},
                            {"turns", attempt.turns},
                            {"samples", attempt.samples},
                            {"voided", attempt.voided},
                            {"reason", attempt.reason}});
    return attempts;
}

nlohmann::json json_of(const Row& row) {
    nlohmann::json json{{"op", row.op},
                        {"workload", row.workload},
                        {"sizes", row.sizes},
                        {"state", key_of(row.state)},
                        {"reason", row.reason},
                        {"level", name_of(row.level)},
                        {"working_set", row.working_set},
                        {"bytes_read", row.bytes_read},
                        {"bytes_written", row.bytes_written},
                        {"elements", row.elements},
                        {"unchecked", row.unchecked},
                        {"remark", remark_of(row)},
                        {"work",
                         {{"multiply_adds", row.work.multiply_adds},
                          {"int8_multiply_adds", row.work.int8_multiply_adds},
                          {"divisions", row.work.divisions},
                          {"square_roots", row.work.square_roots}}},
                        {"kernel", json_of(row.a)}};
    if (row.b) json["peer"] = json_of(*row.b);
    if (!row.shows_numbers()) return json;
    json.update(
        {{"gb_per_s", row.gigabytes_per_second()},
         {"elements_per_cycle", row.elements_per_cycle()},
         {"core_ghz", row.gigahertz},
         {"call_overhead_ns", row.call_overhead},
         {"warm_ups", row.warm_ups},
         {"seconds", row.seconds},
         {"attempts", attempts_of(row)},
         {"limit", {{"name", row.bound.name}, {"ns", row.bound.nanoseconds}, {"share", row.share_of_bound()}}}});
    for (const Disturbance d :
         {Disturbance::interrupt, Disturbance::stolen, Disturbance::switched, Disturbance::memory})
        json["disturbed"][std::string(name_of(d))] = row.disturbances[static_cast<std::size_t>(d)];
    if (const auto& c = row.comparison)
        json["comparison"] = {{"ratio", c->ratio},
                              {"interval", {c->interval.low, c->interval.high}},
                              {"verdict", name_of(c->verdict)},
                              {"side_by_side", c->side_by_side}};
    if (row.comparison && row.comparison->side_by_side)
        json["comparison"].update({{"cv", row.comparison->variation}, {"holds", row.comparison->holds}});
    if (row.memory)
        json["memory_probe"] = {{"quiet_gb_per_s", row.memory->quiet},
                                {"samples_gb_per_s", rounded(row.memory->counted)},
                                {"voided_gb_per_s", rounded(row.memory->voided)}};
    if (row.read_loop)
        json["read_loop"] = {{"gb_per_s", row.read_loop->bandwidth}, {"share", row.read_loop->share}};
    return json;
}

nlohmann::json json_of(const Limits& limits) {
    nlohmann::json json{{"instructions", limits.instructions},
                        {"multiply_adds", limits.peaks.multiply_adds},
                        {"int8_multiply_adds", limits.peaks.int8_multiply_adds},
                        {"divisions", limits.peaks.divisions},
                        {"square_roots", limits.peaks.square_roots}};
    for (const Level level : {Level::l1, Level::l2, Level::l3, Level::dram})
        if (const auto& b = limits.bandwidth[static_cast<std::size_t>(level)])
            json["gb_per_s"][std::string(name_of(level))] = {
                {"read", b->read}, {"write", b->write}, {"copy", b->copy}, {"update", b->update}};
    return json;
}

std::string csv_field(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

std::string number(double value) {
    return fmt::format("{:.6g}", value);
}

// Name and value of each column; values of rows without numbers are empty.
struct Column {
    std::string_view name;
    std::string (*value)(const Row&);
};
constexpr std::array columns = std::to_array<Column>({
    {"op", [](const Row& r) { return csv_field(r.op); }},
    {"workload", [](const Row& r) { return csv_field(r.workload); }},
    {"sizes", [](const Row& r) { return csv_field(r.sizes); }},
    {"library", [](const Row& r) { return csv_field(r.a.library); }},
    {"variant", [](const Row& r) { return csv_field(r.a.variant); }},
    {"state", [](const Row& r) { return csv_field(std::string(key_of(r.state))); }},
    {"reason", [](const Row& r) { return csv_field(r.reason); }},
    {"n", [](const Row& r) { return fmt::format("{}", r.a.summary.count); }},
    {"voided", [](const Row& r) { return fmt::format("{}", r.voided()); }},
    {"median_ns", [](const Row& r) { return number(r.a.summary.median); }},
    {"median_low_ns",
     [](const Row& r) { return r.a.summary.median_interval ? number(r.a.summary.median_interval->low) : ""; }},
    {"median_high_ns",
     [](const Row& r) { return r.a.summary.median_interval ? number(r.a.summary.median_interval->high) : ""; }},
    {"mean_ns", [](const Row& r) { return number(r.a.summary.mean); }},
    {"mean_low_ns",
     [](const Row& r) { return r.a.summary.mean_interval ? number(r.a.summary.mean_interval->low) : ""; }},
    {"mean_high_ns",
     [](const Row& r) { return r.a.summary.mean_interval ? number(r.a.summary.mean_interval->high) : ""; }},
    {"standard_deviation_ns", [](const Row& r) { return number(r.a.summary.standard_deviation); }},
    {"mad_ns", [](const Row& r) { return number(r.a.summary.median_absolute_deviation); }},
    {"cv", [](const Row& r) { return number(r.a.summary.variation); }},
    {"raw_cv", [](const Row& r) { return number(r.a.raw_variation); }},
    {"p50_ns", [](const Row& r) { return number(r.a.summary.p50); }},
    {"p99_ns", [](const Row& r) { return number(r.a.summary.p99); }},
    {"gb_per_s", [](const Row& r) { return number(r.gigabytes_per_second()); }},
    {"elements_per_cycle", [](const Row& r) { return number(r.elements_per_cycle()); }},
    {"limit", [](const Row& r) { return csv_field(r.bound.name); }},
    {"share_of_limit", [](const Row& r) { return number(r.share_of_bound()); }},
    {"peer", [](const Row& r) { return r.b ? csv_field(r.b->library + " " + r.b->variant) : ""; }},
    {"ratio", [](const Row& r) { return r.comparison ? number(r.comparison->ratio) : ""; }},
    {"ratio_low", [](const Row& r) { return r.comparison ? number(r.comparison->interval.low) : ""; }},
    {"ratio_high", [](const Row& r) { return r.comparison ? number(r.comparison->interval.high) : ""; }},
});
constexpr std::size_t columns_without_numbers = 7;

}  // namespace

nlohmann::json json_of(const Summary& s, std::string_view unit) {
    nlohmann::json json{{"n", s.count}};
    if (s.count == 0) return json;
    const std::pair<const char*, double> times[] = {
        {"mean", s.mean},     {"standard_deviation", s.standard_deviation},
        {"median", s.median}, {"mad", s.median_absolute_deviation},
        {"least", s.least},   {"p50", s.p50},
        {"p99", s.p99},       {"most", s.most}};
    for (const auto& [name, value] : times) json[fmt::format("{}_{}", name, unit)] = value;
    json["cv"] = s.variation;
    json["serial_correlation"] = s.serial_correlation;
    json["mean_interval"] = json_of(s.mean_interval);
    json["median_interval"] = json_of(s.median_interval);
    return json;
}

nlohmann::json json_of(const Machine& machine) {
    nlohmann::json json{{"cpu_model", machine.cpu_model},
                        {"described", describe_quiet(machine)},
                        {"cpus", machine.cpus},
                        {"cpu", machine.cpu},
                        {"pinned", machine.pinned},
                        {"priority", machine.priority},
                        {"governor", machine.governor},
                        {"turbo", machine.turbo},
                        {"virtual_machine", machine.virtual_machine},
                        {"stolen_seconds", machine.stolen_seconds},
                        {"caches_reported", machine.caches.reported},
                        {"l1d", machine.caches.l1_data},
                        {"l2", machine.caches.l2},
                        {"last_level", machine.caches.last_level}};
    if (machine.load_average) json["load_average"] = *machine.load_average;
    if (machine.runnable) json["runnable"] = *machine.runnable;
    return json;
}

std::vector<double> rounded(const std::vector<double>& values) {
    std::vector<double> short_ones;
    for (const double value : values) {
        const double unit = value == 0.0 ? 1.0 : std::pow(10.0, std::floor(std::log10(std::fabs(value))) - 5.0);
        short_ones.push_back(std::round(value / unit) * unit);
    }
    return short_ones;
}

nlohmann::json json_of(const BenchReport& report) {
    nlohmann::json rows = nlohmann::json::array();
    for (const Row& row : report.rows) rows.push_back(json_of(row));
    return {{"brickproof", report.version},
            {"started", report.started},
            {"seed", report.seed},
            {"interrupted", report.interrupted},
            {"against", report.against},
            {"not_comparable", report.not_comparable},
            {"seconds_per_row", report.seconds_per_row},
            {"clock", {{"name", report.clock}, {"ns_per_tick", report.nanoseconds_per_tick}}},
            {"sample_overhead_ns", report.sample_overhead},
            {"interrupts_show", report.interrupts_show},
            {"without_counters", report.without_counters},
            {"machine", json_of(report.machine)},
            {"limits", json_of(report.limits)},
            {"rows", rows}};
}

std::string csv_of(const BenchReport& report) {
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ",", columns[i].name);
    text += "\r\n";
    for (const Row& row : report.rows) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const bool shown = i < columns_without_numbers || row.shows_numbers();
            text += fmt::format("{}{}", i == 0 ? "" : ",", shown ? columns[i].value(row) : "");
        }
        text += "\r\n";
    }
    return text;
}

}  // namespace brickproof::bench
