// What a kernel does to registers, stack and signals of its caller: each kind of fault by the statement that is for
// it.
#include <gtest/gtest.h>

#include <csignal>

#include "brick/isa.hpp"
#include "guest_kernels.hpp"
#include "judge/call/call_guard.hpp"
#include "judge/call/features_executed.hpp"
#include "judge/fp_environment.hpp"
#include "misbehaviour.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace brickproof {
namespace {

using Halves = const std::uint16_t*;

#if defined(__x86_64__)
// The whole kernel, so that no epilogue puts the register back.
asm(R"(
    .text
loses_registers:
    pushq %r15
    call brickproof_right_to_f32
    popq %r15
    xorl %ebx, %ebx
    movq $1, %rbp
    movq $2, %r12
    movq $3, %r13
    movq $4, %r14
    movq $5, %r15
    ret
leaves_direction_flag:
    std
    ret
)");
#else
asm(R"(
    .text
loses_registers:
    stp x29, x30, [sp, #-16]!
    bl brickproof_right_to_f32
    ldp x29, x30, [sp], #16
    mov x19, #1
    mov x28, #2
    fmov d8, #1.0
    fmov d15, #1.0
    ret
)");
#endif
extern "C" __attribute__((used, visibility("hidden"))) void brickproof_right_to_f32(Halves x, float* y,
                                                                                    std::size_t n) {
    right_to_f32(x, y, n);
}
extern "C" void loses_registers(Halves, float*, std::size_t);

TEST(Call, RegistersThatAreLostAreNamedAndTheJudgeLives) {
    const StatementVerdict verdict = verdict_of(loses_registers, "keeps_registers");
    EXPECT_EQ(verdict.verdict, Verdict::fail);
#if defined(__x86_64__)
    EXPECT_TRUE(says(verdict, "rbx, rbp, r12, r13, r14, r15")) << verdict.message;
#else
    EXPECT_TRUE(says(verdict, "x19, x28, d8, d15")) << verdict.message;
#endif
    EXPECT_EQ(verdict_of(loses_registers, "no_crash").verdict, Verdict::pass);
    EXPECT_EQ(verdict_of(right_to_f32, "keeps_registers").verdict, Verdict::pass);
}

#if defined(__x86_64__)
extern "C" void leaves_direction_flag(Halves, float*, std::size_t);

TEST(Call, TheDirectionFlagIsARegisterToo) {
    EXPECT_TRUE(says(verdict_of(leaves_direction_flag, "keeps_registers"), "the direction flag"));
}
#endif

// A float that no one has set: xmm0 or v0 as it was found.
float adds_to_what_lies_in_a_register(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    float sum;
#if defined(__x86_64__)
    asm volatile("movss %%xmm0, %0" : "=m"(sum));
#else
    asm volatile("str s0, %0" : "=m"(sum));
#endif
    return (sum - sum) + right_dot(a, b, n);
}

TEST(Call, ARegisterThatNobodySetShowsInTheResult) {
    const Kernel kernel = guest("q8_0.dot", "register", adds_to_what_lies_in_a_register);
    EXPECT_EQ(verdict_of(kernel, "exact_sum").verdict, Verdict::fail);
    EXPECT_EQ(verdict_of(kernel, "error_within_bound").verdict, Verdict::fail);
}

void needs_a_megabyte_of_stack(Halves x, float* y, std::size_t n) {
    unsigned char room[1 << 20];
    faults::write_byte(room, 1);
    right_to_f32(x, y, n);
}

void raises_invalid(Halves x, float* y, std::size_t n) {
    volatile float zero = 0.0f;
    [[maybe_unused]] volatile float nan = zero / zero;
    right_to_f32(x, y, n);
}

TEST(Call, StackAndExceptionsAreNotes) {
    const StatementVerdict stack = verdict_of(needs_a_megabyte_of_stack, "stack_use");
    if (stack.verdict != Verdict::not_run) {  // a sanitizer measures none
        EXPECT_EQ(stack.verdict, Verdict::note);
        EXPECT_TRUE(says(stack, "uses 1.0 MiB of stack")) << stack.message;
        EXPECT_EQ(verdict_of(right_to_f32, "stack_use").verdict, Verdict::pass);
    }
    const StatementVerdict exceptions = verdict_of(raises_invalid, "fp_exceptions");
    EXPECT_EQ(exceptions.verdict, Verdict::note);
    EXPECT_TRUE(says(exceptions, "the flag invalid")) << exceptions.message;
    EXPECT_EQ(verdict_of(right_to_f32, "fp_exceptions").verdict, Verdict::pass);
}

void installs_a_handler(Halves x, float* y, std::size_t n) {
    std::signal(SIGUSR2, SIG_IGN);
    right_to_f32(x, y, n);
}
void blocks_a_signal(Halves x, float* y, std::size_t n) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    right_to_f32(x, y, n);
}

TEST(Call, SignalsAreTheCallers) {
    EXPECT_TRUE(says(verdict_of(installs_a_handler, "keeps_signals"), "ignores SIGUSR2"));
    EXPECT_TRUE(says(verdict_of(blocks_a_signal, "keeps_signals"), "blocks SIGINT"));
    EXPECT_EQ(verdict_of(right_to_f32, "keeps_signals").verdict, Verdict::pass);
}

TEST(Call, AnEnvironmentThatLoadingChangedIsAFailure) {
    Kernel kernel = guest("f16.to_f32", "fast", right_to_f32);
    kernel.plugin_path = "libfast.so";
    kernel.changed_at_load = "flush-to-zero";
    const StatementVerdict verdict = verdict_of(kernel, "fp_environment");
    EXPECT_EQ(verdict.verdict, Verdict::fail);
    EXPECT_TRUE(says(verdict, "loading libfast.so changes flush-to-zero")) << verdict.message;
}

#if defined(__x86_64__)

__attribute__((target("avx2,f16c"))) void uses_f16c(Halves x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = _cvtsh_ss(x[i]);
}

// (Written so that the compiler does not put vzeroupper there.)
__attribute__((target("avx"))) void leaves_upper_halves(Halves x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    asm volatile("vcmpps $15, %%ymm9, %%ymm9, %%ymm9" ::: "memory");
}

TEST(Call, InstructionsAreHeldAgainstTheDeclaredFeatures) {
    if (!can_decode_instructions() || !brick::cpu_has("avx2,f16c,fma")) GTEST_SKIP() << "no such CPU or no decoder";
    if (is_sanitized()) GTEST_SKIP() << "a sanitizer's own instructions are most of a call";
    Kernel kernel = guest("f16.to_f32", "f16c", uses_f16c);
    const StatementVerdict undeclared = verdict_of(kernel, "cpu_features");
    EXPECT_EQ(undeclared.verdict, Verdict::fail);
    EXPECT_TRUE(says(undeclared, "which needs f16c; its row declares no CPU feature")) << undeclared.message;
    kernel.cpu_features = "f16c";
    EXPECT_EQ(verdict_of(kernel, "cpu_features").verdict, Verdict::pass);
    kernel.cpu_features = "f16c,fma";
    const StatementVerdict unused = verdict_of(kernel, "cpu_features");
    EXPECT_EQ(unused.verdict, Verdict::note);
    EXPECT_TRUE(says(unused, "no instruction of fma")) << unused.message;
    EXPECT_EQ(verdict_of(right_to_f32, "cpu_features").verdict, Verdict::pass);
}

TEST(Call, UpperHalvesLeftInUseAreANote) {
    if (!brick::cpu_has("avx")) GTEST_SKIP() << "no such CPU";
    const StatementVerdict verdict = verdict_of(leaves_upper_halves, "upper_halves");
    EXPECT_EQ(verdict.verdict, Verdict::note);
    EXPECT_TRUE(says(verdict, "ymm9")) << verdict.message;
    EXPECT_EQ(verdict_of(right_to_f32, "upper_halves").verdict, Verdict::pass);
}

struct Decoded {
    std::vector<std::uint8_t> bytes;
    std::vector<std::string> features;
};

TEST(InstructionFeatures, AreThoseOfTheirSet) {
    if (!can_decode_instructions()) GTEST_SKIP() << "no decoder";
    const Decoded all[] = {
        {{0x62, 0xf2, 0x75, 0x48, 0x50, 0xc2}, {"avx512_vnni"}},              // vpdpbusd zmm0, zmm1, zmm2
        {{0x62, 0xf2, 0x75, 0x28, 0x50, 0xc2}, {"avx512_vnni", "avx512vl"}},  // vpdpbusd ymm0, ymm1, ymm2
        {{0xc4, 0xe2, 0x75, 0x50, 0xc2}, {"avx_vnni"}},                       // {vex} vpdpbusd ymm0, ymm1, ymm2
        {{0xc4, 0xe2, 0x7d, 0x13, 0xc0}, {"f16c"}},                           // vcvtph2ps ymm0, xmm0
        {{0xf3, 0x0f, 0xbc, 0xc0}, {}},                                       // tzcnt eax, eax
        {{0x0f, 0x58, 0xc1}, {}},                                             // addps xmm0, xmm1
    };
    for (const auto& [bytes, features] : all)
        EXPECT_EQ(decode_instruction(bytes).features, features) << decode_instruction(bytes).mnemonic;
    EXPECT_TRUE(with_implied_features("avx512bw").contains("popcnt"));
    EXPECT_FALSE(with_implied_features("avx2").contains("f16c"));
}

#endif

}  // namespace
}  // namespace brickproof
