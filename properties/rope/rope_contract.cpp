// The contract of rope: domain, call, oracle, statements. The kernel works in place: the call copies x to y first.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/fills.hpp"
#include "engine/sizes.hpp"
#include "rope/rope_bound.hpp"
#include "rope/rope_laws.hpp"
#include "rope/rope_oracle.hpp"

namespace brickproof {
namespace {

constexpr std::size_t most_values = 6144;

std::span<float> add_operands(Case& c, const RopeCall& call) {
    c.sizes = {call.heads, call.head_dim, call.position, call.style};
    c.operands.reserve(3);
    const auto x = add_input<float>(c, "x", f32, call.heads * call.head_dim);
    add_input<float>(c, "theta", f32, 1)[0] = static_cast<float>(call.theta);
    add_output(c, "y", f32, call.heads * call.head_dim);
    return x;
}

// Tails of vectors of 4, 8 and 16 pairs, the head_dims of models, and beyond any tile.
constexpr std::size_t pair_counts[] = {
    0,  1,  2,  3,  4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,  15,  16,  17,  18,  19,  20,  21,  22,
    23, 24, 25, 26, 27,  28,  29,  30,  31,  32,  33,  39,  40,  41,  47,  48,  49,  56,  62,  63,  64,  65,  77,
    80, 90, 95, 96, 103, 116, 127, 128, 129, 132, 147, 170, 192, 210, 255, 256, 257, 270, 288, 300, 333, 363, 513};
constexpr std::size_t head_counts[] = {0,  1,  2,  3,  4,  5,  6,   7,   8,   9,   12,  16,  17,
                                       24, 32, 33, 40, 64, 65, 128, 130, 257, 260, 513, 515, 771};

// Small ones, powers of two and their neighbours, and numerators of the convergents of pi/2 and their multiples,
// where a sine or a cosine is nearly 0: after k pi/2 is taken away little is left, so errors of the reduction show.
constexpr std::size_t positions[] = {
    0,      1,       2,       3,       4,       5,       6,        7,        8,        9,       10,
    11,     12,      16,      22,      25,      31,      33,       44,       63,       64,      65,
    77,     100,     127,     128,     255,     256,     344,      355,      511,      512,     688,
    710,    1000,    1023,    1024,    1065,    1420,    2047,     2048,     4095,     4096,    8191,
    8192,   10000,   16384,   25000,   32767,   32768,   51819,    52174,    65535,    65536,   100000,
    103638, 104348,  131071,  131072,  208696,  260515,  262143,   262144,   521030,   524287,  524288,
    573204, 1000000, 1048575, 1048576, 4846147, 8388608, 16777215, 16777216, 16777217, 33554434};

std::size_t pick_position(ChoiceReader& choices) {
    const std::size_t choice = choices.pick(std::size(positions) + 20);
    if (choice < std::size(positions)) return positions[choice];
    const std::size_t low = choices.u16();
    return low | static_cast<std::size_t>(choices.byte() % 32) << 16;  // to 2,097,151
}

float pick_theta(ChoiceReader& choices) {
    constexpr float thetas[] = {10000.0f, 500000.0f, 1e6f, 1e7f, 1.0f, 2.5f, 100.0f, 2.0f, 0.5f, 0x1p-10f, 1e30f};
    const std::size_t choice = choices.pick(std::size(thetas) + 4);
    if (choice < std::size(thetas)) return thetas[choice];
    Random random(choices.u16());
    const int exponent = random.between(-2, 24);
    return std::ldexp(1.0f + random.unit(), exponent);
}

// For laws that scale: neither a value nor a product with a sine comes near the subnormals or the largest float.
void make_moderate(std::span<float> x) {
    for (float& value : x)
        if (value != 0.0f && !(std::fabs(value) >= 0x1p-70f && std::fabs(value) <= 0x1p100f))
            value = std::copysign(1.5f, value);
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    RopeCall call{};
    PickedSize pairs = choices.pick({.name = "head_dim", .table = pair_counts, .unit = 2});
    PickedSize heads = choices.pick({.name = "heads", .table = head_counts});
    limit_matrix(heads, pairs, most_values / 2);
    call.head_dim = 2 * pairs.value;
    call.heads = heads.value;
    call.position = pick_position(choices);
    call.style = 2 * choices.pick(2);
    call.theta = static_cast<double>(pick_theta(choices));
    if (holding.hold("moderate") && call.theta > 0x1p30) call.theta = 0x1p30;
    const std::span<float> x = add_operands(c, call);
    fill_floats(choices, holding, x);
    if (holding.hold("moderate")) make_moderate(x);
}

// Takes any sizes: an odd head_dim is rounded up, a style that is none becomes NORM. Neighbouring seeds differ in
// theta: two threads with one position would not disturb each other's table of angles.
void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    const std::size_t style = sizes[3] == 2 ? 2 : 0;
    const double theta = seed % 2 == 0 ? 500000.0 : 10000.0;
    fill_typical_floats(seed, add_operands(c, {sizes[0], (sizes[1] + 1) / 2 * 2, sizes[2], style, theta}));
}

void invoke_in_place(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto rope = reinterpret_cast<brickproof_rope_fn*>(fn);
    rope(static_cast<float*>(operands[2]), sizes[0], sizes[1], sizes[2], *static_cast<const float*>(operands[1]),
         static_cast<int>(sizes[3]));
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const std::size_t bytes = sizes[0] * sizes[1] * sizeof(float);
    if (bytes > 0) std::memcpy(operands[2], operands[0], bytes);
    invoke_in_place(fn, sizes, operands);
}

Contract make_contract() {
    Contract contract{
        .op = "rope",
        .version = 1,
        .encoding = 2,  // 1: few remainders among the sizes, and none could be stated
        .summary = "Rotates pairs of values by angles that grow with the token's position (RoPE).",
        .signature =
            "void rope(float *x, size_t heads, size_t head_dim, size_t position, float theta, int style), in place",
        .formula =
            "(a, b) -> (a cos A - b sin A, a sin A + b cos A), A = position * theta^(-2i/head_dim); pair i is "
            "(2i, 2i+1) in style 0 (NORM), (i, i + head_dim/2) in style 2 (NEOX)",
        .references = {"Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding (2021), 3.2.2",
                       "ggml_rope_ext with n_dims = head_dim and no scaling (GGML_ROPE_TYPE_NORMAL, _NEOX)",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1"},
        .size_names = {"heads", "head_dim", "position", "style"},
        .parameters = {"position", "style"},
        .independent_size = 0,
        .preconditions = {{"finite", "no value is Inf or NaN"},
                          {"moderate", "magnitudes are 0 or 2^-70 to 2^100, theta at most 2^30", true}},
        .bound_derivation = brick::rope_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_rope_fn>(),
        .invoke = invoke,
        .invoke_in_place = invoke_in_place,
        .oracle = rope_oracle,
        // Four products, two of which add, for a pair; the angles are the same for all heads.
        .work =
            [](std::span<const double> n) {
                return Work{.multiply_adds = 2.0 * n[0] * n[1] + work_of_sine_and_cosine * n[1] / 2.0};
            },
        .statements = {},
        .workloads = {{"L1, 8 NORM heads of 128", {8, 128, 1000, 0}},
                      {"L1, 8 NEOX heads of 128", {8, 128, 1000, 2}},
                      {"L1, 40 NEOX heads of 128, position 100,000", {40, 128, 100000, 2}}},
    };
    contract.statements = rope_statements(contract);
    return contract;
}

}  // namespace

const Contract& rope_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
