// Golden cases of the oracle are recomputed, whole or not at all; all others are left alone; every change leaves a
// line.
#include "cases/golden_update.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>

#include "cases/provenance.hpp"
#include "cases/transaction.hpp"
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
        EXPECT_EQ(change->from_old->moved, 0u) << golden.folder;
        EXPECT_GT(change->from_old->values, 0u);
        EXPECT_TRUE(changes_nothing(*change));
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

Expected<Done> write(const ScratchFolder& scratch, const Change& change, const std::string& forced = "") {
    return write_changes(scratch.path(), std::span(&change, 1), {"a test", forced});
}

// The case in the folder, moved by hand but with its line of provenance.
void move_case(const ScratchFolder& scratch, const fs::path& folder, double by) {
    GoldenCase after = loaded(folder);
    move_value(after, by);
    ASSERT_TRUE(write(scratch, change_of(loaded(folder), after, "replaced", "a test"), "a test"));
}

TEST(GoldenUpdate, AMovedValueIsCountedAndPutBack) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(oracle_dot);
    const auto committed = files_in(folder);
    move_case(scratch, folder, 0.5);
    EXPECT_NE(files_in(folder), committed);
    const Expected<Change> change = recompute(loaded(folder));
    ASSERT_TRUE(change);
    EXPECT_EQ(change->from_old->moved, 1u);
    EXPECT_EQ(change->from_old->ulps.where, "result[0]");
    EXPECT_NEAR(change->from_old->share.amount,
                0.5 / change->after.contract->oracle(change->after.inputs)[0].bound[0], 1.0);
    ASSERT_TRUE(write(scratch, *change, "a test"));
    EXPECT_EQ(files_in(folder), committed);
}

TEST(GoldenUpdate, ValuesOutsideTheBoundNeedAReason) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(oracle_dot);
    EXPECT_FALSE(refusal(*recompute(loaded(folder))));
    // The old values were wrong: the oracle's are far from them.
    move_case(scratch, folder, 1000.0);
    const std::optional<std::string> from_old = refusal(*recompute(loaded(folder)));
    ASSERT_TRUE(from_old);
    EXPECT_NE(from_old->find("farther from the old ones"), std::string::npos) << *from_old;
    // The new values are wrong.
    GoldenCase wrong = loaded(scratch.path() / oracle_dot);
    move_value(wrong, 7.0);
    const std::optional<std::string> from_oracle = refusal(change_of(std::nullopt, wrong, "added", "a test"));
    ASSERT_TRUE(from_oracle);
    EXPECT_NE(from_oracle->find("farther from the contract's oracle"), std::string::npos) << *from_oracle;
}

TEST(GoldenUpdate, EveryChangeLeavesALine) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(oracle_dot);
    const std::string first = checksum_of(loaded(folder).manifest);
    EXPECT_EQ(unrecorded_changes(scratch.path(), std::vector{loaded(folder)}).size(), 1u);
    setenv("SOURCE_DATE_EPOCH", "1000000000", 1);
    move_case(scratch, folder, 0.5);
    unsetenv("SOURCE_DATE_EPOCH");
    const auto lines = read_provenance(scratch.path(), "q8_0.dot");
    ASSERT_TRUE(lines) << lines.problem();
    ASSERT_EQ(lines->size(), 1u);
    const ProvenanceLine& line = lines->front();
    EXPECT_EQ(line.date, "2001-09-09T01:46:40Z");
    EXPECT_EQ(line.change, "replaced");
    EXPECT_EQ(line.why, "a test");
    EXPECT_EQ(line.from, first);
    EXPECT_EQ(line.to, checksum_of(loaded(folder).manifest));
    EXPECT_EQ(line.moved, 1u);
    EXPECT_GT(line.largest_share, 1.0);
    EXPECT_EQ(line.forced, "a test");
    EXPECT_TRUE(unrecorded_changes(scratch.path(), std::vector{loaded(folder)}).empty());
    EXPECT_NE(show(line).find("1 of 1 values differ from the old values"), std::string::npos) << show(line);
    ASSERT_TRUE(write(scratch, *recompute(loaded(folder)), "back"));
    EXPECT_EQ(read_provenance(scratch.path(), "q8_0.dot")->size(), 2u);
}

TEST(GoldenUpdate, AChangeByHandIsNoticedAndRecorded) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(oracle_dot);
    ASSERT_TRUE(write(scratch, record(loaded(folder))));
    EXPECT_TRUE(unrecorded_changes(scratch.path(), std::vector{loaded(folder)}).empty());
    edit_manifest(folder, [](Manifest& manifest) { manifest.source = "somebody"; });
    const auto problems = unrecorded_changes(scratch.path(), std::vector{loaded(folder)});
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_NE(problems[0].find("golden record q8_0_dot/oracle_typical_n96"), std::string::npos) << problems[0];
    ASSERT_TRUE(write(scratch, record(loaded(folder))));
    EXPECT_TRUE(unrecorded_changes(scratch.path(), std::vector{loaded(folder)}).empty());
    const auto lines = read_provenance(scratch.path(), "q8_0.dot");
    ASSERT_EQ(lines->size(), 2u);
    EXPECT_EQ(lines->back().from, lines->front().to);
    EXPECT_EQ(lines->back().to, checksum_of(loaded(folder).manifest));
}

