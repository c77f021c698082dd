// The contract of f16.from_f32: domain, call, oracle, statements.
#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "f16_from_f32/f16_from_f32_bound.hpp"
#include "f16_from_f32/f16_from_f32_laws.hpp"
#include "f16_from_f32/f16_from_f32_oracle.hpp"

namespace brickproof {
namespace {

std::span<float> add_operands(Case& c, std::size_t n) {
    c.sizes = {n};
    c.operands.reserve(2);
    const std::span<float> x = add_input<float>(c, "x", f32, n);
    add_output(c, "y", f16, n);
    return x;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    fill_floats(choices, holding, add_operands(c, pick_count(choices, "n")));
}

void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    fill_typical_floats(seed, add_operands(c, sizes[0]));
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto convert = reinterpret_cast<brickproof_f16_from_f32_fn*>(fn);
    convert(static_cast<const float*>(operands[0]), static_cast<std::uint16_t*>(operands[1]), sizes[0]);
}

std::vector<OracleOutput> oracle(const Case& c) {
    OracleOutput y;
    for (const float x : c.input<float>(0)) {
        y.exact.push_back(x);
        y.bound.push_back(std::fabs(x) < 65520.0f ? brick::f16_from_f32_error_bound(x)
                                                  : std::numeric_limits<double>::infinity());
    }
    return {y};
}

Contract make_contract() {
    return {
        .op = "f16.from_f32",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "Rounds float32 values to halves (IEEE 754 binary16).",
        .signature = "void from_f32(const float *x, uint16_t *y, size_t n)",
        .formula = "y = the half nearest to x, the even one on a tie",
        .references = {"IEEE 754-2019, 3.4 (binary16), 4.3.1 (rounding), 6.2 (NaN)"},
        .size_names = {"n"},
        .independent_size = 0,
        .preconditions = {{"finite", "no value is Inf or NaN"}},
        .bound_derivation = brick::f16_from_f32_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_f16_from_f32_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        .work = [](std::span<const double>) { return Work{}; },
        .statements = f16_from_f32_statements(),
        .workloads = {{"L1, 4,096 values", {4096}}, {"L2, 65,536 values", {65536}}},
    };
}

}  // namespace

const Contract& f16_from_f32_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
