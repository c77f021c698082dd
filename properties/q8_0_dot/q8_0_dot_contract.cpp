// The contract of q8_0.dot: domain, call, oracle, statements.
#include "engine/compare.hpp"
#include "engine/fills.hpp"
#include "engine/q8_0_blocks.hpp"
#include "engine/sizes.hpp"
#include "engine/statements.hpp"
#include "q8_0_dot/q8_0_dot_bound.hpp"
#include "q8_0_dot/q8_0_dot_kernels.hpp"
#include "q8_0_dot/q8_0_dot_laws.hpp"
#include "q8_0_dot/q8_0_dot_oracle.hpp"

namespace brickproof {
namespace {

const Signature& signature() {
    static const Signature signature{
        .sizes = {{.name = "n", .unit = BRICKPROOF_Q8_0_BLOCK}},
        .slots = {{.name = "a", .type = &q8_0, .access = Access::input, .shape = {"n"}},
                  {.name = "b", .type = &q8_0, .access = Access::input, .shape = {"n"}},
                  {.name = "result", .type = &f32, .access = Access::output, .passing = Slot::Passing::by_value}}};
    return signature;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    c = signature().shape({pick_blocks(choices, "n", BRICKPROOF_Q8_0_BLOCK) * BRICKPROOF_Q8_0_BLOCK});
    const auto a = c.input<brickproof_q8_0>(0);
    const auto b = c.input<brickproof_q8_0>(1);
    if (holding.hold("exact")) return fill_exact_blocks(choices, holding, a, b, 1);
    fill_blocks(choices, holding, a);
    fill_blocks(choices, holding, b);
}

void fill_typical(std::uint64_t seed, Case& c) {
    fill_typical_blocks(seed, c.input<brickproof_q8_0>(0));
    fill_typical_blocks(seed + 1, c.input<brickproof_q8_0>(1));
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
        .signature = signature(),
        .function = function_of(brick::q8_0_dot_scalar),
        .formula = "result = sum over blocks of half(d_a) half(d_b) (sum over 32 of q_a q_b)",
        .references = {"GGUF Q8_0: 34-byte blocks, half scale then 32 int8 (ggml)",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1"},
        .preconditions = {{"finite", "no scale is Inf or NaN"},
                          {"quants>-128", "no quant is -128"},
                          {"exact", "every partial sum is representable in float32", true},
                          {"normal_scales", "half and twice every scale are normal halves", true},
                          {"nonfinite", "some scale is Inf or NaN", true}},
        .bound_derivation = brick::q8_0_dot_bound_derivation,
        .decode = decode,
        .fill_typical = fill_typical,
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
