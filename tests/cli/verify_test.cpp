#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "expectations.hpp"

namespace brickproof::cli_test {
namespace {

class Verify : public CommandTest {};

TEST_F(Verify, OwnKernelsPass) {
    const Result result = run(quick({}));
    EXPECT_EQ(result.exit_code, 0) << result.out;
    EXPECT_TRUE(holds(result.out, "kernels judged")) << result.out;
    EXPECT_FALSE(holds(result.out, "FAIL")) << result.out;
    EXPECT_EQ(result.err, "") << "no progress line in a pipe";
}

TEST_F(Verify, AFaultIsOneAndPrintsAReplayThatReproducesIt) {
    const Result result = run(quick({"--kernels", BRICKPROOF_FAULTS, "--variant", "subnormals*"}));
    EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
    const std::string command = "brickproof replay ";
    const std::size_t at = result.out.find(command);
    ASSERT_NE(at, std::string::npos) << result.out;
    const std::size_t end = result.out.find('\n', at);
    Arguments replay;
    std::istringstream words(result.out.substr(at + command.size(), end - at - command.size()));
    replay.emplace_back("replay");
    replay.insert(replay.end(), std::istream_iterator<std::string>(words), {});
    const Result replayed = run(replay);
    EXPECT_EQ(replayed.exit_code, 1) << replayed.out << replayed.err;
    EXPECT_TRUE(holds(replayed.out, "FAIL")) << replayed.out;
    EXPECT_TRUE(holds(replayed.out, "PASS")) << "replay prints what passes, too: " << replayed.out;
}

TEST_F(Verify, CorrectKernelsOfOthersPass) {
    const Result result = run(quick({"--kernels", BRICKPROOF_CORRECT}));
    EXPECT_EQ(result.exit_code, 0) << result.out;
}

TEST_F(Verify, ABadPluginIsRefusedInOneLine) {
    const struct {
        const char* file;
        const char* says;
    } bad[] = {
        {"there_is_none.so", "there is no plug-in"},
        {"not_a_library.so", "cannot be loaded"},
        {"no_symbol.so", "does not export brickproof_kernels()"},
        {"wrong_abi_version.so", "version"},
        {"null_table.so", "no table"},
        {"null_kernels.so", "no kernels"},
        {"no_kernels.so", "no kernels"},
        {"null_function.so", "null function"},
        {"null_op.so", "no op name"},
        {"null_variant.so", "no variant name"},
        {"unknown_op.so", "does not know the op 'q9_9.dequantize'; the nearest that it knows are q8_0.dequantize"},
        {"unknown_assumption.so", "full-moon"},
        {"two_of_a_name.so", "two kernels q8_0.dequantize / avx2"}};
    for (const auto& [file, says] : bad) {
        SCOPED_TRACE(file);
        expect_refused(run({"verify", "--kernels", std::string(BRICKPROOF_BAD_PLUGINS "/") + file}), says);
    }
}

// An exit(0) there was the exit code 0 of a run that has judged nothing.
TEST_F(Verify, APluginThatEndsTheProcessWhileItIsLoadedIsRefusedInOneLine) {
    for (const auto& [file, says] :
         {std::pair{"exits", "ended its process with exit code 0"}, std::pair{"aborts", "by signal 6"},
          std::pair{"ends", "ended its process with exit code 0"}}) {
        SCOPED_TRACE(file);
        const std::string plugin = std::string(BRICKPROOF_BAD_PLUGINS "/") + file + "_while_loading.so";
        for (const char* command : {"verify", "fuzz", "list"}) {
            const Result result = run({command, "--kernels", plugin});
            expect_refused(result, says);
            EXPECT_TRUE(holds(result.err, "its last words are: no licence found")) << result.err;
        }
        expect_refused(run({"golden", "check", "--kernels", plugin}), says);
    }
}

TEST_F(Verify, ABaselineEntryThatNothingCanMatchIsNamed) {
    std::ofstream(path("known.json")) << R"({"brickproof_baseline": 1, "known": [
        {"op": "f16.to_f23", "variant": "scalar", "statement": "every_half"},
        {"op": "f16.to_f32", "variant": "scalar", "statement": "evry_half"},
        {"op": "f16.to_f32", "variant": "of another machine", "statement": "no_crash"}]})";
    const Result result = run(quick({"--baseline", path("known.json")}));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(holds(result.out, "f16.to_f23 / scalar: there is no such op")) << result.out;
    EXPECT_TRUE(holds(result.out, "the op has no statement 'evry_half'")) << result.out;
    EXPECT_FALSE(holds(result.out, "another machine")) << result.out;
}

