// Whatever a kernel does to its process, it is a verdict and the run goes on.
#include "judge/isolation.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "guest_kernels.hpp"
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

std::vector<KernelVerdict> judge(const std::vector<Kernel>& kernels, IsolationOptions isolation = {},
                                 std::set<std::string> skip = {}) {
    const JudgeOptions options{.effort = small_effort, .skip = std::move(skip)};
    return judge_isolated(
        kernels, [&](const Kernel&) { return options; }, isolation);
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
    EXPECT_EQ(find_statement(verdict.statements, "thread_safe")->verdict, Verdict::pass);
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

TEST(Isolation, AHangThatNoSignalReachesIsKilled) {
    std::set<std::string> skip;
    for (const StatementVerdict& statement : statements_of(guest("q8_0.dot", "", right_dot), {}))
        if (statement.name != "terminates" && statement.name != "exact_sum") skip.insert(statement.name);
    const auto verdicts =
        judge({guest("q8_0.dot", "hangs", hangs_beyond_reach)}, {.child_limit_seconds = 0.5}, skip);
    const StatementVerdict* terminates = find_statement(verdicts.at(0).statements, "terminates");
    ASSERT_NE(terminates, nullptr);
    EXPECT_EQ(terminates->verdict, Verdict::fail);
    EXPECT_EQ(terminates->sizes, "n = 16416");
    EXPECT_NE(terminates->message.find("does not let itself be interrupted"), std::string::npos);
    EXPECT_EQ(find_statement(verdicts[0].statements, "exact_sum")->verdict, Verdict::fail);
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
