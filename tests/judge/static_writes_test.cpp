// Static data that threads share: seen without chance, and no kernel is blamed for what it rightly keeps there.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <mutex>

#include "guest_kernels.hpp"
#include "judge/call/call_guard.hpp"
#include "judge/call/static_writes.hpp"

namespace brickproof {
namespace {

using Halves = const std::uint16_t*;

// Converts into a buffer, piece by piece, and copies it from there.
template <std::size_t Piece>
void through(volatile float (&buffer)[Piece], Halves x, float* y, std::size_t n) {
    for (std::size_t at = 0; at < n; at += Piece) {
        const std::size_t count = std::min(Piece, n - at);
        for (std::size_t i = 0; i < count; ++i) buffer[i] = static_cast<float>(half_value(x[at + i]));
        for (std::size_t i = 0; i < count; ++i) y[at + i] = buffer[i];
    }
}

void shares_a_buffer(Halves x, float* y, std::size_t n) {
    static volatile float buffer[64];
    through(buffer, x, y, n);
}
// The shortest window that there is.
void shares_one_float(Halves x, float* y, std::size_t n) {
    static volatile float value[1];
    through(value, x, y, n);
}
void has_a_buffer_a_thread(Halves x, float* y, std::size_t n) {
    thread_local volatile float buffer[64];
    through(buffer, x, y, n);
}
void locks_its_buffer(Halves x, float* y, std::size_t n) {
    static std::mutex mutex;
    static volatile float buffer[64];
    const std::lock_guard lock(mutex);
    through(buffer, x, y, n);
}
void counts_its_calls(Halves x, float* y, std::size_t n) {
    static std::atomic<int> calls{0};
    ++calls;
    right_to_f32(x, y, n);
}
// The system cannot write to a page that is read-only.
void lets_the_system_write(Halves x, float* y, std::size_t n) {
    static timespec now;
    if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now) == 0) right_to_f32(x, y, n);
}

thread_local int stops = 0;

TEST(StaticWrites, EachStopsTheCallAndTheResultIsTheSame) {
    if (is_sanitized()) GTEST_SKIP() << "a sanitizer's own functions write to static data";
    install_fault_trap();
    const Kernel kernel = guest("f16.to_f32", "guest", shares_one_float);
    const std::vector<std::size_t> sizes = {33};
    const Case c = typical_case(*kernel.contract, sizes, 1);
    KernelRunner runner(kernel);
    const auto free_run = runner.run(c, {});
    stops = 0;
    const auto stopped =
        run_stopped_at_static_writes(runner, c, static_data_of(kernel), [] { return ++stops > 0; });
    EXPECT_FALSE(stopped.stopped) << stopped.what;
    EXPECT_EQ(stopped.outputs, free_run.outputs);
    EXPECT_EQ(stops, 33);
    EXPECT_EQ(runner.run(c, {}).outputs, free_run.outputs) << "the data can be written again";
}

TEST(StaticWrites, ASharedBufferIsSeenWithoutChance) {
    if (is_sanitized()) GTEST_SKIP() << "not judged so under a sanitizer";
    for (const auto fn : {shares_a_buffer, shares_one_float}) {
        const StatementVerdict verdict = verdict_of(fn, "thread_safe");
        EXPECT_EQ(verdict.verdict, Verdict::fail);
        EXPECT_TRUE(says(verdict, "written to static data") || says(verdict, "after a write to static data"))
            << verdict.message;
    }
}

TEST(StaticWrites, WhatIsNotSharedOrIsLockedIsRight) {
    for (const auto fn : {has_a_buffer_a_thread, locks_its_buffer, counts_its_calls, lets_the_system_write}) {
        const StatementVerdict verdict = verdict_of(fn, "thread_safe");
        EXPECT_EQ(verdict.verdict, Verdict::pass) << verdict.message;
    }
}

}  // namespace
}  // namespace brickproof
