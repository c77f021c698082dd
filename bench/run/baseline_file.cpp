#include "bench/run/baseline_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/measure/diagnosis.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::bench {
namespace {

constexpr double longest_time = 1e15;  // ns: eleven days

Machine machine_of(const nlohmann::json& json) {
    Machine machine;
    machine.cpu_model = json.at("cpu_model");
    machine.cpus = json.at("cpus");
    machine.governor = json.at("governor");
    machine.turbo = json.at("turbo");
    machine.virtual_machine = json.at("virtual_machine");
    machine.caches = {json.at("l1d"), json.at("l2"), json.at("last_level"), true};
    return machine;
}

BaselineRow row_of(const nlohmann::json& json) {
    const nlohmann::json& kernel = json.at("kernel");
    BaselineRow row{json.at("op"), json.at("workload"), json.at("sizes"), {}, json.at("state") == "valid"};
    row.timing = timed(kernel.at("library"), kernel.at("variant"), kernel.at("samples_ns"), kernel.at("voided_ns"),
                       kernel.at("calls_per_sample"));
    row.valid = row.valid && row.timing.samples.size() >= least_samples;
    return row;
}

// What no run writes, but an editor may. Empty if there is nothing.
std::string flaw_of(const BaselineRow& row) {
    const auto no_time = [](double sample) { return !(sample > 0.0 && sample < longest_time); };
    const auto& samples = row.timing.samples;
    const auto bad = std::ranges::find_if(samples, no_time);
    if (bad == samples.end()) return {};
    return fmt::format("sample {} of {}, {}, {} is {}, which is no time in ns", bad - samples.begin(), row.op,
                       row.workload, row.timing.variant, *bad);
}

// The library begins its sentences with "[json.exception.parse_error.101] ".
std::string without_number(std::string_view sentence) {
    return std::string(sentence.starts_with('[') ? sentence.substr(sentence.find(']') + 2) : sentence);
}

}  // namespace

const BaselineRow* Baseline::find(const Row& row) const {
    const auto same = [&row](const BaselineRow& each) {
        return each.valid && each.op == row.op && each.workload == row.workload && each.sizes == row.sizes &&
               each.timing.variant == row.a.variant;
    };
    const auto found = std::ranges::find_if(rows, same);
    return found == rows.end() ? nullptr : &*found;
}

bool is_baseline_file(const std::string& path) {
    std::ifstream file(path);
    char first = 0;
    return path.ends_with(".json") || (file >> first && first == '{');
}

Expected<Baseline> read_baseline(const std::string& path) {
    const Expected<std::string> text = read_file(path);
    if (!text) return Problem{text.problem()};
    return parse_baseline(path, *text);
}

Expected<Baseline> parse_baseline(const std::string& path, std::string_view text) {
    try {
        const nlohmann::json json = nlohmann::json::parse(text);
        Baseline baseline{path, machine_of(json.at("machine"))};
        for (const nlohmann::json& row : json.at("rows")) {
            if (!row.at("kernel").contains("samples_ns")) continue;
            baseline.rows.push_back(row_of(row));
            if (const std::string flaw = flaw_of(baseline.rows.back()); !flaw.empty())
                return Problem{fmt::format("{} is no report as bench --json writes it: {}", path, flaw)};
        }
        if (baseline.rows.empty()) return Problem{fmt::format("{} holds no row that was measured", path)};
        return baseline;
    } catch (const nlohmann::json::exception& error) {
        return Problem{
            fmt::format("{} is no report as bench --json writes it: {}", path, without_number(error.what()))};
    }
}

}  // namespace brickproof::bench
