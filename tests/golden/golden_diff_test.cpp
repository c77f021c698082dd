// What moved between kernels, runs and versions of the golden cases.
#include "cases/golden_diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "cases/golden_change.hpp"
#include "cases/golden_commit.hpp"
#include "cases/golden_saved_run.hpp"
#include "cases/golden_update.hpp"
#include "cases/npz_file.hpp"
#include "golden_folders.hpp"
#include "judge/plugin.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::vector<GoldenCase> cases_of(std::string_view op) {
    std::vector<GoldenCase> cases;
    for (const GoldenCase& golden : committed_set().cases)
        if (golden.contract->op == op) cases.push_back(golden);
    return cases;
}

Kernel own(std::string_view op) {
    for (const Kernel& kernel : own_kernels())
        if (kernel.contract->op == op && kernel.variant == "scalar") return kernel;
    return {};
}

void softmax_one_ulp_at_5(const float* x, float* y, std::size_t n) {
    reinterpret_cast<brickproof_softmax_fn*>(own("softmax").fn)(x, y, n);
    if (n > 5 && y[5] > 0.0f) y[5] = std::nextafter(y[5], 1.0f);
}
Kernel moved_softmax() {
    Kernel kernel = own("softmax");
    kernel.library = "moved";
    kernel.fn = reinterpret_cast<KernelFunction>(softmax_one_ulp_at_5);
    return kernel;
}

TEST(GoldenDiff, TwoKernelsDifferWhereTheyDo) {
    const std::vector<GoldenCase> cases = cases_of("softmax");
    const KernelRun before = run_kernel(own("softmax"), cases, 2);
    const KernelRun after = run_kernel(moved_softmax(), cases, 2);
    EXPECT_EQ(between(before, before).cases_moved, 0u);
    const Difference difference = between(before, after);
    const auto longer = std::ranges::count_if(before.cases, [](const CaseRun& run) {
        return run.outputs.as<float>(0).size() > 5 && run.outputs.as<float>(0)[5] > 0.0f;
    });
    EXPECT_EQ(difference.cases, cases.size());
    EXPECT_EQ(difference.cases_moved, static_cast<std::size_t>(longer));
    EXPECT_EQ(difference.all.moved, static_cast<std::size_t>(longer));
    EXPECT_TRUE(difference.all.ulps.where.ends_with(" y[5]")) << difference.all.ulps.where;
    EXPECT_GE(difference.all.ulps.amount, 0.5);
    EXPECT_LE(difference.all.ulps.amount, 1.0);
    EXPECT_TRUE(mentions(show(difference, 2), "cases more; --all-cases shows them"));
}

TEST(GoldenDiff, KernelsAndExpectationsAreCompared) {
    const std::vector<GoldenCase> cases = cases_of("f16.to_f32");
    EXPECT_EQ(from_expectations(run_kernel(own("f16.to_f32"), cases, 2)).cases_moved, 0u);
    Kernel wrong = own("f16.to_f32");
    wrong.fn = reinterpret_cast<KernelFunction>(
        +[](const std::uint16_t*, float* y, std::size_t n) { std::fill_n(y, n, 1.0f); });
    const Difference difference = from_expectations(run_kernel(wrong, cases, 2));
    EXPECT_EQ(difference.cases_moved, cases.size() - 1);  // the pinned one binds our scalar kernel alone
    EXPECT_GT(difference.all.outside, 60000u);
    EXPECT_TRUE(mentions(show(difference, 0), "OUTSIDE THE BOUND"));
}

TEST(GoldenDiff, TheOracleHasNotMoved) {
    for (const Contract* contract : all_contracts())
        EXPECT_EQ(from_oracle(contract->op, committed_set().cases, Origin::oracle).all.moved, 0u) << contract->op;
    // And what came from elsewhere is within the bound of it: the two were computed by different means.
    for (const Contract* contract : all_contracts())
        for (const Origin origin : {Origin::independent, Origin::standard})
            EXPECT_EQ(from_oracle(contract->op, committed_set().cases, origin).all.outside, 0u) << contract->op;
}

TEST(GoldenDiff, VersionsOfASetAreCompared) {
    std::vector<GoldenCase> before = cases_of("softmax");
    std::vector<GoldenCase> after = before;
    before.erase(before.begin());
    after.pop_back();
    double value = 0.0;
    std::memcpy(&value, after[5].expected[0].tensor.bytes.data(), sizeof value);
    value *= 1.0 + 1e-7;
    std::memcpy(after[5].expected[0].tensor.bytes.data(), &value, sizeof value);
    const std::vector<Difference> differences = between_sets(before, after);
    ASSERT_EQ(differences.size(), 1u);
    EXPECT_EQ(differences[0].all.moved, 1u);
    EXPECT_EQ(differences[0].cases_moved, 1u);
    const std::string text = show(differences[0], 5);
    EXPECT_TRUE(mentions(text, ": removed")) << text;
    EXPECT_TRUE(mentions(text, ": added, ")) << text;
}