TEST_F(Verify, AReplayLineSurvivesASpaceInAPath) {
    const std::string plugin = path("my kernels.so");
    std::filesystem::copy(BRICKPROOF_FAULTS, plugin);
    const Result result = run(quick({"--kernels", plugin, "--variant", "subnormals*"}));
    EXPECT_TRUE(holds(result.out, " --kernels '" + plugin + "' --variant")) << result.out;
}

TEST_F(Verify, AFileThatWasCutOffIsRefusedInOneLine) {
    const std::string cut = path("cut.so");
    std::filesystem::copy(BRICKPROOF_FAULTS, cut);
    std::filesystem::resize_file(cut, 5000);
    expect_refused(run({"verify", "--kernels", cut}), "cannot be loaded");
}

TEST_F(Verify, AMissingCpuFeatureIsNotRunAndFailsUnderRequireOrWhereNothingElseRan) {
    const std::string path = BRICKPROOF_BAD_PLUGINS "/missing_cpu_feature.so";
    const Result alone = run({"verify", "--kernels", path});
    EXPECT_EQ(alone.exit_code, 2) << alone.out << alone.err;
    EXPECT_TRUE(holds(alone.out, "0 of 1 kernels judged")) << alone.out;
    EXPECT_TRUE(holds(alone.err, "no kernel could be judged")) << alone.err;
    EXPECT_EQ(run({"fuzz", "--seconds", "0.1", "--kernels", path}).exit_code, 2);

    const Arguments plugin = {"verify",          "--effort",  "quick", "--op",
                              "q8_0.dequantize", "--kernels", path,    "builtin"};
    const Result result = run(plugin);
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "NOT RUN")) << result.out;
    Arguments required = plugin;
    required.insert(required.end(), {"--require", "bad"});
    const Result failed = run(required);
    EXPECT_EQ(failed.exit_code, 1) << failed.out;
    EXPECT_TRUE(holds(failed.out, "--require bad")) << failed.out;
}

TEST_F(Verify, RequireIsMetByAKernelThatRanAndByNothingElse) {
    EXPECT_EQ(run(quick({"--require", "scalar"})).exit_code, 0);
    const Result unknown = run(quick({"--require", "scalar,avx9000"}));
    EXPECT_EQ(unknown.exit_code, 1) << unknown.out;
    EXPECT_TRUE(holds(unknown.out, "--require avx9000: no selected kernel")) << unknown.out;
}

TEST_F(Verify, WrongUsageIsTwo) {
    const Arguments wrong[] = {{},
                               {"verfy"},
                               {"verify", "--no-such-option"},
                               {"verify", "--effort", "enormous"},
                               {"verify", "--jobs", "0"},
                               {"verify", "--jobs", "many"},
                               {"verify", "--kernels"},
                               {"replay"},
                               {"explain"},
                               {"golden"}};
    for (const Arguments& arguments : wrong) {
        const Result result = run(arguments);
        EXPECT_EQ(result.exit_code, 2) << (arguments.empty() ? "nothing" : arguments.back());
        EXPECT_EQ(result.out, "");
        EXPECT_NE(result.err, "");
    }
}

TEST_F(Verify, WhatCannotBeMeantIsRefusedInOneLine) {
    expect_refused(run({"verify", "--op", "q9*"}), "no kernel matches --op 'q9*'");
    expect_refused(run({"verify", "--variant", "sse9"}), "--variant 'sse9'");
    expect_refused(run({"verify", "--seed", "junk"}), "'junk'");
    expect_refused(run({"verify", "--seed", "-1"}), "--seed");
    expect_refused(run({"verify", "--seed", "1x"}), "'1x'");
    expect_refused(run({"verify", "--seed", "99999999999999999999"}), "--seed");
    expect_refused(run({"verify", "--assume", "junk"}), "OP:PRECONDITION");
    expect_refused(run({"verify", "--assume", "q9.dot:finite"}), "there is no op 'q9.dot'");
    expect_refused(run({"verify", "--assume", "q8_0.dot:dry"}), "'dry' is no precondition of q8_0.dot");
    expect_refused(run({"verify", "--assume", "q8_0.dot:exact"}), "'exact' is no precondition");
    expect_refused(run({"verify", "--baseline", path("none.json")}), "none.json");
    expect_refused(run({"explain", "q9*"}), "there is no op 'q9*'");
    std::ofstream(path("broken.json")) << "{\"brickproof_baseline\": 1";
    expect_refused(run({"verify", "--baseline", path("broken.json")}), "is no baseline");
}

