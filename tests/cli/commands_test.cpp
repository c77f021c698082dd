// The other subcommands, and tokens that must be refused.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/contract.hpp"
#include "engine/replay_token.hpp"
#include "expectations.hpp"

namespace brickproof::cli_test {
namespace {

std::string token_of(std::string_view op, const Bytes& bytes) {
    return make_token(*find_contract(op), bytes);
}

TEST(Replay, OwnKernelsPassAnyCase) {
    const Result result = run({"replay", token_of("f16.to_f32", {9, 4, 1})});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "scalar")) << result.out;
}

TEST(Replay, WhatIsNoTokenIsRefusedInOneLine) {
    const std::string good = token_of("q8_0.dot", {1, 2, 3});
    expect_refused(run({"replay", "hello"}), "is no replay token");
    expect_refused(run({"replay", ""}), "is no replay token");
    expect_refused(run({"replay", "two\nlines"}), "is no replay token");
    expect_refused(run({"replay", good.substr(0, good.size() - 1)}), "truncated");
    expect_refused(run({"replay", good.substr(0, 12)}), "is no replay token");
    std::string changed = good;
    changed[12] = changed[12] == 'A' ? 'B' : 'A';
    expect_refused(run({"replay", changed}), "checksum");
    // Checksums by zlib.crc32.
    expect_refused(run({"replay", "q8_0.dot@99:AQID:b68d6883"}), "encoding 99");
    expect_refused(run({"replay", "q9_9.dot@1:AQID:13c88d0e"}), "does not know");
}

TEST(Replay, ATokenOfAnOpThatAPluginLacksIsRefused) {
    expect_refused(run({"replay", token_of("q8_0.dot", {1}), "--variant", "sse9"}), "no kernel matches");
}

