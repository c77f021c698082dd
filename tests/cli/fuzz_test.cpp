// Campaigns as a person runs them: killed and gone on with, merged, sharded, and what they leave on disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>

#include "engine/random.hpp"
#include "expectations.hpp"

namespace brickproof::cli_test {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

class FuzzCampaign : public CommandTest {};

Names files_of(const fs::path& folder, const std::string& ending = "") {
    Names names;
    if (!fs::exists(folder)) return names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        if (const std::string name = entry.path().filename(); name.ends_with(ending) && !name.ends_with(".tmp"))
            names.insert(name);
    return names;
}

bool includes(const Names& all, const Names& some) {
    return std::ranges::includes(all, some);
}

// A fault that a search finds in a second or so, and the two kernels beside it take their share of the time.
Arguments search_of_a_fault(const std::string& corpus, const std::string& seconds) {
    return {"fuzz", "--kernels", BRICKPROOF_FAULTS, "--op",     "q8_0.dot", "--variant",
            "s*",   "--seconds", seconds,           "--corpus", corpus};
}

TEST_F(FuzzCampaign, LosesNothingWhenKilledAtRandomMoments) {
    const std::string corpus = path("corpus");
    const fs::path cases = folder_ / "corpus" / "q8_0_dot";
    const fs::path findings = folder_ / "corpus" / "findings" / "q8_0_dot";
    Names kept;
    Names found;
    Random random(7);
    for (int i = 0; i < 10; ++i) {
        const double moment = 0.02 + 0.5 * static_cast<double>(random.unit());
        run_and_signal(search_of_a_fault(corpus, "60"), SIGKILL, moment);
        const Names kept_now = files_of(cases);
        const Names found_now = files_of(findings, ".case");
        EXPECT_TRUE(includes(kept_now, kept)) << "killed after " << moment << " s, in round " << i;
        EXPECT_TRUE(includes(found_now, found)) << "killed after " << moment << " s, in round " << i;
        for (const std::string& name : kept_now) EXPECT_EQ(name.size(), 40u) << name;
        for (const std::string& name : found_now) {
            const std::string stem = name.substr(0, name.size() - 5);
            EXPECT_GT(fs::file_size(findings / (stem + ".token")), 20u) << name;
            EXPECT_TRUE(fs::exists(findings / (stem + "_test.cpp"))) << name;
        }
        kept = kept_now;
        found = found_now;
    }
    EXPECT_FALSE(kept.empty());
    const Result last = run(search_of_a_fault(corpus, "3"));
    EXPECT_EQ(last.exit_code, 1) << last.out << last.err;
    EXPECT_TRUE(includes(files_of(findings, ".case"), found));
    for (const char* part : {"executions", "a second", "features", "new)", "findings", "minimised to"})
        EXPECT_TRUE(holds(last.out, part)) << part << " is not in\n" << last.out;
}

TEST_F(FuzzCampaign, CorporaOfShardsMergeIntoOne) {
    for (const char* shard : {"1", "2"})
        ASSERT_EQ(run({"fuzz", "--op", "f16.to_f32", "--seconds", "0.5", "--shard", std::string(shard) + "/2",
                       "--corpus", path(shard)})
                      .exit_code,
                  0);
    EXPECT_NE(files_of(folder_ / "1" / "f16_to_f32"), files_of(folder_ / "2" / "f16_to_f32"));
    const Result merged =
        run({"fuzz", "--op", "f16.to_f32", "--corpus", path("both"), "--merge", path("1"), path("2")});
    EXPECT_EQ(merged.exit_code, 0) << merged.err;
    EXPECT_TRUE(holds(merged.out, "merged), minimised to")) << merged.out;
    const Names both = files_of(folder_ / "both" / "f16_to_f32");
    EXPECT_FALSE(both.empty());
    // Minimised is minimised.
    EXPECT_EQ(run({"fuzz", "--op", "f16.to_f32", "--corpus", path("both"), "--minimise"}).exit_code, 0);
    EXPECT_EQ(files_of(folder_ / "both" / "f16_to_f32"), both);
}

TEST_F(FuzzCampaign, WrongUsageIsASentence) {
    for (const char* shard : {"0/2", "3/2", "x", "1/", "1/0", "-1/2", "1/2x"})
        expect_refused(run({"fuzz", "--shard", shard, "--op", "f16.to_f32"}), "--shard takes I/N");
    expect_refused(run({"fuzz", "--minimise"}), "need --corpus");
    expect_refused(run({"fuzz", "--corpus", path("a"), "--merge", path("nowhere")}), "there is no such folder");
    expect_refused(run({"fuzz", "--targets", path("nowhere"), "--corpus", path("a")}), "there is no such program");
    // Searches nothing; whether it is a program is asked before.
    expect_refused(run({"fuzz", "--targets", "/bin/true"}), "--targets needs --corpus");
}

}  // namespace
}  // namespace brickproof::cli_test
