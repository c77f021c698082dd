// What surrounds the kernels: the choice of an ISA by name, token budgets, assertions, benchmark reports; on any
// text and any numbers.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <string>
#include <vector>

#include "brick/benchmark_report.hpp"
#include "brick/compute_brick.hpp"
#include "brick/isa.hpp"
#include "engine/choice_reader.hpp"
#include "engine/fills.hpp"
#include "fuzz/targets/complain.hpp"

namespace {

using namespace brick;
using brickproof::ChoiceReader;
using brickproof::fuzz::has_sentence;

// A known name, or any text.
std::string read_text(ChoiceReader& choices, std::vector<std::string> known) {
    const std::size_t choice = choices.pick(known.size() + 1);
    if (choice < known.size()) return known[choice];
    std::string text;
    for (std::size_t length = choices.pick(12); length > 0; --length) text += static_cast<char>(choices.byte());
    return text;
}

double read_number(ChoiceReader& choices) {
    constexpr double usual[] = {1.0, 0.0, -1.0, 12.5, 1e-300, 1e300};
    const std::size_t choice = choices.pick(std::size(usual) + 1);
    if (choice < std::size(usual)) return usual[choice];
    std::uint64_t bits = 0;
    for (int i = 0; i < 4; ++i) bits = bits << 16 | choices.u16();
    return std::bit_cast<double>(bits);
}

void try_isa(ChoiceReader& choices) {
    has_sentence(select_isa(read_text(choices, {"auto", "scalar", "avx2", "neon", "avx512", ""})));
    if (const auto report = isa_report())
        for (const IsaReport& op : *report)
            if (std::ranges::count(op.supported, op.chosen) != 1) std::abort();
    const std::string features = read_text(choices, {"", "avx2,fma,f16c", "avx2,,fma", "neon", "dotprod", "sse9"});
    if (cpu_has(features) != first_missing_feature(features).empty()) std::abort();
    static_cast<void>(is_known_feature(features));
    has_sentence(select_isa("auto"));
}

TokenBudget read_budget(ChoiceReader& choices) {
    const double number = read_number(choices);
    const std::size_t batch = choices.pick(4);
    const auto budget = choices.pick(2) == 0 ? TokenBudget::from_latency(number, batch)
                                             : TokenBudget::from_throughput(number, batch);
    if (!has_sentence(budget)) return {};
    static_cast<void>((*budget + TokenBudget{}).gap_factor(read_number(choices)));
    static_cast<void>(budget->is_met(read_number(choices)));
    return *budget;
}

void try_benchmark(ChoiceReader& choices) {
    const TokenBudget budget = read_budget(choices);
    std::vector<double> samples(choices.pick(120));
    for (double& sample : samples) sample = choices.pick(4) == 1 ? read_number(choices) : 1.0 + choices.byte();
    const BenchmarkConfig config{.warm_ups = choices.pick(3), .samples = choices.pick(12)};
    if (const auto report = summarize(samples, config, budget); has_sentence(report))
        if (report->describe("fuzzed").empty()) std::abort();
    std::size_t until_error = choices.pick(16);
    const auto token = [&]() -> Result<void> {
        if (until_error-- > 0) return {};
        return make_error(ErrorCode::not_finite, "as wanted");
    };
    has_sentence(benchmark(token, config, budget));
}

std::vector<BrickAssertion> read_assertions(ChoiceReader& choices) {
    std::vector<BrickAssertion> assertions;
    for (std::size_t count = choices.pick(4); count > 0; --count) {
        const std::size_t which = choices.pick(6);
        const auto number = static_cast<float>(read_number(choices));
        if (which == 0) assertions.push_back(BrickAssertion::equivalent_to_scalar(read_number(choices)));
        if (which == 1) assertions.push_back(BrickAssertion::no_nan());
        if (which == 2) assertions.push_back(BrickAssertion::no_inf());
        if (which == 3) assertions.push_back(BrickAssertion::bounds(number, 1.0f));
        if (which == 4) assertions.push_back(BrickAssertion::budget_met());
        if (which != 5) continue;
        const auto custom = BrickAssertion::custom(read_text(choices, {"mine", ""}), [](const Evidence& evidence) {
            return std::string(evidence.output.size() % 2, 'x');
        });
        if (has_sentence(custom)) assertions.push_back(*custom);
    }
    return assertions;
}

void try_assertions(ChoiceReader& choices) {
    std::vector<float> output(choices.pick(6));
    brickproof::fill_floats(choices, {}, output);
    std::vector<float> reference = output;
    if (!reference.empty() && choices.pick(2) == 1) reference[0] += 1.0f;
    if (choices.pick(8) == 1) reference.push_back(0.0f);
    const TokenBudget budget = read_budget(choices);
    const Evidence evidence{output, reference, read_number(choices), budget};
    const std::vector<BrickAssertion> assertions = read_assertions(choices);
    const BrickVerification verification = judge_all(assertions, evidence);
    for (const AssertionOutcome& outcome : verification.outcomes)
        if (outcome.holds != outcome.message.empty()) std::abort();
    if (has_sentence(verification.require("fuzzed")) != verification.is_valid()) std::abort();
    if (const auto terms = BrickTerms::make(read_text(choices, {"fuzzed", ""}), budget, assertions);
        has_sentence(terms))
        has_sentence(terms->can_run());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr void (*tries[])(ChoiceReader&) = {try_isa, try_benchmark, try_assertions};
    ChoiceReader choices({data, size});
    tries[choices.pick(std::size(tries))](choices);
    return 0;
}
