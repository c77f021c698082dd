// The contract of swiglu: domain, call, oracle, statements.
#include <algorithm>
#include <cmath>

#include "engine/exp_arguments.hpp"
#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "swiglu/swiglu_bound.hpp"
#include "swiglu/swiglu_laws.hpp"
#include "swiglu/swiglu_oracle.hpp"

namespace brickproof {
namespace {

struct Inputs {
    std::span<float> gate;
    std::span<float> up;
};

Inputs add_operands(Case& c, std::size_t n) {
    c.sizes = {n};
    c.operands.reserve(3);
    const auto gate = add_input<float>(c, "gate", f32, n);
    const auto up = add_input<float>(c, "up", f32, n);
    add_output(c, "y", f32, n);
    return {gate, up};
}

// Its exponent brought into [lowest, highest]; zeros stay.
float with_exponent_within(float x, int lowest, int highest) {
    if (x == 0.0f || !std::isfinite(x)) return x;
    const int exponent = std::ilogb(x);
    return std::ldexp(x, std::clamp(exponent, lowest, highest) - exponent);
}

// |gate| < 64 has a sigmoid above 2^-93: no product of gate, up (times 2^-1 to 2^10) and sigmoid underflows.
void make_products_normal(const Inputs& inputs) {
    for (float& gate : inputs.gate) gate = with_exponent_within(gate, -20, 5);
    for (float& up : inputs.up) up = with_exponent_within(up, -20, 20);
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    const Inputs inputs = add_operands(c, pick_count(choices, "n"));
    fill_exp_arguments(choices, holding, inputs.gate);
    fill_floats(choices, holding, inputs.up);
    if (holding.hold("normal_products")) make_products_normal(inputs);
}

// Everyday data: gates of a few units, as a projection of normalised activations gives them.
void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    const Inputs inputs = add_operands(c, sizes[0]);
    Random random(seed);
    for (float& gate : inputs.gate) gate = 2.0f * random.normal();
    for (float& up : inputs.up) up = random.normal();
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto swiglu = reinterpret_cast<brickproof_swiglu_fn*>(fn);
    swiglu(static_cast<const float*>(operands[0]), static_cast<const float*>(operands[1]),
           static_cast<float*>(operands[2]), sizes[0]);
}

std::vector<OracleOutput> oracle(const Case& c) {
    const auto gate = c.input<float>(0);
    const auto up = c.input<float>(1);
    OracleOutput y{exact_swiglu(gate, up), Array<double>(gate.size())};
    std::ranges::transform(gate, up, y.bound.begin(), brick::swiglu_error_bound);
    return {y};
}

Contract make_contract() {
    Contract contract{
        .op = "swiglu",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "The gated activation of SwiGLU: silu of the gate times up, element by element.",
        .signature = "void swiglu(const float *gate, const float *up, float *y, size_t n)",
        .formula = "y_i = gate_i / (1 + exp(-gate_i)) * up_i",
        .references = {"Shazeer, GLU Variants Improve Transformer, 2020 (arXiv:2002.05202)",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1"},
        .size_names = {"n"},
        .independent_size = 0,
        .preconditions = {{"finite", "no value is Inf or NaN"},
                          {"normal_products", "no product of up, gate and sigmoid(gate) underflows", true}},
        .bound_derivation = brick::swiglu_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_swiglu_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        // gate / (1 + exp(-gate)) times up.
        .work =
            [](std::span<const double> n) {
                return Work{.multiply_adds = (work_of_exp + 2.0) * n[0], .divisions = n[0]};
            },
        .statements = {},
        .workloads = {{"L1, 2,048 values", {2048}}, {"L2, 14,336 values", {14336}}},
    };
    contract.statements = swiglu_statements(contract);
    return contract;
}

}  // namespace

const Contract& swiglu_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
