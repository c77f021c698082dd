#include "report/baseline.hpp"

#include <gtest/gtest.h>

#include "sample_report.hpp"

namespace brickproof {
namespace {

const KnownFailure known_sum{"q8_0.dot", "avx2", "exact_sum"};

TEST(Baseline, HoldsEveryFailAndReadsBack) {
    const auto known = parse_baseline(baseline_text(sample_report()), "b.json");
    ASSERT_TRUE(known) << known.problem();
    EXPECT_EQ(*known, std::vector<KnownFailure>{known_sum});
    Report clean = sample_report();
    clean.kernels.erase(clean.kernels.begin());
    EXPECT_TRUE(parse_baseline(baseline_text(clean), "b.json")->empty());
}

TEST(Baseline, AKnownFailureIsKnownAndNoLongerFails) {
    Report report = sample_report();
    apply_baseline({known_sum}, report);
    EXPECT_EQ(report.kernels[0].statements[0].verdict, Verdict::known);
    EXPECT_EQ(report.kernels[0].verdict, Verdict::known);
    EXPECT_EQ(parse_baseline(baseline_text(report), "b")->size(), 1u) << "a KNOWN stays in a new baseline";
}

TEST(Baseline, AnotherFailureStillFails) {
    Report report = sample_report();
    apply_baseline(
        {{"q8_0.dot", "avx2", "zero"}, {"q8_0.dot", "sse", "exact_sum"}, {"f16.to_f32", "avx2", "exact_sum"}},
        report);
    EXPECT_EQ(report.kernels[0].verdict, Verdict::fail);
}

TEST(Baseline, WhatNoLongerFailsIsFixed) {
    Report report = sample_report();
    report.kernels[0].statements[0].verdict = Verdict::pass;
    apply_baseline({known_sum}, report);
    EXPECT_EQ(report.kernels[0].statements[0].verdict, Verdict::fixed);
    EXPECT_EQ(report.kernels[0].verdict, Verdict::fixed);
    EXPECT_NE(report.kernels[0].statements[0].message.find("remove it from the baseline"), std::string::npos);
    EXPECT_TRUE(parse_baseline(baseline_text(report), "b")->empty());
}

TEST(Baseline, WhatWasNotJudgedIsNotFixed) {
    Report report = sample_report();
    apply_baseline({{"q8_0.dot", "avx2", "exact_sum_full_int8_range"}, {"f16.to_f32", "neon", "every_half"}},
                   report);
    EXPECT_EQ(report.kernels[0].statements[1].verdict, Verdict::not_run);
    EXPECT_EQ(report.kernels[2].verdict, Verdict::not_run);
}

TEST(Baseline, MalformedOnesAreRefusedWithASentenceThatNamesTheFile) {
    const std::string good = baseline_text(sample_report());
    std::vector<std::string> wrong = {
        "",
        "{}",
        "[]",
        "null",
        "hello",
        R"({"brickproof_baseline": 1})",
        R"({"brickproof_baseline": 1, "known": 3})",
        R"({"brickproof_baseline": 1, "known": [{"op": "q8_0.dot"}]})",
        R"({"brickproof_baseline": 1, "known": [{"op": 1, "variant": 2, "statement": 3}]})",
        R"({"brickproof_baseline": 2, "known": []})",
        R"({"brickproof_baseline": "1", "known": []})",
        "\xFF\xFE"};
    for (std::size_t length = 0; length + 1 < good.size(); ++length) wrong.push_back(good.substr(0, length));
    for (const std::string& text : wrong) {
        const auto known = parse_baseline(text, "folder/b.json");
        if (known) ADD_FAILURE() << "accepted: " << text;
        if (known) continue;
        EXPECT_NE(known.problem().find("folder/b.json"), std::string::npos) << known.problem();
        EXPECT_EQ(known.problem().find('\n'), std::string::npos) << known.problem();
    }
    EXPECT_NE(parse_baseline(R"({"brickproof_baseline": 2, "known": []})", "b").problem().find("version 1"),
              std::string::npos);
}

// Two plug-ins with kernels of one name: what is known of one excuses nothing in the other.
TEST(Baseline, KernelsOfOneNameAreToldApartByTheirFiles) {
    Report report = sample_report();
    report.kernels[2] = report.kernels[1] = report.kernels[0];
    const std::string files[] = {"new/libguest.so", "old/libguest.so", ""};
    for (std::size_t i = 0; i < 3; ++i) report.kernels[i].plugin_path = report.kernels[i].apart = files[i];
    report.kernels[1].plugin_path = "/build/" + files[1];
    report.kernels[2].apart = "builtin";
    const auto all = parse_baseline(baseline_text(report), "b");
    ASSERT_EQ(all->size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        Report again = report;
        apply_baseline({(*all)[i]}, again);
        for (std::size_t j = 0; j < 3; ++j)
            EXPECT_EQ(again.kernels[j].verdict, j == i ? Verdict::known : Verdict::fail) << i << ", " << j;
    }
    apply_baseline({known_sum}, report);
    EXPECT_EQ(report.kernels[0].verdict, Verdict::fail) << "an entry without a file does not say which is meant";
}

TEST(Baseline, AMissingFileIsAProblem) {
    EXPECT_NE(read_baseline("there/is/none.json").problem().find("there/is/none.json"), std::string::npos);
}

TEST(Baseline, AVariantWhoseNameIsNoUtf8IsWrittenAllTheSame) {
    Report report = sample_report();
    report.kernels[0].variant = "caf\xE9";
    const auto known = parse_baseline(baseline_text(report), "b");
    ASSERT_TRUE(known) << known.problem();
    EXPECT_EQ(known->size(), 1u);
}

}  // namespace
}  // namespace brickproof
