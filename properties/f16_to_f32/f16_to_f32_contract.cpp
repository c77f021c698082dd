// The contract of f16.to_f32: domain, call, oracle, statements.
#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "f16_to_f32/f16_to_f32_bound.hpp"
#include "f16_to_f32/f16_to_f32_kernels.hpp"
#include "f16_to_f32/f16_to_f32_laws.hpp"
#include "f16_to_f32/f16_to_f32_oracle.hpp"

namespace brickproof {
namespace {

const Signature& signature() {
    static const Signature signature{
        .sizes = {{.name = "n"}},
        .slots = {{.name = "x", .type = &f16, .access = Access::input, .shape = {"n"}},
                  {.name = "y", .type = &f32, .access = Access::output, .shape = {"n"}}}};
    return signature;
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    c = signature().shape({pick_count(choices, "n")});
    fill_half_scales(choices, holding, c.input<std::uint16_t>(0));
}

void fill_typical(std::uint64_t seed, Case& c) {
    Random random(seed);
    for (std::uint16_t& x : c.input<std::uint16_t>(0)) x = half_nearest(0.02 * random.normal());
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
        .signature = signature(),
        .function = function_of(brick::f16_to_f32_scalar),
        .formula = "y = half(x), exactly",
        .references = {"IEEE 754-2019, 3.4 (binary16)"},
        .preconditions = {{"finite", "no half is Inf or NaN"}},
        .bound_derivation = brick::f16_to_f32_bound_derivation,
        .decode = decode,
        .fill_typical = fill_typical,
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