TEST_F(Verify, AReportThatCannotBeWrittenIsTwoAndLeavesNothing) {
    for (const char* option : {"--json", "--junit", "--write-baseline"}) {
        const Result result = run(quick({option, path("none") + "/report"}));
        EXPECT_EQ(result.exit_code, 2) << option;
        EXPECT_TRUE(holds(result.err, "cannot be written")) << result.err;
        EXPECT_EQ(result.out, "") << "it is said before anything is judged";
        EXPECT_TRUE(folder_is_empty());
    }
}

nlohmann::json json_at(const std::string& path) {
    std::ifstream file(path);
    return nlohmann::json::parse(file);
}

TEST_F(Verify, WritesJsonAndJunit) {
    const Result result = run(quick({"--seed", "7", "--json", path("r.json"), "--junit", path("r.xml")}));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const nlohmann::json json = json_at(path("r.json"));
    EXPECT_EQ(json.at("seed"), 7);
    EXPECT_GE(json.at("kernels").size(), 2u);
    EXPECT_GT(json.at("kernels")[0].at("statements").size(), 10u);
    std::ifstream xml(path("r.xml"));
    std::string first;
    std::getline(xml, first);
    EXPECT_EQ(first, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2) << "no temporary is left";
}

TEST_F(Verify, TheSameSeedGivesTheSameReport) {
    const auto report = [&](const char* name) {
        run(quick(
            {"--seed", "5", "--kernels", BRICKPROOF_FAULTS, "--variant", "subnormals*", "--json", path(name)}));
        const nlohmann::json document = json_at(path(name));
        std::string text;
        for (const nlohmann::json& kernel : document.at("kernels"))
            for (const nlohmann::json& s : kernel.at("statements"))
                text += s.at("name").get<std::string>() + s.at("verdict").get<std::string>() +
                        s.at("token").get<std::string>() + "\n";
        return text;
    };
    EXPECT_EQ(report("a.json"), report("b.json"));
}

TEST_F(Verify, ARandomSeedIsPrinted) {
    const Result result = run(quick({"--seed", "random", "--variant", "scalar"}));
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_TRUE(holds(result.out, "(seed ")) << result.out;
}

// The others are judged: one row that is not known is not the end of a run.
TEST_F(Verify, AnOpThatIsNotKnownIsNotRunAndFailsUnderStrict) {
    const Arguments plugin = {
        "verify", "--effort",    "quick", "--kernels", BRICKPROOF_BAD_PLUGINS "/one_unknown_op.so",
        "--json", path("r.json")};
    const Result result = run(plugin);
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "1 of 2 kernels judged: 1 PASS, 1 NOT RUN")) << result.out;
    EXPECT_TRUE(holds(result.out, "does not know the op 'q8_0.dto'; the nearest that it knows are q8_0.dot, "))
        << result.out;
    EXPECT_EQ(json_at(path("r.json")).at("kernels")[1].at("verdict"), "NOT RUN");
    Arguments strict = plugin;
    strict.emplace_back("--strict");
    const Result failed = run(strict);
    EXPECT_EQ(failed.exit_code, 1) << failed.out << failed.err;
    EXPECT_TRUE(holds(failed.out, "--strict: q8_0.dto / mistyped was not judged")) << failed.out;
    const Result listed = run({"list", "--kernels", BRICKPROOF_BAD_PLUGINS "/one_unknown_op.so"});
    EXPECT_EQ(listed.exit_code, 0);
    EXPECT_TRUE(holds(listed.err, "NOT RUN: q8_0.dto / mistyped")) << listed.err;
}

TEST_F(Verify, KernelsOfOneNameAreToldApartByFileAndByFolder) {
    std::filesystem::create_directory(path("new"));
    const std::string files[] = {path("mine.so"), path("other.so"), path("new/mine.so")};
    for (const std::string& file : files) std::filesystem::copy(BRICKPROOF_FAULTS, file);
    const auto folder = folder_.filename().string();
    for (const auto& [second, first_name, second_name] :
         {std::tuple{files[1], std::string("mine.so"), std::string("other.so")},
          std::tuple{files[2], folder + "/mine.so", std::string("new/mine.so")}}) {
        const Arguments both =
            quick({"--kernels", files[0], second, "--variant", "subnormals*", "--json", path("r.json"), "--junit",
                   path("r.xml"), "--write-baseline", path("b.json")});
        const Result result = run(both);
        EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
        std::ifstream xml(path("r.xml"));
        const std::string junit{std::istreambuf_iterator<char>(xml), {}};
        for (const std::string& name : {first_name, second_name}) {
            EXPECT_TRUE(holds(result.out, " (" + name + ")  ")) << result.out;
            EXPECT_TRUE(holds(junit, " (" + name + ")\" name=")) << junit;
        }
        EXPECT_EQ(json_at(path("r.json")).at("kernels")[0].at("apart"), first_name);
        nlohmann::json baseline = json_at(path("b.json"));
        std::erase_if(baseline.at("known").get_ref<nlohmann::json::array_t&>(),
                      [&](const nlohmann::json& entry) { return entry.at("file") == second_name; });
        std::ofstream(path("one.json")) << baseline;
        const Result of_one =
            run(quick({"--kernels", files[0], second, "--variant", "subnormals*", "--baseline", path("one.json")}));
        EXPECT_EQ(of_one.exit_code, 1) << "the other's are new: " << of_one.out;
        EXPECT_EQ(run(quick({"--kernels", files[0], "--variant", "subnormals*", "--baseline", path("one.json")}))
                      .exit_code,
                  0)
            << "an entry with a file is good without the other plug-in, too";
    }
    expect_refused(run(quick({"--kernels", files[0], files[0]})), "is given twice");
}

