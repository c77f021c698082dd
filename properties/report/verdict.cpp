#include "report/verdict.hpp"

#include <algorithm>

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
