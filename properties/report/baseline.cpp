#include "report/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/atomic_file.hpp"

namespace brickproof {
namespace {

constexpr int format_version = 1;

// An entry with a file is of kernels from that file. One without is of the only kernel of its name: where a run has
// several, it does not say which.
bool is_of(const KnownFailure& known, const KernelVerdict& kernel) {
    if (known.op != kernel.op || known.variant != kernel.variant) return false;
    if (known.file.empty()) return kernel.apart.empty();
    if (known.file == "builtin" || kernel.plugin_path.empty())
        return known.file == "builtin" && kernel.plugin_path.empty();
    return kernel.plugin_path == known.file || kernel.plugin_path.ends_with("/" + known.file);
}

}  // namespace

Expected<std::vector<KnownFailure>> read_baseline(const std::string& path) {
    const Expected<std::string> text = read_file(path);
    if (!text) return Problem{text.problem()};
    return parse_baseline(*text, path);
}

Expected<std::vector<KnownFailure>> parse_baseline(std::string_view text, const std::string& path) {
    try {
        const nlohmann::json json = nlohmann::json::parse(text);
        if (json.at("brickproof_baseline") != format_version)
            return Problem{fmt::format("{} is a baseline of another format; this brickproof reads version {}", path,
                                       format_version)};
        std::vector<KnownFailure> known;
        for (const nlohmann::json& entry : json.at("known"))
            known.push_back(
                {entry.at("op"), entry.at("variant"), entry.at("statement"), entry.value("file", std::string())});
        return known;
    } catch (const nlohmann::json::exception& error) {
        return Problem{fmt::format("{} is no baseline as --write-baseline makes it: {}", path, error.what())};
    }
}

std::string baseline_text(const Report& report) {
    nlohmann::ordered_json known = nlohmann::ordered_json::array();
    for (const KernelVerdict& kernel : report.kernels)
        for (const StatementVerdict& statement : kernel.statements)
            if (statement.verdict == Verdict::fail || statement.verdict == Verdict::known) {
                known.push_back({{"op", kernel.op}, {"variant", kernel.variant}, {"statement", statement.name}});
                if (!kernel.apart.empty()) known.back()["file"] = kernel.apart;
            }
    const nlohmann::ordered_json baseline{{"brickproof_baseline", format_version}, {"known", known}};
    return baseline.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void apply_baseline(const std::vector<KnownFailure>& known, Report& report) {
    for (KernelVerdict& kernel : report.kernels) {
        for (StatementVerdict& statement : kernel.statements) {
            const auto lists = [&](const KnownFailure& entry) {
                return entry.statement == statement.name && is_of(entry, kernel);
            };
            if (std::ranges::none_of(known, lists)) continue;
            if (statement.verdict == Verdict::fail)
                statement.verdict = Verdict::known;
            else if (statement.verdict != Verdict::not_run) {
                statement.verdict = Verdict::fixed;
                statement.message = "no longer fails: remove it from the baseline";
            }
        }
        if (!kernel.statements.empty()) kernel.verdict = overall(kernel);
    }
}

}  // namespace brickproof