TEST_F(Verify, SaysWhatBaselineItWrote) {
    const Result result = run(
        quick({"--kernels", BRICKPROOF_FAULTS, "--variant", "subnormals*", "--write-baseline", path("b.json")}));
    EXPECT_TRUE(holds(result.out, path("b.json") + ": ")) << result.out;
    EXPECT_TRUE(holds(result.out, " of 2 kernels written, of 2 judged")) << result.out;
    const Result none = run(quick({"--variant", "scalar", "--write-baseline", path("b.json")}));
    EXPECT_TRUE(holds(none.out, "0 FAILs of 0 kernels written")) << none.out;
}

TEST_F(Verify, ABaselineGatesOnlyNewFailures) {
    const Arguments faults = quick({"--kernels", BRICKPROOF_FAULTS, "--variant", "subnormals*"});
    const auto with = [](Arguments arguments, Arguments more) {
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    };
    EXPECT_EQ(run(faults).exit_code, 1);
    EXPECT_EQ(run(with(faults, {"--write-baseline", path("b.json")})).exit_code, 0);
    const Result known = run(with(faults, {"--baseline", path("b.json")}));
    EXPECT_EQ(known.exit_code, 0) << known.out;
    EXPECT_TRUE(holds(known.out, "KNOWN")) << known.out;

    nlohmann::json baseline = json_at(path("b.json"));
    ASSERT_FALSE(baseline.at("known").empty());
    nlohmann::json shorter = baseline;
    shorter.at("known").erase(0);
    std::ofstream(path("shorter.json")) << shorter;
    EXPECT_EQ(run(with(faults, {"--baseline", path("shorter.json")})).exit_code, 1) << "one is new";

    nlohmann::json longer = baseline;
    nlohmann::json entry = longer.at("known")[0];
    entry["statement"] = "terminates";
    longer.at("known").push_back(entry);
    std::ofstream(path("longer.json")) << longer;
    const Result fixed = run(with(faults, {"--baseline", path("longer.json")}));
    EXPECT_EQ(fixed.exit_code, 0) << fixed.out;
    EXPECT_TRUE(holds(fixed.out, "FIXED")) << fixed.out;
    EXPECT_TRUE(holds(fixed.out, "remove it from the baseline")) << fixed.out;
}

TEST_F(Verify, NoEscapeCodesInAPipeOrUnderNoColor) {
    EXPECT_FALSE(holds(run(quick({})).out, "\033"));
    const Result terminal = run_on_terminal(quick({}), {"NO_COLOR="});
    EXPECT_EQ(terminal.exit_code, 0);
    EXPECT_TRUE(holds(terminal.out, "\033[32m")) << "a terminal has colour: " << terminal.out;
    const Result plain = run_on_terminal(quick({}), {"NO_COLOR=1"});
    EXPECT_FALSE(holds(plain.out, "\033[32m")) << plain.out;
    EXPECT_FALSE(holds(plain.out, "\033[36m")) << plain.out;
}

// Ctrl-C: what was judged so far, soon, and no half-written file.
TEST_F(Verify, AnInterruptEndsItWithinTwoSecondsWithWhatWasJudged) {
    for (const int signal : {SIGINT, SIGTERM}) {
        const Result result = run_and_signal(
            {"verify", "--effort", "thorough", "--jobs", "2", "--write-baseline", path("b.json")}, signal, 0.5);
        EXPECT_EQ(result.exit_code, 130) << result.out << result.err;
        EXPECT_LT(result.seconds, 2.0);
        EXPECT_TRUE(holds(result.out, "interrupted: ")) << result.out;
        EXPECT_TRUE(holds(result.out, "kernels judged")) << result.out;
        EXPECT_TRUE(folder_is_empty()) << "half a baseline would make the other half look new";
    }
}

}  // namespace
}  // namespace brickproof::cli_test
