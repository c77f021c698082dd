// The contract of q8_0f.dequantize: domain, call, oracle, statements.
#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_bound.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_laws.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_oracle.hpp"

namespace brickproof {
namespace {

struct Inputs {
    std::span<std::int8_t> q;
    std::span<float> scales;
};

Inputs add_operands(Case& c, std::size_t n) {
    c.sizes = {n};
    c.operands.reserve(3);
    const auto q = add_input<std::int8_t>(c, "q", i8, n);
    const std::size_t blocks = (n + BRICKPROOF_Q8_0_BLOCK - 1) / BRICKPROOF_Q8_0_BLOCK;
    const auto scales = add_input<float>(c, "scales", f32, blocks);
    add_output(c, "y", f32, n);
    return {q, scales};
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    const Inputs inputs = add_operands(c, pick_count(choices, "n"));
    fill_quants(choices, holding, inputs.q);
    fill_float_scales(choices, holding, inputs.scales);
}

void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    const Inputs inputs = add_operands(c, sizes[0]);
    Random random(seed);
    for (std::int8_t& q : inputs.q) q = static_cast<std::int8_t>(random.between(-127, 127));
    for (float& scale : inputs.scales) scale = std::ldexp(1.0f + random.unit(), -12);
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto dequantize = reinterpret_cast<brickproof_q8_0f_dequantize_fn*>(fn);
    dequantize(static_cast<const std::int8_t*>(operands[0]), static_cast<const float*>(operands[1]),
               static_cast<float*>(operands[2]), sizes[0]);
}

// Beyond the largest float32 the result is Inf, which is no distance from the exact product.
std::vector<OracleOutput> oracle(const Case& c) {
    Array<double> exact = exact_q8_0f_dequantize(c.input<std::int8_t>(0), c.input<float>(1));
    Array<double> bound(exact.size());
    for (std::size_t i = 0; i < exact.size(); ++i)
        bound[i] = std::fabs(exact[i]) <= std::numeric_limits<float>::max()
                       ? brick::q8_0f_dequantize_error_bound(exact[i])
                       : std::numeric_limits<double>::infinity();
    return {{std::move(exact), std::move(bound)}};
}

Contract make_contract() {
    return {
        .op = "q8_0f.dequantize",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "Turns int8 codes with one float scale per 32 of them back into float32 values.",
        .signature = "void dequantize(const int8_t *q, const float *scales, float *y, size_t n)",
        .formula = "y_i = scales_(i/32) q_i, rounded once",
        .references = {"IEEE 754-2019, 4.3.1: rounding to nearest, ties to even"},
        .size_names = {"n"},
        .independent_size = 0,
        .preconditions = {{"finite", "no scale is Inf or NaN"},
                          {"quants>-128", "no quant is -128"},
                          {"nonfinite", "some scale is Inf or NaN", true}},
        .bound_derivation = brick::q8_0f_dequantize_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_q8_0f_dequantize_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        .work = [](std::span<const double> n) { return Work{.multiply_adds = n[0]}; },
        .statements = q8_0f_dequantize_statements(),
        .workloads = {{"L1, 4,096 values", {4096}}, {"L2, 65,536 values", {65536}}},
    };
}

}  // namespace

const Contract& q8_0f_dequantize_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
