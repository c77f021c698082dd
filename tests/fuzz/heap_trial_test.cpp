// The behaviours that a fuzz target checks itself, because sanitizers do not.
#include "fuzz/heap_trial.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "brickproof/kernel_abi.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace brickproof::fuzz {
namespace {

using Convert = brickproof_f16_to_f32_fn;

void right(const std::uint16_t* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(x[i]);
}

// Three halves, none of them 0.
Case sample() {
    Case c;
    c.sizes = {3};
    const auto x = add_input<std::uint16_t>(c, "x", Element::f16, 3);
    for (std::size_t i = 0; i < 3; ++i) x[i] = static_cast<std::uint16_t>(i + 1);
    add_output(c, "y", Element::f32, 3);
    return c;
}

std::string_view misbehaviour_of(Convert* kernel) {
    const Case c = sample();
    HeapTrial trial(*find_contract("f16.to_f32"), reinterpret_cast<KernelFunction>(kernel),
                    reinterpret_cast<KernelFunction>(&right));
    const auto found = trial.misbehaviour(c);
    return found ? found->statement : "";
}

TEST(HeapTrial, FindsNothingInARightKernel) {
    EXPECT_EQ(misbehaviour_of(right), "");
}

TEST(HeapTrial, SeesAnInputThatIsWrittenTo) {
    EXPECT_EQ(misbehaviour_of([](const std::uint16_t* x, float* y, std::size_t n) {
                  right(x, y, n);
                  const_cast<std::uint16_t*>(x)[1] = 0;
                  y[1] = 2.0f;
              }),
              "inputs_unchanged");
}

TEST(HeapTrial, SeesAnOutputThatIsNotWritten) {
    EXPECT_EQ(misbehaviour_of([](const std::uint16_t* x, float* y, std::size_t n) { right(x, y, n - 1); }),
              "outputs_written");
}

TEST(HeapTrial, SeesAResultThatDependsOnEarlierCalls) {
    EXPECT_EQ(misbehaviour_of([](const std::uint16_t* x, float* y, std::size_t n) {
                  static int calls = 0;
                  right(x, y, n);
                  y[0] = static_cast<float>(++calls);
              }),
              "deterministic");
}

TEST(HeapTrial, SeesAResultThatDependsOnTheAlignment) {
    EXPECT_EQ(misbehaviour_of([](const std::uint16_t* x, float* y, std::size_t n) {
                  right(x, y, n);
                  if (reinterpret_cast<std::uintptr_t>(x) % 16 != 0) y[0] = -1.0f;
              }),
              "alignment_independent");
}

#if defined(__x86_64__)
TEST(HeapTrial, SeesAChangedFloatingPointEnvironment) {
    const unsigned before = _mm_getcsr();
    EXPECT_EQ(misbehaviour_of([](const std::uint16_t* x, float* y, std::size_t n) {
                  right(x, y, n);
                  if (reinterpret_cast<std::uintptr_t>(x) % 16 != 0) _mm_setcsr(_mm_getcsr() | 0x8000);
              }),
              "fp_environment");
    EXPECT_EQ(_mm_getcsr() & ~0x3Fu, before & ~0x3Fu);
}
#endif

// What is asked of the case under judgement is computed once; of any other case anew.
TEST(HeapTrial, RemembersTheCaseUnderJudgementAndNoOther) {
    static int calls = 0;
    HeapTrial trial(*find_contract("f16.to_f32"),
                    reinterpret_cast<KernelFunction>(+[](const std::uint16_t* x, float* y, std::size_t n) {
                        ++calls;
                        right(x, y, n);
                    }),
                    reinterpret_cast<KernelFunction>(&right));
    const Case c = sample();
    trial.begin(c);
    EXPECT_EQ(trial.run(c), trial.run(c));
    EXPECT_EQ(calls, 1);
    Case other = c;
    other.input<std::uint16_t>(0)[0] = 9;
    EXPECT_NE(trial.run(other), trial.run(c));
    EXPECT_EQ(calls, 2);
    trial.begin(other);
    EXPECT_EQ(trial.run(other).as<float>(0)[0], 9.0f);
}

}  // namespace
}  // namespace brickproof::fuzz
