#include "judge/fault_trap.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "judge/fp_environment.hpp"
#include "judge/guarded_arena.hpp"
#include "misbehaviour.hpp"

namespace brickproof {
namespace {

class Trap : public testing::Test {
  protected:
    void SetUp() override { install_fault_trap(); }
    void TearDown() override { set_call_limit(default_call_limit); }
};

__attribute__((no_sanitize("undefined", "address"))) void write_to_null() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}

TEST_F(Trap, ACallThatReturnsIsNoStop) {
    int calls = 0;
    EXPECT_EQ(call_trapped([&] { ++calls; }).kind, Stop::Kind::none);
    EXPECT_EQ(calls, 1);
}

TEST_F(Trap, ANullPointerIsASegmentationFaultAtZero) {
    const Stop stop = call_trapped(write_to_null);
    EXPECT_EQ(stop.kind, Stop::Kind::signal);
    EXPECT_EQ(stop.signal, SIGSEGV);
    EXPECT_EQ(stop.address, nullptr);
    EXPECT_NE(describe(stop).find("SIGSEGV"), std::string::npos) << describe(stop);
    EXPECT_NE(describe(stop).find("null"), std::string::npos) << describe(stop);
}

TEST_F(Trap, EverySignalOfACrashComesBackAsAValueAgainAndAgain) {
    for (int round = 0; round < 3; ++round)
        for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS}) {
            const Stop stop = call_trapped([signal] { std::raise(signal); });
            EXPECT_EQ(stop.kind, Stop::Kind::signal);
            EXPECT_EQ(stop.signal, signal);
        }
}

TEST_F(Trap, ASignalThatAKernelSendsToItsProcessIsCaught) {
    for (const int signal :
         {SIGTERM, SIGINT, SIGALRM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGXCPU, SIGTRAP}) {
        const Stop stop = call_trapped([signal] { std::raise(signal); });
        EXPECT_EQ(stop.kind, Stop::Kind::signal) << signal;
        EXPECT_EQ(stop.signal, signal);
    }
    EXPECT_EQ(describe(call_trapped([] { std::raise(SIGTERM); })), "it raised SIGTERM");
}

TEST_F(Trap, AbortIsCaughtTwice) {
    for (int round = 0; round < 2; ++round) EXPECT_EQ(call_trapped([] { std::abort(); }).signal, SIGABRT);
}

TEST_F(Trap, ExitIsCaught) {
    const Stop stop = call_trapped([] { std::exit(3); });
    EXPECT_EQ(stop.kind, Stop::Kind::exited);
    EXPECT_NE(describe(stop).find("exit()"), std::string::npos);
}

TEST_F(Trap, AnEndlessLoopIsATimeout) {
    set_call_limit(0.1);
    const Stop stop = call_trapped(faults::loop_for_ever);
    EXPECT_EQ(stop.kind, Stop::Kind::timeout);
    EXPECT_NE(describe(stop).find("did not return"), std::string::npos);
    EXPECT_EQ(call_trapped([] {}).kind, Stop::Kind::none);
}

TEST_F(Trap, ManyShortCallsAreNoTimeout) {
    set_call_limit(0.1);
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
    while (std::chrono::steady_clock::now() < end) ASSERT_EQ(call_trapped([] {}).kind, Stop::Kind::none);
}

TEST_F(Trap, TheFloatingPointEnvironmentIsPutBackWhateverHappens) {
    const FpEnvironment before = read_fp_environment();
    call_trapped(faults::leave_rounding_upward);
    EXPECT_EQ(read_fp_environment(), before);
    call_trapped([] {
        faults::leave_flush_to_zero_on();
        std::raise(SIGSEGV);
    });
    EXPECT_EQ(read_fp_environment(), before);
}

TEST_F(Trap, AnyThreadMayCall) {
    Stop stop;
    std::thread([&] { stop = call_trapped(write_to_null); }).join();
    EXPECT_EQ(stop.signal, SIGSEGV);
}

}  // namespace
}  // namespace brickproof
