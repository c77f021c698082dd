#include "cases/golden_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/fills.hpp"

namespace brickproof::golden {
namespace {

std::string label_of(const KernelRun& run) {
    return fmt::format("{} / {}", run.library, run.variant);
}

// The nearest value of the output's own format, as far as it can be told without rounding quants.
double nearest(const Type& type, double exact) {
    return type == f32 ? static_cast<double>(static_cast<float>(exact)) : exact;
}

Values nearest_values(const GoldenCase& golden) {
    Values values = expected_values(golden);
    std::size_t output = 0;
    for (const Operand& operand : golden.inputs.operands) {
        if (operand.access != Access::output) continue;
        for (double& value : values[output]) value = nearest(*operand.type, value);
        ++output;
    }
    return values;
}

const CaseRun* find(const KernelRun& run, const GoldenCase* golden) {
    const auto at = std::ranges::find(run.cases, golden, &CaseRun::golden);
    return at == run.cases.end() ? nullptr : &*at;
}

const KernelRun* partner_of(const KernelRun& run, std::span<const KernelRun> others) {
    const KernelRun* first = nullptr;
    for (const KernelRun& other : others) {
        if (other.op != run.op || !other.not_runnable.empty()) continue;
        if (other.variant == run.variant) return &other;
        if (first == nullptr) first = &other;
    }
    return first;
}

void compare_versions(const GoldenCase& before, const GoldenCase& after, Difference& difference) {
    const std::string& name = after.info.name;
    if (digest_of(to_file_case(before)) == digest_of(to_file_case(after))) {
        difference.add(name, {});
        return;
    }
    if (!same_inputs(before, after)) {
        ++difference.cases;
        difference.sentences.push_back(fmt::format("{}: other inputs", name));
        return;
    }
    if (before.info.comparison != after.info.comparison)
        difference.sentences.push_back(fmt::format("{}: compared by {}, was by {}", name,
                                                   name_of(after.info.comparison),
                                                   name_of(before.info.comparison)));
    if (before.info.source != after.info.source)
        difference.sentences.push_back(fmt::format("{}: its source is now \"{}\"", name, after.info.source));
    difference.add(name, movement_of(after, expected_values(before), expected_values(after)));
}

}  // namespace

void Difference::add(const std::string& case_name, const Movement& movement) {
    ++cases;
    all.merge(movement, case_name + " ");
    if (movement.moved == 0) return;
    ++cases_moved;
    moved.push_back({case_name, movement});
}

std::string show(const Difference& difference, std::size_t most_cases) {
    const auto outside = std::ranges::count_if(
        difference.moved, [](const Difference::MovedCase& one) { return one.movement.outside > 0; });
    std::string text = fmt::format("{}: {} case{}, {} moved{}\n", difference.title, difference.cases,
                                   difference.cases == 1 ? "" : "s", difference.cases_moved,
                                   outside > 0 ? fmt::format(", {} of them OUTSIDE THE BOUND", outside) : "");
    if (difference.all.moved > 0)
        text += fmt::format("    {}\n{}", summary_of(difference.all), histogram_of(difference.all));
    std::vector<const Difference::MovedCase*> worst;
    for (const Difference::MovedCase& one : difference.moved) worst.push_back(&one);
    std::ranges::stable_sort(worst, std::greater<>(), [](const auto* one) { return one->movement.share.amount; });
    const std::size_t shown = std::min(most_cases, worst.size());
    for (std::size_t i = 0; i < shown; ++i)
        text += fmt::format("    {}: {}\n", worst[i]->name, summary_of(worst[i]->movement));
    if (shown < worst.size() && shown > 0)
        text += fmt::format("    and {} cases more; --all-cases shows them\n", worst.size() - shown);
    const std::size_t said = most_cases > 0 ? std::min(2 * most_cases, difference.sentences.size()) : 0;
    for (std::size_t i = 0; i < said; ++i) text += fmt::format("    {}\n", difference.sentences[i]);
    if (said < difference.sentences.size() && said > 0)
        text += fmt::format("    and {} more; --all-cases shows them\n", difference.sentences.size() - said);
    return text;
}

std::string distance_line(const Difference& difference) {
    return fmt::format(
        "{}: {} case{}, {} values, at most {:.3g} of the bound apart{}\n", difference.title, difference.cases,
        difference.cases == 1 ? "" : "s", difference.all.values, difference.all.share.amount,
        difference.all.outside == 0 ? ""
                                    : fmt::format("; {} values lie OUTSIDE it, at worst {}", difference.all.outside,
                                                  difference.all.share.where));
}

Difference from_oracle(std::string_view op, std::span<const GoldenCase> cases, Origin origin) {
    Difference difference{.title = fmt::format("{}: {} values -> the oracle now", op, name_of(origin))};
    for (const GoldenCase& golden : cases) {
        if (golden.contract->op != op || golden.info.origin != origin) continue;
        Values now;
        std::size_t output = 0;
        for (OracleOutput& result : golden.contract->oracle(golden.inputs)) now.push_back(std::move(result.exact));
        // What is stored in a format was rounded to it: compared with the oracle's value in that format.
        for (const Operand& operand : golden.inputs.operands) {
            if (operand.access != Access::output) continue;
            if (golden.info.comparison == Comparison::bits || golden.info.rounded == Rounded::float32)
                for (double& value : now[output]) value = nearest(*operand.type, value);
            ++output;
        }
        difference.add(golden.info.name, movement_of(golden, expected_values(golden), now));
    }
    return difference;
}

Difference from_expectations(const KernelRun& run) {
    Difference difference{.title = fmt::format("{}: expectations -> {}", run.op, label_of(run))};
    if (!run.not_runnable.empty()) difference.sentences.push_back("not run: " + run.not_runnable);
    for (const CaseRun& one : run.cases) {
        if (one.golden->info.origin == Origin::pinned) continue;  // what one kernel gives binds no other
        if (!one.failure.empty()) {
            difference.sentences.push_back(fmt::format("{}: {}", one.golden->info.name, one.failure));
            continue;
        }
        difference.add(one.golden->info.name, movement_of(*one.golden, nearest_values(*one.golden),
                                                          output_values_of(*one.golden, one.outputs)));
    }
    return difference;
}

Difference between(const KernelRun& before, const KernelRun& after) {
    Difference difference{.title = fmt::format("{}: {} -> {}", before.op, label_of(before), label_of(after))};
    for (const CaseRun& old : before.cases) {
        const std::string& name = old.golden->info.name;
        const CaseRun* now = find(after, old.golden);
        if (now == nullptr) {
            difference.sentences.push_back(fmt::format("{}: the second has no such case", name));
            continue;
        }
        if (old.failure != now->failure)
            difference.sentences.push_back(fmt::format("{}: {} -> {}", name,
                                                       old.failure.empty() ? "returned" : old.failure,
                                                       now->failure.empty() ? "returns" : now->failure));
        if (!old.failure.empty() || !now->failure.empty()) continue;
        difference.add(name, movement_of(*old.golden, output_values_of(*old.golden, old.outputs),
                                         output_values_of(*old.golden, now->outputs)));
    }
    for (const CaseRun& now : after.cases)
        if (find(before, now.golden) == nullptr)
            difference.sentences.push_back(fmt::format("{}: the first has no such case", now.golden->info.name));
    return difference;
}

std::vector<Difference> between_all(std::span<const KernelRun> before, std::span<const KernelRun> after) {
    std::vector<Difference> differences;
    for (const KernelRun& run : before) {
        if (!run.not_runnable.empty()) continue;
        if (const KernelRun* partner = partner_of(run, after))
            differences.push_back(between(run, *partner));
        else
            differences.push_back({.title = fmt::format("{}: {} -> nothing", run.op, label_of(run)),
                                   .sentences = {"the second side has no kernel of this op that runs here"}});
    }
    return differences;
}

std::vector<Difference> between_sets(std::span<const GoldenCase> before, std::span<const GoldenCase> after) {
    std::map<std::string, Difference> by_op;
    const auto of = [](std::span<const GoldenCase> set, const GoldenCase& wanted) -> const GoldenCase* {
        for (const GoldenCase& golden : set)
            if (golden.contract == wanted.contract && golden.info.name == wanted.info.name) return &golden;
        return nullptr;
    };
    const auto difference_of = [&](const GoldenCase& golden) -> Difference& {
        Difference& difference = by_op[std::string(golden.contract->op)];
        difference.title = std::string(golden.contract->op);
        return difference;
    };
    for (const GoldenCase& golden : before) {
        Difference& difference = difference_of(golden);
        if (const GoldenCase* now = of(after, golden))
            compare_versions(golden, *now, difference);
        else
            difference.sentences.push_back(fmt::format("{}: removed", golden.info.name));
    }
    for (const GoldenCase& golden : after)
        if (of(before, golden) == nullptr)
            difference_of(golden).sentences.push_back(fmt::format("{}: added, {} ({})", golden.info.name,
                                                                  name_of(golden.info.origin), golden.info.source));
    std::vector<Difference> differences;
    for (auto& [op, difference] : by_op) differences.push_back(std::move(difference));
    return differences;
}

}  // namespace brickproof::golden
