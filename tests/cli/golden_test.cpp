// brickproof golden, as a person uses it: what is damaged, refused, asked for, killed.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>

#include "cases/golden_change.hpp"
#include "cases/golden_update.hpp"
#include "cases/provenance.hpp"
#include "engine/replay_token.hpp"
#include "cases/transaction.hpp"
#include "expectations.hpp"
#include "golden_folders.hpp"

namespace brickproof::cli_test {
namespace {

namespace fs = std::filesystem;
using golden::ScratchFolder;

constexpr auto oracle_dot = "q8_0_dot/oracle_typical_n96";

golden::GoldenCase loaded(const fs::path& folder) {
    Expected<golden::GoldenCase> golden = golden::load_golden_case(folder);
    EXPECT_TRUE(golden) << golden.problem();
    return std::move(*golden);
}

void record(const ScratchFolder& scratch, const fs::path& folder) {
    const golden::Change change = golden::record(loaded(folder));
    ASSERT_TRUE(golden::write_changes(scratch.path(), std::span(&change, 1), {"a test"}));
}

// A copy of a committed case, with its line of provenance.
fs::path copied(const ScratchFolder& scratch, const std::string& name) {
    const fs::path folder = scratch.copy_of(name);
    record(scratch, folder);
    return folder;
}

// Moves the first value of an oracle's case, so that an update has something to do.
void move_case(const fs::path& directory, const fs::path& folder, double factor) {
    golden::GoldenCase after = loaded(folder);
    double value = 0.0;
    std::memcpy(&value, after.expected[0].tensor.bytes.data(), sizeof value);
    value *= factor;
    std::memcpy(after.expected[0].tensor.bytes.data(), &value, sizeof value);
    const golden::Change change = golden::change_of(loaded(folder), after, "replaced", "a test");
    ASSERT_TRUE(golden::write_changes(directory, std::span(&change, 1), {"a test", "a test"}));
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
    EXPECT_TRUE(holds(own.out, "q8_0.dot          22 cases: 21 independent, 1 oracle")) << own.out;
    EXPECT_TRUE(holds(own.out, "pins of our own scalar kernels: 1 hold")) << own.out;
    Arguments faults = check;
    faults.insert(faults.end(), {"--kernels", BRICKPROOF_FAULTS, "--variant", "s*"});
    EXPECT_EQ(run(faults).exit_code, 1);
}

// What can be wrong with one file, and what is said of it.
struct Damage {
    const char* name;
    void (*apply)(const fs::path& folder);
    const char* sentence;
};

void truncate(const fs::path& path, std::size_t by) {
    const std::string text = golden::contents_of(path);
    golden::overwrite(path, text.substr(0, text.size() - by));
}
void replace(const fs::path& path, const std::string& old_text, const std::string& new_text) {
    std::string text = golden::contents_of(path);
    const std::size_t at = text.find(old_text);
    ASSERT_NE(at, std::string::npos) << old_text << " is not in " << path;
    text.replace(at, old_text.size(), new_text);
    golden::overwrite(path, text);
}

const Damage damages[] = {
    {"a tensor cut off", [](const fs::path& f) { truncate(f / "a.npy", 1); }, "a.npy has 33 bytes of data"},
    {"a tensor cut off in its header", [](const fs::path& f) { golden::overwrite(f / "a.npy", "\x93NUMPY\x01"); },
     "a.npy is cut off within its header"},
    {"an empty tensor", [](const fs::path& f) { golden::overwrite(f / "a.npy", ""); }, "a.npy is no .npy file"},
    {"two tensors swapped",
     [](const fs::path& f) {
         fs::rename(f / "a.npy", f / "c.npy");
         fs::rename(f / "b.npy", f / "a.npy");
         fs::rename(f / "c.npy", f / "b.npy");
     },
     "a.npy is damaged: its CRC-32 is"},
    {"input and output swapped",
     [](const fs::path& f) {
         fs::rename(f / "a.npy", f / "c.npy");
         fs::rename(f / "result.npy", f / "a.npy");
         fs::rename(f / "c.npy", f / "result.npy");
     },
     "a.npy holds float32 (1), its manifest says uint8 (1, 34)"},
    {"another dtype", [](const fs::path& f) { replace(f / "a.npy", "|u1", "|i1"); },
     "a.npy holds int8 (1, 34), its manifest says uint8 (1, 34)"},
    {"another shape", [](const fs::path& f) { replace(f / "a.npy", "(1, 34)", "(34, 1)"); },
     "a.npy holds uint8 (34, 1), its manifest says uint8 (1, 34)"},
    {"big endian", [](const fs::path& f) { replace(f / "result.npy", "<f4", ">f4"); },
     "result.npy has elements of type '>f4'; golden values are little endian"},
    {"Fortran order", [](const fs::path& f) { replace(f / "a.npy", "False", "True "); },
     "a.npy has a header that is"},
    {"a value changed",
     [](const fs::path& f) {
         replace(f / "result.npy", golden::contents_of(f / "result.npy").substr(128), "abcd");
     },
     "result.npy is damaged: its CRC-32 is"},
    {"a shape of 2^60",
     [](const fs::path& f) { replace(f / "a.npy", "(1, 34), }  ", "(1152921504606846976, 34), }"); }, "a.npy has "},
    {"sizes of 2^60",
     [](const fs::path& f) {
         golden::edit_manifest(f, [](golden::Manifest& m) { m.sizes["n"] = std::size_t{1} << 60; });
     },
     "manifest.json has sizes beyond what a golden case may have"},
    {"a shape of 2^60 in the manifest",
     [](const fs::path& f) {
         golden::edit_manifest(f, [](golden::Manifest& m) { m.tensors[0].shape[0] = std::size_t{1} << 60; });
     },
     "manifest.json says that a.npy is uint8 (1152921504606846976, 34)"},
    {"a tensor missing", [](const fs::path& f) { fs::remove(f / "b.npy"); }, "b.npy is missing"},
    {"the manifest missing", [](const fs::path& f) { fs::remove(f / "manifest.json"); },
     "manifest.json is missing"},
    {"the manifest cut off", [](const fs::path& f) { truncate(f / "manifest.json", 20); },
     "manifest.json is no JSON (cut off or damaged)"},
    {"a wrong checksum in the manifest",
     [](const fs::path& f) { replace(f / "manifest.json", "\"crc32\": \"", "\"crc32\": \"0000"); },
     "needs 8 hexadecimal digits"},
    {"a manifest edited by hand",
     [](const fs::path& f) { replace(f / "manifest.json", "rounded once", "rounded twice"); },
     "manifest.json is damaged: its checksum is"},
    {"a path that leaves the folder",
     [](const fs::path& f) { replace(f / "manifest.json", "\"a.npy\"", "\"../a.npy\""); },
     "names the file '../a.npy'; it must be a plain name"},
    {"an absolute path", [](const fs::path& f) { replace(f / "manifest.json", "\"a.npy\"", "\"/etc/a.npy\""); },
     "names the file '/etc/a.npy'; it must be a plain name"},
    {"a link out of the folder",
     [](const fs::path& f) {
         fs::rename(f / "a.npy", f.parent_path() / "a.npy");
         fs::create_symlink("../a.npy", f / "a.npy");
     },
     "a.npy is no plain file; golden files are not links"},
    {"a folder that is a link",
     [](const fs::path& f) {
         fs::rename(f, f.parent_path().parent_path() / "elsewhere");
         fs::create_symlink("../elsewhere", f);
     },
     "is reached by a link"},
    {"a named pipe",
     [](const fs::path& f) {
         fs::remove(f / "a.npy");
         ASSERT_EQ(mkfifo((f / "a.npy").c_str(), 0600), 0);
     },
     "a.npy is no plain file"},
    {"a manifest of 100 MB", [](const fs::path& f) { fs::resize_file(f / "manifest.json", 100'000'000); },
     "manifest.json is larger than such a file may be (1 MiB)"},
    {"a tensor of 100 MB", [](const fs::path& f) { fs::resize_file(f / "a.npy", 100'000'000); },
     "a.npy is larger than such a file may be (64 MiB)"},
    {"another format", [](const fs::path& f) { replace(f / "manifest.json", "\"format\": 1", "\"format\": 9"); },
     "manifest.json is not in format 1"},
    {"another contract version",
     [](const fs::path& f) { golden::edit_manifest(f, [](golden::Manifest& m) { m.contract_version = 9; }); },
     "is of version 9 of the contract of q8_0.dot, this brickproof has version 1"},
    {"an op that nobody knows",
     [](const fs::path& f) { golden::edit_manifest(f, [](golden::Manifest& m) { m.op = "q8_0.sum"; }); },
     "is of the op 'q8_0.sum', which this brickproof does not know"},
    {"another case's manifest",
     [](const fs::path& f) {
         fs::copy_file(f.parent_path() / "exact_n64" / "manifest.json", f / "manifest.json",
                       fs::copy_options::overwrite_existing);
     },
     "manifest.json says that it belongs to q8_0_dot/exact_n64"},
    {"values changed with all their checksums",
     [](const fs::path& f) { golden::edit_manifest(f, [](golden::Manifest& m) { m.source = "somebody"; }); },
     "the last line of"},
};

TEST(Golden, EachKindOfDamageIsOneSentenceAndTheRestIsChecked) {
    const ScratchFolder whole;
    for (const char* name : {"q8_0_dot/exact_n32", "q8_0_dot/exact_n64", "q8_0_dot/exact_n96"}) copied(whole, name);
    for (const Damage& damage : damages) {
        const ScratchFolder scratch;
        fs::copy(whole.path(), scratch.path(), fs::copy_options::recursive);
        damage.apply(scratch.path() / "q8_0_dot" / "exact_n32");
        const Result result = run_on(scratch, {"check", "--op", "q8_0.dot", "--variant", "scalar"});
        EXPECT_EQ(result.exit_code, 2) << damage.name << result.out << result.err;
        EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << damage.name << ": " << result.err;
        EXPECT_TRUE(holds(result.err, damage.sentence)) << damage.name << ": " << result.err;
        EXPECT_TRUE(holds(result.out, "1 of 1 kernels held to ")) << damage.name << result.out;
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
        copied(scratch, "q8_0_dot/exact_n32");
        golden::edit_manifest(copied(scratch, name),
                              [size = size, value = value](golden::Manifest& m) { m.sizes[size] = value; });
        const Result result = run_on(scratch, {"check", "--variant", "scalar"});
        EXPECT_TRUE(result.exit_code == 2 || result.exit_code == 1) << name << size << result.out << result.err;
        EXPECT_TRUE(holds(result.out, "held to ")) << name << size << result.out << result.err;
    }
}

TEST(Golden, CheckWritesJson) {
    const ScratchFolder scratch;
    copied(scratch, oracle_dot);
    const fs::path file = scratch.path() / "report.json";
    EXPECT_EQ(run_on(scratch, {"check", "--json", file.string(), "--jobs", "1"}).exit_code, 0);
    const auto json = nlohmann::json::parse(golden::contents_of(file));
    EXPECT_EQ(json["cases"], 1);
    EXPECT_TRUE(json["problems"].empty());
}

TEST(GoldenUpdate, AsksAndWritesOnlyOnYes) {
    const ScratchFolder scratch;
    const fs::path folder = copied(scratch, oracle_dot);
    EXPECT_TRUE(holds(run_on(scratch, {"update"}).out, "0 of them change"));
    move_case(scratch.path(), folder, 1.0 + 1e-9);
    const std::string moved = golden::checksum_of(loaded(folder).manifest);
    for (const char* answer : {"", "n\n", "nonsense\n"}) {
        const Result asked = run_and_answer(on(scratch, {"update"}), answer, outside_ci);
        EXPECT_EQ(asked.exit_code, 2);
        EXPECT_TRUE(holds(asked.out, "1 of 1 values moved, by ")) << asked.out;
        EXPECT_TRUE(holds(asked.err, "nothing was written")) << asked.err;
        EXPECT_EQ(golden::checksum_of(loaded(folder).manifest), moved);
    }
    EXPECT_EQ(run_and_answer(on(scratch, {"update"}), "y\n", outside_ci).exit_code, 0);
    EXPECT_EQ(golden::recompute(loaded(folder))->from_old->moved, 0u);
    move_case(scratch.path(), folder, 1.0 + 1e-9);
    const Result written = run_on(scratch, {"update", "--yes", "--why", "to see it written"});
    EXPECT_EQ(written.exit_code, 0) << written.err;
    EXPECT_EQ(golden::recompute(loaded(folder))->from_old->moved, 0u);
    const auto lines = golden::read_provenance(scratch.path(), "q8_0.dot");
    EXPECT_EQ(lines->back().change, "updated");
    EXPECT_EQ(lines->back().why, "to see it written");
    EXPECT_EQ(lines->back().forced, "");
}

TEST(GoldenUpdate, RefusesInCi) {
    const ScratchFolder scratch;
    move_case(scratch.path(), copied(scratch, oracle_dot), 1.0 + 1e-9);
    for (const Arguments& verb :
         {Arguments{"update", "--yes"}, Arguments{"record", "--why", "x", oracle_dot, "--yes"},
          Arguments{"add", "softmax", "new", "--sizes", "4"}}) {
        const Result refused = run(on(scratch, verb), {"CI=true"});
        EXPECT_EQ(refused.exit_code, 2);
        EXPECT_TRUE(holds(refused.err, "CI is set in the environment")) << refused.err;
    }
    EXPECT_EQ(run(on(scratch, {"update", "--yes", "--in-ci"}), {"CI=true"}).exit_code, 0);
    EXPECT_EQ(run(on(scratch, {"update", "--yes"}), {"CI=false"}).exit_code, 0);
}

TEST(GoldenUpdate, RefusesValuesOutsideTheBoundWithoutAReason) {
    const ScratchFolder scratch;
    const fs::path folder = copied(scratch, oracle_dot);
    move_case(scratch.path(), folder, 5.0);
    const Result refused = run_on(scratch, {"update", "--yes"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_TRUE(holds(refused.err, "farther from the old ones than the contract's bound")) << refused.err;
    EXPECT_NE(golden::recompute(loaded(folder))->from_old->moved, 0u);
    EXPECT_EQ(run_on(scratch, {"update", "--yes", "--force", "the old value was wrong"}).exit_code, 0);
    EXPECT_EQ(golden::read_provenance(scratch.path(), "q8_0.dot")->back().forced, "the old value was wrong");
}

TEST(GoldenUpdate, RefusesWhileACaseIsDamagedOrUnrecorded) {
    const ScratchFolder scratch;
    move_case(scratch.path(), copied(scratch, oracle_dot), 1.0 + 1e-9);
    const fs::path other = scratch.copy_of("q8_0_dot/exact_n32");
    EXPECT_TRUE(holds(run_on(scratch, {"update", "--yes"}).err, "has no line for it"));
    fs::remove(other / "a.npy");
    const Result damaged = run_on(scratch, {"update", "--yes"});
    EXPECT_EQ(damaged.exit_code, 2);
    EXPECT_TRUE(holds(damaged.err, "nothing is updated")) << damaged.err;
}

// Old or new, never a mixture: cases of several ops, and their lines of provenance.
TEST(GoldenUpdate, KilledAtAHundredRandomMomentsTheSetIsOldOrNew) {
    const ScratchFolder scratch;
    const fs::path old_set = scratch.path() / "old";
    // On a disk: what is synchronised takes its time there, so that half of the kills hit the writing.
    const ScratchFolder work;
    const char* const names[] = {oracle_dot, "softmax/oracle_typical_n65"};
    for (const char* name : names) copied(work, name);
    for (const golden::GoldenCase& golden : golden::load_golden_set(work.path(), golden::every_op).cases)
        move_case(work.path(), golden.folder, 1.0 + 1e-12);
    fs::copy(work.path(), old_set, fs::copy_options::recursive);

    const Arguments update = on(work, {"update", "--yes", "--in-ci"});
    const Result uninterrupted = run(update);
    ASSERT_EQ(uninterrupted.exit_code, 0) << uninterrupted.err;
    std::mt19937 random(20261123);
    std::uniform_real_distribution<double> moment(0.0, 1.1 * uninterrupted.seconds);
    std::size_t mixtures = 0;
    for (int trial = 0; trial < 100; ++trial) {
        fs::remove_all(work.path());
        fs::copy(old_set, work.path(), fs::copy_options::recursive);
        run_and_signal(update, SIGKILL, moment(random));
        const golden::GoldenSet set = golden::load_golden_set(work.path(), golden::every_op);
        ASSERT_TRUE(set.problems.empty()) << set.problems.front();
        ASSERT_EQ(set.cases.size(), std::size(names));
        std::size_t moved = 0;
        for (const golden::GoldenCase& golden : set.cases) moved += golden::recompute(golden)->from_old->moved > 0;
        mixtures += moved != 0 && moved != std::size(names);
        const auto unrecorded = golden::unrecorded_changes(work.path(), set.cases);
        EXPECT_TRUE(unrecorded.empty()) << unrecorded.front();
        EXPECT_FALSE(fs::exists(work.path() / golden::staging_name));
    }
    EXPECT_EQ(mixtures, 0u);
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
    EXPECT_TRUE(holds(loaded(scratch.path() / "q8_0_dot" / "found").manifest.source, token));
    expect_refused(run_on(scratch, {"add", "softmax", "found", "--token", token}), "the token is of q8_0.dot");
    const Arguments of_guest = {"--kernels", BRICKPROOF_CORRECT, "--variant", "in_double_rounded_once"};
    Arguments guest = {"add", "q8_0.dot", "theirs", "--sizes", "64"};
    guest.insert(guest.end(), of_guest.begin(), of_guest.end());
    EXPECT_EQ(run_on(scratch, guest).exit_code, 0);
    EXPECT_EQ(loaded(scratch.path() / "q8_0_dot" / "theirs").manifest.library, "correct but different");
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
    EXPECT_FALSE(fs::exists(scratch.path() / "softmax"));
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
          "scalar: PASS", "of the bound, at y[", "provenance", " recorded by "})
        EXPECT_TRUE(holds(result.out, part)) << part << "\n" << result.out;
    expect_refused(run({"golden", "explain", "nothing", "--golden", BRICKPROOF_GOLDEN}), "holds no case 'nothing'");
}

TEST(GoldenDiff, OracleKernelsAndRuns) {
    const ScratchFolder scratch;
    const std::string run_folder = (scratch.path() / "run").string();
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
    expect_refused(with({"diff", (scratch.path() / "none").string()}), "golden save DIR");
}

TEST(GoldenPin, AMovedPinIsNoFailureUnlessAsked) {
    const ScratchFolder scratch;
    copied(scratch, oracle_dot);
    EXPECT_EQ(run_on(scratch, {"pin", "--why", "a test"}).exit_code, 0);
    const fs::path file = scratch.path() / "pins" / "q8_0_dot.json";
    replace(file, "\"values\": [\n      -0.0", "\"values\": [\n      -0.1");
    replace(file, "\"crc32\": \"", "\"crc32\": \"x");
    const Result told = run_on(scratch, {"check"});
    EXPECT_EQ(told.exit_code, 0) << told.err;
    EXPECT_TRUE(holds(told.out, "MOVED q8_0_dot/oracle_typical_n96: 1 of 1 values moved")) << told.out;
    EXPECT_EQ(run_on(scratch, {"check", "--pins-must-hold"}).exit_code, 1);
}

}  // namespace
}  // namespace brickproof::cli_test
