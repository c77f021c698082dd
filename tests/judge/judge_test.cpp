#include "judge/judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <tuple>

#include "brick/isa.hpp"
#include "engine/fills.hpp"
#include "engine/replay_token.hpp"
#include "guest_kernels.hpp"
#include "misbehaviour.hpp"

namespace brickproof {
namespace {

using Block = brickproof_q8_0;

class Judging : public testing::Test {
  protected:
    void SetUp() override { install_fault_trap(); }
    static std::vector<StatementVerdict> judge(const Kernel& kernel, JudgeOptions options = {}) {
        options.effort = small_effort;
        return judge_kernel(kernel, options);
    }
};

float drops_the_last_block_from_64_on(const Block* a, const Block* b, std::size_t n) {
    return right_dot(a, b, n >= 64 ? n - 32 : n);
}
float drops_a_block_and_reads_too_far(const Block* a, const Block* b, std::size_t n) {
    faults::read_bytes(a + n / 32, 1);
    return drops_the_last_block_from_64_on(a, b, n);
}
float takes_the_lowest_quant_for_another(const Block* a, const Block* b, std::size_t n) {
    float sum = 0.0f;
    for (std::size_t k = 0; k < n / 32; ++k) {
        Block x = a[k];
        for (std::int8_t& q : x.qs) q = std::max(q, std::int8_t{-127});
        sum += term_of(x, b[k]);
    }
    return sum;
}
float rounds_within_blocks(const Block* a, const Block* b, std::size_t n) {
    float sum = 0.0f;
    for (std::size_t i = 0; i < n; ++i) {
        const auto scale = static_cast<float>(half_value(a[i / 32].d) * half_value(b[i / 32].d));
        sum += scale * static_cast<float>(a[i / 32].qs[i % 32] * b[i / 32].qs[i % 32]);
    }
    return sum;
}
float leaves_the_process_by_exit(const Block* a, const Block* b, std::size_t n) {
    if (n == 96) std::exit(3);
    return right_dot(a, b, n);
}
float crashes_on_a_nan_scale(const Block* a, const Block* b, std::size_t n) {
    for (std::size_t k = 0; k < n / 32; ++k)
        if ((a[k].d & 0x7FFF) > 0x7C00) faults::crash_on_a_null_pointer();
    return right_dot(a, b, n);
}

TEST_F(Judging, ARightKernelHasNoFailure) {
    const auto verdicts = judge(guest("q8_0.dot", "right", right_dot));
    EXPECT_TRUE(failures(verdicts).empty()) << failures(verdicts).front();
    EXPECT_NE(overall(verdicts), Verdict::not_run);
    for (const StatementVerdict& verdict : verdicts) {
        // What this architecture does not have, or a sanitizer does not let be seen.
        if (verdict.message.starts_with("not judged: ")) continue;
        EXPECT_GT(verdict.cases, 0u) << verdict.name;
        EXPECT_NE(verdict.verdict, Verdict::not_run) << verdict.name;
    }
}

TEST_F(Judging, ShrinkingFindsTheSmallestSize) {
    const auto verdicts = judge(guest("q8_0.dot", "drops", drops_the_last_block_from_64_on));
    const StatementVerdict* exact = find_statement(verdicts, "exact_sum");
    ASSERT_NE(exact, nullptr);
    EXPECT_EQ(exact->verdict, Verdict::fail);
    EXPECT_EQ(exact->sizes, "n = 64");
    EXPECT_NE(exact->message.find("result[0] is"), std::string::npos) << exact->message;
}

using HalfIsWrong = bool (*)(std::size_t i, std::size_t n);
template <HalfIsWrong wrong>
void from_f32(const float* x, std::uint16_t* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        y[i] = static_cast<std::uint16_t>(half_nearest(x[i]) ^ (wrong(i, n) ? 1u : 0u));
}
template <HalfIsWrong unwritten>
void from_f32_in_part(const float* x, std::uint16_t* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        if (!unwritten(i, n)) y[i] = half_nearest(x[i]);
}
bool everywhere(std::size_t, std::size_t) {
    return true;
}
bool in_the_tail(std::size_t i, std::size_t n) {
    return n > 8 && n % 8 == 5 && i + 5 >= n;
}
bool beyond_forty(std::size_t i, std::size_t) {
    return i >= 40;
}
bool in_one_lane(std::size_t i, std::size_t) {
    return i % 16 == 11;
}

TEST_F(Judging, TheSizeThatIsShownIsTheSmallestAndTheMapNamesTheFault) {
    const std::tuple<Kernel, std::string, std::string> faults[] = {
        {guest("f16.from_f32", "everywhere", from_f32<everywhere>), "n = 1", ""},
        {guest("f16.from_f32", "in the tail", from_f32<in_the_tail>), "n = 13", "the last 5 elements, from"},
        {guest("f16.from_f32", "beyond 40", from_f32<beyond_forty>), "n = 41", "the last"},
        {guest("f16.from_f32", "one lane", from_f32<in_one_lane>), "n = 12", ""}};
    for (const auto& [kernel, sizes, says] : faults) {
        const StatementVerdict exact = *find_statement(judge(kernel), "exact_rounding");
        EXPECT_EQ(exact.sizes, sizes) << kernel.variant;
        EXPECT_NE(exact.map.says.find(says), std::string::npos) << kernel.variant << ": " << exact.map.says;
        EXPECT_FALSE(exact.operands.empty());
    }
}

TEST_F(Judging, WhatWasNotWrittenIsCalledPoisonAndIsTheCause) {
    const auto verdicts = judge(guest("f16.from_f32", "unwritten", from_f32_in_part<beyond_forty>));
    EXPECT_EQ(find_statement(verdicts, "outputs_written")->verdict, Verdict::fail);
    const StatementVerdict& bits = *find_statement(verdicts, "exact_rounding");
    EXPECT_EQ(bits.consequence_of, "outputs_written");
    EXPECT_NE(bits.message.find("was not written: it still holds the poison 0xA5"), std::string::npos)
        << bits.message;
    const auto wrong = judge(guest("f16.from_f32", "written", from_f32<beyond_forty>));
    for (const StatementVerdict& verdict : wrong) EXPECT_EQ(verdict.consequence_of, "") << verdict.name;
}

TEST_F(Judging, AStatementThatMakesItsOwnCasesShowsNoSizes) {
    const auto verdicts = judge(guest("f16.from_f32", "everywhere", from_f32<everywhere>));
    const StatementVerdict& boundaries = *find_statement(verdicts, "every_rounding_boundary");
    EXPECT_EQ(boundaries.verdict, Verdict::fail);
    EXPECT_EQ(boundaries.sizes, "");
    EXPECT_EQ(boundaries.token, "");
}

TEST_F(Judging, ATokenReplaysItsFailureAndOtherStatementsToo) {
    const Kernel kernel = guest("q8_0.dot", "drops", drops_the_last_block_from_64_on);
    const auto verdicts = judge(kernel);
    const StatementVerdict& exact = *find_statement(verdicts, "exact_sum");
    const auto token = parse_token(exact.token);
    ASSERT_TRUE(token) << token.problem();
    const auto replayed = judge(kernel, {.only_case = token->bytes});
    EXPECT_EQ(find_statement(replayed, "exact_sum")->verdict, Verdict::fail);
    EXPECT_EQ(find_statement(replayed, "exact_sum")->message, exact.message);
    EXPECT_EQ(find_statement(replayed, "reads_in_bounds")->verdict, Verdict::pass);
    const auto right = judge(guest("q8_0.dot", "right", right_dot), {.only_case = token->bytes});
    EXPECT_TRUE(failures(right).empty());
}

// Laws and bounds have cases of their own, for a wrong value shows in most of them; behaviours share theirs, for
// each has faults that no other shows.
TEST_F(Judging, StatementsHaveTheirOwnCasesAndBehavioursShareThem) {
    std::map<std::string, std::vector<Bytes>> cases;
    std::string current;
    const Observer observer{.on_statement = [&](std::string_view name) { current = name; },
                            .on_case = [&](const Bytes& bytes) { cases[current].push_back(bytes); }};
    JudgeOptions options;
    options.effort = small_effort;
    judge_kernel(guest("q8_0.dot", "right", right_dot), options, observer);
    EXPECT_EQ(cases.at("inputs_unchanged"), cases.at("no_crash"));
    EXPECT_EQ(cases.at("reads_in_bounds"), cases.at("no_crash"));
    EXPECT_GT(cases.at("no_crash").size(), 100u);
    EXPECT_NE(cases.at("exact_sum"), cases.at("no_crash"));
    EXPECT_NE(cases.at("exact_sum"), cases.at("error_within_bound"));
}

TEST_F(Judging, TwoFaultsInOneKernelDoNotMaskEachOther) {
    const auto names = failures(judge(guest("q8_0.dot", "two faults", drops_a_block_and_reads_too_far)));
    EXPECT_NE(std::ranges::find(names, "exact_sum"), names.end());
    EXPECT_NE(std::ranges::find(names, "reads_in_bounds"), names.end());
}

TEST_F(Judging, AnAssumptionNarrowsTheDomainAndTakesStatementsOut) {
    Kernel kernel = guest("q8_0.dot", "lowest", takes_the_lowest_quant_for_another);
    const auto unassumed = failures(judge(kernel));
    EXPECT_EQ(unassumed, std::vector<std::string>{"exact_sum_full_int8_range"});
    const auto by_option = judge(kernel, {.assume = {"quants>-128"}});
    EXPECT_TRUE(failures(by_option).empty());
    kernel.assumes = {"quants>-128"};
    const auto by_kernel = judge(kernel);
    EXPECT_TRUE(failures(by_kernel).empty());
    for (const auto& verdicts : {by_option, by_kernel}) {
        const StatementVerdict& out = *find_statement(verdicts, "exact_sum_full_int8_range");
        EXPECT_EQ(out.verdict, Verdict::not_run);
        EXPECT_EQ(out.cases, 0u);
        EXPECT_NE(out.message.find("assumption quants>-128"), std::string::npos) << out.message;
    }
}

TEST_F(Judging, APromiseTurnsANoteIntoAFailure) {
    Kernel kernel = guest("q8_0.dot", "rounds", rounds_within_blocks);
    const auto noted = judge(kernel);
    EXPECT_TRUE(failures(noted).empty());
    EXPECT_EQ(find_statement(noted, "same_bits_as_definition")->verdict, Verdict::note);
    EXPECT_EQ(overall(noted), Verdict::note);
    kernel.promises = {"same_bits_as_definition"};
    EXPECT_EQ(failures(judge(kernel)), std::vector<std::string>{"same_bits_as_definition"});
}

TEST_F(Judging, ExitInsideAKernelIsACrash) {
    const auto verdicts = judge(guest("q8_0.dot", "exits", leaves_the_process_by_exit));
    const StatementVerdict& crash = *find_statement(verdicts, "no_crash");
    EXPECT_EQ(crash.verdict, Verdict::fail);
    EXPECT_EQ(crash.sizes, "n = 96");
    EXPECT_NE(crash.message.find("exit()"), std::string::npos) << crash.message;
}

TEST_F(Judging, ACrashThatOnlyALawMeetsIsAFailureOfNoCrash) {
    const auto verdicts =
        judge(guest("q8_0.dot", "nan", crashes_on_a_nan_scale),
              {.skip = {"reads_in_bounds", "writes_in_bounds", "inputs_unchanged", "outputs_written"}});
    const StatementVerdict& crash = *find_statement(verdicts, "no_crash");
    EXPECT_EQ(crash.verdict, Verdict::fail);
    EXPECT_NE(crash.message.find("SIGSEGV"), std::string::npos) << crash.message;
    EXPECT_FALSE(crash.token.empty());
}

TEST_F(Judging, TheSameSeedGivesTheSameVerdictsAndTokens) {
    const Kernel kernel = guest("q8_0.dot", "two faults", drops_a_block_and_reads_too_far);
    const auto first = judge(kernel, {.seed = 11});
    const auto second = judge(kernel, {.seed = 11});
    ASSERT_EQ(first.size(), second.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i].name, second[i].name);
        EXPECT_EQ(first[i].verdict, second[i].verdict) << first[i].name;
        EXPECT_EQ(first[i].cases, second[i].cases) << first[i].name;
        EXPECT_EQ(first[i].message, second[i].message) << first[i].name;
        EXPECT_EQ(first[i].token, second[i].token) << first[i].name;
    }
}

