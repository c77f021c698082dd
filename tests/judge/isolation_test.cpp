// Whatever a kernel does to its process, it is a verdict and the run goes on.
#include "judge/isolation.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <set>
#include <thread>

#include "guest_kernels.hpp"
#include "judge/flight_recorder.hpp"
#include "judge/shared.hpp"
#include "misbehaviour.hpp"

namespace brickproof {
namespace {

using Block = brickproof_q8_0;
constexpr std::size_t last_size = 513 * 32;  // so that other faults are found before

float drops_the_last_block(const Block* a, const Block* b, std::size_t n) {
    return right_dot(a, b, n >= 64 ? n - 32 : n);
}
float leaves_by_underscore_exit(const Block* a, const Block* b, std::size_t n) {
    if (n == last_size) _exit(7);
    return drops_the_last_block(a, b, n);
}
float kills_its_process(const Block* a, const Block* b, std::size_t n) {
    if (n == last_size) kill(getpid(), SIGKILL);
    return drops_the_last_block(a, b, n);
}
float hangs_beyond_reach(const Block* a, const Block* b, std::size_t n) {
    if (n == last_size) {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, nullptr);
        faults::loop_for_ever();
    }
    return drops_the_last_block(a, b, n);
}

std::set<int> open_pipes() {
    std::set<int> pipes;
    struct stat kind {};
    for (int file = 3; file < 64; ++file)
        if (fstat(file, &kind) == 0 && S_ISFIFO(kind.st_mode)) pipes.insert(file);
    return pipes;
}

// Writes where its process tells verdicts, which is the one pipe that the test does not have.
std::set<int> pipes_of_the_test;
const char* broken_verdict = "";
float speaks_for_the_judge(const Block* a, const Block* b, std::size_t n) {
    if (n != last_size) return drops_the_last_block(a, b, n);
    for (const int pipe : open_pipes())
        if (!pipes_of_the_test.contains(pipe) && write(pipe, broken_verdict, std::strlen(broken_verdict)) < 0)
            _exit(9);
    for (;;) pause();  // so that the case is the last
}

std::vector<KernelVerdict> judge(const std::vector<Kernel>& kernels, IsolationOptions isolation = {},
                                 std::set<std::string> skip = {}) {
    const JudgeOptions options{.effort = small_effort, .skip = std::move(skip)};
    return judge_isolated(
        kernels, [&](const Kernel&) { return options; }, isolation);
}

std::set<std::string> all_but(const std::set<std::string>& judged) {
    std::set<std::string> others;
    for (const StatementVerdict& statement : statements_of(guest("q8_0.dot", "", right_dot), {}))
        if (!judged.contains(statement.name)) others.insert(statement.name);
    return others;
}

// Statements that the kernel failed before it ended its process stand, and so do those that do not meet that case.
void expect_crash_and_the_rest(const KernelVerdict& verdict, std::string_view says) {
    EXPECT_EQ(verdict.verdict, Verdict::fail);
    const StatementVerdict* crash = find_statement(verdict.statements, "no_crash");
    ASSERT_NE(crash, nullptr);
    EXPECT_EQ(crash->verdict, Verdict::fail);
    EXPECT_EQ(crash->sizes, "n = 16416");
    EXPECT_NE(crash->message.find(says), std::string::npos) << crash->message;
    EXPECT_FALSE(crash->token.empty());
    EXPECT_EQ(find_statement(verdict.statements, "exact_sum")->verdict, Verdict::fail);
    EXPECT_EQ(find_statement(verdict.statements, "first_call")->verdict, Verdict::pass);
}

TEST(Isolation, AKernelThatEndsItsProcessFailsNoCrashAndIsJudgedOn) {
    const auto verdicts =
        judge({guest("q8_0.dot", "exits", leaves_by_underscore_exit), guest("q8_0.dot", "kills", kills_its_process),
               guest("q8_0.dot", "right", right_dot)},
              {.jobs = 2});
    ASSERT_EQ(verdicts.size(), 3u);
    expect_crash_and_the_rest(verdicts[0], "exit code 7");
    expect_crash_and_the_rest(verdicts[1], "signal 9");
    EXPECT_TRUE(failures(verdicts[2].statements).empty());
    EXPECT_EQ(verdicts[2].variant, "right");
}

TEST(Isolation, WhatAKernelMakesOfAVerdictIsNoVerdict) {
    const std::set<std::string> skip = all_but({"no_crash", "exact_sum", "first_call"});
    for (
        const char* text : {
            "not JSON\n",
            R"({"name": "exact_su)"
            "\n",
            R"({"name": 7, "verdict": []})"
            "\n",
            R"({"name": "exact_sum", "kind": "exact", "says": "", "verdict": "PASS", "cases": 1e300, "discarded": -1,)"
            R"( "largest_share_of_bound": 0, "message": "", "sizes": "", "token": ""})"
            "\n",
            R"({"name": "no such statement", "kind": "exact", "says": "", "verdict": "PASS", "cases": 1,)"
            R"( "discarded": 0, "largest_share_of_bound": 0, "message": "", "sizes": "", "token": ""})"
            "\n",
        }) {
        broken_verdict = text;
        SCOPED_TRACE(text);
        const auto verdicts = judge({guest("q8_0.dot", "speaks", speaks_for_the_judge)}, {}, skip);
        expect_crash_and_the_rest(verdicts.at(0), "cannot be read");
    }
}

