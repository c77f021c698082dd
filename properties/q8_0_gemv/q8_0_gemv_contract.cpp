// The contract of q8_0.gemv: domain, call, oracle, statements.
#include <algorithm>

#include "engine/q8_0_blocks.hpp"
#include "engine/sizes.hpp"
#include "q8_0_gemv/q8_0_gemv_bound.hpp"
#include "q8_0_gemv/q8_0_gemv_laws.hpp"
#include "q8_0_gemv/q8_0_gemv_oracle.hpp"

namespace brickproof {
namespace {

// So that a case stays small: about 140 KB of blocks.
constexpr std::size_t most_blocks = 2048;

struct Inputs {
    std::span<brickproof_q8_0> w;
    std::span<brickproof_q8_0> x;
};

Inputs add_operands(Case& c, std::size_t rows, std::size_t row_blocks) {
    c.sizes = {rows, row_blocks * BRICKPROOF_Q8_0_BLOCK};
    c.operands.reserve(3);
    const auto w = add_input<brickproof_q8_0>(c, "w", q8_0, rows * row_blocks);
    const auto x = add_input<brickproof_q8_0>(c, "x", q8_0, row_blocks);
    add_output(c, "y", f32, rows);
    return {w, x};
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    PickedSize rows = choices.pick({.name = "rows", .table = row_counts()});
    PickedSize row_blocks = choices.pick({.name = "cols", .table = block_counts(), .unit = BRICKPROOF_Q8_0_BLOCK});
    limit_matrix(rows, row_blocks, most_blocks);
    const Inputs inputs = add_operands(c, rows.value, row_blocks.value);
    if (holding.hold("exact")) return fill_exact_blocks(choices, holding, inputs.w, inputs.x, rows.value);
    fill_blocks(choices, holding, inputs.w);
    fill_blocks(choices, holding, inputs.x);
}

void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    const Inputs inputs = add_operands(c, sizes[0], sizes[1] / BRICKPROOF_Q8_0_BLOCK);
    fill_typical_blocks(seed, inputs.w);
    fill_typical_blocks(seed + 1, inputs.x);
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto gemv = reinterpret_cast<brickproof_q8_0_gemv_fn*>(fn);
    gemv(static_cast<const brickproof_q8_0*>(operands[0]), static_cast<const brickproof_q8_0*>(operands[1]),
         static_cast<float*>(operands[2]), sizes[0], sizes[1]);
}

std::vector<OracleOutput> oracle(const Case& c) {
    OracleOutput y;
    for (const ExactDot& dot :
         exact_q8_0_gemv(c.input<brickproof_q8_0>(0), c.input<brickproof_q8_0>(1), c.sizes[0])) {
        y.exact.push_back(dot.sum);
        y.bound.push_back(brick::q8_0_gemv_error_bound(c.sizes[1], dot.sum_of_magnitudes));
    }
    return {y};
}

Contract make_contract() {
    Contract contract{
        .op = "q8_0.gemv",
        .version = 1,
        // 2: few remainders among the sizes, and none could be stated; 1: too large a matrix always lost columns,
        // so that hardly one had more than 8,192.
        .encoding = 3,
        .summary = "A matrix of Q8_0 rows times a vector of Q8_0 blocks.",
        .signature =
            "void gemv(const brickproof_q8_0 *w, const brickproof_q8_0 *x, float *y, size_t rows, size_t cols)",
        .formula = "y_r = sum over blocks of half(d_w) half(d_x) (sum over 32 of q_w q_x), w row-major",
        .references = {"GGUF Q8_0: 34-byte blocks, half scale then 32 int8 (ggml)",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1 and 3.5"},
        .size_names = {"rows", "cols"},
        .independent_size = 0,
        .preconditions = {{"finite", "no scale is Inf or NaN"},
                          {"quants>-128", "no quant is -128"},
                          {"exact", "every partial sum is representable in float32", true},
                          {"normal_scales", "half and twice every scale are normal halves", true}},
        .bound_derivation = brick::q8_0_gemv_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_q8_0_gemv_fn>(),
        .invoke = invoke,
        .oracle = oracle,
        .work =
            [](std::span<const double> n) {
                return Work{.multiply_adds = n[0] * n[1] / BRICKPROOF_Q8_0_BLOCK,
                            .int8_multiply_adds = n[0] * n[1]};
            },
        .statements = {},
        .workloads = {{"L2, 64 x 4,096", {64, 4096}}, {"DRAM, 16,384 x 4,096", {16384, 4096}}},
    };
    contract.statements = q8_0_gemv_statements(contract);
    return contract;
}

}  // namespace

const Contract& q8_0_gemv_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
