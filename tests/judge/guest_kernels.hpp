// Small kernels to judge: right ones to start from, and what is needed to spoil them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/fills.hpp"
#include "judge/fault_trap.hpp"
#include "judge/judge.hpp"

namespace brickproof {

template <typename Fn>
Kernel guest(std::string_view op, std::string name, Fn* fn) {
    return {.library = "guest",
            .variant = std::move(name),
            .fn = reinterpret_cast<KernelFunction>(fn),
            .contract = find_contract(op)};
}

inline void right_to_f32(const std::uint16_t* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(half_value(x[i]));
}

inline float term_of(const brickproof_q8_0& a, const brickproof_q8_0& b) {
    int sum = 0;
    for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i) sum += a.qs[i] * b.qs[i];
    return static_cast<float>(half_value(a.d) * half_value(b.d)) * static_cast<float>(sum);
}

inline float right_dot(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    float sum = 0.0f;
    for (std::size_t k = 0; k < n / BRICKPROOF_Q8_0_BLOCK; ++k) sum += term_of(a[k], b[k]);
    return sum;
}

inline const StatementVerdict* find_statement(const std::vector<StatementVerdict>& all, std::string_view name) {
    for (const StatementVerdict& statement : all)
        if (statement.name == name) return &statement;
    return nullptr;
}

inline std::vector<std::string> failures(const std::vector<StatementVerdict>& all) {
    std::vector<std::string> names;
    for (const StatementVerdict& statement : all)
        if (statement.verdict == Verdict::fail) names.push_back(statement.name);
    return names;
}

// Enough to meet every alternative of every choice once.
inline constexpr Effort small_effort{20, 1, true};

// By this statement alone.
inline StatementVerdict verdict_of(const Kernel& kernel, std::string_view statement) {
    install_fault_trap();
    JudgeOptions options{.effort = small_effort};
    for (const StatementVerdict& other : statements_of(kernel, options))
        if (other.name != statement) options.skip.insert(other.name);
    return judge_kernel(kernel, options).at(0);
}

template <typename Fn>
StatementVerdict verdict_of(Fn* fn, std::string_view statement) {
    return verdict_of(guest("f16.to_f32", "guest", fn), statement);
}

inline bool says(const StatementVerdict& verdict, std::string_view text) {
    return verdict.message.find(text) != std::string::npos;
}

}  // namespace brickproof
