#include "cases/golden_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace brickproof::golden {
namespace {

std::size_t judged(const KernelCheck& check) {
    return check.passed + check.failures.size();
}

std::string verdict_of(const KernelCheck& check) {
    if (!check.not_runnable.empty() || judged(check) == 0) return "NOT RUN";
    return check.failures.empty() ? "PASS" : "FAIL";
}

std::string reason_of(const KernelCheck& check) {
    if (!check.not_runnable.empty()) return check.not_runnable;
    return judged(check) == 0 ? "no golden case that it accepts" : "";
}

std::string words_of(const KernelCheck& check) {
    if (const std::string reason = reason_of(check); !reason.empty()) return "NOT RUN: " + reason;
    std::string text = check.failures.empty() ? fmt::format("PASS {} of {}", judged(check), judged(check))
                                              : fmt::format("FAIL {} of {}", check.failures.size(), judged(check));
    if (check.largest_share > 0.0) text += fmt::format(", at most {:.2g} of the bound", check.largest_share);
    if (check.by_bound > 0) text += fmt::format("; {} of them by the contract's bound, as a guest", check.by_bound);
    if (check.outside > 0) text += fmt::format("; {} outside its assumptions not judged", check.outside);
    if (check.its_own > 0) text += fmt::format("; {} of its own library's making not judged", check.its_own);
    return text;
}

// "q8_0.dot            23 cases: 17 independent, 1 oracle, 5 standard"
std::string op_line(std::string_view op, std::span<const GoldenCase> cases) {
    std::size_t all = 0;
    std::map<std::string_view, std::size_t> by_origin;
    for (const GoldenCase& golden : cases) {
        if (golden.manifest.op != op) continue;
        ++all;
        ++by_origin[name_of(golden.manifest.origin)];
    }
    std::string origins;
    for (const auto& [origin, count] : by_origin)
        origins += fmt::format("{}{} {}", origins.empty() ? "" : ", ", count, origin);
    return fmt::format("{:<18}{} case{}: {}\n", op, all, all == 1 ? "" : "s", origins.empty() ? "none" : origins);
}

}  // namespace

std::string check_report(std::span<const KernelCheck> checks, std::span<const GoldenCase> cases) {
    std::string text;
    std::size_t width = 0;
    for (const KernelCheck& check : checks)
        width = std::max(width, check.library.size() + check.variant.size() + 3);
    std::vector<std::string_view> ops;
    for (const KernelCheck& check : checks)
        if (std::ranges::find(ops, check.op) == ops.end()) ops.push_back(check.op);
    for (const std::string_view op : ops) {
        text += op_line(op, cases);
        for (const KernelCheck& check : checks)
            if (check.op == op)
                text +=
                    fmt::format("  {:<{}}  {}\n", check.library + " / " + check.variant, width, words_of(check));
    }
    for (const KernelCheck& check : checks)
        for (const Failure& failure : check.failures)
            text += fmt::format("\nFAIL {} / {} of {}\n  case {}/{}\n  {}\n", check.op, check.variant,
                                check.library, stem_of(check.op), failure.case_name, failure.message);
    return text;
}

std::string check_json(std::span<const KernelCheck> checks, std::size_t cases,
                       std::span<const std::string> problems, std::span<const std::string> moved,
                       std::string_view version) {
    using Json = nlohmann::ordered_json;
    Json kernels = Json::array();
    for (const KernelCheck& check : checks) {
        Json failures = Json::array();
        for (const Failure& failure : check.failures)
            failures.push_back({{"case", failure.case_name}, {"message", failure.message}});
        kernels.push_back({{"library", check.library},
                           {"op", check.op},
                           {"variant", check.variant},
                           {"verdict", verdict_of(check)},
                           {"reason", reason_of(check)},
                           {"passed", check.passed},
                           {"outside", check.outside},
                           {"its_own", check.its_own},
                           {"by_bound", check.by_bound},
                           {"largest_share_of_bound", check.largest_share},
                           {"failures", failures}});
    }
    const Json report{{"brickproof", version},
                      {"cases", cases},
                      {"problems", std::vector<std::string>(problems.begin(), problems.end())},
                      {"moved", std::vector<std::string>(moved.begin(), moved.end())},
                      {"kernels", kernels}};
    return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace brickproof::golden