TEST(GoldenUpdate, ACaseOfAnotherContractVersionIsTakenOver) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(oracle_dot);
    edit_manifest(folder, [](Manifest& manifest) { manifest.contract_version = 7; });
    EXPECT_NE(problem_of(folder).find("golden record"), std::string::npos) << problem_of(folder);
    const Expected<GoldenCase> old = load_golden_case(folder, ContractVersion::any);
    ASSERT_TRUE(old);
    ASSERT_TRUE(write(scratch, record(*old)));
    EXPECT_EQ(problem_of(folder), "");
    EXPECT_EQ(loaded(folder).manifest.contract_version, old->contract->version);
}

TEST(GoldenUpdate, DamagedProvenanceIsNamedByItsLine) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(oracle_dot);
    ASSERT_TRUE(write(scratch, record(loaded(folder))));
    const fs::path path = folder.parent_path() / provenance_name;
    const std::string good = contents_of(path);
    for (const std::string& bad : {good + "x\n", good + "{}\n", good + "\n" + good, good + good.substr(0, 40)}) {
        overwrite(path, bad);
        const auto lines = read_provenance(scratch.path(), "q8_0.dot");
        ASSERT_FALSE(lines) << bad;
        EXPECT_NE(lines.problem().find("is damaged in line 2"), std::string::npos) << lines.problem();
        EXPECT_EQ(unrecorded_changes(scratch.path(), std::vector{loaded(folder)}).size(), 1u);
    }
}

TEST(GoldenUpdate, EveryCommittedCaseHasItsLine) {
    const auto problems = unrecorded_changes(committed_golden, committed_set().cases);
    EXPECT_TRUE(problems.empty()) << problems.front();
}

// Many cases of several ops, stopped behind any step: all of them are old, or all of them new.
TEST(GoldenUpdate, AnUpdateOfManyCasesThatIsKilledLeavesAllOldOrAllNew) {
    const char* const names[] = {oracle_dot, "softmax/oracle_typical_n65"};
    const auto changes_in = [&](const ScratchFolder& scratch) {
        std::vector<Change> changes;
        for (const char* name : names) {
            GoldenCase after = loaded(scratch.path() / name);
            move_value(after, 1e-9);
            changes.push_back(change_of(loaded(scratch.path() / name), after, "replaced", "a test"));
        }
        return changes;
    };
    const ScratchFolder before(fast_place());
    for (const char* name : names) ASSERT_TRUE(write(before, record(loaded(before.copy_of(name)))));
    std::size_t olds = 0;
    std::size_t news = 0;
    for (int steps = 1;; ++steps) {
        const ScratchFolder scratch(fast_place());
        fs::copy(before.path(), scratch.path(), fs::copy_options::recursive);
        const pid_t child = fork();
        if (child == 0) {
            int left = steps;
            (void)write_changes(scratch.path(), changes_in(scratch), {"a test", "a test"}, [&] {
                if (--left == 0) raise(SIGKILL);
            });
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        const GoldenSet set = load_golden_set(scratch.path(), every_op);
        ASSERT_TRUE(set.problems.empty()) << set.problems.front();
        ASSERT_EQ(set.cases.size(), std::size(names));
        std::size_t moved = 0;
        for (const GoldenCase& golden : set.cases) moved += recompute(golden)->from_old->moved;
        EXPECT_TRUE(moved == 0 || moved == std::size(names)) << moved << " moved, killed behind step " << steps;
        EXPECT_TRUE(unrecorded_changes(scratch.path(), set.cases).empty()) << "killed behind step " << steps;
        ++(moved == 0 ? olds : news);
        if (WIFEXITED(status)) break;
    }
    EXPECT_GE(olds, 6u);
    EXPECT_GE(news, 6u);
}

TEST(GoldenUpdate, AFolderThatCannotBeWrittenIsAProblem) {
    const ScratchFolder scratch;
    scratch.copy_of(oracle_dot);
    overwrite(scratch.path() / staging_name, "a file in the way");
    const Expected<Done> done = write(scratch, record(loaded(scratch.path() / oracle_dot)));
    // What is no folder of ours is taken for remains and removed, or named.
    if (!done) {
        EXPECT_NE(done.problem().find("cannot be"), std::string::npos) << done.problem();
    }
    const Expected<Done> nowhere = write_changes(scratch.path() / "nowhere", {}, {"a test"});
    ASSERT_FALSE(nowhere);
    EXPECT_NE(nowhere.problem().find("cannot be opened"), std::string::npos) << nowhere.problem();
}

}  // namespace
}  // namespace brickproof::golden
