#include "bench/machine/limit_loops.hpp"

#if defined(__aarch64__)

#include <arm_neon.h>

#include <cstdint>

namespace brickproof::bench {
namespace {

// The compiler must take a register for used, and for changed by what it does not see.
template <class Vector>
inline void touch(Vector& vector) {
    asm volatile("" : "+w"(vector));
}

constexpr std::size_t vectors = loop_step / sizeof(uint8x16_t);

const std::uint8_t* at(const std::byte* data) {
    return reinterpret_cast<const std::uint8_t*>(data);
}
std::uint8_t* at(std::byte* data) {
    return reinterpret_cast<std::uint8_t*>(data);
}

void read(const std::byte* from, std::size_t bytes) {
    uint8x16_t folded[vectors] = {};
    for (std::size_t i = 0; i + loop_step <= bytes; i += loop_step)
        for (std::size_t v = 0; v < vectors; ++v) folded[v] = vorrq_u8(folded[v], vld1q_u8(at(from + i) + 16 * v));
    for (uint8x16_t& each : folded) touch(each);
}

void write(std::byte* to, std::size_t bytes) {
    uint8x16_t value = vdupq_n_u8(1);
    touch(value);
    for (std::size_t i = 0; i + loop_step <= bytes; i += loop_step)
        for (std::size_t v = 0; v < vectors; ++v) vst1q_u8(at(to + i) + 16 * v, value);
}

void copy(const std::byte* from, std::byte* to, std::size_t bytes) {
    for (std::size_t i = 0; i + loop_step <= bytes; i += loop_step)
        for (std::size_t v = 0; v < vectors; ++v) vst1q_u8(at(to + i) + 16 * v, vld1q_u8(at(from + i) + 16 * v));
}

// Enough chains to fill four units that take four cycles.
constexpr std::size_t chains = 16;

// The sum is what is added to: as a factor it would cost two moves, which take the same units.
void multiply_add(std::size_t steps) {
    float32x4_t factor = vdupq_n_f32(0.5f);
    float32x4_t sums[chains];
    touch(factor);
    for (std::size_t k = 0; k < chains; ++k) sums[k] = factor;
    for (std::size_t i = 0; i < steps; ++i)
        for (std::size_t k = 0; k < chains; ++k) sums[k] = vfmaq_f32(sums[k], factor, factor);
    for (float32x4_t& sum : sums) touch(sum);
}

// The baseline has products of bytes in two halves, and sums of pairs.
void int8_multiply_add(std::size_t steps) {
    constexpr std::size_t sums_count = 8;
    int8x16_t factor = vdupq_n_s8(3);
    int32x4_t sums[sums_count] = {};
    for (std::size_t i = 0; i < steps; ++i)
        for (std::size_t k = 0; k < sums_count; ++k) {
            touch(factor);
            const int16x8_t low = vmull_s8(vget_low_s8(factor), vget_low_s8(factor));
            sums[k] = vpadalq_s16(sums[k], vmlal_high_s8(low, factor, factor));
        }
    for (int32x4_t& sum : sums) touch(sum);
}

void divide(std::size_t steps) {
    float32x4_t numerator = vdupq_n_f32(1.7f);
    float32x4_t quotients[8];
    touch(numerator);
    for (float32x4_t& quotient : quotients) quotient = vdupq_n_f32(1.3f);
    for (std::size_t i = 0; i < steps; ++i)
        for (std::size_t k = 0; k < 8; ++k) quotients[k] = vdivq_f32(numerator, quotients[k]);
    for (float32x4_t& quotient : quotients) touch(quotient);
}

void square_root(std::size_t steps) {
    float32x4_t radicand = vdupq_n_f32(1.7f);
    for (std::size_t i = 0; i < 8 * steps; ++i) {
        touch(radicand);
        float32x4_t root = vsqrtq_f32(radicand);
        touch(root);
    }
}

}  // namespace

LimitLoops limit_loops() {
    constexpr double floats = 4.0;
    constexpr double bytes = 16.0;
    return {.instructions = "NEON",
            .read = read,
            .write = write,
            .write_past_caches = write,
            .copy = copy,
            .copy_past_caches = copy,
            .multiply_add = {multiply_add, chains * floats},
            .int8_multiply_add = {int8_multiply_add, 8 * bytes},
            .divide = {divide, 8 * floats},
            .square_root = {square_root, 8 * floats}};
}

}  // namespace brickproof::bench

#elif !defined(__x86_64__)

namespace brickproof::bench {

LimitLoops limit_loops() {
    return {};
}

}  // namespace brickproof::bench

#endif
