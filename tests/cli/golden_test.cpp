// brickproof golden, as a person uses it: what is damaged, refused, asked for, killed.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <random>

#include "cases/golden_update.hpp"
#include "cases/npz_file.hpp"
#include "engine/replay_token.hpp"
#include "expectations.hpp"
#include "golden_folders.hpp"

namespace brickproof::cli_test {
namespace {

namespace fs = std::filesystem;
using golden::ScratchFolder;

constexpr auto oracle_dot = "q8_0_dot/oracle_typical_n96";

// The oracle's case with its first value moved, so that an update has something to do.
void put_moved(const ScratchFolder& scratch, const std::string& name, double factor) {
    scratch.put(golden::moved(golden::committed(name), factor));
}

bool is_recomputed(const ScratchFolder& scratch, const std::string& name) {
    const golden::GoldenCase there = scratch.loaded(name);
    return golden::changes_nothing(golden::change_of(there, *golden::renewed(there)));
}

Arguments on(const ScratchFolder& scratch, Arguments arguments) {
    arguments.insert(arguments.begin(), "golden");
    arguments.insert(arguments.end(), {"--golden", scratch.path().string()});
    return arguments;
}

const std::vector<std::string> outside_ci = {"CI="};

Result run_on(const ScratchFolder& scratch, Arguments arguments) {
    return run(on(scratch, std::move(arguments)), outside_ci);
}

TEST(Golden, OwnKernelsHoldAndFaultsDoNot) {
    const Arguments check = {"golden", "check", "--golden", BRICKPROOF_GOLDEN, "--op", "q8_0.dot"};
    const Result own = run(check);
    EXPECT_EQ(own.exit_code, 0) << own.err;
    EXPECT_TRUE(holds(own.out, "q8_0.dot          23 cases: 21 independent, 1 oracle, 1 pinned")) << own.out;
    EXPECT_TRUE(holds(own.out, "pins of our own scalar kernels: 1 hold")) << own.out;
    Arguments faults = check;
    faults.insert(faults.end(), {"--kernels", BRICKPROOF_FAULTS, "--variant", "s*"});
    EXPECT_EQ(run(faults).exit_code, 1);
}

// What can be wrong with a golden file or its case, and what is said of it.
struct Damage {
    const char* name;
    void (*apply)(const fs::path& file);
    const char* sentence;
};

void edit_case(const fs::path& file, void (*edit)(golden::FileCase&)) {
    golden::edit_file(file, [&](golden::GoldenFile& whole) { edit(whole.cases.front()); });
}

const Damage damages[] = {
    {"cut off", [](const fs::path& f) { fs::resize_file(f, fs::file_size(f) - 1); }, "or is cut off"},
    {"empty", [](const fs::path& f) { golden::overwrite(f, ""); }, "or is cut off"},
    {"a byte changed",
     [](const fs::path& f) {
         std::string text = golden::contents_of(f);
         text[text.find("NUMPY") + 150] ^= 1;
         golden::overwrite(f, text);
     },
     "is damaged: exact_n32/"},
    {"a named pipe",
     [](const fs::path& f) {
         fs::remove(f);
         ASSERT_EQ(mkfifo(f.c_str(), 0600), 0);
     },
     "is not a plain file; golden files are not links"},
    {"a link to itself",
     [](const fs::path& f) {
         fs::remove(f);
         fs::create_symlink(f.filename(), f);
     },
     "is not a plain file; golden files are not links"},
    {"100 MB", [](const fs::path& f) { fs::resize_file(f, 100'000'000); },
     "is larger than such a file may be (64 MiB)"},
    {"another format",
     [](const fs::path& f) {
         std::vector<golden::Member> members = *golden::parse_npz(golden::contents_of(f));
         members[0].bytes.replace(members[0].bytes.find("\"format\":2"), 10, "\"format\":9");
         golden::overwrite(f, golden::npz_text(members));
     },
     "'format' of the file is not 2"},
    {"the file gone", [](const fs::path& f) { fs::remove(f); },
     "lists 2 cases; if it is meant, 'brickproof golden remove"},
    {"a case gone",
     [](const fs::path& f) { golden::edit_file(f, [](golden::GoldenFile& file) { file.cases.pop_back(); }); },
     "no longer holds the case exact_n64"},
    {"a line of the index gone",
     [](const fs::path& f) {
         const fs::path index = f.parent_path() / "index.txt";
         std::string text = golden::contents_of(index);
         golden::overwrite(index, text.substr(text.find('\n') + 1));
     },
     "f16_to_f32/finite_tail_n37 is not listed in"},
    {"sizes of 2^60",
     [](const fs::path& f) { edit_case(f, [](golden::FileCase& c) { c.info.sizes["n"] = std::size_t{1} << 60; }); },
     "has the case exact_n32, which has sizes beyond what a golden case may have"},
    {"another contract version",
     [](const fs::path& f) { edit_case(f, [](golden::FileCase& c) { c.info.contract_version = 9; }); },
     "has 1 case of another version of the contract of q8_0.dot"},
    {"values changed with all their checksums",
     [](const fs::path& f) { edit_case(f, [](golden::FileCase& c) { c.info.source = "somebody"; }); },
     "q8_0_dot/exact_n32 was changed: its digest is "},
};

TEST(Golden, EachKindOfDamageIsOneSentenceAndTheRestIsChecked) {
    for (const Damage& damage : damages) {
        const ScratchFolder scratch;
        for (const char* name : {"q8_0_dot/exact_n32", "q8_0_dot/exact_n64", "f16_to_f32/finite_tail_n37"})
            scratch.copy_of(name);
        damage.apply(scratch.file("q8_0_dot"));
        const Result result = run_on(scratch, {"check", "--variant", "scalar"});
        EXPECT_EQ(result.exit_code, 2) << damage.name << result.out << result.err;
        EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << damage.name << ": " << result.err;
        EXPECT_TRUE(holds(result.err, damage.sentence)) << damage.name << ": " << result.err;
        EXPECT_TRUE(holds(result.out, "kernels held to ")) << damage.name << result.out;
        EXPECT_TRUE(holds(result.out, "PASS ")) << damage.name << result.out;
    }
}

TEST(Golden, SizesThatNoKernelTakesAreSentencesToo) {
    const struct {
        const char* name;
        const char* size;
        std::size_t value;
    } sizes[] = {{"attention/h4_kv2_d16_s7", "kv_heads", 0},
                 {"attention/h4_kv2_d16_s7", "kv_heads", 3},
                 {"attention/h4_kv2_d16_s7", "heads", 0},
                 {"attention/h4_kv2_d16_s7", "seq", 0},
                 {"attention/h4_kv2_d16_s7", "head_dim", std::size_t{1} << 60},
                 {"rope/norm_t3_h2_d6_token1", "head_dim", 7},
                 {"rope/norm_t3_h2_d6_token1", "style", std::size_t{1} << 60},
                 {"rope/norm_t3_h2_d6_token1", "position", ~std::size_t{0}}};
    for (const auto& [name, size, value] : sizes) {
        const ScratchFolder scratch;
        scratch.copy_of("q8_0_dot/exact_n32");
        scratch.copy_of(name);
        golden::edit_file(
            scratch.file(std::string_view(name).substr(0, std::string_view(name).find('/'))),
            [size = size, value = value](golden::GoldenFile& file) { file.cases[0].info.sizes[size] = value; });
        const Result result = run_on(scratch, {"check", "--variant", "scalar"});
        EXPECT_TRUE(result.exit_code == 2 || result.exit_code == 1) << name << size << result.out << result.err;
        EXPECT_TRUE(holds(result.out, "held to ")) << name << size << result.out << result.err;
    }
}

TEST(Golden, CheckWritesJsonAndNamesOpsWithoutACase) {
    const ScratchFolder scratch;
    scratch.copy_of(oracle_dot);
    const fs::path file = scratch.path() / "report.json";
    const Result result = run_on(scratch, {"check", "--json", file.string(), "--jobs", "1", "--op", "q8_0.*"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_TRUE(holds(result.out, "ops without a golden case: q8_0.quantize, q8_0.dequantize, q8_0.gemv"))
        << result.out;
    const auto json = nlohmann::json::parse(golden::contents_of(file));
    EXPECT_EQ(json["cases"], 1);
    EXPECT_TRUE(json["problems"].empty());
}

TEST(GoldenRemove, WhatIsGoneOnPurposeIsAPassAgain) {
    const ScratchFolder scratch;
    for (const char* name : {"q8_0_dot/exact_n32", "q8_0_dot/exact_n64", "softmax/oracle_typical_n65"})
        scratch.copy_of(name);
    fs::remove(scratch.file("softmax"));
    EXPECT_EQ(run_on(scratch, {"check"}).exit_code, 2);
    EXPECT_TRUE(holds(run_on(scratch, {"remove", "softmax"}).out, "1 case removed"));
    EXPECT_EQ(run_on(scratch, {"check"}).exit_code, 0);
    EXPECT_EQ(run_on(scratch, {"remove", "q8_0.dot/exact_n64"}).exit_code, 0);
    EXPECT_EQ(scratch.load().cases.size(), 1u);
    EXPECT_EQ(run_on(scratch, {"check"}).exit_code, 0);
    expect_refused(run_on(scratch, {"remove", "q8_0_dot/exact_n64"}), "there is no golden case");
    EXPECT_EQ(run(on(scratch, {"remove", "q8_0_dot"}), {"CI=true"}).exit_code, 2);
}

TEST(GoldenUpdate, AsksAndWritesOnlyOnYes) {
    const ScratchFolder scratch;
    scratch.copy_of(oracle_dot);
    EXPECT_TRUE(holds(run_on(scratch, {"update"}).out, "0 to be written"));
    put_moved(scratch, oracle_dot, 1.0 + 1e-9);
    const std::string before = golden::contents_of(scratch.file("q8_0_dot"));
    for (const char* answer : {"", "n\n", "nonsense\n"}) {
        const Result asked = run_and_answer(on(scratch, {"update"}), answer, outside_ci);
        EXPECT_EQ(asked.exit_code, 2);
        EXPECT_TRUE(holds(asked.out, "1 of 1 values moved, by ")) << asked.out;
        EXPECT_TRUE(holds(asked.err, "nothing was written")) << asked.err;
        EXPECT_EQ(golden::contents_of(scratch.file("q8_0_dot")), before);
    }
    EXPECT_EQ(run_and_answer(on(scratch, {"update"}), "y\n", outside_ci).exit_code, 0);
    EXPECT_TRUE(is_recomputed(scratch, oracle_dot));
    put_moved(scratch, oracle_dot, 1.0 + 1e-9);
    const Result written = run_on(scratch, {"update", "--yes", "--why", "to see it written"});
    EXPECT_EQ(written.exit_code, 0) << written.err;
    EXPECT_TRUE(is_recomputed(scratch, oracle_dot));
    EXPECT_EQ(scratch.loaded(oracle_dot).info.why, "to see it written");
    EXPECT_EQ(scratch.loaded(oracle_dot).info.forced, "");
}

TEST(GoldenUpdate, RefusesInCi) {
    const ScratchFolder scratch;
    put_moved(scratch, oracle_dot, 1.0 + 1e-9);
    for (const Arguments& verb :
         {Arguments{"update", "--yes"}, Arguments{"add", "softmax", "new", "--sizes", "4"}}) {
        const Result refused = run(on(scratch, verb), {"CI=true"});
        EXPECT_EQ(refused.exit_code, 2);
        EXPECT_TRUE(holds(refused.err, "CI is set in the environment")) << refused.err;
    }
    EXPECT_EQ(run(on(scratch, {"update", "--yes", "--in-ci"}), {"CI=true"}).exit_code, 0);
    EXPECT_EQ(run(on(scratch, {"update", "--yes"}), {"CI=false"}).exit_code, 0);
}

TEST(GoldenUpdate, RefusesValuesOutsideTheBoundWithoutAReason) {
    const ScratchFolder scratch;
    put_moved(scratch, oracle_dot, 5.0);
    const Result refused = run_on(scratch, {"update", "--yes"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_TRUE(holds(refused.err, "farther from the old ones than the contract's bound")) << refused.err;
    EXPECT_FALSE(is_recomputed(scratch, oracle_dot));
    EXPECT_EQ(run_on(scratch, {"update", "--yes", "--force", "the old value was wrong"}).exit_code, 0);
    EXPECT_EQ(scratch.loaded(oracle_dot).info.forced, "the old value was wrong");
}

TEST(GoldenUpdate, RefusesWhileACaseIsNotAsItShouldBe) {
    const ScratchFolder scratch;
    put_moved(scratch, oracle_dot, 1.0 + 1e-9);
    scratch.copy_of("q8_0_dot/exact_n32");
    golden::edit_file(scratch.file("q8_0_dot"),
                      [](golden::GoldenFile& file) { file.cases[0].info.source = "somebody"; });
    const Result changed = run_on(scratch, {"update", "--yes"});
    EXPECT_EQ(changed.exit_code, 2);
    EXPECT_TRUE(holds(changed.err, "q8_0_dot/exact_n32 was changed: its digest is ")) << changed.err;
    EXPECT_TRUE(holds(changed.err, "nothing is updated")) << changed.err;
    EXPECT_EQ(run_on(scratch, {"update", "--yes", "--accept"}).exit_code, 0);
    EXPECT_EQ(scratch.loaded("q8_0_dot/exact_n32").info.source, "somebody");
    EXPECT_EQ(run_on(scratch, {"check"}).exit_code, 0);
    golden::overwrite(scratch.file("q8_0_dot"), "");
    EXPECT_TRUE(holds(run_on(scratch, {"update", "--yes", "--accept"}).err, "or is cut off"));
}

// Each file is old or new, and the same command finishes what a kill left.
TEST(GoldenUpdate, KilledAtRandomMomentsEachFileIsOldOrNew) {
    const ScratchFolder work;
    const std::vector<std::string> names = {oracle_dot, "softmax/oracle_typical_n65"};
    for (const std::string& name : names) put_moved(work, name, 1.0 + 1e-12);
    const ScratchFolder kept;
    const fs::path old_set = kept.path() / "old";
    fs::copy(work.path(), old_set, fs::copy_options::recursive);
    const Arguments update = on(work, {"update", "--yes", "--in-ci"});
    const Result uninterrupted = run(update);
    ASSERT_EQ(uninterrupted.exit_code, 0) << uninterrupted.err;
    std::mt19937 random(20261123);
    std::uniform_real_distribution<double> moment(0.0, 1.1 * uninterrupted.seconds);
    for (int trial = 0; trial < 40; ++trial) {
        fs::remove_all(work.path());
        fs::copy(old_set, work.path(), fs::copy_options::recursive);
        run_and_signal(update, SIGKILL, moment(random));
        const golden::GoldenSet set = work.load();
        ASSERT_TRUE(set.problems.empty()) << set.problems.front();
        ASSERT_EQ(set.cases.size(), names.size());
        const Result again = run(update);
        ASSERT_EQ(again.exit_code, 0) << again.err;
        for (const std::string& name : names) EXPECT_TRUE(is_recomputed(work, name));
        EXPECT_TRUE(work.disagreements().empty());
    }
}

// Between the rename of a file and that of the index, where a kill is rare.
TEST(GoldenUpdate, WhatWasKilledBeforeTheIndexIsNamedAndFinished) {
    const ScratchFolder scratch;
    put_moved(scratch, oracle_dot, 1.0 + 1e-9);
    const std::string old_index = golden::contents_of(scratch.path() / "index.txt");
    ASSERT_EQ(run_on(scratch, {"update", "--yes"}).exit_code, 0);
    golden::overwrite(scratch.path() / "index.txt", old_index);
    EXPECT_TRUE(holds(run_on(scratch, {"check"}).err, "was changed: its digest is "));
    EXPECT_EQ(run_on(scratch, {"update", "--yes"}).exit_code, 0);
    EXPECT_EQ(run_on(scratch, {"check"}).exit_code, 0);
    ASSERT_EQ(run_on(scratch, {"add", "q8_0.dot", "more", "--sizes", "64"}).exit_code, 0);
    golden::overwrite(scratch.path() / "index.txt", old_index);
    EXPECT_EQ(run_on(scratch, {"add", "q8_0.dot", "more", "--sizes", "64"}).exit_code, 0);
    EXPECT_EQ(run_on(scratch, {"update", "--yes"}).exit_code, 0);
    EXPECT_EQ(run_on(scratch, {"check"}).exit_code, 0);
}

TEST(GoldenAdd, FromSizesTokensAndGuests) {
    const ScratchFolder scratch;
    const Result made = run_on(scratch, {"add", "q8_0.dot", "mine", "--sizes", "64"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    EXPECT_TRUE(holds(made.out, "made ")) << made.out;
    EXPECT_TRUE(
        holds(run_on(scratch, {"add", "q8_0.dot", "mine", "--sizes", "64"}).out, "there already, the same"));
    const Result other = run_on(scratch, {"add", "q8_0.dot", "mine", "--sizes", "96"});
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_TRUE(holds(other.err, "--replace")) << other.err;
    const std::string token = make_token(*find_contract("q8_0.dot"), {5, 6, 7});
    EXPECT_EQ(run_on(scratch, {"add", "q8_0.dot", "found", "--token", token}).exit_code, 0);
    EXPECT_TRUE(holds(scratch.loaded("q8_0_dot/found").info.source, token));
    expect_refused(run_on(scratch, {"add", "softmax", "found", "--token", token}), "the token is of q8_0.dot");
    const Arguments of_guest = {"--kernels", BRICKPROOF_CORRECT, "--variant", "in_double_rounded_once"};
    Arguments guest = {"add", "q8_0.dot", "theirs", "--sizes", "64"};
    guest.insert(guest.end(), of_guest.begin(), of_guest.end());
    EXPECT_EQ(run_on(scratch, guest).exit_code, 0);
    EXPECT_EQ(scratch.loaded("q8_0_dot/theirs").info.library, "correct but different");
    Arguments check = {"check", "--op", "q8_0.dot"};
    check.insert(check.end(), of_guest.begin(), of_guest.end());
    EXPECT_TRUE(holds(run_on(scratch, check).out, "1 of its own library's making not judged"));
    Arguments any = {"add", "q8_0.dot", "any", "--sizes", "64", "--kernels", BRICKPROOF_CORRECT};
    expect_refused(run_on(scratch, any), "choose one with --variant");
    // A faulty one gives no expectation.
    const Result wrong = run_on(scratch, {"add", "softmax", "wrong", "--sizes", "100", "--kernels",
                                          BRICKPROOF_FAULTS, "--variant", "base_2"});
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_TRUE(holds(wrong.err, "farther from the contract's oracle than its bound")) << wrong.err;
    EXPECT_FALSE(fs::exists(scratch.file("softmax")));
    expect_refused(run_on(scratch, {"add", "q8_0.dot", "ours", "--sizes", "64", "--kernels", "builtin", "--variant",
                                    "scalar"}),
                   "expectations never come from the kernels that they check");
    expect_refused(run_on(scratch, {"add", "q8_0.dot", "none"}), "say which inputs");
    expect_refused(run_on(scratch, {"add", "q8_0.dot"}), "takes OP CASE");
    EXPECT_EQ(run_on(scratch, {"check"}).exit_code, 0);
}

TEST(GoldenExplain, SaysWhereACaseComesFromAndHowFarKernelsAre) {
    const Result result = run({"golden", "explain", "softmax/ln2_multiples_n120", "--golden", BRICKPROOF_GOLDEN});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    for (const char* part :
         {"expectation: independent: independent data set", "compared by bound", "x        float32 (120)",
          "scalar: PASS", "of the bound, at y[", "last change: added by commit", "history: git log -- "})
        EXPECT_TRUE(holds(result.out, part)) << part << "\n" << result.out;
    expect_refused(run({"golden", "explain", "nothing", "--golden", BRICKPROOF_GOLDEN}),
                   "there is no golden case 'nothing'");
}

TEST(GoldenDiff, OracleKernelsAndRuns) {
    const ScratchFolder scratch;
    const std::string run_folder = (scratch.path() / "run.npz").string();
    const Arguments of_dot = {"--op", "q8_0.dot", "--golden", BRICKPROOF_GOLDEN};
    const auto with = [&](Arguments arguments) {
        arguments.insert(arguments.begin(), "golden");
        arguments.insert(arguments.end(), of_dot.begin(), of_dot.end());
        return run(arguments);
    };
    EXPECT_TRUE(holds(with({"diff"}).out, "nothing moved in 1 of 1 comparisons"));
    const Result faults = with({"diff", "--kernels", BRICKPROOF_FAULTS, "--against", "builtin", "--against-variant",
                                "scalar", "--exit-code"});
    EXPECT_EQ(faults.exit_code, 1) << faults.err;
    EXPECT_TRUE(holds(faults.out, "OUTSIDE THE BOUND")) << faults.out.substr(0, 2000);
    EXPECT_EQ(with({"save", run_folder, "--variant", "scalar"}).exit_code, 0);
    EXPECT_TRUE(holds(with({"diff", run_folder, run_folder}).out, "nothing moved in 1 of 1"));
    EXPECT_TRUE(holds(with({"diff", run_folder, "--variant", "scalar"}).out, "nothing moved in 1 of 1"));
    expect_refused(with({"diff", run_folder, run_folder, "--variant", "scalar"}), "compared as they are");
    expect_refused(with({"diff", "--commit", "HEAD", "--variant", "scalar"}), "goes with no kernels");
    expect_refused(with({"diff", (scratch.path() / "none").string()}), "golden save FILE");
}

TEST(GoldenDiff, AFileIsTextForGit) {
    const ScratchFolder scratch;
    scratch.copy_of(oracle_dot);
    const std::string file = scratch.file("q8_0_dot").string();
    const Result text = run({"golden", "diff", "--textconv", file});
    EXPECT_EQ(text.exit_code, 0);
    EXPECT_TRUE(holds(text.out, "case oracle_typical_n96, digest ")) << text.out;
    EXPECT_TRUE(holds(text.out, "expected result: float64 (1), digest ")) << text.out;
    put_moved(scratch, oracle_dot, 1.5);
    EXPECT_NE(run({"golden", "diff", "--textconv", file}).out, text.out);
    golden::overwrite(file, "");  // git must be able to go on
    const Result damaged = run({"golden", "diff", "--textconv", file});
    EXPECT_EQ(damaged.exit_code, 0);
    EXPECT_TRUE(holds(damaged.out, "or is cut off")) << damaged.out;
}

TEST(GoldenAdd, AMovedPinIsNoFailureUnlessAskedAndUpdateRenewsIt) {
    const ScratchFolder scratch;
    EXPECT_EQ(run_on(scratch, {"add", "softmax", "pinned", "--sizes", "33", "--bits"}).exit_code, 0);
    EXPECT_TRUE(holds(run_on(scratch, {"check"}).out, "pins of our own scalar kernels: 1 hold, 0 moved"));
    golden::GoldenCase other = scratch.loaded("softmax/pinned");
    other.expected[0].tensor.bytes[0] ^= 1;
    scratch.put(other);
    const Result said = run_on(scratch, {"check"});
    EXPECT_EQ(said.exit_code, 0) << said.err;
    EXPECT_TRUE(holds(said.out, "MOVED softmax/pinned: 1 of 33 values moved")) << said.out;
    EXPECT_EQ(run_on(scratch, {"check", "--pins-must-hold"}).exit_code, 1);
    EXPECT_EQ(run_on(scratch, {"update", "--yes"}).exit_code, 0);
    EXPECT_EQ(run_on(scratch, {"check", "--pins-must-hold"}).exit_code, 0);
}

}  // namespace
}  // namespace brickproof::cli_test
