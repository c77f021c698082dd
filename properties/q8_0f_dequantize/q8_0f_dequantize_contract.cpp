// The contract of q8_0f.dequantize: domain, call, oracle, statements.
#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_bound.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_kernels.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_laws.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_oracle.hpp"

namespace brickproof {
namespace {

const Signature& signature() {
    static const Signature signature{
        .sizes = {{.name = "n"}},
        .slots = {{.name = "q", .type = &i8, .access = Access::input, .shape = {"n"}},
                  {.name = "scales",
                   .type = &f32,
                   .access = Access::input,
                   .shape = {"n"},
                   .values_each = BRICKPROOF_Q8_0_BLOCK},
                  {.name = "y", .type = &f32, .access = Access::output, .shape = {"n"}}}};
    return signature;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    c = signature().shape({pick_count(choices, "n")});
    fill_quants(choices, holding, c.input<std::int8_t>(0));
    fill_float_scales(choices, holding, c.input<float>(1));
}

void fill_typical(std::uint64_t seed, Case& c) {
    Random random(seed);
    for (std::int8_t& q : c.input<std::int8_t>(0)) q = static_cast<std::int8_t>(random.between(-127, 127));
    for (float& scale : c.input<float>(1)) scale = std::ldexp(1.0f + random.unit(), -12);
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
        .signature = signature(),
        .function = function_of(brick::q8_0f_dequantize_scalar),
        .formula = "y_i = scales_(i/32) q_i, rounded once",
        .references = {"IEEE 754-2019, 4.3.1: rounding to nearest, ties to even"},
        .preconditions = {{"finite", "no scale is Inf or NaN"},
                          {"quants>-128", "no quant is -128"},
                          {"nonfinite", "some scale is Inf or NaN", true}},
        .bound_derivation = brick::q8_0f_dequantize_bound_derivation,
        .decode = decode,
        .fill_typical = fill_typical,
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