TEST(Explain, SaysEveryOpItsStatementsAndItsBound) {
    const Result result = run({"explain", "*"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    for (const Contract* contract : all_contracts()) {
        EXPECT_TRUE(holds(result.out, std::string(contract->op) + "  (contract version")) << contract->op;
        EXPECT_TRUE(holds(result.out, contract->prototype())) << contract->op;
        for (const Statement& statement : contract->statements)
            EXPECT_TRUE(holds(result.out, "  " + std::string(statement.name) + " (")) << statement.name;
    }
}

TEST(List, NamesEveryOpAndWhatThisCpuCanRun) {
    const Result result = run({"list"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    for (const Contract* contract : all_contracts()) EXPECT_TRUE(holds(result.out, contract->op)) << contract->op;
    EXPECT_TRUE(holds(result.out, "scalar"));
    EXPECT_TRUE(holds(run({"list", "--kernels", BRICKPROOF_BAD_PLUGINS "/missing_cpu_feature.so"}).out, "NOT RUN"));
}

TEST(Help, EverySubcommandHasIt) {
    EXPECT_EQ(run({"--version"}).exit_code, 0);
    EXPECT_EQ(run({"--help"}).exit_code, 0);
    for (const char* command : {"list", "verify", "replay", "explain", "fuzz", "golden", "bench"}) {
        const Result result = run({command, "--help"});
        EXPECT_EQ(result.exit_code, 0) << command;
        EXPECT_TRUE(holds(result.out, "Usage: ")) << result.out;
        EXPECT_TRUE(holds(run({"--help"}).out, command));
    }
    for (const char* verb : {"check", "diff", "save", "update", "add", "remove", "explain", "list"})
        EXPECT_EQ(run({"golden", verb, "--help"}).exit_code, 0) << verb;
}

TEST(Usage, AWrongWordIsNamedBesideTheRightOnes) {
    expect_refused(run({"verfy"}), "there is no command 'verfy'; brickproof is followed by one of list, verify");
    expect_refused(run({"golden", "show"}),
                   "there is no command 'show'; brickproof golden is followed by one of check");
    expect_refused(run({"--list"}), "there is no command '--list'");
    expect_refused(run({}), "a command is missing");
    expect_refused(run({"verify", "--op", "q8_0.dto"}), "the ops are q8_0.quantize, ");
    expect_refused(run({"verify", "--op", "q8_0.dot", "--variant", "avx"}), "there are q8_0.dot / scalar");
}

TEST(Usage, WhatWouldBeIgnoredIsRefused) {
    for (const Arguments& command :
         {Arguments{"verify", "--json", ""}, Arguments{"verify", "--baseline", ""},
          Arguments{"golden", "check", "--golden", ""}, Arguments{"fuzz", "--corpus", ""},
          Arguments{"fuzz", "--write-corpus", "a", "--minimise", "--corpus", "b"},
          Arguments{"fuzz", "--minimise", "--corpus", "there_is_none"},
          Arguments{"fuzz", "--minimise", "--corpus", "b", "--seconds", "5"}, Arguments{"fuzz", "--seed", "-1"},
          Arguments{"verify", "--json", "a", "--junit", "a"},
          Arguments{"golden", "add", "softmax", "a", "--sizes", "3", "--kind", "standard"},
          Arguments{"golden", "add", "softmax", "a", "--sizes", "3", "--variant", "avx2"}}) {
        const Result result = run(command, {"CI=false"});
        EXPECT_EQ(result.exit_code, 2) << command[0] << " " << command[1] << result.out << result.err;
        EXPECT_EQ(result.out, "");
    }
}

TEST(Output, AFullDiskIsAnErrorWhateverTheVerdict) {
    for (const Arguments& command :
         {Arguments{"list"}, Arguments{"explain", "f16.to_f32"},
          Arguments{"verify", "--effort", "quick", "--op", "f16.to_f32"},
          Arguments{"golden", "check", "--op", "f16.to_f32", "--golden", BRICKPROOF_GOLDEN}}) {
        const Result result = run_into("/dev/full", command);
        EXPECT_EQ(result.exit_code, 2) << command.front();
        EXPECT_TRUE(holds(result.err, "No space left on device")) << result.err;
    }
}

TEST(Fuzz, FindsNothingInOwnKernelsAndSomethingInFaults) {
    EXPECT_EQ(run({"fuzz", "--seconds", "1", "--op", "f16.to_f32"}).exit_code, 0);
    const Result result =
        run({"fuzz", "--seconds", "2", "--op", "q8_0.dot", "--variant", "s*", "--kernels", BRICKPROOF_FAULTS});
    EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "brickproof replay ")) << result.out;
}

TEST(Bench, RunsAndPrintsARowAnOp) {
    const Result result = run(
        {"bench", "--op", "f16.to_f32", "--variant", "scalar", "--workload", "L1*", "--seconds-per-row", "0.01"});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "f16.to_f32")) << result.out;
    EXPECT_FALSE(holds(result.out, "DRAM")) << result.out;
}

nlohmann::json read_json(const std::string& path) {
    return nlohmann::json::parse(std::ifstream(path));
}

// However noisy the machine is: only VALID rows of a report, of a hundred samples, are compared with.
void call_rows_valid(const std::string& report) {
    nlohmann::json json = read_json(report);
    for (nlohmann::json& row : json["rows"]) {
        row["state"] = "valid";
        row["kernel"]["samples_ns"] = std::vector<double>(100, row["kernel"]["median_ns"]);
    }
    std::ofstream(report) << json;
}

