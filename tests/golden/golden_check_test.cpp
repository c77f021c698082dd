// Kernels held to the committed golden values: wrong ones do not pass, guests get what they are owed.
// (That ours pass is in tests/golden_values.)
#include "cases/golden_check.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "brick/isa.hpp"
#include "cases/golden_report.hpp"
#include "golden_folders.hpp"
#include "judge/fault_trap.hpp"
#include "judge/plugin.hpp"

namespace brickproof::golden {
namespace {

class GoldenCheck : public testing::Test {
  protected:
    static void SetUpTestSuite() { install_fault_trap(); }
};

template <typename Function>
Function* scalar(std::string_view op) {
    for (const Kernel& kernel : own_kernels())
        if (kernel.contract->op == op && kernel.variant == "scalar") return reinterpret_cast<Function*>(kernel.fn);
    return nullptr;
}

template <typename Function>
Kernel kernel_of(std::string_view op, Function* fn) {
    return {.library = "test",
            .variant = "test",
            .cpu_features = "",
            .assumes = {},
            .read_slack = 0,
            .fn = reinterpret_cast<KernelFunction>(fn),
            .contract = find_contract(op)};
}

KernelCheck check_kernel(const Kernel& kernel, std::span<const GoldenCase> cases,
                         std::vector<std::string> assumed) {
    return check_kernels(
               std::span(&kernel, 1), cases, [&](const Kernel&) { return assumed; }, 2)
        .front();
}

KernelCheck checked(const Kernel& kernel) {
    return check_kernel(kernel, committed_set().cases, {});
}

std::string report_of(const KernelCheck& check) {
    return check_report(std::span(&check, 1), committed_set().cases);
}

// One small fault per op: each must fail.
void quantize_ties_to_even(const float* x, brickproof_q8_0* y, std::size_t n) {
    scalar<brickproof_q8_0_quantize_fn>("q8_0.quantize")(x, y, n);
    for (std::size_t b = 0; b < n / 32; ++b) {
        float amax = 0.0f;
        for (std::size_t i = 0; i < 32; ++i) amax = std::max(amax, std::fabs(x[b * 32 + i]));
        const float inverse = 1.0f / (amax / 127.0f);
        if (!std::isfinite(inverse)) continue;
        for (std::size_t i = 0; i < 32; ++i)
            y[b].qs[i] = static_cast<std::int8_t>(std::nearbyint(x[b * 32 + i] * inverse));
    }
}
void quantize_truncating(const float* x, brickproof_q8_0* y, std::size_t n) {
    scalar<brickproof_q8_0_quantize_fn>("q8_0.quantize")(x, y, n);
    for (std::size_t b = 0; b < n / 32; ++b)
        if (y[b].qs[31] > 0) --y[b].qs[31];
}
void dequantize_last_by_first(const brickproof_q8_0* x, float* y, std::size_t n) {
    scalar<brickproof_q8_0_dequantize_fn>("q8_0.dequantize")(x, y, n);
    if (n > 0) y[n - 1] = y[0];
}
float dot_without_last_quant(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    std::vector<brickproof_q8_0> cut(a, a + n / 32);
    if (!cut.empty()) cut.back().qs[31] = 0;
    return scalar<brickproof_q8_0_dot_fn>("q8_0.dot")(cut.data(), b, n);
}
void gemv_last_row_unwritten(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t rows,
                             std::size_t cols) {
    scalar<brickproof_q8_0_gemv_fn>("q8_0.gemv")(w, x, y, rows - 1, cols);
}
void quantize_f_scale_next(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    scalar<brickproof_q8_0f_quantize_fn>("q8_0f.quantize")(x, q, scales, n);
    if (n > 0) scales[0] = std::nextafter(scales[0], 0.0f);
}
void dequantize_f_one_ulp(const std::int8_t* q, const float* scales, float* y, std::size_t n) {
    scalar<brickproof_q8_0f_dequantize_fn>("q8_0f.dequantize")(q, scales, y, n);
    if (n > 0) y[n / 2] = std::nextafter(y[n / 2], INFINITY);
}
void from_f32_truncating(const float* x, std::uint16_t* y, std::size_t n) {
    std::vector<float> cut(x, x + n);
    for (float& value : cut) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, 4);
        bits &= 0xFFFFE000u;
        std::memcpy(&value, &bits, 4);
    }
    scalar<brickproof_f16_from_f32_fn>("f16.from_f32")(cut.data(), y, n);
}
void to_f32_flushing_subnormals(const std::uint16_t* x, float* y, std::size_t n) {
    scalar<brickproof_f16_to_f32_fn>("f16.to_f32")(x, y, n);
    for (std::size_t i = 0; i < n; ++i)
        if (std::fabs(y[i]) < 0x1p-14f) y[i] = 0.0f;
}

