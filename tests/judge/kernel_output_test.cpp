// What a kernel prints is kept for its verdict and reaches nobody else.
#include "judge/kernel_output.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "guest_kernels.hpp"
#include "judge/isolation.hpp"

namespace brickproof {
namespace {

// By every way, without a line feed at the end.
void prints_once(const std::uint16_t* x, float* y, std::size_t n) {
    static bool printed = false;
    if (!printed) {
        std::printf("by printf\n");
        std::cout << "by cout\n" << std::flush;
        std::fprintf(stderr, "by stderr\n");
        if (write(STDOUT_FILENO, "by write\n", 9) == 9) std::printf("no end of line");
    }
    printed = true;
    right_to_f32(x, y, n);
}
void prints_and_ends(const std::uint16_t*, float*, std::size_t) {
    std::printf("last words");
    _exit(3);
}
void prints_in_every_call(const std::uint16_t* x, float* y, std::size_t n) {
    for (int i = 0; i < 100; ++i) std::puts("a line of some forty characters, once more");
    right_to_f32(x, y, n);
}
void is_silent(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
}

KernelVerdict verdict_on(decltype(is_silent)* fn) {
    const Kernel kernel = guest("f16.to_f32", "guest", fn);
    return judge_isolated({kernel}, [](const Kernel&) { return JudgeOptions{.effort = small_effort}; }, {}).front();
}

TEST(KernelOutput, IsKeptWhicheverWayItIsPrinted) {
    testing::internal::CaptureStdout();
    const KernelVerdict verdict = verdict_on(prints_once);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(verdict.output, "by printf\nby cout\nby stderr\nby write\nno end of line");
    EXPECT_EQ(verdict.verdict, Verdict::pass);
}

TEST(KernelOutput, LastWordsOfAProcessAreKept) {
    EXPECT_TRUE(verdict_on(prints_and_ends).output.starts_with("last words"));
}

TEST(KernelOutput, HasALimitThatTheKernelDoesNotFeel) {
    const KernelVerdict verdict = verdict_on(prints_in_every_call);
    EXPECT_EQ(verdict.verdict, Verdict::pass);
    EXPECT_GT(verdict.output.size(), KernelOutput::most_bytes - 8192);
    EXPECT_LE(verdict.output.size(), KernelOutput::most_bytes);
}

TEST(KernelOutput, OfASilentKernelIsEmpty) {
    EXPECT_EQ(verdict_on(is_silent).output, "");
}

}  // namespace
}  // namespace brickproof
