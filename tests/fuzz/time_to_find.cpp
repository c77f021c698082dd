// How soon each planted fault is found: by the guided search, and by blind random bytes judged by the same
// statements. Executions and seconds of CPU to the first failure, which is not shrunk. docs/fuzzing.md has the
// table.
//
//     time_to_find [--op GLOB] [--fault OP/NAME...] [--seeds N] [--executions N] [--seconds S] [--faults]
#include <fmt/format.h>
#include <fnmatch.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/search/guided_search.hpp"
#include "fuzz/search/random_stream.hpp"
#include "judge/child_pool.hpp"
#include "judge/shared.hpp"
#include "planted_fault.hpp"

namespace {

using namespace brickproof;

struct Limits {
    std::uint64_t executions = 20000;
    double seconds = 10.0;  // of CPU
};

// Written by the child, read by the parent, also when the fault took the child along.
struct Record {
    std::atomic<std::uint64_t> executions{0};
    std::atomic<std::uint64_t> microseconds{0};
    std::atomic<bool> found{false};
};

struct Search {
    bool found = false;
    double executions = 0.0;
    double seconds = 0.0;
};

double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void search_in_child(const Kernel& kernel, bool guided, std::uint64_t seed, const Limits& limits, Record& record) {
    const double begun = cpu_seconds();
    const auto note = [&] { record.microseconds = static_cast<std::uint64_t>((cpu_seconds() - begun) * 1e6); };
    fuzz::GuidedSearch search(kernel, {.seed = seed, .guided = guided},
                              {.on_case =
                                   [&](const Bytes&) {
                                       ++record.executions;
                                       note();
                                   },
                               .on_failure =
                                   [&](std::string_view) {
                                       record.found = true;
                                       note();
                                       _exit(0);
                                   }});
    while (record.executions < limits.executions && cpu_seconds() - begun < limits.seconds) search.step();
}

Search search(const Kernel& kernel, bool guided, std::uint64_t seed, const Limits& limits) {
    const Shared<Record> record;
    bool ended_by_the_fault = false;
    run_child({.work = [&](int) { search_in_child(kernel, guided, seed, limits, *record); },
               .on_end =
                   [&](const ChildEnd& end) {
                       ended_by_the_fault = !end.ended_well();
                       return false;
                   }});
    const Search result{record->found || ended_by_the_fault, static_cast<double>(record->executions),
                        static_cast<double>(record->microseconds) * 1e-6};
    return result;
}

// The searches of one fault, or of all faults of an op, in one way.
struct Searches {
    std::vector<Search> all;

    std::size_t found() const {
        return static_cast<std::size_t>(std::ranges::count_if(all, [](const Search& s) { return s.found; }));
    }
    // Of a share of all searches; those that did not find are beyond all that did.
    double quantile(double share, double Search::*what) const {
        std::vector<double> values;
        for (const Search& s : all) values.push_back(s.found ? s.*what : INFINITY);
        std::ranges::sort(values);
        return values[std::min(values.size() - 1,
                               static_cast<std::size_t>(share * static_cast<double>(values.size())))];
    }
    void add(const Searches& other) { all.insert(all.end(), other.all.begin(), other.all.end()); }
};

struct Comparison {
    Searches guided;
    Searches blind;
    void add(const Comparison& other) {
        guided.add(other.guided);
        blind.add(other.blind);
    }
};

std::string shown(double value, bool seconds) {
    if (std::isinf(value)) return "-";
    return seconds ? fmt::format("{:.1f}", 1000.0 * value) : fmt::format("{:.0f}", value);
}

void print_row(const std::string& name, const Comparison& comparison) {
    std::string row = fmt::format("| {} | {} |", name, comparison.guided.all.size());
    for (const Searches* searches : {&comparison.guided, &comparison.blind})
        row += fmt::format(" {} | {} | {} | {} | {} |", searches->found(),
                           shown(searches->quantile(0.5, &Search::executions), false),
                           shown(searches->quantile(0.9, &Search::executions), false),
                           shown(searches->quantile(0.5, &Search::seconds), true),
                           shown(searches->quantile(0.9, &Search::seconds), true));
    fmt::print("{}\n", row);
    std::fflush(stdout);
}

Comparison compare(const faults::PlantedFault& fault, std::uint64_t seeds, const Limits& limits) {
    const Kernel kernel{
        .library = "planted", .variant = fault.name, .fn = fault.fn, .contract = find_contract(fault.op)};
    Comparison comparison;
    for (std::uint64_t i = 0; i < seeds; ++i) {
        comparison.guided.all.push_back(search(kernel, true, fuzz::stream_seed(1, i), limits));
        comparison.blind.all.push_back(search(kernel, false, fuzz::stream_seed(1, i), limits));
    }
    return comparison;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("How soon planted faults are found, guided and blind");
    std::string op = "*";
    std::uint64_t seeds = 3;
    Limits limits;
    bool each = false;
    app.add_option("--op", op, "Only ops that match");
    std::vector<std::string> only;
    app.add_option("--fault", only, "Only these, as OP/NAME");
    app.add_option("--seeds", seeds, "Searches of each fault")->check(CLI::Range(1, 1000));
    app.add_option("--executions", limits.executions, "At most so many a search");
    app.add_option("--seconds", limits.seconds, "At most so many seconds of CPU a search");
    app.add_flag("--faults", each, "A row for each fault too");
    CLI11_PARSE(app, argc, argv);

    fmt::print(
        "| op | searches | guided: found | median executions | 90 % | median ms | 90 % "
        "| blind: found | median executions | 90 % | median ms | 90 % |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    std::map<std::string, Comparison> by_op;
    Comparison total;
    for (const faults::PlantedFault& fault : faults::planted_faults()) {
        if (fnmatch(op.c_str(), fault.op, 0) != 0) continue;
        if (!only.empty() && std::ranges::count(only, fmt::format("{}/{}", fault.op, fault.name)) == 0) continue;
        const Comparison comparison = compare(fault, seeds, limits);
        by_op[fault.op].add(comparison);
        total.add(comparison);
        if (each) print_row(fmt::format("{} {}", fault.op, fault.name), comparison);
        if (comparison.guided.found() < seeds)
            fmt::print(stderr, "{} / {} ({}): found in {} of {} guided searches, {} of {} blind ones\n", fault.op,
                       fault.name, fault.caught_by, comparison.guided.found(), seeds, comparison.blind.found(),
                       seeds);
    }
    for (const auto& [name, comparison] : by_op) print_row("`" + name + "`", comparison);
    if (by_op.size() > 1) print_row("all", total);
    return 0;
}
