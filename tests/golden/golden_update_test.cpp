// Golden cases of the oracle and pins are recomputed; all others are left alone; files are old or new.
#include "cases/golden_update.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "golden_folders.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

constexpr auto oracle_dot = "q8_0_dot/oracle_typical_n96";

Change recomputed(const GoldenCase& golden) {
    const Expected<GoldenCase> now = renewed(golden);
    EXPECT_TRUE(now) << now.problem();
    return change_of(golden, *now);
}

Expected<Done> write(const ScratchFolder& scratch, const Change& change, const std::string& forced = "") {
    return write_changes(scratch.path(), std::span(&change, 1), {"a test", forced});
}

TEST(GoldenUpdate, CommittedCasesDoNotChange) {
    std::size_t of_oracle = 0;
    for (const GoldenCase& golden : committed_set().cases) {
        if (golden.info.origin == Origin::pinned) continue;  // another machine may move those
        EXPECT_TRUE(changes_nothing(recomputed(golden))) << id_of(golden);
        of_oracle += golden.info.origin == Origin::oracle;
    }
    EXPECT_EQ(of_oracle, all_contracts().size());
}

TEST(GoldenUpdate, WhatCameFromElsewhereIsKept) {
    const GoldenCase changed = moved(committed("softmax/n33_r3_row0"), 1.0 + 1e-9);
    EXPECT_TRUE(changes_nothing(recomputed(changed)));
    const GoldenCase of_oracle = moved(committed("softmax/oracle_typical_n65"), 1.0 + 1e-9);
    EXPECT_FALSE(changes_nothing(recomputed(of_oracle)));
}

TEST(GoldenUpdate, AMovedValueIsCountedAndPutBack) {
    const ScratchFolder scratch;
    scratch.copy_of(oracle_dot);
    const std::string committed_text = contents_of(scratch.file("q8_0_dot"));
    scratch.put(moved(committed(oracle_dot), 1.5));
    EXPECT_NE(contents_of(scratch.file("q8_0_dot")), committed_text);
    const Change change = recomputed(scratch.loaded(oracle_dot));
    EXPECT_EQ(change.from_old->moved, 1u);
    EXPECT_EQ(change.from_old->ulps.where, "result[0]");
    ASSERT_TRUE(write(scratch, change, "a test"));
    EXPECT_EQ(contents_of(scratch.file("q8_0_dot")).size(),
              committed_text.size() + std::string(",\"forced\":\"a test\"").size());
    EXPECT_TRUE(changes_nothing(change_of(committed(oracle_dot), scratch.loaded(oracle_dot))));
}

TEST(GoldenUpdate, ValuesOutsideTheBoundNeedAReasonThatIsStored) {
    const ScratchFolder scratch;
    scratch.copy_of(oracle_dot);
    EXPECT_FALSE(refusal(recomputed(scratch.loaded(oracle_dot))));
    // The old values were wrong: the oracle's are far from them.
    scratch.put(moved(committed(oracle_dot), 1000.0));
    EXPECT_EQ(scratch.loaded(oracle_dot).info.forced, "a test");
    const std::optional<std::string> from_old = refusal(recomputed(scratch.loaded(oracle_dot)));
    ASSERT_TRUE(from_old);
    EXPECT_NE(from_old->find("farther from the old ones"), std::string::npos) << *from_old;
    // The new values are wrong.
    const auto from_oracle = refusal(change_of(std::nullopt, moved(committed(oracle_dot), 7.0)));
    ASSERT_TRUE(from_oracle);
    EXPECT_NE(from_oracle->find("farther from the contract's oracle"), std::string::npos) << *from_oracle;
    // Within the bound, no reason is stored.
    scratch.copy_of(oracle_dot);
    EXPECT_EQ(scratch.loaded(oracle_dot).info.forced, "");
    EXPECT_EQ(scratch.loaded(oracle_dot).info.why, "a test");
}

