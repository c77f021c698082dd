// The contract of q8_0.dot: domain, call, oracle, statements.
#include "engine/compare.hpp"
#include "engine/fills.hpp"
#include "engine/q8_0_blocks.hpp"
#include "engine/sizes.hpp"
#include "engine/statements.hpp"
#include "q8_0_dot/q8_0_dot_bound.hpp"
#include "q8_0_dot/q8_0_dot_laws.hpp"
#include "q8_0_dot/q8_0_dot_oracle.hpp"

namespace brickproof {
namespace {

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    const std::size_t blocks = pick_blocks(choices, "n", BRICKPROOF_Q8_0_BLOCK);
    c.sizes = {blocks * BRICKPROOF_Q8_0_BLOCK};
    c.operands.reserve(3);
    const auto a = add_input<brickproof_q8_0>(c, "a", q8_0, blocks);
    const auto b = add_input<brickproof_q8_0>(c, "b", q8_0, blocks);
    add_output(c, "result", f32, 1);
    if (holding.hold("exact")) return fill_exact_blocks(choices, holding, a, b, 1);
    fill_blocks(choices, holding, a);
    fill_blocks(choices, holding, b);
}

void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    const std::size_t blocks = sizes[0] / BRICKPROOF_Q8_0_BLOCK;
    c.sizes = {sizes[0]};
    c.operands.reserve(3);
    fill_typical_blocks(seed, add_input<brickproof_q8_0>(c, "a", q8_0, blocks));
    fill_typical_blocks(seed + 1, add_input<brickproof_q8_0>(c, "b", q8_0, blocks));
    add_output(c, "result", f32, 1);
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto dot = reinterpret_cast<brickproof_q8_0_dot_fn*>(fn);
    *static_cast<float*>(operands[2]) = dot(static_cast<const brickproof_q8_0*>(operands[0]),
                                            static_cast<const brickproof_q8_0*>(operands[1]), sizes[0]);
}

std::vector<OracleOutput> oracle(const Case& c) {
    const ExactDot exact = exact_q8_0_dot(c.input<brickproof_q8_0>(0), c.input<brickproof_q8_0>(1));
    return {{{exact.sum}, {brick::q8_0_dot_error_bound(c.sizes[0], exact.sum_of_magnitudes)}}};
}

Contract make_contract() {
    Contract contract{
        .op = "q8_0.dot",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "The dot product of two rows of Q8_0 blocks.",
        .signature = "float dot(const brickproof_q8_0 *a, const brickproof_q8_0 *b, size_t n)",
        .formula = "result = sum over blocks of half(d_a) half(d_b) (sum over 32 of q_a q_b)",
        .references = {"GGUF Q8_0: 34-byte blocks, half scale then 32 int8 (ggml)",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1"},
        .size_names = {"n"},
        .preconditions = {{"finite", "no scale is Inf or NaN"},
                          {"quants>-128", "no quant is -128"},
                          {"exact", "every partial sum is representable in float32", true},
                          {"normal_scales", "half and twice every scale are normal halves", true},
                          {"nonfinite", "some scale is Inf or NaN", true}},
        .bound_derivation = brick::q8_0_dot_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_q8_0_dot_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        .work =
            [](std::span<const double> n) {
                return Work{.multiply_adds = n[0] / BRICKPROOF_Q8_0_BLOCK, .int8_multiply_adds = n[0]};
            },
        .statements = {},
        .workloads = {{"L1, 1,024 values", {1024}}, {"L1, 4,096 values", {4096}}, {"L2, 65,536 values", {65536}}},
    };
    contract.statements = q8_0_dot_statements(contract);
    return contract;
}

}  // namespace

const Contract& q8_0_dot_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
