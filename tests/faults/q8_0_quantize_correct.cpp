#include <csignal>

#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0.quantize";
constexpr auto kernel = &erased<brickproof_q8_0_quantize_fn>;
constexpr auto right = &quantize_q8_0<>;

template <class Code>
Kernel with_code(Code) {
    return kernel(&quantize_q8_0<AmaxOfAll, Over127, Code>);
}

/// x * factor; x / scale where the factor overflowed, which happens to the smallest scales.
float ratio_by(float factor, const Value& v) {
    return std::isfinite(factor) ? v.x * factor : v.ratio;
}

void two_passes(const float* x, Block* y, std::size_t n) {
    for (std::size_t b = 0; b < n / kBlock; ++b) y[b].d = half_bits(amax_of({x + b * kBlock, kBlock}) / 127.0f);
    for (std::size_t i = 0; i < n; ++i) {
        const float scale = amax_of({x + i / kBlock * kBlock, kBlock}) / 127.0f;
        y[i / kBlock].qs[i % kBlock] = static_cast<std::int8_t>(scale == 0 ? 0 : ties_away(x[i] / scale));
    }
}

void in_double(const float* x, Block* y, std::size_t n) {
    for (std::size_t b = 0; b < n / kBlock; ++b) {
        const double amax = amax_of({x + b * kBlock, kBlock});
        y[b].d = half_bits(static_cast<float>(amax / 127.0));
        for (std::size_t i = 0; i < kBlock; ++i) {
            const double ratio = amax == 0 ? 0 : x[b * kBlock + i] / (amax / 127.0);
            y[b].qs[i] = static_cast<std::int8_t>(ties_away(static_cast<float>(ratio)));
        }
    }
}

/// As a runtime does around what must not be interrupted.
void with_all_signals_blocked(const float* x, Block* y, std::size_t n) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    right(x, y, n);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

const CorrectKernel table[] = {
    {op, "by_division", "", kernel(right)},
    {op, "by_the_reciprocal_of_the_scale", "codes next to a tie may differ",
     with_code([](const Value& v) { return ties_away(ratio_by(1.0f / v.scale, v)); })},
    {op, "by_127_over_amax", "codes next to a tie may differ",
     with_code([](const Value& v) { return ties_away(ratio_by(127.0f / v.amax, v)); })},
    {op, "scale_by_the_reciprocal_of_127", "scales next to a tie may differ",
     kernel(&quantize_q8_0<AmaxOfAll, decltype([](float amax) { return amax * (1.0f / 127.0f); })>)},
    {op, "ties_to_even", "ties to even", with_code([](const Value& v) { return ties_to_even(v.ratio); })},
    {op, "rounds_by_a_large_addend", "ties to even", with_code([](const Value& v) {
         const float magic = 0x1.8p23f;  // its last place is 1
         return static_cast<int>((clamp_to_code(v.ratio) + magic) - magic);
     })},
    {op, "two_passes", "", kernel(two_passes)},
    {op, "blocks_in_reverse", "", kernel([](const float* x, Block* y, std::size_t n) {
         for (std::size_t b = n / kBlock; b-- > 0;) right(x + b * kBlock, y + b, kBlock);
     })},
    {op, "in_double", "codes next to a tie may differ", kernel(in_double)},
    {op, "with_all_signals_blocked", "", kernel(with_all_signals_blocked)},
};

}  // namespace

std::span<const CorrectKernel> q8_0_quantize_correct() {
    return table;
}

}  // namespace brickproof::faults
