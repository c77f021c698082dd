// The contract of q8_0.dequantize: domain, call, oracle, statements.
#include <cmath>
#include <limits>

#include "engine/q8_0_blocks.hpp"
#include "engine/sizes.hpp"
#include "q8_0_dequantize/q8_0_dequantize_bound.hpp"
#include "q8_0_dequantize/q8_0_dequantize_kernels.hpp"
#include "q8_0_dequantize/q8_0_dequantize_laws.hpp"
#include "q8_0_dequantize/q8_0_dequantize_oracle.hpp"

namespace brickproof {
namespace {

const Signature& signature() {
    static const Signature signature{
        .sizes = {{.name = "n", .unit = BRICKPROOF_Q8_0_BLOCK}},
        .slots = {{.name = "x", .type = &q8_0, .access = Access::input, .shape = {"n"}},
                  {.name = "y", .type = &f32, .access = Access::output, .shape = {"n"}}}};
    return signature;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    c = signature().shape({pick_blocks(choices, "n", BRICKPROOF_Q8_0_BLOCK) * BRICKPROOF_Q8_0_BLOCK});
    fill_blocks(choices, holding, c.input<brickproof_q8_0>(0));
}

void fill_typical(std::uint64_t seed, Case& c) {
    fill_typical_blocks(seed, c.input<brickproof_q8_0>(0));
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
        .signature = signature(),
        .function = function_of(brick::q8_0_dequantize_scalar),
        .formula = "y = half(d) q",
        .references = {"GGUF Q8_0: 34-byte blocks, half scale then 32 int8 (ggml)"},
        .preconditions = {{"finite", "no scale is Inf or NaN"},
                          {"quants>-128", "no quant is -128"},
                          {"nonfinite", "some scale is Inf or NaN", true}},
        .bound_derivation = brick::q8_0_dequantize_bound_derivation,
        .decode = decode,
        .fill_typical = fill_typical,
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