TEST_F(Judging, StatementsOnDemandAreThereOnlyWhenAskedFor) {
    for (const Contract* contract : all_contracts()) {
        const Kernel any{.library = "x", .variant = "x", .contract = contract};
        for (const Statement& statement : contract->statements) {
            const auto normal = statements_of(any, {});
            const auto exhaustive = statements_of(any, {.exhaustive = true});
            EXPECT_EQ(find_statement(normal, statement.name) == nullptr, statement.on_demand) << statement.name;
            EXPECT_NE(find_statement(exhaustive, statement.name), nullptr) << statement.name;
        }
    }
}

// Operands' addresses modulo 64, as kernels of one op get them.
std::map<std::size_t, std::set<std::uintptr_t>> seen_addresses;
const Contract* seen_contract = nullptr;

void note_addresses(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    for (std::size_t i = 0; i < operands.size(); ++i)
        seen_addresses[i].insert(reinterpret_cast<std::uintptr_t>(operands[i]) % 64);
    seen_contract->invoke(fn, sizes, operands);
}

TEST_F(Judging, EveryOperandComesByEveryAlignmentThatItsTypeAllows) {
    for (const Contract* contract : all_contracts()) {
        seen_addresses.clear();
        seen_contract = contract;
        Contract noting = *contract;
        noting.invoke = note_addresses;
        const brickproof_kernel_table& own = brick::kernel_table();
        const auto scalar =
            std::ranges::find_if(std::span(own.kernels, own.count), [&](const brickproof_kernel& k) {
                return contract->op == k.op && std::string_view(k.variant) == "scalar";
            });
        const Kernel kernel{.library = "own", .variant = "scalar", .fn = scalar->fn, .contract = &noting};
        JudgeOptions options{.effort = quick_effort};
        for (const StatementVerdict& statement : statements_of(kernel, options))
            if (statement.name != "alignment_independent") options.skip.insert(statement.name);
        judge_kernel(kernel, options);
        const Case c = decode_case(*contract, {}, {});
        for (std::size_t i = 0; i < c.operands.size(); ++i)
            EXPECT_EQ(seen_addresses[i].size(), 64 / c.operands[i].type->align)
                << contract->op << ", " << c.operands[i].name;
    }
}

