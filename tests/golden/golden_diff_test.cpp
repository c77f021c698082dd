// What moved between kernels, runs and versions of the golden cases; pins of our own kernels.
#include "cases/golden_diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "cases/golden_change.hpp"
#include "cases/golden_commit.hpp"
#include "cases/golden_pins.hpp"
#include "cases/golden_saved_run.hpp"
#include "cases/golden_update.hpp"
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
        if (golden.manifest.op == op) cases.push_back(golden);
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
    EXPECT_EQ(difference.cases_moved, cases.size());
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
    after[5].manifest.tensors.back().crc32 ^= 1;
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
    const fs::path folder = scratch.path() / "run";
    ASSERT_TRUE(save_run(folder, std::span(&run, 1)));
    const Expected<SavedRun> back = load_run(folder, cases);
    ASSERT_TRUE(back) << back.problem();
    EXPECT_TRUE(back->problems.empty()) << back->problems.front();
    ASSERT_EQ(back->kernels.size(), 1u);
    ASSERT_EQ(back->kernels[0].cases.size(), cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i)
        EXPECT_EQ(back->kernels[0].cases[i].outputs, run.cases[i].outputs);
    const Expected<Done> again = save_run(folder, std::span(&run, 1));
    ASSERT_FALSE(again);
    EXPECT_TRUE(mentions(again.problem(), "is there already"));
}

TEST(GoldenDiff, ADamagedRunIsNamed) {
    const ScratchFolder scratch;
    const std::vector<GoldenCase> cases = cases_of("q8_0.dot");
    const KernelRun run = run_kernel(own("q8_0.dot"), cases, 2);
    const fs::path folder = scratch.path() / "run";
    ASSERT_TRUE(save_run(folder, std::span(&run, 1)));
    const fs::path file = folder / "0" / cases[0].manifest.name / "result.npy";
    const std::string good = contents_of(file);
    overwrite(file, good.substr(0, good.size() - 1));
    fs::remove(folder / "0" / cases[1].manifest.name / "result.npy");
    const fs::path third = folder / "0" / cases[2].manifest.name / "result.npy";
    std::string flipped = contents_of(third);
    flipped.back() ^= 1;
    overwrite(third, flipped);
    const Expected<SavedRun> damaged = load_run(folder, cases);
    ASSERT_TRUE(damaged);
    EXPECT_EQ(damaged->problems.size(), 3u);
    EXPECT_EQ(damaged->kernels[0].cases.size(), cases.size() - 3);
    const std::string index = contents_of(folder / "run.json");
    std::string escaping = index;
    escaping.replace(escaping.find("\"0/"), 3, "\"../");
    overwrite(folder / "run.json", escaping);
    EXPECT_TRUE(mentions(load_run(folder, cases)->problems.front(), "leaves the folder"));
    for (const std::string& text : {index.substr(0, index.size() / 2), std::string("{}"), std::string("[]"),
                                    std::string(R"({"format": 1, "kernels": [{}]})")}) {
        overwrite(folder / "run.json", text);
        EXPECT_TRUE(mentions(load_run(folder, cases).problem(), "is damaged or no saved run"));
    }
    EXPECT_TRUE(mentions(load_run(scratch.path(), cases).problem(), "golden save"));
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
    fs::create_directories(repository / "golden" / "q8_0_dot");
    const fs::path golden = repository / "golden" / "q8_0_dot" / "exact_n32";
    fs::copy(committed_golden / "q8_0_dot" / "exact_n32", golden);
    const auto git = [&](const std::string& arguments) {
        return std::system(("git -C '" + repository.string() +
                            "' -c user.name=test -c user.email=test@localhost -c init.defaultBranch=main " +
                            arguments + " > /dev/null 2>&1")
                               .c_str());
    };
    ASSERT_EQ(git("init"), 0);
    ASSERT_EQ(git("add -A"), 0);
    ASSERT_EQ(git("commit -m one"), 0);
    fs::remove_all(golden);
    const auto unpacked = golden_of_commit(repository / "golden", "HEAD");
    ASSERT_TRUE(unpacked) << unpacked.problem();
    EXPECT_EQ(load_golden_set(unpacked->path() / "golden", every_op).cases.size(), 1u);
    for (const char* commit : {"HEAD~7", "no_such_branch", "--help", "", "HEAD:golden"}) {
        const auto none = golden_of_commit(repository / "golden", commit);
        ASSERT_FALSE(none) << commit;
        EXPECT_TRUE(mentions(none.problem(), "is no commit of the repository")) << none.problem();
    }
}

TEST(GoldenPins, TheCommittedOnesHold) {
    const PinCheck check = check_pins(committed_golden, committed_set().cases, 2);
    EXPECT_TRUE(check.problems.empty()) << check.problems.front();
    EXPECT_GE(check.held + check.moved.size(), all_contracts().size());
    // Not that none moved: that is for a person to see, on one machine after another.
}

TEST(GoldenPins, AValueThatMovesIsSaid) {
    const std::vector<GoldenCase> cases = cases_of("softmax");
    const KernelRun before = run_kernel(own("softmax"), cases, 2);
    const KernelRun after = run_kernel(moved_softmax(), cases, 2);
    const Pin pin = pin_of(before.cases[0]);
    EXPECT_FALSE(moved(pin, before.cases[0]));
    const std::optional<std::string> sentence = moved(pin, after.cases[0]);
    ASSERT_TRUE(sentence);
    EXPECT_TRUE(mentions(*sentence, "1 of 66 values moved")) << *sentence;
    EXPECT_TRUE(mentions(*sentence, "y[5]")) << *sentence;
    EXPECT_TRUE(moved(pin, before.cases[1]));  // other inputs
}

TEST(GoldenPins, TheyAreWrittenReadAndRenewed) {
    const ScratchFolder scratch;
    const std::vector<GoldenCase> cases = cases_of("f16.to_f32");
    const auto said = write_pins(scratch.path(), cases, "a test", 2);
    ASSERT_TRUE(said) << said.problem();
    EXPECT_EQ(said->size(), cases.size());
    EXPECT_TRUE(write_pins(scratch.path(), cases, "a test", 2)->empty());
    EXPECT_EQ(check_pins(scratch.path(), cases, 2).held, cases.size());
    const fs::path path = scratch.path() / "pins" / "f16_to_f32.json";
    std::string text = contents_of(path);
    const std::string good = text;
    EXPECT_EQ(pins_text(*read_pins(scratch.path(), *find_contract("f16.to_f32"))), good);
    text.replace(text.find("\"crc32\": \"") + 10, 8, "00000000");
    overwrite(path, text);
    EXPECT_EQ(check_pins(scratch.path(), cases, 2).moved.size(), 1u);
    for (const std::string& bad :
         {good.substr(0, good.size() / 2), std::string("{}"), std::string(R"({"format": 2})")}) {
        overwrite(path, bad);
        const PinCheck check = check_pins(scratch.path(), cases, 2);
        ASSERT_EQ(check.problems.size(), 1u);
        EXPECT_TRUE(mentions(check.problems[0], "is damaged")) << check.problems[0];
    }
}

}  // namespace
}  // namespace brickproof::golden
