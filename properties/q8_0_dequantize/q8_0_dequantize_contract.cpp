// The contract of q8_0.dequantize: domain, call, oracle, statements.
#include <cmath>
#include <limits>

#include "engine/q8_0_blocks.hpp"
#include "engine/sizes.hpp"
#include "q8_0_dequantize/q8_0_dequantize_bound.hpp"
#include "q8_0_dequantize/q8_0_dequantize_laws.hpp"
#include "q8_0_dequantize/q8_0_dequantize_oracle.hpp"

namespace brickproof {
namespace {

std::span<brickproof_q8_0> add_operands(Case& c, std::size_t blocks) {
    c.sizes = {blocks * BRICKPROOF_Q8_0_BLOCK};
    c.operands.reserve(2);
    const auto x = add_input<brickproof_q8_0>(c, "x", q8_0, blocks);
    add_output(c, "y", f32, c.sizes[0]);
    return x;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    fill_blocks(choices, holding, add_operands(c, pick_blocks(choices, "n", BRICKPROOF_Q8_0_BLOCK)));
}

void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    fill_typical_blocks(seed, add_operands(c, sizes[0] / BRICKPROOF_Q8_0_BLOCK));
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto dequantize = reinterpret_cast<brickproof_q8_0_dequantize_fn*>(fn);
    dequantize(static_cast<const brickproof_q8_0*>(operands[0]), static_cast<float*>(operands[1]), sizes[0]);
}

std::vector<OracleOutput> oracle(const Case& c) {
    Array<double> exact = exact_q8_0_dequantize(c.input<brickproof_q8_0>(0));
    Array<double> bound(exact.size(), brick::q8_0_dequantize_error_bound());
    for (std::size_t i = 0; i < exact.size(); ++i)
        if (!std::isfinite(exact[i])) bound[i] = std::numeric_limits<double>::infinity();
    return {{std::move(exact), std::move(bound)}};
}

Contract make_contract() {
    return {
        .op = "q8_0.dequantize",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "Turns Q8_0 blocks back into float32 values.",
        .signature = "void dequantize(const brickproof_q8_0 *x, float *y, size_t n)",
        .formula = "y = half(d) q",
        .references = {"GGUF Q8_0: 34-byte blocks, half scale then 32 int8 (ggml)"},
        .size_names = {"n"},
        .independent_size = 0,
        .preconditions = {{"finite", "no scale is Inf or NaN"},
                          {"quants>-128", "no quant is -128"},
                          {"nonfinite", "some scale is Inf or NaN", true}},
        .bound_derivation = brick::q8_0_dequantize_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_q8_0_dequantize_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        .work = [](std::span<const double> n) { return Work{.multiply_adds = n[0]}; },
        .statements = q8_0_dequantize_statements(),
        .workloads = {{"L1, 4,096 values", {4096}}, {"L2, 65,536 values", {65536}}},
    };
}

}  // namespace

const Contract& q8_0_dequantize_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
