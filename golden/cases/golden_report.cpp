#include "cases/golden_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace brickproof::golden {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(std::span<const Failure> failures) {
    Json json = Json::array();
    for (const Failure& failure : failures)
        json.push_back({{"case", failure.case_name}, {"message", failure.message}});
    return json;
}

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
    // Of cases that fail, the messages say how far they are off.
    if (check.largest_share > 0.0 && check.failures.empty())
        text += fmt::format(", at most {:.2g} of the bound", check.largest_share);
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
        if (golden.contract->op != op) continue;
        ++all;
        ++by_origin[name_of(golden.info.origin)];
    }
    std::string origins;
    for (const auto& [origin, count] : by_origin)
        origins += fmt::format("{}{} {}", origins.empty() ? "" : ", ", count, origin);
    return fmt::format("{:<18}{} case{}: {}\n", op, all, all == 1 ? "" : "s", origins.empty() ? "none" : origins);
}

// "MOVED softmax/pinned_n65: 1 of 65 values moved, ..." and a line that counts; empty where nothing is pinned.
std::string pins_report(std::span<const KernelCheck> checks) {
    std::string text;
    std::size_t held = 0;
    std::size_t moved = 0;
    for (const KernelCheck& check : checks) {
        held += check.pins_held;
        moved += check.pins_moved.size();
        for (const Failure& pin : check.pins_moved)
            text += fmt::format("MOVED {}/{}: {}\n", stem_of(check.op), pin.case_name, pin.message);
    }
    if (held + moved == 0) return "";
    return text + fmt::format("pins of our own scalar kernels: {} hold, {} moved\n", held, moved);
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
    return text + "\n" + pins_report(checks);
}

std::string check_json(std::span<const KernelCheck> checks, std::size_t cases,
                       std::span<const std::string> problems, std::string_view version) {
    Json kernels = Json::array();
    for (const KernelCheck& check : checks) {
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
                           {"failures", json_of(check.failures)},
                           {"pins_held", check.pins_held},
                           {"pins_moved", json_of(check.pins_moved)}});
    }
    const Json report{{"brickproof", version},
                      {"cases", cases},
                      {"problems", std::vector<std::string>(problems.begin(), problems.end())},
                      {"kernels", kernels}};
    return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace brickproof::golden
