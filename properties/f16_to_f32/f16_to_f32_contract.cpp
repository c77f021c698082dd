// The contract of f16.to_f32: domain, call, oracle, statements.
#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "f16_to_f32/f16_to_f32_bound.hpp"
#include "f16_to_f32/f16_to_f32_laws.hpp"
#include "f16_to_f32/f16_to_f32_oracle.hpp"

namespace brickproof {
namespace {

std::span<std::uint16_t> add_operands(Case& c, std::size_t n) {
    c.sizes = {n};
    c.operands.reserve(2);
    const auto x = add_input<std::uint16_t>(c, "x", f16, n);
    add_output(c, "y", f32, n);
    return x;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    fill_half_scales(choices, holding, add_operands(c, pick_count(choices, "n")));
}

void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    Random random(seed);
    for (std::uint16_t& x : add_operands(c, sizes[0])) x = half_nearest(0.02 * random.normal());
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto convert = reinterpret_cast<brickproof_f16_to_f32_fn*>(fn);
    convert(static_cast<const std::uint16_t*>(operands[0]), static_cast<float*>(operands[1]), sizes[0]);
}

std::vector<OracleOutput> oracle(const Case& c) {
    OracleOutput y{exact_f16_to_f32(c.input<std::uint16_t>(0)), {}};
    for (const double exact : y.exact)
        y.bound.push_back(std::isnan(exact) ? std::numeric_limits<double>::infinity()
                                            : brick::f16_to_f32_error_bound());
    return {y};
}

Contract make_contract() {
    return {
        .op = "f16.to_f32",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "Turns halves (IEEE 754 binary16) into float32 values.",
        .signature = "void to_f32(const uint16_t *x, float *y, size_t n)",
        .formula = "y = half(x), exactly",
        .references = {"IEEE 754-2019, 3.4 (binary16)"},
        .size_names = {"n"},
        .independent_size = 0,
        .preconditions = {{"finite", "no half is Inf or NaN"}},
        .bound_derivation = brick::f16_to_f32_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_f16_to_f32_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        .work = [](std::span<const double>) { return Work{}; },
        .statements = f16_to_f32_statements(),
        .workloads = {{"L1, 4,096 values", {4096}}, {"L2, 65,536 values", {65536}}},
    };
}

}  // namespace

const Contract& f16_to_f32_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
