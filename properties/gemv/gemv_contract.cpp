// The contract of gemv: domain, call, oracle, statements.
#include <algorithm>
#include <cmath>

#include "engine/fills.hpp"
#include "engine/float_steps.hpp"
#include "engine/sizes.hpp"
#include "gemv/gemv_bound.hpp"
#include "gemv/gemv_cases.hpp"
#include "gemv/gemv_laws.hpp"
#include "gemv/gemv_oracle.hpp"

namespace brickproof {
namespace {

// So that a case stays small: 64 KB of weights.
constexpr std::size_t most_values = std::size_t{1} << 14;

// Integers times powers of two, all terms of a row whole multiples of one unit, their magnitudes 2^22 units at most
// in sum: every partial sum is exact in any order and grouping, and so it is after terms were cut into quarters.
class ExactFill {
  public:
    ExactFill(ChoiceReader& choices, std::size_t cols) {
        constexpr int spreads[] = {0, 1, 2, 4, 7};
        spread_ = spreads[choices.pick(std::size(spreads))];
        w_exponent_ = 20 - static_cast<int>((choices.pick(41) + 20) % 41);  // 0 first
        x_exponent_ = 20 - static_cast<int>((choices.pick(41) + 20) % 41);
        const double share = (0x1p22 - most_bias) / static_cast<double>(std::max<std::size_t>(cols, 1));
        while (largest_integer(share) < 3 && spread_ > 0) --spread_;
        most_ = largest_integer(share);
    }

    void fill(ChoiceReader& choices, const GemvInputs& inputs) const {
        fill_integers(choices, inputs.w, w_exponent_);
        fill_integers(choices, inputs.x, x_exponent_);
        Random random(choices.u16());
        for (float& value : inputs.bias)
            value =
                std::ldexp(static_cast<float>(random.between(-most_bias, most_bias)), w_exponent_ + x_exponent_);
    }

  private:
    static constexpr int most_bias = 1 << 18;

    int largest_integer(double share) const {
        return std::min(2047, static_cast<int>(std::sqrt(share / std::ldexp(1.0, 2 * spread_))));
    }

    void fill_integers(ChoiceReader& choices, std::span<float> values, int exponent) const {
        enum { ones, random, one_hot, ramp, alternating, sparse, count };
        const std::size_t pattern = choices.pick(count);
        Random numbers(choices.u16());
        const std::size_t hot = numbers.below(std::max<std::size_t>(values.size(), 1));
        const std::size_t cycle = 2 * static_cast<std::size_t>(most_) + 1;
        for (std::size_t i = 0; i < values.size(); ++i) {
            int q = numbers.between(-most_, most_);
            if (pattern == ones) q = 1;
            if (pattern == one_hot) q = i == hot ? most_ : 0;
            if (pattern == ramp) q = static_cast<int>(i % cycle) - most_;
            if (pattern == alternating) q = i % 2 == 0 ? most_ : -most_;
            if (pattern == sparse && numbers.below(16) != 0) q = 0;
            values[i] = static_cast<float>(q) * power_of_two(exponent + numbers.between(0, spread_));
        }
    }

    int spread_;
    int w_exponent_;
    int x_exponent_;
    int most_;  // magnitude of an integer
};

void make_moderate(std::span<float> values) {
    for (float& value : values) value = moderate(value, 40);
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    PickedSize rows = choices.pick({.name = "rows", .table = row_counts()});
    PickedSize cols = choices.pick({.name = "cols", .table = element_counts()});
    limit_matrix(rows, cols, most_values);
    const std::size_t bias = choices.pick(2);
    const GemvInputs inputs = add_gemv_operands(c, rows.value, cols.value, bias);
    if (holding.hold("exact")) return ExactFill(choices, inputs.x.size()).fill(choices, inputs);
    for (const std::span<float> values : {inputs.w, inputs.x, inputs.bias}) {
        fill_floats(choices, holding, values);
        if (holding.hold("moderate")) make_moderate(values);
    }
}

void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    const GemvInputs inputs = add_gemv_operands(c, sizes[0], sizes[1], sizes[2]);
    fill_typical_floats(seed, inputs.w);
    fill_typical_floats(seed + 1, inputs.x);
    fill_typical_floats(seed + 2, inputs.bias);
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto gemv = reinterpret_cast<brickproof_gemv_fn*>(fn);
    const void* bias = sizes[2] != 0 ? operands[2] : nullptr;
    gemv(static_cast<const float*>(operands[0]), static_cast<const float*>(operands[1]),
         static_cast<const float*>(bias), static_cast<float*>(operands[3]), sizes[0], sizes[1]);
}

std::vector<OracleOutput> oracle(const Case& c) {
    OracleOutput y;
    for (const ExactRow& row : exact_gemv(c)) {
        y.exact.push_back(row.sum);
        y.bound.push_back(brick::gemv_error_bound(gemv_cols(c), row.sum_of_magnitudes));
    }
    return {y};
}

Contract make_contract() {
    Contract contract{
        .op = "gemv",
        .version = 1,
        // 2: few remainders among the sizes, and none could be stated; 1: too large a matrix always lost columns,
        // so that hardly one had more than 4,096.
        .encoding = 3,
        .summary = "A float32 matrix times a vector, plus a bias.",
        .signature =
            "void gemv(const float *w, const float *x, const float *bias, float *y, size_t rows, "
            "size_t cols)",
        .formula = "y_r = sum over c of w_rc x_c, plus bias_r unless bias is NULL; w row-major",
        .references = {"Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1 and 3.5"},
        .size_names = {"rows", "cols", "bias"},
        .independent_size = 0,
        .preconditions = {{"finite", "no value is Inf or NaN"},
                          {"exact", "every partial sum is representable in float32", true},
                          {"moderate", "nothing is near overflow or underflow", true}},
        .bound_derivation = brick::gemv_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_gemv_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        .work = [](std::span<const double> n) { return Work{.multiply_adds = n[0] * n[1]}; },
        .statements = {},
        .workloads = {{"L1, 24 x 256", {24, 256, 1}},
                      {"L2, 64 x 1,024", {64, 1024, 1}},
                      {"DRAM, 16,384 x 4,096", {16384, 4096, 1}}},
    };
    contract.statements = gemv_statements(contract);
    return contract;
}

}  // namespace

const Contract& gemv_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
