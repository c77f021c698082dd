#include "report/text_report.hpp"

#include <gtest/gtest.h>

#include "sample_report.hpp"

namespace brickproof {
namespace {

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(TextReport, AFindingSaysAllThatAKernelAuthorNeeds) {
    const std::string text = findings_text(failing_kernel(), {});
    for (const char* part :
         {"FAIL q8_0.dot / avx2  [guest <1.0>]", "assuming quants>-128",
          "allowed to read 64 bytes past the end of its inputs", "FAIL    exact_sum (exact): what holds",
          "result[0] is 1 < 2", "smallest case found: n = 64",
          "brickproof replay q8_0.dot@1:AgEB:00000000 --kernels libguest.so --variant avx2 "
          "--assume 'q8_0.dot:quants>-128'",
          "NOTE    integer_block_sums"})
        EXPECT_TRUE(holds(text, part)) << "missing: " << part << "\n" << text;
    EXPECT_FALSE(holds(text, "error_within_bound")) << "a PASS is no finding";
    EXPECT_FALSE(holds(text, "exact_sum_full_int8_range"));
}

TEST(TextReport, TheCauseStandsFirstAndWhatFollowsFromItIsOneLine) {
    KernelVerdict kernel = failing_kernel();
    kernel.statements[0].consequence_of = "outputs_written";
    StatementVerdict law = statement("prefix_consistency", StatementKind::law, Verdict::fail);
    law.message = "y[1] is 2";
    StatementVerdict cause = statement("outputs_written", StatementKind::behaviour, Verdict::fail);
    cause.message = "does not write y[3] of 4";
    kernel.statements.push_back(law);
    kernel.statements.push_back(cause);
    const std::string text = findings_text(kernel, {});
    EXPECT_TRUE(holds(text, "1 further statement fails on unwritten elements: exact_sum\n")) << text;
    EXPECT_FALSE(holds(text, "result[0] is")) << "it follows from the cause:\n" << text;
    EXPECT_LT(text.find("does not write y[3]"), text.find("y[1] is 2")) << text;
    EXPECT_TRUE(holds(table_text({.seed = 1, .effort = "quick", .kernels = {kernel}, .selected = 1}, {}),
                      "outputs_written, prefix_consistency, and 1 that follow"));
    kernel.statements.back().verdict = Verdict::pass;
    EXPECT_TRUE(holds(findings_text(kernel, {}), "result[0] is")) << "there is no cause that explains it";
}

TEST(TextReport, AShareOfTheBoundIsOfWhatHolds) {
    KernelVerdict kernel = failing_kernel();
    kernel.statements[3].largest_share = 0.0035;
    EXPECT_FALSE(holds(findings_text(kernel, {}), "of the bound"));
}

TEST(TextReport, AMapSaysWhichElementsAreWrongAndDrawsThem) {
    KernelVerdict kernel = failing_kernel();
    WrongElements wrong{"y", 64, {}};
    for (std::size_t i = 7; i < 64; i += 8) wrong.add(i);
    kernel.statements[0].map = element_map(wrong, {});
    kernel.statements[0].operands = {"x = 1 (64 times)"};
    const std::string text = findings_text(kernel, {});
    EXPECT_TRUE(holds(text, "wrong: elements with index 7 modulo 8 (8 of the 64 elements of y)")) << text;
    EXPECT_TRUE(holds(text, " 0  .......#   8 lines like this\n")) << text;
    EXPECT_TRUE(holds(text, "x = 1 (64 times)")) << text;
}

TEST(TextReport, WhatAKernelPrintedStandsUnderItsNameAndIsNoLineOfTheReport) {
    KernelVerdict kernel = sample_report().kernels[1];
    kernel.output = "PASS everything\n\033[31mred\n";
    const std::string text = findings_text(kernel, {});
    EXPECT_TRUE(holds(text, "PASS f16.to_f32 / scalar")) << text;
    EXPECT_TRUE(holds(text, "  the kernel printed 2 lines:\n    | PASS everything\n    | ?[31mred\n")) << text;
    for (int i = 0; i < 50; ++i) kernel.output += "more\n";
    EXPECT_TRUE(holds(findings_text(kernel, {}), "    and 44 more\n")) << findings_text(kernel, {});
    EXPECT_FALSE(holds(statements_text(kernel, {}), "    and 44 more\n")) << "a replay shows all";
}

TEST(TextReport, NothingToSayIsNothing) {
    EXPECT_EQ(findings_text(sample_report().kernels[1], {}), "");
    EXPECT_EQ(findings_text(sample_report().kernels[2], {}), "");
}

TEST(TextReport, AReplaySaysEveryStatement) {
    const std::string text = statements_text(failing_kernel(), {});
    EXPECT_TRUE(holds(text, "PASS    error_within_bound"));
    EXPECT_TRUE(holds(text, "largest error: 0.25 of the bound"));
    EXPECT_TRUE(holds(text, "NOT RUN exact_sum_full_int8_range"));
    EXPECT_TRUE(holds(text, "the case has: n = 64")) << "it was given, not found";
}

TEST(TextReport, TheTableHasARowForEachKernelAndCounts) {
    const std::string text = table_text(sample_report(), {});
    EXPECT_TRUE(holds(text, "2 of 3 kernels judged: 1 PASS, 1 NOT RUN, 1 FAIL  (seed 42, effort quick)")) << text;
    EXPECT_TRUE(holds(text, "this CPU has no neon"));
    EXPECT_TRUE(holds(text, "0/1        1/1          -          -  exact_sum  assuming quants>-128")) << text;
    EXPECT_FALSE(holds(text, "interrupted"));
    EXPECT_EQ(text.find("guest <1.0>"), text.rfind("guest <1.0>")) << "one heading a library";
}

TEST(TextReport, AnInterruptedRunSaysSo) {
    Report report = sample_report();
    report.interrupted = true;
    EXPECT_TRUE(holds(table_text(report, {}), "interrupted: 2 of 3 kernels judged"));
}

TEST(TextReport, ColourOnlyWhenAskedFor) {
    for (const bool colour : {false, true}) {
        const TextOptions options{.colour = colour};
        const std::string text = findings_text(failing_kernel(), options) +
                                 statements_text(failing_kernel(), options) + table_text(sample_report(), options);
        EXPECT_EQ(holds(text, "\033["), colour);
    }
}

TEST(Verdicts, TheWorstStatementDecidesAndNotRunIsNoPass) {
    using enum Verdict;
    const auto of = [](std::vector<Verdict> verdicts) {
        std::vector<StatementVerdict> statements;
        for (const Verdict verdict : verdicts) statements.push_back(statement("s", StatementKind::law, verdict));
        return overall(statements);
    };
    EXPECT_EQ(of({}), not_run);
    EXPECT_EQ(of({not_run, not_run}), not_run);
    EXPECT_EQ(of({pass, not_run}), pass);
    EXPECT_EQ(of({pass, note}), note);
    EXPECT_EQ(of({note, known, pass}), known);
    EXPECT_EQ(of({fixed, known}), fixed);
    EXPECT_EQ(of({fail, fixed, note}), fail);
}

}  // namespace
}  // namespace brickproof
