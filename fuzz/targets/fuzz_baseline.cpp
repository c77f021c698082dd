// The reader of baselines (JSON), on any text: a list or a sentence, nothing else. What it lists is KNOWN from then
// on, and is what is written again.
#include <fmt/format.h>

#include <cstdlib>

#include "report/baseline.hpp"

namespace {

using namespace brickproof;

// A run in which what is listed failed, and something else.
Report run_with(const std::vector<KnownFailure>& known) {
    Report report;
    for (const KnownFailure& failure : known) {
        KernelVerdict& kernel = report.kernels.emplace_back();
        kernel.op = failure.op;
        kernel.variant = failure.variant;
        kernel.verdict = Verdict::fail;
        StatementVerdict& failed = kernel.statements.emplace_back();
        failed.name = failure.statement;
        failed.verdict = Verdict::fail;
    }
    return report;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const auto known = parse_baseline(text, "input");
    if (!known) {
        if (!known.problem().empty()) return 0;
        fmt::print(stderr, "a baseline was refused without a sentence\n");
        std::abort();
    }
    Report report = run_with(*known);
    apply_baseline(*known, report);
    const auto again = parse_baseline(baseline_text(report), "input");
    if (!again) {
        fmt::print(stderr, "what is written cannot be read: {}\n", again.problem());
        std::abort();
    }
    return 0;
}