TEST(GoldenUpdate, ACaseOfAnotherContractVersionIsTakenOver) {
    const ScratchFolder scratch;
    scratch.copy_of("q8_0_dot/exact_n32");
    edit_file(scratch.file("q8_0_dot"), [](GoldenFile& file) { file.cases[0].info.contract_version = 7; });
    EXPECT_EQ(scratch.load().problems.size(), 1u);
    EXPECT_TRUE(scratch.load().cases.empty());
    const GoldenSet old = load_golden_set(scratch.path(), every_case, ContractVersion::any);
    ASSERT_EQ(old.cases.size(), 1u);
    ASSERT_TRUE(write(scratch, recomputed(old.cases[0])));
    EXPECT_EQ(scratch.loaded("q8_0_dot/exact_n32").info.contract_version, old.cases[0].contract->version);
    EXPECT_TRUE(scratch.disagreements().empty());
}

TEST(GoldenUpdate, TheOtherCasesOfAFileStayAsTheyAre) {
    const ScratchFolder scratch;
    for (const char* name : {"q8_0_dot/exact_n64", oracle_dot, "q8_0_dot/exact_n32"}) scratch.copy_of(name);
    scratch.put(moved(committed(oracle_dot), 1.0 + 1e-9));
    const GoldenSet set = scratch.load();
    ASSERT_EQ(set.cases.size(), 3u);
    EXPECT_EQ(set.cases[0].info.name, "exact_n32");
    EXPECT_EQ(set.cases[1].info.name, "exact_n64");
    EXPECT_TRUE(changes_nothing(change_of(committed("q8_0_dot/exact_n64"), set.cases[1])));
    EXPECT_TRUE(scratch.disagreements().empty());
}

TEST(GoldenUpdate, CasesAreRemovedOnPurpose) {
    const ScratchFolder scratch;
    for (const char* name : {"q8_0_dot/exact_n64", oracle_dot, "softmax/oracle_typical_n65"}) scratch.copy_of(name);
    ASSERT_TRUE(remove_cases(scratch.path(), {oracle_dot}));
    EXPECT_EQ(scratch.load().cases.size(), 2u);
    EXPECT_TRUE(scratch.disagreements().empty());
    fs::remove(scratch.file("softmax"));
    EXPECT_EQ(scratch.disagreements().size(), 1u);
    ASSERT_TRUE(remove_cases(scratch.path(), {"softmax/oracle_typical_n65", "q8_0_dot/exact_n64"}));
    EXPECT_TRUE(scratch.disagreements().empty());
    EXPECT_FALSE(fs::exists(scratch.file("q8_0_dot")));
}

// A file that may not grow beyond a size is a disk that is full in the middle of a write.
TEST(GoldenUpdate, AWriteThatDoesNotEndLeavesTheOldFile) {
    const ScratchFolder scratch;
    scratch.copy_of("q8_0_dot/exact_n32");
    const std::string before = contents_of(scratch.file("q8_0_dot"));
    const Change change = change_of(std::nullopt, committed(oracle_dot));
    for (const bool killed : {false, true}) {
        const pid_t child = fork();
        if (child == 0) {
            const rlimit limit{before.size() / 2, before.size() / 2};
            setrlimit(RLIMIT_FSIZE, &limit);
            signal(SIGXFSZ, killed ? SIG_DFL : SIG_IGN);
            _exit(write_changes(scratch.path(), std::span(&change, 1), {"a test"}) ? 0 : 7);
        }
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(killed ? WIFSIGNALED(status) : WEXITSTATUS(status) == 7);
        EXPECT_EQ(contents_of(scratch.file("q8_0_dot")), before);
        EXPECT_TRUE(scratch.disagreements().empty());
    }
}

TEST(GoldenUpdate, AFolderThatCannotBeWrittenIsAProblem) {
    const Change change = change_of(std::nullopt, committed(oracle_dot));
    const Expected<Done> nowhere = write_changes("/nowhere/golden", std::span(&change, 1), {"a test"});
    ASSERT_FALSE(nowhere);
    EXPECT_NE(nowhere.problem().find("cannot be written"), std::string::npos) << nowhere.problem();
}

}  // namespace
}  // namespace brickproof::golden
