// The contract of q8_0.quantize: domain, call, oracle, statements.
#include "engine/fills.hpp"
#include "engine/q8_0_blocks.hpp"
#include "engine/sizes.hpp"
#include "q8_0_quantize/q8_0_quantize_bound.hpp"
#include "q8_0_quantize/q8_0_quantize_laws.hpp"
#include "q8_0_quantize/q8_0_quantize_oracle.hpp"

namespace brickproof {
namespace {

std::span<float> add_operands(Case& c, std::size_t n) {
    c.sizes = {n};
    c.operands.reserve(2);
    const std::span<float> x = add_input<float>(c, "x", f32, n);
    add_output(c, "y", q8_0, n / BRICKPROOF_Q8_0_BLOCK);
    return x;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    const std::size_t n = pick_blocks(choices, "n", BRICKPROOF_Q8_0_BLOCK) * BRICKPROOF_Q8_0_BLOCK;
    fill_floats(choices, holding, add_operands(c, n));
}

void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    fill_typical_floats(seed, add_operands(c, sizes[0]));
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto quantize = reinterpret_cast<brickproof_q8_0_quantize_fn*>(fn);
    quantize(static_cast<const float*>(operands[0]), static_cast<brickproof_q8_0*>(operands[1]), sizes[0]);
}

// Blocks are flattened: the scale, then its 32 codes.
std::vector<OracleOutput> oracle(const Case& c) {
    const QuantizeFormat& format = q8_0_quantize_format();
    const std::span<const float> x = values_of(c);
    const Array<BlockPromise> promises = promises_of(format, x);
    const OracleOutput scales = scales_oracle(promises);
    const OracleOutput codes = codes_oracle(format, x, promises);
    OracleOutput blocks;
    blocks.exact.reserve(scales.exact.size() + codes.exact.size());
    blocks.bound.reserve(scales.bound.size() + codes.bound.size());
    const auto append = [&](const OracleOutput& from, std::size_t first, std::size_t count) {
        blocks.exact.append(std::span(from.exact).subspan(first, count));
        blocks.bound.append(std::span(from.bound).subspan(first, count));
    };
    for (std::size_t b = 0; b < promises.size(); ++b) {
        append(scales, b, 1);
        append(codes, b * q8_0_block, q8_0_block);
    }
    return {blocks};
}

Contract make_contract() {
    return {
        .op = "q8_0.quantize",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "Quantises float32 values to Q8_0 blocks: 32 int8 quants beside one half scale.",
        .signature = "void quantize(const float *x, brickproof_q8_0 *y, size_t n)",
        .formula = "d = half(amax/127), q = round(x / (amax/127)), amax = max |x| over the block",
        .references = {"GGUF Q8_0: 34-byte blocks, half scale then 32 int8 (ggml)",
                       "IEEE 754-2019, 4.3.1: rounding to nearest, ties to even (the half)",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1"},
        .size_names = {"n"},
        .independent_size = 0,
        .preconditions = {{"finite", "no value is Inf or NaN"},
                          {"ties", "scales are powers of two, values lie halfway between codes", true},
                          {"nonfinite", "some value is Inf or NaN", true}},
        .bound_derivation = brick::q8_0_quantize_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_q8_0_quantize_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        // A product with the reciprocal of the block's scale; the scale and its reciprocal are a division each.
        .work =
            [](std::span<const double> n) {
                return Work{.multiply_adds = n[0], .divisions = n[0] / BRICKPROOF_Q8_0_BLOCK};
            },
        .statements = q8_0_quantize_statements(),
        .workloads = {{"L1, 4,096 values", {4096}}, {"L2, 65,536 values", {65536}}},
    };
}

}  // namespace

const Contract& q8_0_quantize_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