TEST_F(GoldenCheck, AWrongKernelOfEachOpIsCaught) {
    const Kernel wrong[] = {
        kernel_of("q8_0.quantize", quantize_ties_to_even),      kernel_of("q8_0.quantize", quantize_truncating),
        kernel_of("q8_0.dequantize", dequantize_last_by_first), kernel_of("q8_0.dot", dot_without_last_quant),
        kernel_of("q8_0.gemv", gemv_last_row_unwritten),        kernel_of("q8_0f.quantize", quantize_f_scale_next),
        kernel_of("q8_0f.dequantize", dequantize_f_one_ulp),    kernel_of("f16.from_f32", from_f32_truncating),
        kernel_of("f16.to_f32", to_f32_flushing_subnormals)};
    for (const Kernel& kernel : wrong) {
        const KernelCheck check = checked(kernel);
        EXPECT_FALSE(check.failures.empty()) << kernel.contract->op;
        for (const Failure& failure : check.failures) EXPECT_NE(failure.message, "") << failure.case_name;
    }
}

TEST_F(GoldenCheck, AFailureNamesTheFirstElementThatDiffers) {
    const KernelCheck check = checked(kernel_of("q8_0f.dequantize", dequantize_f_one_ulp));
    ASSERT_FALSE(check.failures.empty());
    const std::string report = report_of(check);
    EXPECT_NE(report.find("FAIL q8_0f.dequantize / test of test"), std::string::npos) << report;
    EXPECT_NE(report.find("case q8_0f_dequantize/normal_n32_s1"), std::string::npos) << report;
    EXPECT_NE(report.find("y[16] is "), std::string::npos) << report;
    EXPECT_NE(report.find("expected "), std::string::npos) << report;
}

float dot_that_crashes(const brickproof_q8_0*, const brickproof_q8_0*, std::size_t) {
    // Not a null dereference: a sanitizer would end the process before the trap sees it.
    std::raise(SIGILL);
    return 0.0f;
}
float dot_without_end(const brickproof_q8_0*, const brickproof_q8_0*, std::size_t) {
    volatile bool forever = true;
    while (forever) {
    }
    return 0.0f;
}
float dot_that_exits(const brickproof_q8_0*, const brickproof_q8_0*, std::size_t n) {
    if (n == 96) _exit(0);
    return 0.0f;
}
void to_f32_one_too_many(const std::uint16_t* x, float* y, std::size_t n) {
    scalar<brickproof_f16_to_f32_fn>("f16.to_f32")(x, y, n);
    y[n] = 0.0f;
}

TEST_F(GoldenCheck, ACrashIsAFailureAndNotTheEnd) {
    const KernelCheck check = checked(kernel_of("q8_0.dot", dot_that_crashes));
    EXPECT_EQ(check.passed, 0u);
    ASSERT_GE(check.failures.size(), 20u);
    EXPECT_NE(check.failures[0].message.find("SIGILL"), std::string::npos) << check.failures[0].message;
}

TEST_F(GoldenCheck, AKernelThatEndsItsProcessFailsThatCaseOnly) {
    const KernelCheck check = checked(kernel_of("q8_0.dot", dot_that_exits));
    // Of 96 values are exact_n96, exact_zero_scales_n96 and oracle_typical_n96; of the others a result of 0 is
    // right for cancelling_n1024 only, by its bound.
    EXPECT_EQ(check.passed, 1u);
    const auto ended = std::ranges::count_if(check.failures, [](const Failure& failure) {
        return failure.message == "it ended its process with exit code 0";
    });
    EXPECT_EQ(ended, 3);
    EXPECT_GE(check.failures.size(), 20u);
}

TEST_F(GoldenCheck, AnEndlessLoopIsAFailureAndNotTheEnd) {
    std::vector<GoldenCase> one;
    for (const GoldenCase& golden : committed_set().cases)
        if (golden.contract->op == "q8_0.dot" && one.empty()) one.push_back(golden);
    const KernelCheck check = check_kernel(kernel_of("q8_0.dot", dot_without_end), one, {});
    ASSERT_EQ(check.failures.size(), 1u);
    EXPECT_NE(check.failures[0].message.find("it did not return: "), std::string::npos)
        << check.failures[0].message;
}

TEST_F(GoldenCheck, AWriteBehindTheEndIsAFailure) {
    const KernelCheck check = checked(kernel_of("f16.to_f32", to_f32_one_too_many));
    ASSERT_FALSE(check.failures.empty());
    EXPECT_NE(check.failures[0].message.find("past the end of y"), std::string::npos);
}

