#include "cases/golden_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "cases/golden_run.hpp"
#include "cases/golden_update.hpp"
#include "cases/movement.hpp"
#include "engine/compare.hpp"
#include "judge/plugin.hpp"
#include "judge/wrong_values.hpp"

namespace brickproof::golden {
namespace {

// A value that was rounded once is off by at most this much of itself.
constexpr double float64_roundoff = 0x1p-53;
constexpr double float32_roundoff = 0x1p-24;
constexpr double float32_least_half = 0x1p-150;  // half the distance of subnormal neighbours

Outputs expected_outputs(const GoldenCase& golden, const Outputs& got) {
    Outputs expected;
    for (std::size_t i = 0; i < golden.expected.size(); ++i) {
        const Expectation& expectation = golden.expected[i];
        Array<std::byte>& array = expected.arrays.emplace_back(expectation.tensor.bytes.size());
        if (array.empty()) continue;
        std::memcpy(array.data(), expectation.tensor.bytes.data(), array.size());
        if (!expectation.mask) continue;
        const std::size_t width = size_of(expectation.tensor.dtype);
        for (std::size_t element = 0; element < expectation.mask->bytes.size(); ++element)
            if (expectation.mask->bytes[element] == 0)
                std::copy_n(got.arrays[i].data() + element * width, width, array.data() + element * width);
    }
    return expected;
}

// How far an expectation itself may be from the exact value.
double own_error(const CaseInfo& info, double value, double bound) {
    if (info.origin == Origin::implementation) return bound;
    const double magnitude = std::fabs(value);
    if (info.rounded == Rounded::float64) return magnitude * float64_roundoff;
    return std::max(magnitude * float32_roundoff, float32_least_half);
}

// The contract's bounds around the golden values.
std::vector<OracleOutput> golden_oracle(const GoldenCase& golden) {
    std::vector<OracleOutput> oracle = golden.contract->oracle(golden.inputs);
    for (std::size_t i = 0; i < oracle.size(); ++i) {
        const std::string& bytes = golden.expected[i].tensor.bytes;
        if (!bytes.empty()) std::memcpy(oracle[i].exact.data(), bytes.data(), bytes.size());
        for (std::size_t j = 0; j < oracle[i].exact.size(); ++j)
            oracle[i].bound[j] += own_error(golden.info, oracle[i].exact[j], oracle[i].bound[j]);
    }
    return oracle;
}

// A pinned case: empty where every value is the one that was pinned, else '~' and what moved, or '!' and why there
// is nothing to compare.
std::string check_pin_in_child(KernelRunner& runner, const GoldenCase& golden) {
    const Run run = runner.run(golden.inputs, {});
    if (run.violation != Run::Violation::none || run.stopped) return "!" + run.what;
    const Movement movement = movement_of(golden, expected_values(golden), output_values_of(golden, run.outputs));
    return movement.moved == 0 ? "" : "~" + summary_of(movement);
}

// A share of the bound where the case passes, else '!' and why not.
std::string check_in_child(KernelRunner& runner, const Kernel& kernel, const GoldenCase& golden) {
    if (golden.info.origin == Origin::pinned) return check_pin_in_child(runner, golden);
    const Outcome outcome = check_case(runner, kernel, golden);
    return outcome.kind == Outcome::Kind::pass ? fmt::format("{}", outcome.share_of_bound) : "!" + outcome.message;
}

void count(KernelCheck& check, const Kernel& kernel, const GoldenCase& golden, const Reply& reply) {
    if (comparison_for(kernel, golden) != golden.info.comparison) ++check.by_bound;
    if (reply.lost || reply.text.starts_with('!')) {
        check.failures.push_back({golden.info.name, reply.lost ? reply.text : reply.text.substr(1)});
        return;
    }
    if (golden.info.origin == Origin::pinned) {
        if (reply.text.empty())
            ++check.pins_held;
        else
            check.pins_moved.push_back({golden.info.name, reply.text.substr(1)});
        return;
    }
    ++check.passed;
    check.largest_share = std::max(check.largest_share, std::strtod(reply.text.c_str(), nullptr));
}

}  // namespace

Comparison comparison_for(const Kernel& kernel, const GoldenCase& golden) {
    return kernel.plugin_path.empty() ? golden.info.comparison : golden.info.guest_comparison;
}

Outcome compare_outputs(const GoldenCase& golden, Comparison comparison, const Outputs& got) {
    if (comparison == Comparison::bits)
        return expect_same_outputs(golden.inputs, got, expected_outputs(golden, got));
    if (golden.info.comparison == Comparison::bits)
        return expect_outputs_within(golden.inputs, got, golden.contract->oracle(golden.inputs));
    return expect_outputs_within(golden.inputs, got, golden_oracle(golden));
}

Outcome check_case(KernelRunner& runner, const Kernel& kernel, const GoldenCase& golden) {
    const Run run = runner.run(golden.inputs, {});
    if (run.violation != Run::Violation::none || run.stopped) return Outcome::fail(run.what);
    Outcome outcome = compare_outputs(golden, comparison_for(kernel, golden), run.outputs);
    if (outcome.kind == Outcome::Kind::pass) return outcome;
    // What the kernel did not write is not a number of its own.
    const Run second = runner.run(golden.inputs, {.poison = other_poison});
    if (second.stopped) return outcome;
    if (const auto unwritten = unwritten_elements(golden.inputs, run.outputs, second.outputs))
        outcome.message = *unwritten;
    return outcome;
}

CheckTotal total_of(std::span<const KernelCheck> checks) {
    CheckTotal total;
    for (const KernelCheck& check : checks) {
        total.judged +=
            check.passed > 0 || !check.failures.empty() || check.pins_held + check.pins_moved.size() > 0;
        total.failed += !check.failures.empty();
    }
    return total;
}

Excused excuse_for(const Kernel& kernel, const GoldenCase& golden, std::span<const std::string> assumed) {
    if (golden.info.origin == Origin::implementation && golden.info.library == kernel.library)
        return Excused::its_own;
    const bool pins_this = kernel.plugin_path.empty() && kernel.variant == pinned_variant;
    if (golden.info.origin == Origin::pinned) return pins_this ? Excused::no : Excused::pins_another;
    const bool outside = std::ranges::any_of(golden.info.outside, [&](const std::string& broken) {
        return std::ranges::find(kernel.assumes, broken) != kernel.assumes.end() ||
               std::ranges::find(assumed, broken) != assumed.end();
    });
    return outside ? Excused::outside : Excused::no;
}

std::vector<KernelCheck> check_kernels(std::span<const Kernel> kernels, std::span<const GoldenCase> cases,
                                       const AssumedOf& assumed, std::size_t processes, const TimeLimits& limits) {
    std::vector<KernelCheck> checks;
    std::vector<Job> jobs;
    for (const Kernel& kernel : kernels) {
        KernelCheck& check = checks.emplace_back(KernelCheck{.op = std::string(kernel.contract->op),
                                                             .library = kernel.library,
                                                             .variant = kernel.variant,
                                                             .not_runnable = why_not_runnable(kernel)});
        Job& job = jobs.emplace_back(Job{&kernel, {}});
        if (!check.not_runnable.empty()) continue;
        const std::vector<std::string> preconditions = assumed(kernel);
        for (const GoldenCase& golden : cases) {
            if (golden.contract != kernel.contract) continue;
            const Excused excused = excuse_for(kernel, golden, preconditions);
            check.outside += excused == Excused::outside;
            check.its_own += excused == Excused::its_own;
            if (excused == Excused::no) job.cases.push_back(&golden);
        }
    }
    const std::vector<std::vector<Reply>> replies = run_jobs(jobs, check_in_child, processes, limits);
    for (std::size_t i = 0; i < jobs.size(); ++i)
        for (std::size_t j = 0; j < jobs[i].cases.size(); ++j)
            count(checks[i], *jobs[i].kernel, *jobs[i].cases[j], replies[i][j]);
    return checks;
}

}  // namespace brickproof::golden
