// The contract of rms_norm: domain, call, oracle, statements.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "engine/float_steps.hpp"
#include "engine/sizes.hpp"
#include "rms_norm/rms_norm_bound.hpp"
#include "rms_norm/rms_norm_cases.hpp"
#include "rms_norm/rms_norm_laws.hpp"
#include "rms_norm/rms_norm_oracle.hpp"

namespace brickproof {
namespace {

RmsNormInputs add_operands(Case& c, std::size_t n) {
    c.sizes = {n};
    c.operands.reserve(4);
    add_input<float>(c, "x", f32, n);
    add_input<float>(c, "weight", f32, n);
    add_output(c, "y", f32, n);
    add_input<float>(c, "eps", f32, 1);
    return rms_norm_inputs(c);
}

double mean_of_squares(std::span<const float> x) {
    double sum = 0.0;
    for (const float value : x) sum += static_cast<double>(value) * static_cast<double>(value);
    return x.empty() ? 0.0 : sum / static_cast<double>(x.size());
}

// What models use, what hides behind the mean, what the mean hides behind, and around the mean itself, where it
// matters most how eps enters.
float pick_eps(ChoiceReader& choices, std::span<const float> x) {
    constexpr float largest = std::numeric_limits<float>::max();
    constexpr float fixed[] = {1e-5f,     1e-6f, 0.0f,   1e-12f, 1.0f, 0x1p-149f,
                               0x1p-126f, 1e10f, 1e-30f, 1e30f,  0.1f, largest};
    constexpr double of_mean[] = {1.0, 0x1p-10, 0x1p10, 0.25};
    const std::size_t choice = choices.pick(std::size(fixed) + std::size(of_mean));
    if (choice < std::size(fixed)) return fixed[choice];
    const double eps = mean_of_squares(x) * of_mean[choice - std::size(fixed)];
    return eps <= static_cast<double>(largest) ? static_cast<float>(eps) : 1e-5f;
}

// Integers times a power of two, whose squares add up to at most 2^18 units: every partial sum is exact in any
// order, and one term that is dropped or doubled moves the result by at least 2^-19 = 32 u of it, where a correct
// kernel is within 11 u. The weights tell neighbours apart.
void fill_exact(ChoiceReader& choices, const RmsNormInputs& inputs) {
    enum { constant, random, one_hot, ramp, alternating, count };
    const std::size_t pattern = choices.pick(count);
    const int exponent = 20 - static_cast<int>((choices.pick(41) + 20) % 41);  // 0 first
    Random numbers(choices.u16());
    const std::size_t n = inputs.x.size();
    const double share = 0x1p18 / static_cast<double>(std::max<std::size_t>(n, 1));
    const int most = std::min(127, static_cast<int>(std::sqrt(share)));
    const std::size_t hot = numbers.below(std::max<std::size_t>(n, 1));
    const float unit = power_of_two(exponent);
    for (std::size_t i = 0; i < n; ++i) {
        const int cycle = static_cast<int>(i % (2 * static_cast<std::size_t>(most) + 1)) - most;
        int q = 1;
        if (pattern == random) q = numbers.between(-most, most);
        if (pattern == one_hot) q = i == hot ? most : 0;
        if (pattern == ramp) q = cycle;
        if (pattern == alternating) q = i % 2 == 0 ? most : -most;
        inputs.x[i] = static_cast<float>(q) * unit;
        inputs.weight[i] = (numbers.below(4) == 0 ? -1.0f : 1.0f) * (0.5f + numbers.unit());
    }
    if (n > 0 && mean_of_squares(inputs.x) == 0.0) inputs.x[hot] = unit;
    constexpr double of_mean[] = {0.0, 1.0, 0x1p-3, 0x1p-8, 0x1p4};
    inputs.eps = static_cast<float>(mean_of_squares(inputs.x) * of_mean[choices.pick(std::size(of_mean))]);
}

void make_moderate(const RmsNormInputs& inputs) {
    for (float& value : inputs.x) value = moderate(value, 40);
    for (float& value : inputs.weight) value = moderate(value, 40);
    inputs.eps = moderate(inputs.eps, 60);
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    const RmsNormInputs inputs = add_operands(c, pick_count(choices, "n"));
    if (holding.hold("exact")) return fill_exact(choices, inputs);
    fill_floats(choices, holding, inputs.x);
    fill_floats(choices, holding, inputs.weight);
    inputs.eps = pick_eps(choices, inputs.x);
    if (holding.hold("moderate")) make_moderate(inputs);
}

// Activations of a layer and weights near 1.
void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    const RmsNormInputs inputs = add_operands(c, sizes[0]);
    Random random(seed);
    for (float& value : inputs.x) value = random.normal();
    for (float& value : inputs.weight) value = 1.0f + 0.1f * random.normal();
    inputs.eps = 1e-5f;
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto rms_norm = reinterpret_cast<brickproof_rms_norm_fn*>(fn);
    rms_norm(static_cast<const float*>(operands[0]), static_cast<const float*>(operands[1]),
             static_cast<float*>(operands[2]), sizes[0], *static_cast<const float*>(operands[3]));
}

std::vector<OracleOutput> oracle(const Case& c) {
    const std::span<const float> x = c.input<float>(0);
    const std::span<const float> weight = c.input<float>(1);
    const ExactRmsNorm exact = exact_rms_norm(x, weight, rms_norm_eps(c));
    const brick::RmsNormBound bound =
        brick::rms_norm_error_bound(x.size(), exact.sum_of_squares, static_cast<double>(rms_norm_eps(c)), x.size());
    OracleOutput y{exact.y, {}};
    y.bound.reserve(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        y.bound.push_back(bound.of(static_cast<double>(x[i]), static_cast<double>(weight[i])));
    return {y};
}

Contract make_contract() {
    Contract contract{
        .op = "rms_norm",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "Divides a row by its root mean square and multiplies it by weights.",
        .signature = "void rms_norm(const float *x, const float *weight, float *y, size_t n, float eps)",
        .formula = "y_i = x_i weight_i / sqrt(mean of x^2 + eps)",
        .references = {"Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, eq. 4",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1"},
        .size_names = {"n"},
        .preconditions = {{"finite", "no value of x or weight is Inf or NaN"},
                          {"exact", "every partial sum of squares is representable in float32", true},
                          {"moderate", "nothing is near overflow or underflow", true}},
        .bound_derivation = brick::rms_norm_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_rms_norm_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        // A sum of squares, and two products.
        .work =
            [](std::span<const double> n) {
                return Work{.multiply_adds = 3.0 * n[0], .divisions = 1.0, .square_roots = 1.0};
            },
        .statements = {},
        .workloads = {{"L1, 2,048 values", {2048}}, {"L2, 8,192 values", {8192}}},
    };
    contract.statements = rms_norm_statements(contract);
    return contract;
}

}  // namespace

const Contract& rms_norm_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