TEST_F(GoldenCheck, AGuestMayRoundTiesToEvenButNotTruncate) {
    Kernel guest = kernel_of("q8_0.quantize", quantize_ties_to_even);
    guest.plugin_path = "libguest.so";
    const KernelCheck check = checked(guest);
    EXPECT_TRUE(check.failures.empty()) << report_of(check);
    EXPECT_EQ(check.by_bound, 27u);
    EXPECT_NE(report_of(check).find("by the contract's bound, as a guest"), std::string::npos);

    Kernel truncating = kernel_of("q8_0.quantize", quantize_truncating);
    truncating.plugin_path = "libguest.so";
    EXPECT_FALSE(checked(truncating).failures.empty());
}

TEST_F(GoldenCheck, CasesOutsideWhatAKernelAssumesAreNotJudged) {
    Kernel kernel = kernel_of("q8_0.dot", scalar<brickproof_q8_0_dot_fn>("q8_0.dot"));
    const std::size_t all = checked(kernel).passed;
    kernel.assumes = {"quants>-128"};
    const KernelCheck narrowed = checked(kernel);
    EXPECT_GT(narrowed.outside, 0u);
    EXPECT_EQ(narrowed.passed + narrowed.outside, all);
    kernel.assumes = {};
    EXPECT_EQ(check_kernel(kernel, committed_set().cases, {"quants>-128"}).outside, narrowed.outside);
}

TEST_F(GoldenCheck, AMissingCpuFeatureIsNotRun) {
    Kernel kernel = kernel_of("q8_0.dot", dot_that_crashes);
    kernel.cpu_features = "no_such_feature";
    const KernelCheck check = checked(kernel);
    EXPECT_EQ(total_of(std::span(&check, 1)).judged, 0u);
    EXPECT_NE(report_of(check).find("NOT RUN: this CPU has no no_such_feature"), std::string::npos);
}

TEST_F(GoldenCheck, AMaskHidesItsElementsOnly) {
    const GoldenCase& golden = committed("q8_0_quantize/subnormal_scale_id_inf_n128");
    Outputs outputs;
    Array<std::byte>& array = outputs.arrays.emplace_back(golden.expected[0].tensor.bytes.size());
    std::memcpy(array.data(), golden.expected[0].tensor.bytes.data(), array.size());
    for (std::size_t at = 0; at < array.size(); ++at) {
        Outputs changed = outputs;
        changed.arrays[0][at] ^= std::byte{1};
        const bool passes = compare_outputs(golden, Comparison::bits, changed).kind == Outcome::Kind::pass;
        EXPECT_EQ(passes, at % sizeof(brickproof_q8_0) >= 2) << "byte " << at;
    }
}

TEST_F(GoldenCheck, TheReportDoesNotDependOnTheNumberOfProcesses) {
    const std::vector<Kernel> kernels = {kernel_of("q8_0.dot", dot_that_exits),
                                         kernel_of("q8_0f.dequantize", dequantize_f_one_ulp),
                                         kernel_of("q8_0.quantize", quantize_truncating)};
    const auto nothing = [](const Kernel&) { return std::vector<std::string>{}; };
    const auto report = [&](std::size_t processes) {
        return check_report(check_kernels(kernels, committed_set().cases, nothing, processes),
                            committed_set().cases);
    };
    const std::string alone = report(1);
    EXPECT_EQ(report(3), alone);
    EXPECT_EQ(report(16), alone);
}

TEST_F(GoldenCheck, TheReportIsJsonToo) {
    const KernelCheck check = checked(kernel_of("q8_0f.dequantize", dequantize_f_one_ulp));
    const std::vector<std::string> problems = {"a \"quoted\" problem"};
    const auto json = nlohmann::json::parse(check_json(std::span(&check, 1), 36, problems, "1.2.3"));
    EXPECT_EQ(json["brickproof"], "1.2.3");
    EXPECT_EQ(json["cases"], 36);
    EXPECT_EQ(json["problems"][0], problems[0]);
    EXPECT_EQ(json["kernels"][0]["verdict"], "FAIL");
    EXPECT_EQ(json["kernels"][0]["failures"].size(), check.failures.size());
    EXPECT_EQ(json["kernels"][0]["failures"][0]["case"], check.failures[0].case_name);
}