TEST(FlightRecorder, IsReadWhateverIsInIt) {
    FlightRecorder recorder;
    recorder.statement.fill('x');
    recorder.size = 0xFFFFFFFF;
    EXPECT_EQ(recorder.last_statement(), std::string(recorder.statement.size(), 'x'));
    EXPECT_EQ(recorder.last_case().size(), recorder.bytes.size());
}

TEST(Isolation, AHangThatNoSignalReachesIsKilled) {
    const auto verdicts = judge({guest("q8_0.dot", "hangs", hangs_beyond_reach)}, {.limits = {4.0}},
                                all_but({"terminates", "exact_sum"}));
    const StatementVerdict* terminates = find_statement(verdicts.at(0).statements, "terminates");
    ASSERT_NE(terminates, nullptr);
    EXPECT_EQ(terminates->verdict, Verdict::fail);
    EXPECT_EQ(terminates->sizes, "n = 16416");
    EXPECT_NE(terminates->message.find("does not let itself be interrupted"), std::string::npos);
    EXPECT_EQ(find_statement(verdicts[0].statements, "exact_sum")->verdict, Verdict::fail);
}

void sleeps_in_each_call(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    usleep(20'000);
}

TEST(Isolation, ASlowKernelIsUnfinishedAndNotAccused) {
    const KernelVerdict verdict =
        judge({guest("f16.to_f32", "slow", sleeps_in_each_call)}, {.limits = {1.5}}).at(0);
    EXPECT_TRUE(failures(verdict.statements).empty());
    EXPECT_TRUE(verdict.unfinished);
    EXPECT_EQ(verdict.verdict, Verdict::not_run);
    // In an emulator its time is over before so many calls were made.
    EXPECT_TRUE(verdict.reason.find("its calls are slow") != std::string::npos ||
                verdict.reason.find("its time was over") != std::string::npos)
        << verdict.reason;
}

const Shared<std::atomic<bool>> is_hanging;
void says_that_it_hangs(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    signal(SIGALRM, SIG_IGN);
    *is_hanging = true;
    faults::loop_for_ever();
}

// As after a signal, or when the time of the run is over: what hangs then has failed, whoever ends it.
TEST(Isolation, AHangThatIsInterruptedHasFailed) {
    std::atomic<bool> interrupted{false};
    std::thread interrupting([&] {
        while (!*is_hanging) usleep(10'000);
        usleep(3'500'000);
        interrupted = true;
    });
    const KernelVerdict verdict =
        judge({guest("f16.to_f32", "hangs", says_that_it_hangs)}, {.interrupted = &interrupted, .limits = {20.0}})
            .at(0);
    interrupting.join();
    EXPECT_EQ(verdict.verdict, Verdict::fail);
    EXPECT_EQ(failures(verdict.statements), std::vector<std::string>{"terminates"});
    EXPECT_TRUE(verdict.unfinished);
    EXPECT_EQ(verdict.reason, "interrupted");
}

TEST(Isolation, WhatTheTimeOfTheRunDoesNotSufficeForIsUnfinished) {
    const std::vector<Kernel> kernels(2, guest("f16.to_f32", "slow", sleeps_in_each_call));
    const auto verdicts = judge(kernels, {.run_seconds = 0.3});
    for (const KernelVerdict& verdict : verdicts) {
        EXPECT_EQ(verdict.verdict, Verdict::not_run);
        EXPECT_TRUE(verdict.unfinished);
        EXPECT_NE(verdict.reason.find("--run-timeout"), std::string::npos) << verdict.reason;
    }
    EXPECT_FALSE(verdicts[0].statements.empty()) << "it was begun";
}

TEST(TimeLimits, AreInProportion) {
    const TimeLimits usual{usual_kernel_seconds};
    EXPECT_LT(usual.hurried_call(), usual.call());
    EXPECT_LT(blocked_factor, lost_factor) << "the signal comes first";
    // The first hang, and then what may be lost: within 20 s by default.
    EXPECT_LT(lost_factor * usual.call() + usual.all_hangs(), 20.0);
    EXPECT_EQ(TimeLimits{}.call(), usual.call()) << "no limit of the whole is none of silence";
    EXPECT_DOUBLE_EQ(TimeLimits{600.0}.call(), 10.0 * usual.call());
    EXPECT_GE(TimeLimits{0.01}.call(), 0.1) << "never so short that a right kernel is accused";
}

TEST(Isolation, AMissingCpuFeatureIsNotRun) {
    Kernel kernel = guest("q8_0.dot", "future", right_dot);
    kernel.cpu_features = "avx9000";
    const auto verdicts = judge({kernel});
    EXPECT_EQ(verdicts.at(0).verdict, Verdict::not_run);
    EXPECT_NE(verdicts[0].reason.find("avx9000"), std::string::npos) << verdicts[0].reason;
    EXPECT_TRUE(verdicts[0].statements.empty());
}

TEST(Isolation, AnInterruptReturnsWhatWasJudged) {
    std::atomic<bool> interrupted{false};
    const std::vector<Kernel> kernels(4, guest("f16.to_f32", "right", right_to_f32));
    std::size_t told = 0;
    const auto verdicts = judge(kernels, {.interrupted = &interrupted, .on_kernel = [&](const KernelVerdict&) {
                                              ++told;
                                              interrupted = true;
                                          }});
    ASSERT_EQ(verdicts.size(), 4u);
    EXPECT_EQ(told, 1u);
    EXPECT_EQ(verdicts[0].verdict, Verdict::pass);
    EXPECT_EQ(verdicts[3].verdict, Verdict::not_run);
    EXPECT_EQ(verdicts[3].reason, "interrupted");
}

TEST(Isolation, GivesTheVerdictsOfJudgingInThisProcess) {
    install_fault_trap();
    const Kernel kernel = guest("q8_0.dot", "drops", drops_the_last_block);
    const auto here = judge_kernel(kernel, {.effort = small_effort});
    const auto there = judge({kernel}).at(0).statements;
    ASSERT_EQ(here.size(), there.size());
    for (std::size_t i = 0; i < here.size(); ++i) {
        const StatementVerdict* same = find_statement(there, here[i].name);
        ASSERT_NE(same, nullptr) << here[i].name;
        EXPECT_EQ(same->verdict, here[i].verdict) << here[i].name;
        EXPECT_EQ(same->cases, here[i].cases) << here[i].name;
        EXPECT_EQ(same->token, here[i].token) << here[i].name;
        EXPECT_EQ(same->message, here[i].message) << here[i].name;
    }
}

}  // namespace
}  // namespace brickproof
