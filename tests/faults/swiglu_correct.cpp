#include "exp_pieces.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "swiglu";
constexpr auto kernel = &erased<brickproof_swiglu_fn>;

using Index = std::size_t;

/// Of value(gate, up).
template <class Value>
Kernel with_value(Value) {
    return kernel([](const float* gate, const float* up, float* y, Index n) {
        for (Index i = 0; i < n; ++i) y[i] = Value{}(gate[i], up[i]);
    });
}

/// exp of the side that cannot overflow, so that gates below -88.72 keep their digits.
float silu_of_the_safe_side(float gate) {
    const float e = exp_cephes(-std::fabs(gate));
    return gate * (gate < 0 ? e : 1.0f) / (1.0f + e);
}

/// A vector body with its own exp, and a tail by the C library.
void two_exps(const float* gate, const float* up, float* y, Index n) {
    for (Index i = 0; i < n; ++i) {
        const float e = i < n / 8 * 8 ? exp_cephes(-gate[i]) : std::exp(-gate[i]);
        y[i] = gate[i] / (1.0f + e) * up[i];
    }
}

const CorrectKernel table[] = {
    {op, "in_float64", "",
     with_value([](double gate, double up) { return static_cast<float>(gate / (1.0 + std::exp(-gate)) * up); })},
    {op, "exp_of_cephes", "",
     with_value([](float gate, float up) { return gate / (1.0f + exp_cephes(-gate)) * up; })},
    {op, "exp_by_squaring", "",
     with_value([](float gate, float up) { return gate / (1.0f + exp_by_squaring(-gate)) * up; })},
    {op, "by_reciprocal", "",
     with_value([](float gate, float up) { return gate * (1.0f / (1.0f + exp_cephes(-gate))) * up; })},
    {op, "sigmoid_times_up_first", "",
     with_value([](float gate, float up) { return gate * (1.0f / (1.0f + exp_by_squaring(-gate)) * up); })},
    {op, "exp_of_the_safe_side", "",
     with_value([](float gate, float up) { return silu_of_the_safe_side(gate) * up; })},
    {op, "two_exps", "the tail rounds differently", kernel(two_exps)},
};

}  // namespace

std::span<const CorrectKernel> swiglu_correct() {
    return table;
}

}  // namespace brickproof::faults
