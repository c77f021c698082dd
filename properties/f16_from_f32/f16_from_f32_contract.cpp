// The contract of f16.from_f32: domain, call, oracle, statements.
#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "f16_from_f32/f16_from_f32_bound.hpp"
#include "f16_from_f32/f16_from_f32_kernels.hpp"
#include "f16_from_f32/f16_from_f32_laws.hpp"
#include "f16_from_f32/f16_from_f32_oracle.hpp"

namespace brickproof {
namespace {

const Signature& signature() {
    static const Signature signature{
        .sizes = {{.name = "n"}},
        .slots = {{.name = "x", .type = &f32, .access = Access::input, .shape = {"n"}},
                  {.name = "y", .type = &f16, .access = Access::output, .shape = {"n"}}}};
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
        .signature = signature(),
        .function = function_of(brick::f16_from_f32_scalar),
        .formula = "y = the half nearest to x, the even one on a tie",
        .references = {"IEEE 754-2019, 3.4 (binary16), 4.3.1 (rounding), 6.2 (NaN)"},
        .preconditions = {{"finite", "no value is Inf or NaN"}},
        .bound_derivation = brick::f16_from_f32_bound_derivation,
        .decode = decode,
        .fill_typical = fill_typical,
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
