// The behaviours that a fuzz target checks itself, because sanitizers do not.
#include "fuzz/search/heap_trial.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "brickproof/kernel_abi.h"
#include "judge/plugin.hpp"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

// Of the address sanitizer; null in other builds.
extern "C" __attribute__((weak)) int __asan_address_is_poisoned(const volatile void* address);

namespace brickproof::fuzz {
namespace {

using Convert = brickproof_f16_to_f32_fn;

void right(const std::uint16_t* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(x[i]);
}

// Three halves, none of them 0.
Case sample() {
    Case c = find_contract("f16.to_f32")->signature.shape({3});
    const std::span<std::uint16_t> x = c.input<std::uint16_t>(0);
    for (std::size_t i = 0; i < 3; ++i) x[i] = static_cast<std::uint16_t>(i + 1);
    return c;
}

std::string_view misbehaviour_of(Convert* kernel) {
    const Case c = sample();
    HeapTrial trial(*find_contract("f16.to_f32"), reinterpret_cast<KernelFunction>(kernel));
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
                    }));
    const Case c = sample();
    JudgedCase judged;
    judged.begin(c);
    trial.begin(judged);
    EXPECT_EQ(trial.run(c), trial.run(c));
    EXPECT_EQ(calls, 1);
    Case other = c;
    other.input<std::uint16_t>(0)[0] = 9;
    EXPECT_NE(trial.run(other), trial.run(c));
    EXPECT_EQ(calls, 2);
    judged.begin(other);
    EXPECT_EQ(trial.run(other).as<float>(0)[0], 9.0f);
}

// The contract whose calls are looked at, and how many operands were seen.
const Contract* looked_at = nullptr;
std::size_t operands_seen = 0;

// Calls the kernel, once it was seen that nothing beside its operands may be touched.
void look_and_invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const Case alike = typical_case(*looked_at, sizes, 1);
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (operands[i] == nullptr) continue;
        const auto* const start = static_cast<const std::byte*>(operands[i]);
        const std::string which(alike.operands[i].name);
        EXPECT_TRUE(__asan_address_is_poisoned(start - 1)) << looked_at->op << ": before " << which;
        EXPECT_TRUE(__asan_address_is_poisoned(start + alike.operands[i].bytes()))
            << looked_at->op << ": behind " << which;
        ++operands_seen;
    }
    looked_at->function.call(fn, sizes, operands);
}

// Cases as they are decoded, and those that laws make of them.
TEST(HeapTrial, GuardsTheByteBeforeAndBehindEveryOperandOfEveryOp) {
    if (__asan_address_is_poisoned == nullptr) GTEST_SKIP() << "only the address sanitizer guards memory";
    for (const Contract* contract : all_contracts()) {
        looked_at = contract;
        operands_seen = 0;
        Contract watched = *contract;
        watched.function.call = look_and_invoke;
        for (const Kernel& kernel : own_kernels()) {
            if (kernel.contract != contract || !why_not_runnable(kernel).empty()) continue;
            HeapTrial trial(watched, kernel.fn);
            JudgedCase judged;
            for (std::uint8_t size = 0; size < 40; size += 3)
                for (const Statement& statement : contract->statements) {
                    if (statement.single_case || statement.on_demand) continue;
                    const Preconditions holding(
                        std::vector<std::string>(statement.needs.begin(), statement.needs.end()));
                    const Case c = decode_case(*contract, Bytes{size, 0, size, 7, 5, size}, holding);
                    judged.begin(c);
                    trial.begin(judged);
                    statement.check(c, trial);
                }
        }
        EXPECT_GT(operands_seen, 100u) << contract->op;
    }
}

TEST(HeapTrial, AReadBesideAnOperandEndsTheProcess) {
    if (__asan_address_is_poisoned == nullptr) GTEST_SKIP() << "only the address sanitizer guards memory";
    for (const std::ptrdiff_t off : {-1, 6})
        EXPECT_DEATH(
            {
                static std::ptrdiff_t where;
                where = off;
                const Case c = sample();
                HeapTrial trial(
                    *find_contract("f16.to_f32"),
                    reinterpret_cast<KernelFunction>(+[](const std::uint16_t* x, float* y, std::size_t n) {
                        right(x, y, n);
                        y[0] += static_cast<float>(reinterpret_cast<const volatile std::int8_t*>(x)[where]);
                    }));
                trial.run(c);
            },
            "AddressSanitizer: use-after-poison|AddressSanitizer: heap-buffer-overflow");
}

}  // namespace
}  // namespace brickproof::fuzz