void wrong_at_11008(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    if (n == 11008) y[n - 1] = 0.5f;
}

TEST_F(Judging, ASizeThatIsAskedForIsJudgedAndItsTokenNeedsNoOption) {
    const Kernel kernel = guest("f16.to_f32", "model", wrong_at_11008);
    EXPECT_EQ(find_statement(judge(kernel), "exact_value")->verdict, Verdict::pass);
    const auto verdicts = judge(kernel, {.sizes = {{"", 11008}}});
    const StatementVerdict& exact = *find_statement(verdicts, "exact_value");
    EXPECT_EQ(exact.verdict, Verdict::fail);
    EXPECT_EQ(exact.sizes, "n = 11008");
    const auto token = parse_token(exact.token);
    ASSERT_TRUE(token) << token.problem();
    EXPECT_EQ(find_statement(judge(kernel, {.only_case = token->bytes}), "exact_value")->verdict, Verdict::fail);
}

// Slack that a kernel declares may hold anything, NaNs too.
void multiplies_its_slack_by_0(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    if (n > 0) y[n - 1] += 0.0f * static_cast<float>(half_value(x[n]));
}

TEST_F(Judging, DeclaredSlackIsNaNsOnce) {
    Kernel kernel = guest("f16.to_f32", "slack", multiplies_its_slack_by_0);
    kernel.read_slack = 2;
    const auto verdicts = judge(kernel);
    const StatementVerdict& deterministic = *find_statement(verdicts, "deterministic");
    EXPECT_EQ(deterministic.verdict, Verdict::fail);
    EXPECT_NE(deterministic.message.find("around the buffers (here NaNs)"), std::string::npos)
        << deterministic.message;
}

}  // namespace
}  // namespace brickproof
