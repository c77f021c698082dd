// Kernels that do not come back, or come back late: whatever the command, it ends, says what it has seen and leaves
// no process. Nothing here depends on how fast the machine is, other than that a call that hangs is one for a
// second.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "expectations.hpp"

namespace brickproof::cli_test {
namespace {

const std::string hangs = BRICKPROOF_BAD_PLUGINS "/hangs.so";

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Commands run with a mark in their environment, which their children inherit wherever they go.
const std::string mark = "BRICKPROOF_TEST_MARK=" + std::to_string(getpid()) + ";";

std::size_t processes_with_the_mark() {
    std::size_t count = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        count += holds(text_of((entry.path() / "environ").string()), mark);
    }
    return count;
}

class Time : public CommandTest {
  protected:
    Result run_marked(const Arguments& arguments) {
        Result result = run(arguments, {mark});
        EXPECT_EQ(processes_with_the_mark(), 0u) << "processes are left";
        return result;
    }
    Arguments verify(const std::string& variant, const std::string& timeout) {
        return quick({"--kernels", hangs, "--variant", variant, "--timeout", timeout, "--json", path("report.json"),
                      "--junit", path("report.xml")});
    }
    nlohmann::json statement(const std::string& name) {
        const auto report = nlohmann::json::parse(text_of(path("report.json")));
        for (const auto& each : report.at("kernels").at(0).at("statements"))
            if (each.at("name") == name) return each;
        return {};
    }
    void expect_failure(const Result& result, const std::string& name, const std::string& says) {
        EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
        EXPECT_TRUE(holds(result.out, "FAIL    " + name)) << result.out;
        EXPECT_TRUE(holds(result.out, says)) << result.out;
        EXPECT_TRUE(holds(result.out, "smallest case found: n = ")) << result.out;
        EXPECT_EQ(statement(name).at("verdict"), "FAIL");
        const std::string xml = text_of(path("report.xml"));
        EXPECT_TRUE(holds(xml, "<failure")) << xml;
        EXPECT_FALSE(holds(xml, "failures=\"0\"")) << xml;
    }
};

TEST_F(Time, ACallThatDoesNotReturnIsAFailOfItsSizeItsLimitAndItsTime) {
    expect_failure(run_marked(verify("from_33_on", "3")), "terminates", "s of CPU time, of which it has 0.1 s");
    EXPECT_EQ(statement("terminates").at("sizes"), "n = 33");
    for (const char* variant : {"leaves_a_mutex_locked", "pauses"}) {
        SCOPED_TRACE(variant);
        expect_failure(run_marked(verify(variant, "3")), "terminates", "blocked for");
    }
}

TEST_F(Time, ACallThatNoSignalEndsIsOneToo) {
    for (const char* variant : {"ignores_the_alarm", "stops_itself", "forks_and_hangs"}) {
        SCOPED_TRACE(variant);
        expect_failure(run_marked(verify(variant, "2")), "terminates",
                       "does not let itself be interrupted: killed");
    }
}

TEST_F(Time, WhatACallLeavesRunningEndsAndIsAFail) {
    for (const auto& [variant, says] :
         {std::pair{"forks_a_sleeper", "starts a process and leaves it running"},
          std::pair{"forks_a_daemon", "starts a process and leaves it running"},
          std::pair{"a_thread_a_call", "starts a thread a call and leaves them running"}}) {
        SCOPED_TRACE(variant);
        expect_failure(run_marked(verify(variant, "2")), "no_crash", says);
    }
}

// Slow is not wrong: nothing fails, and yet not all was judged.
TEST_F(Time, ASlowKernelIsNotAccusedAndNotPassed) {
    const Result result = run_marked(verify("is_slow", "3"));
    EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
    EXPECT_FALSE(holds(result.out, "FAIL")) << result.out;
    EXPECT_TRUE(holds(result.out, "not judged to the end")) << result.out;
    EXPECT_TRUE(holds(result.out, "its calls are slow")) << result.out;
    EXPECT_TRUE(holds(text_of(path("report.xml")), "failures=\"0\" errors=\"1\""));
}

TEST_F(Time, ATokenHangsAgainInReplayWhichEnds) {
    const Result found = run_marked(verify("from_33_on", "3"));
    const std::string command = "brickproof replay ";
    const std::size_t at = found.out.find(command);
    ASSERT_NE(at, std::string::npos) << found.out;
    std::istringstream words(found.out.substr(at + command.size(), found.out.find('\n', at) - at - command.size()));
    Arguments replay = {"replay", "--timeout", "3"};
    replay.insert(replay.end(), std::istream_iterator<std::string>(words), {});
    const Result result = run_marked(replay);
    EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "FAIL    terminates")) << result.out;
    EXPECT_TRUE(holds(result.out, "did not return")) << result.out;
}

TEST_F(Time, FuzzEndsAndFindsIt) {
    for (const char* variant : {"from_33_on", "ignores_the_alarm"}) {
        SCOPED_TRACE(variant);
        const Result result = run_marked({"fuzz", "--seconds", "3", "--kernels", hangs, "--variant", variant});
        EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
        EXPECT_TRUE(holds(result.out, "terminates")) << result.out;
    }
}

TEST_F(Time, GoldenCheckEndsAndFailsIt) {
    for (const char* variant : {"from_33_on", "stops_itself"}) {
        SCOPED_TRACE(variant);
        const Result result = run_marked({"golden", "check", "--golden", BRICKPROOF_GOLDEN, "--op", "f16.to_f32",
                                          "--kernels", hangs, "--variant", variant, "--timeout", "2"});
        EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
        EXPECT_TRUE(holds(result.out, "not return")) << result.out;
        EXPECT_TRUE(holds(result.out, "1 failed")) << result.out;
    }
}

TEST_F(Time, APluginThatHangsWhileItIsLoadedIsRefused) {
    const std::string plugin = BRICKPROOF_BAD_PLUGINS "/hangs_while_loading.so";
    expect_refused(run_marked({"verify", "--kernels", plugin, "--timeout", "2"}), "was not done within 0.5 s");
}

// What hangs when the time of the run is over, or at a signal, is a FAIL and not skipped. A second kernel, which is
// slow, keeps the run from ending before. On a busy machine the signal may come before the call has hung for long.
TEST_F(Time, AnInterruptedHangIsAFail) {
    Arguments both = verify("*s_[is]*", "40");  // is_slow, stops_itself
    both.insert(both.end(), {"--jobs", "2"});
    for (const double seconds : {5.0, 9.0}) {
        const Result result = run_and_signal(both, SIGTERM, seconds);
        if (!holds(result.out, "terminates") && seconds < 9.0) continue;
        EXPECT_TRUE(holds(result.out, "FAIL    terminates")) << result.out;
        EXPECT_TRUE(holds(result.out, "interrupted")) << result.out;
        EXPECT_EQ(result.exit_code, 130);
        EXPECT_TRUE(holds(text_of(path("report.xml")), "failures=\"1\"")) << text_of(path("report.xml"));
        break;
    }
}

TEST_F(Time, TheTimeOfTheRunIsALimit) {
    Arguments slow = verify("is_slow", "0");
    slow.insert(slow.end(), {"--run-timeout", "1"});
    const Result result = run_marked(slow);
    EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
    EXPECT_TRUE(holds(result.out, "the time of the run was over: 1 s")) << result.out;
    EXPECT_TRUE(holds(text_of(path("report.xml")), "errors=\"1\""));
}

}  // namespace
}  // namespace brickproof::cli_test
