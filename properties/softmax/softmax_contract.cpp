// The contract of softmax: domain, call, oracle, statements.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/exp_arguments.hpp"
#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "softmax/softmax_bound.hpp"
#include "softmax/softmax_laws.hpp"
#include "softmax/softmax_oracle.hpp"

namespace brickproof {
namespace {

constexpr float masked = -std::numeric_limits<float>::infinity();
constexpr float lowest = std::numeric_limits<float>::lowest();

std::span<float> add_operands(Case& c, std::size_t n) {
    c.sizes = {n};
    c.operands.reserve(2);
    const auto x = add_input<float>(c, "x", f32, n);
    add_output(c, "y", f32, n);
    return x;
}

// The largest value at one entry in 1, 2, 4, ...; below it entries whose exp is 0 in every kernel.
void fill_exact(ChoiceReader& choices, std::span<float> x) {
    const std::size_t one_in = std::size_t{1} << choices.pick(13);
    const bool huge = choices.pick(8) == 7;
    Random random(choices.u16());
    const float largest = huge ? -lowest : static_cast<float>(random.between(-1000, 1000));
    const float below = huge ? lowest : largest - 200.0f;
    for (float& value : x) {
        const float others[] = {below, lowest, masked};
        value = random.below(one_in) == 0 ? largest : others[random.below(std::size(others))];
    }
    if (!x.empty()) x[random.below(x.size())] = largest;
}

// Multiples of 2^-10 with magnitudes below 2^10.
float on_the_grid(float x) {
    return std::isfinite(x) ? static_cast<float>(std::lrint(std::fmod(x, 1000.0f) * 1024.0f)) * 0x1p-10f : x;
}

// As attention masks entries: those that come later, padding in front, any.
void mask(ChoiceReader& choices, std::span<float> x) {
    enum { nothing, last, first, any, count };
    const std::size_t pattern = choices.pick(count);
    Random random(choices.u16());
    const std::size_t edge = random.below(x.size() + 1);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const bool hidden = (pattern == last && i >= edge) || (pattern == first && i < edge) ||
                            (pattern == any && random.below(3) == 0);
        if (hidden) x[i] = masked;
    }
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    const std::span<float> x = add_operands(c, pick_count(choices, "n"));
    if (holding.hold("exact")) {
        fill_exact(choices, x);
    } else {
        fill_exp_arguments(choices, holding, x);
        if (holding.hold("shiftable")) std::ranges::transform(x, x.begin(), on_the_grid);
        mask(choices, x);
    }
    if (holding.hold("unmasked")) std::ranges::replace(x, masked, lowest);
    const bool nothing_left = std::ranges::all_of(x, [](float value) { return value == masked; });
    if (nothing_left && !x.empty()) x[x.size() / 2] = 0.0f;
}

// Everyday data: attention scores.
void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    Random random(seed);
    for (float& x : add_operands(c, sizes[0])) x = 3.0f * random.normal();
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto softmax = reinterpret_cast<brickproof_softmax_fn*>(fn);
    softmax(static_cast<const float*>(operands[0]), static_cast<float*>(operands[1]), sizes[0]);
}

// Nothing is promised for a row that has no softmax.
OracleOutput undefined(std::size_t n) {
    return {Array<double>(n, 0.0), Array<double>(n, std::numeric_limits<double>::infinity())};
}

std::vector<OracleOutput> oracle(const Case& c) {
    const std::span<const float> x = c.input<float>(0);
    if (!has_defined_softmax(x)) return {undefined(x.size())};
    const ExactSoftmax exact = exact_softmax(x);
    const std::size_t n = x.size() - static_cast<std::size_t>(std::ranges::count(x, masked));
    double terms_error = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (exact.y[i] > 0.0)
            terms_error += exact.y[i] * brick::softmax_term_error(exact.distances[i], exact.values_above[i]);
    OracleOutput y{exact.y, Array<double>(x.size(), 0.0)};
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double numerator = brick::softmax_numerator_error(exact.distances[i], exact.values_above[i]);
        if (x[i] != masked) y.bound[i] = brick::softmax_error_bound(exact.y[i], numerator, terms_error, n);
    }
    return {y};
}

Contract make_contract() {
    Contract contract{
        .op = "softmax",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "Scores to probabilities: exp of each, over their sum; -Inf is a masked entry.",
        .signature = "void softmax(const float *x, float *y, size_t n)",
        .formula = "y_i = exp(x_i - m) / sum over j of exp(x_j - m), m = max x",
        .references =
            {"Blanchard, Higham, Higham, Accurately computing the log-sum-exp and softmax functions, IMA J. "
             "Numer. Anal. 41, 2021",
             "Milakov, Gimelshein, Online normalizer calculation for softmax, 2018 (arXiv:1805.02867)",
             "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 4.2"},
        .size_names = {"n"},
        .preconditions = {{"finite", "no value is NaN or +Inf; -Inf is a masked entry"},
                          {"unmasked", "no value is -Inf"},
                          {"exact", "every exp is 1 or 0", true},
                          {"shiftable", "every value is a multiple of 2^-10 below 2^10", true}},
        .bound_derivation = brick::softmax_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_softmax_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        // x - max, exp, the sum, and a product with its reciprocal.
        .work =
            [](std::span<const double> n) {
                return Work{.multiply_adds = (work_of_exp + 3.0) * n[0], .divisions = 1.0};
            },
        .statements = {},
        .workloads = {{"L1, 128 values", {128}}, {"L1, 2,048 values", {2048}}, {"L2, 32,768 values", {32768}}},
    };
    contract.statements = softmax_statements(contract);
    return contract;
}

}  // namespace

const Contract& softmax_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
