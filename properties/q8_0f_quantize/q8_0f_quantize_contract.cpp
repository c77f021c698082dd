// The contract of q8_0f.quantize: domain, call, oracle, statements.
#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "q8_0f_quantize/q8_0f_quantize_bound.hpp"
#include "q8_0f_quantize/q8_0f_quantize_laws.hpp"
#include "q8_0f_quantize/q8_0f_quantize_oracle.hpp"

namespace brickproof {
namespace {

std::span<float> add_operands(Case& c, std::size_t n) {
    c.sizes = {n};
    c.operands.reserve(3);
    const std::span<float> x = add_input<float>(c, "x", f32, n);
    add_output(c, "q", i8, n);
    add_output(c, "scales", f32, block_count_of(n));
    return x;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    fill_floats(choices, holding, add_operands(c, pick_count(choices, "n")));
}

void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    fill_typical_floats(seed, add_operands(c, sizes[0]));
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto quantize = reinterpret_cast<brickproof_q8_0f_quantize_fn*>(fn);
    quantize(static_cast<const float*>(operands[0]), static_cast<std::int8_t*>(operands[1]),
             static_cast<float*>(operands[2]), sizes[0]);
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
        .signature = "void quantize(const float *x, int8_t *q, float *scales, size_t n)",
        .formula =
            "scale = amax/127 (1/127 where amax <= 1e-10), q = round(x / scale), amax = max |x| over the block",
        .references = {"Dettmers et al., LLM.int8(): 8-bit matrix multiplication for transformers at scale, 2022: "
                       "absmax quantisation",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1"},
        .size_names = {"n"},
        .independent_size = 0,
        .preconditions = {{"finite", "no value is Inf or NaN"},
                          {"ties", "scales are powers of two, values lie halfway between codes", true},
                          {"nonfinite", "some value is Inf or NaN", true}},
        .bound_derivation = brick::q8_0f_quantize_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_q8_0f_quantize_fn>(),
        .invoke = invoke,
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
