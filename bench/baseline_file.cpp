#include "bench/baseline_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "report/atomic_file.hpp"

namespace brickproof::bench {
namespace {

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
    return row;
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
    return static_cast<bool>(file >> first) && first == '{';
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
        for (const nlohmann::json& row : json.at("rows"))
            if (row.at("kernel").contains("samples_ns")) baseline.rows.push_back(row_of(row));
        if (baseline.rows.empty()) return Problem{fmt::format("{} holds no row that was measured", path)};
        return baseline;
    } catch (const nlohmann::json::exception& error) {
        return Problem{fmt::format("{} is no report as bench --json writes it: {}", path, error.what())};
    }
}

}  // namespace brickproof::bench