TEST(GoldenDiff, ASavedRunIsReadBack) {
    const ScratchFolder scratch;
    const std::vector<GoldenCase> cases = cases_of("q8_0.quantize");
    const KernelRun run = run_kernel(own("q8_0.quantize"), cases, 2);
    const fs::path file = scratch.path() / "run.npz";
    ASSERT_TRUE(save_run(file, std::span(&run, 1)));
    const Expected<SavedRun> back = load_run(file, cases);
    ASSERT_TRUE(back) << back.problem();
    EXPECT_TRUE(back->problems.empty()) << back->problems.front();
    ASSERT_EQ(back->kernels.size(), 1u);
    ASSERT_EQ(back->kernels[0].cases.size(), cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i)
        EXPECT_EQ(back->kernels[0].cases[i].outputs, run.cases[i].outputs);
    const Expected<Done> again = save_run(file, std::span(&run, 1));
    ASSERT_FALSE(again);
    EXPECT_TRUE(mentions(again.problem(), "is there already"));
    // Another op's case, and one whose inputs are others now.
    EXPECT_EQ(load_run(file, cases_of("q8_0.dot"))->kernels[0].cases.size(), 0u);
    std::vector<GoldenCase> others = cases;
    others[0].inputs.operands[0].contents[0] ^= std::byte{1};
    EXPECT_EQ(load_run(file, others)->problems.size(), 1u);
}

TEST(GoldenDiff, ADamagedRunIsNamed) {
    const ScratchFolder scratch;
    const std::vector<GoldenCase> cases = cases_of("q8_0.dot");
    const KernelRun run = run_kernel(own("q8_0.dot"), cases, 2);
    const fs::path file = scratch.path() / "run.npz";
    ASSERT_TRUE(save_run(file, std::span(&run, 1)));
    const std::string good = contents_of(file);
    overwrite(file, good.substr(0, good.size() / 2));
    EXPECT_TRUE(mentions(load_run(file, cases).problem(), "is not an .npz file as NumPy writes it, or is cut off"));
    std::vector<Member> members = *parse_npz(good);
    members.pop_back();
    members.back().bytes = "no array";
    overwrite(file, npz_text(members));
    EXPECT_EQ(load_run(file, cases)->problems.size(), 2u);
    EXPECT_EQ(load_run(file, cases)->kernels[0].cases.size(), cases.size() - 2);
    for (const std::string& text :
         {std::string(), std::string("{}"), std::string("[]"), std::string(R"({"format": 2, "kernels": [{}]})"),
          std::string(R"({"format": 2, "kernels": [3]})")}) {
        overwrite(file, npz_text(std::vector<Member>{{"run.json", text}}));
        EXPECT_TRUE(mentions(load_run(file, cases).problem(), "is not a saved run: ")) << text;
    }
    EXPECT_TRUE(mentions(load_run(scratch.path() / "none", cases).problem(), "golden save FILE"));
}

TEST(GoldenDiff, WhatIsInNoRepositoryHasNoCommits) {
    const ScratchFolder scratch;
    const auto unpacked = golden_of_commit(scratch.path(), "HEAD");
    ASSERT_FALSE(unpacked);
    EXPECT_TRUE(mentions(unpacked.problem(), "lies in no git repository")) << unpacked.problem();
}

TEST(GoldenDiff, ACommitIsUnpackedAsItWas) {
    if (std::system("git --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "there is no git";
    const ScratchFolder scratch;
    const fs::path repository = scratch.path() / "a repository";
    fs::create_directories(repository / "golden");
    scratch.copy_of("q8_0_dot/exact_n32");
    const fs::path golden = repository / "golden" / "q8_0_dot.npz";
    fs::copy(scratch.file("q8_0_dot"), golden);
    const auto git = [&](const std::string& arguments) {
        return std::system(("git -C '" + repository.string() +
                            "' -c user.name=test -c user.email=test@localhost -c init.defaultBranch=main " +
                            arguments + " > /dev/null 2>&1")
                               .c_str());
    };
    ASSERT_EQ(git("init"), 0);
    ASSERT_EQ(git("add -A"), 0);
    ASSERT_EQ(git("commit -m one"), 0);
    fs::remove(golden);
    const auto unpacked = golden_of_commit(repository / "golden", "HEAD");
    ASSERT_TRUE(unpacked) << unpacked.problem();
    EXPECT_EQ(load_golden_set(unpacked->path() / "golden", every_case).cases.size(), 1u);
    for (const char* commit : {"HEAD~7", "no_such_branch", "--help", "", "HEAD:golden"}) {
        const auto none = golden_of_commit(repository / "golden", commit);
        ASSERT_FALSE(none) << commit;
        EXPECT_TRUE(mentions(none.problem(), "is no commit of the repository")) << none.problem();
    }
}

}  // namespace
}  // namespace brickproof::golden
