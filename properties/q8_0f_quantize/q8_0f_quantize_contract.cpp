// The contract of q8_0f.quantize: domain, call, oracle, statements.
#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "q8_0f_quantize/q8_0f_quantize_bound.hpp"
#include "q8_0f_quantize/q8_0f_quantize_kernels.hpp"
#include "q8_0f_quantize/q8_0f_quantize_laws.hpp"
#include "q8_0f_quantize/q8_0f_quantize_oracle.hpp"

namespace brickproof {
namespace {

const Signature& signature() {
    static const Signature signature{
        .sizes = {{.name = "n"}},
        .slots = {
            {.name = "x", .type = &f32, .access = Access::input, .shape = {"n"}},
            {.name = "q", .type = &i8, .access = Access::output, .shape = {"n"}},
            {.name = "scales", .type = &f32, .access = Access::output, .shape = {"n"}, .values_each = q8_0_block}}};
    return signature;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    c = signature().shape({pick_count(choices, "n")});
    fill_floats(choices, holding, c.input<float>(0));
}

void fill_typical(std::uint64_t seed, Case& c) {
    fill_typical_floats(seed, c.input<float>(0));
}

std::vector<OracleOutput> oracle(const Case& c) {
    const QuantizeFormat& format = q8_0f_quantize_format();
    const std::span<const float> x = values_of(c);
    const Array<BlockPromise> promises = promises_of(format, x);
    return {codes_oracle(format, x, promises), scales_oracle(promises)};
}

Contract make_contract() {
    return {
        .op = "q8_0f.quantize",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "Quantises float32 values, any number of them, to int8 beside one float scale per 32.",
        .signature = signature(),
        .function = function_of(brick::q8_0f_quantize_scalar),
        .formula =
            "scale = amax/127 (1/127 where amax <= 1e-10), q = round(x / scale), amax = max |x| over the block",
        .references = {"Dettmers et al., LLM.int8(): 8-bit matrix multiplication for transformers at scale, 2022: "
                       "absmax quantisation",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1"},
        .preconditions = {{"finite", "no value is Inf or NaN"},
                          {"ties", "scales are powers of two, values lie halfway between codes", true},
                          {"nonfinite", "some value is Inf or NaN", true}},
        .bound_derivation = brick::q8_0f_quantize_bound_derivation,
        .decode = decode,
        .fill_typical = fill_typical,
        .oracle = oracle,
        // A product with the reciprocal of the block's scale; the scale and its reciprocal are a division each.
        .work =
            [](std::span<const double> n) {
                return Work{.multiply_adds = n[0], .divisions = n[0] / BRICKPROOF_Q8_0_BLOCK};
            },
        .statements = q8_0f_quantize_statements(),
        .workloads = {{"L1, 4,096 values", {4096}}, {"L2, 65,536 values", {65536}}},
    };
}

}  // namespace

const Contract& q8_0f_quantize_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