TEST_F(GoldenCheck, AnImplementationIsNotHeldToItsOwnValues) {
    GoldenCase golden = committed("q8_0_dot/typical_n160");
    golden.info.origin = Origin::implementation;
    golden.info.library = "test";
    Kernel kernel = kernel_of("q8_0.dot", scalar<brickproof_q8_0_dot_fn>("q8_0.dot"));
    EXPECT_EQ(check_kernel(kernel, std::span(&golden, 1), {}).its_own, 1u);
    kernel.library = "another";
    EXPECT_EQ(check_kernel(kernel, std::span(&golden, 1), {}).passed, 1u);
}

// What our own scalar kernel gave binds it alone, and says whether anything moved, not whether it is right.
TEST_F(GoldenCheck, APinThatMovesIsSaidAndIsNoFailure) {
    const auto one_ulp = [](const std::int8_t* q, const float* scales, float* y, std::size_t n) {
        scalar<brickproof_q8_0f_dequantize_fn>("q8_0f.dequantize")(q, scales, y, n);
        y[3] = std::nextafter(y[3], INFINITY);
    };
    const GoldenCase* pin = nullptr;
    for (const GoldenCase& golden : committed_set().cases)
        if (golden.contract->op == "q8_0f.dequantize" && golden.info.origin == Origin::pinned) pin = &golden;
    ASSERT_NE(pin, nullptr);
    Kernel kernel = kernel_of<brickproof_q8_0f_dequantize_fn>("q8_0f.dequantize", one_ulp);
    EXPECT_EQ(check_kernel(kernel, std::span(pin, 1), {}).pins_moved.size(), 0u);  // not the scalar one
    kernel.variant = "scalar";
    const KernelCheck check = check_kernel(kernel, std::span(pin, 1), {});
    EXPECT_TRUE(check.failures.empty());
    ASSERT_EQ(check.pins_moved.size(), 1u);
    const std::string report = report_of(check);
    EXPECT_NE(report.find("MOVED q8_0f_dequantize/" + pin->info.name + ": 1 of "), std::string::npos) << report;
    EXPECT_NE(report.find("y[3]: "), std::string::npos) << report;
    kernel.plugin_path = "libguest.so";
    EXPECT_EQ(check_kernel(kernel, std::span(pin, 1), {}).pins_moved.size(), 0u);
    kernel = kernel_of("q8_0f.dequantize", scalar<brickproof_q8_0f_dequantize_fn>("q8_0f.dequantize"));
    kernel.variant = "scalar";
    EXPECT_EQ(check_kernel(kernel, std::span(pin, 1), {}).pins_held, 1u);
}

// The stored value's own error widens the bound: by half an ulp of what it was rounded to, or by another bound.
TEST_F(GoldenCheck, WhatTheStoredValueMayBeOffByIsGranted) {
    GoldenCase golden = committed("q8_0_dot/typical_n160");
    double exact = 0.0;
    std::memcpy(&exact, golden.expected[0].tensor.bytes.data(), sizeof exact);
    const double bound = golden.contract->oracle(golden.inputs)[0].bound[0];
    const auto outcome_at = [&](double stored, double got) {
        std::memcpy(golden.expected[0].tensor.bytes.data(), &stored, sizeof stored);
        Outputs outputs;
        const float value = static_cast<float>(got);
        outputs.arrays.emplace_back(sizeof value);
        std::memcpy(outputs.arrays[0].data(), &value, sizeof value);
        return compare_outputs(golden, Comparison::bound, outputs).kind;
    };
    EXPECT_EQ(outcome_at(exact + bound, exact - 0.9 * bound), Outcome::Kind::fail);
    golden.info.origin = Origin::implementation;
    EXPECT_EQ(outcome_at(exact + bound, exact - 0.9 * bound), Outcome::Kind::pass);
    EXPECT_EQ(outcome_at(exact + bound, exact - 1.1 * bound), Outcome::Kind::fail);
}

TEST_F(GoldenCheck, TheBoundIsHeldAroundTheGoldenValue) {
    GoldenCase golden = committed("q8_0_dot/typical_n160");
    double exact = 0.0;
    std::memcpy(&exact, golden.expected[0].tensor.bytes.data(), sizeof exact);
    const double bound = golden.contract->oracle(golden.inputs)[0].bound[0];
    const Kernel kernel = kernel_of("q8_0.dot", scalar<brickproof_q8_0_dot_fn>("q8_0.dot"));
    KernelRunner dot(kernel);
    EXPECT_EQ(check_case(dot, kernel, golden).kind, Outcome::Kind::pass);
    const double moved = exact + 3.0 * bound;
    std::memcpy(golden.expected[0].tensor.bytes.data(), &moved, sizeof moved);
    EXPECT_EQ(check_case(dot, kernel, golden).kind, Outcome::Kind::fail);
}

}  // namespace
}  // namespace brickproof::golden