// The first run's report is the second one's baseline. (That a slower kernel fails is tested where times are made
// up.)
TEST(Bench, ComparesWithTheReportOfAnEarlierRun) {
    const auto folder = std::filesystem::path(testing::TempDir()) / ("bench_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    const std::string json = folder / "old.json";
    const Arguments measure = {"bench",      "--op", "f16.to_f32",        "--variant", "scalar",
                               "--workload", "L1*",  "--seconds-per-row", "0.5"};
    Arguments first = measure;
    first.insert(first.end(), {"--json", json, "--html", folder / "page.html", "--csv", folder / "rows.csv"});
    const Result written = run(first);
    EXPECT_EQ(written.exit_code, 0) << written.out << written.err;
    for (const char* file : {"old.json", "page.html", "rows.csv"})
        EXPECT_TRUE(std::filesystem::exists(folder / file));
    call_rows_valid(json);
    Arguments second = measure;
    second.insert(second.end(), {"--against", json, "--fail-if-slower", "100000%"});
    const Result compared = run(second);
    EXPECT_EQ(compared.exit_code, 0) << compared.out << compared.err;
    EXPECT_TRUE(holds(compared.out, "scalar : scalar")) << compared.out;
    EXPECT_FALSE(holds(compared.out, "WARNING")) << compared.out;
    EXPECT_TRUE(holds(compared.out, "slower by more than 100000%: 0 of ")) << compared.out;
    std::filesystem::remove_all(folder);
}

// A gate that looks at nothing must not be green.
TEST(Bench, NothingThatCouldBeComparedIsTwo) {
    const std::string json = testing::TempDir() + "other_" + std::to_string(getpid()) + ".json";
    const Arguments measure = {"bench", "--op", "f16.to_f32", "--workload", "L1*", "--seconds-per-row", "0.02"};
    Arguments first = measure;
    first.insert(first.end(), {"--variant", "scalar", "--json", json});
    EXPECT_EQ(run(first).exit_code, 0);
    nlohmann::json report = read_json(json);
    for (nlohmann::json& row : report["rows"]) row["workload"] = "another";
    std::ofstream(json) << report;
    Arguments second = measure;
    second.insert(second.end(), {"--variant", "scalar", "--against", json, "--fail-if-slower", "5%"});
    const Result compared = run(second);
    EXPECT_EQ(compared.exit_code, 2) << compared.out << compared.err;
    EXPECT_TRUE(holds(compared.err, "has nothing that any row could be compared with")) << compared.err;
    std::filesystem::remove(json);
}

TEST(Bench, ComparesKernelsWithThemselves) {
    const Result result = run({"bench", "--op", "f16.to_f32", "--variant", "scalar", "--workload", "L1*",
                               "--seconds-per-row", "0.01", "--self-test", "2"});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "self-test, every kernel beside itself:")) << result.out;
}

TEST(Bench, OptionsThatContradictAreTwo) {
    const auto refused = [](Arguments options, const char* says) {
        options.insert(options.begin(), "bench");
        const Result result = run(options);
        EXPECT_EQ(result.exit_code, 2) << result.out;
        EXPECT_TRUE(holds(result.err, says)) << result.err;
    };
    refused({"--fail-if-slower", "5%"}, "--fail-if-slower needs --against");
    refused({"--fail-if-slower", "much", "--against", "builtin"}, "'much' is no share such as 5%");
    refused({"--self-test", "3", "--against", "builtin"}, "--self-test compares kernels with themselves");
    refused({"--fail-if-slower", "5", "--against", "builtin"}, "'5' is no share such as 5% or 0.05");
    refused({"--layer", "--csv", "x"}, "--layer times a layer, no kernels: --csv does not go with it");
    refused({"--layer", "--op", "rope"}, "--layer times a layer, no kernels: --op does not go with it");
    refused({"--layer", "--keys", "99999999999"}, "a cache of 99999999999 tokens");
    refused({"--seconds-per-row", "nan"}, "--seconds-per-row: that is no time");
    refused({"--self-test", "-1"}, "--self-test");
    refused({"--layer", "--model", "/nowhere.gguf"}, "/nowhere.gguf");
    refused({"--against", "/nowhere.json"}, "--against: ");
}

TEST(Bench, AWorkloadThatDoesNotExistIsTwo) {
    const Result result = run({"bench", "--op", "f16.to_f32", "--variant", "scalar", "--workload", "L9"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(holds(result.err, "no workload matches 'L9'")) << result.err;
}

}  // namespace
}  // namespace brickproof::cli_test
