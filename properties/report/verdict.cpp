#include "report/verdict.hpp"

#include <algorithm>
#include <array>

namespace brickproof {

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass:
            return "PASS";
        case Verdict::note:
            return "NOTE";
        case Verdict::known:
            return "KNOWN";
        case Verdict::fixed:
            return "FIXED";
        case Verdict::not_run:
            return "NOT RUN";
        case Verdict::fail:
            return "FAIL";
    }
    return "?";
}

Verdict overall(const std::vector<StatementVerdict>& statements) {
    Verdict worst = Verdict::pass;
    bool any = false;
    for (const StatementVerdict& statement : statements) {
        if (statement.verdict == Verdict::not_run) continue;
        any = true;
        worst = std::max(worst, statement.verdict);
    }
    return any ? worst : Verdict::not_run;
}

namespace {

bool failed(const StatementVerdict& statement) {
    return statement.verdict == Verdict::fail || statement.verdict == Verdict::known;
}

std::size_t rank_of(const StatementVerdict& statement) {
    constexpr std::array<std::string_view, 7> causes = {"no_crash",         "terminates",      "outputs_written",
                                                        "writes_in_bounds", "reads_in_bounds", "inputs_unchanged",
                                                        "keeps_registers"};
    constexpr std::array kinds = {StatementKind::exact, StatementKind::bound, StatementKind::law,
                                  StatementKind::behaviour, StatementKind::character};
    const auto cause = std::ranges::find(causes, statement.name);
    if (cause != causes.end()) return static_cast<std::size_t>(cause - causes.begin());
    return causes.size() + static_cast<std::size_t>(std::ranges::find(kinds, statement.kind) - kinds.begin());
}

}  // namespace

std::vector<const StatementVerdict*> by_cause(const KernelVerdict& kernel) {
    std::vector<const StatementVerdict*> ordered;
    for (const StatementVerdict& statement : kernel.statements) ordered.push_back(&statement);
    std::ranges::stable_sort(ordered, {}, [](const StatementVerdict* s) { return rank_of(*s); });
    return ordered;
}

bool is_consequence(const KernelVerdict& kernel, const StatementVerdict& statement) {
    return !statement.consequence_of.empty() &&
           std::ranges::any_of(kernel.statements, [&](const StatementVerdict& other) {
               return other.name == statement.consequence_of && failed(other);
           });
}

std::string full_variant(const KernelVerdict& kernel) {
    return kernel.apart.empty() ? kernel.variant : kernel.variant + " (" + kernel.apart + ")";
}

Verdict overall(const KernelVerdict& kernel) {
    const Verdict verdict = overall(kernel.statements);
    return kernel.unfinished && verdict != Verdict::fail ? Verdict::not_run : verdict;
}

std::size_t judged(const Report& report) {
    return static_cast<std::size_t>(std::ranges::count_if(
        report.kernels, [](const KernelVerdict& k) { return k.verdict != Verdict::not_run; }));
}

}  // namespace brickproof
