// Golden cases of the oracle: made, recomputed, written whole or not at all; all others are left alone.
#include "engine/golden_update.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "golden_folders.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

constexpr auto oracle_dot = "q8_0_dot/oracle_typical_n96";

std::map<std::string, std::string> files_in(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(folder))
        files[entry.path().filename().string()] = contents_of(entry.path());
    return files;
}

GoldenCase loaded(const fs::path& folder) {
    Expected<GoldenCase> golden = load_golden_case(folder);
    EXPECT_TRUE(golden) << golden.problem();
    return std::move(*golden);
}

void move_value(GoldenCase& golden, double by) {
    double value = 0.0;
    std::memcpy(&value, golden.expected[0].tensor.bytes.data(), sizeof value);
    value += by;
    std::memcpy(golden.expected[0].tensor.bytes.data(), &value, sizeof value);
}

TEST(GoldenUpdate, CommittedOracleCasesDoNotChange) {
    std::size_t recomputed = 0;
    for (const GoldenCase& golden : committed_set().cases) {
        if (golden.manifest.origin != Origin::oracle) continue;
        const Expected<Change> change = recompute(golden);
        ASSERT_TRUE(change) << change.problem();
        EXPECT_EQ(change->changed, 0u) << golden.folder;
        EXPECT_GT(change->values, 0u);
        ++recomputed;
    }
    EXPECT_EQ(recomputed, all_contracts().size());
}

TEST(GoldenUpdate, WhatCameFromElsewhereIsRefused) {
    for (const GoldenCase& golden : committed_set().cases) {
        if (golden.manifest.origin == Origin::oracle) continue;
        const Expected<Change> change = recompute(golden);
        ASSERT_FALSE(change);
        EXPECT_NE(change.problem().find("is not the oracle's"), std::string::npos);
    }
}

TEST(GoldenUpdate, AMovedValueIsCountedAndPutBack) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(oracle_dot);
    const auto committed = files_in(folder);
    GoldenCase golden = loaded(folder);
    move_value(golden, 0.5);
    ASSERT_TRUE(save_golden_case(golden));
    const Expected<Change> change = recompute(loaded(folder));
    ASSERT_TRUE(change);
    EXPECT_EQ(change->changed, 1u);
    EXPECT_EQ(change->largest_change, 0.5);
    ASSERT_TRUE(save_golden_case(change->recomputed));
    EXPECT_EQ(files_in(folder), committed);
}

// An update that is interrupted between its tensors and its manifest leaves the old case, whole.
TEST(GoldenUpdate, AnInterruptedUpdateLeavesTheOldCase) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(oracle_dot);
    const std::string old_manifest = contents_of(folder / manifest_name);
    const auto old_files = files_in(folder);
    GoldenCase golden = loaded(folder);
    move_value(golden, 0.5);
    ASSERT_TRUE(save_golden_case(golden));
    const auto new_files = files_in(folder);
    for (const auto& [name, text] : old_files)
        overwrite(folder / name, text);  // both sets of tensors, old manifest
    EXPECT_GT(files_in(folder).size(), old_files.size());
    EXPECT_EQ(recompute(loaded(folder))->changed, 0u);
    overwrite(folder / manifest_name, new_files.at(std::string(manifest_name)));
    EXPECT_EQ(recompute(loaded(folder))->changed, 1u);
}

TEST(GoldenUpdate, AFolderThatCannotBeWrittenIsAProblem) {
    const ScratchFolder scratch;
    GoldenCase golden = loaded(scratch.copy_of(oracle_dot));
    overwrite(scratch.path() / "file", "x");
    golden.folder = scratch.path() / "file" / "case";
    const Expected<Done> done = save_golden_case(golden);
    ASSERT_FALSE(done);
    EXPECT_NE(done.problem().find("cannot be made"), std::string::npos);
}

TEST(GoldenAdd, ANewCaseOfEveryOpLoads) {
    const ScratchFolder scratch;
    for (const Contract* contract : all_contracts()) {
        const std::string text = fmt::format("{}", fmt::join(contract->workloads[0].sizes, ","));
        const Expected<Sizes> sizes = parse_sizes(*contract, text);
        ASSERT_TRUE(sizes) << sizes.problem();
        Expected<Case> inputs = typical_case(*contract, *sizes, 3);
        ASSERT_TRUE(inputs) << inputs.problem();
        const Expected<GoldenCase> made =
            oracle_case(*contract, std::move(*inputs), "made", "test", scratch.path());
        ASSERT_TRUE(made) << made.problem();
        ASSERT_TRUE(save_golden_case(*made));
        EXPECT_EQ(recompute(loaded(made->folder))->changed, 0u);
    }
    EXPECT_EQ(load_golden_set(scratch.path(), every_op).cases.size(), all_contracts().size());
}

TEST(GoldenAdd, BrokenPreconditionsAreFound) {
    const ScratchFolder scratch;
    const Contract& contract = *find_contract("q8_0.dot");
    Expected<Case> inputs = typical_case(contract, {{"n", 64}}, 1);
    ASSERT_TRUE(inputs);
    const auto outside = [&] {
        return oracle_case(contract, *inputs, "x", "test", scratch.path())->manifest.outside;
    };
    EXPECT_EQ(outside(), std::vector<std::string>{});
    inputs->input<brickproof_q8_0>(1)[1].qs[5] = -128;
    EXPECT_EQ(outside(), std::vector<std::string>{"quants>-128"});
    inputs->input<brickproof_q8_0>(0)[0].d = 0x7C00;
    EXPECT_EQ(outside(), (std::vector<std::string>{"finite", "quants>-128"}));
}

TEST(GoldenAdd, BadNamesAndSizesAreRefused) {
    const ScratchFolder scratch;
    scratch.copy_of(oracle_dot);
    const Contract& contract = *find_contract("q8_0.dot");
    const Expected<Case> inputs = typical_case(contract, {{"n", 32}}, 1);
    for (const char* name : {"", "..", "a/b", "a b", "oracle_typical_n96"})
        EXPECT_FALSE(oracle_case(contract, *inputs, name, "test", scratch.path())) << name;
    for (const char* sizes : {"", "x", "3,", ",3", "3,4", "-3", "99999999999999999999999"})
        EXPECT_FALSE(parse_sizes(contract, sizes)) << sizes;
    for (const char* sizes : {"", "3", "3,", "3,4,5", "3;4"})
        EXPECT_FALSE(parse_sizes(*find_contract("q8_0.gemv"), sizes)) << sizes;
}

}  // namespace
}  // namespace brickproof::golden
