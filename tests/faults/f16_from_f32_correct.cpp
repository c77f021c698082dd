#include <array>

#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "f16.from_f32";
constexpr auto kernel = &erased<brickproof_f16_from_f32_fn>;

template <class Convert>
Kernel with_conversion(Convert) {
    return kernel(&halves_from_floats<Convert>);
}

constexpr int kMinExponent = -14;  // of normal halves
constexpr int kFractionBits = 10;

/// The half with this sign whose magnitude is `units` of 2^(exponent - 10): a carry into the exponent comes by
/// itself.
std::uint16_t assembled(bool negative, int exponent, unsigned units) {
    const unsigned magnitude = (static_cast<unsigned>(exponent - kMinExponent) << kFractionBits) + units;
    return static_cast<std::uint16_t>((negative ? 0x8000u : 0u) | magnitude);
}

/// Infinity and NaN, and what rounds to infinity.
std::uint16_t without_exponent(float x) {
    return static_cast<std::uint16_t>((std::signbit(x) ? 0x8000u : 0u) | (x == x ? 0x7c00u : 0x7e00u));
}

std::uint16_t by_double_arithmetic(float x) {
    if (!(std::fabs(x) < 65520.0f)) return without_exponent(x);
    const int exponent = x == 0 ? kMinExponent : std::max(std::ilogb(x), kMinExponent);
    const double units = std::nearbyint(std::ldexp(std::fabs(static_cast<double>(x)), kFractionBits - exponent));
    return assembled(std::signbit(x), exponent, static_cast<unsigned>(units));
}

/// Adds a power of two whose last place is the half's: the addition rounds.
std::uint16_t by_a_rounding_addition(float x) {
    const float magnitude = std::fabs(x);
    if (!(magnitude < 65520.0f)) return without_exponent(x);
    const int biased = static_cast<int>(std::bit_cast<std::uint32_t>(magnitude) >> 23);
    const int exponent = std::max(biased - 127, kMinExponent);
    const float addend = std::ldexp(1.0f, exponent + 23 - kFractionBits);
    const auto units = std::bit_cast<std::uint32_t>(magnitude + addend) - std::bit_cast<std::uint32_t>(addend);
    return assembled(std::signbit(x), exponent, units);
}

/// For each float exponent, the half's bits and how far the significand is shifted.
struct ExponentTable {
    std::array<std::uint32_t, 256> base{};
    std::array<std::uint32_t, 256> shift{};
    constexpr ExponentTable() {
        for (std::uint32_t e = 0; e < 256; ++e) {
            shift[e] = e < 102 ? 25 : e < 113 ? 126 - e : 13;
            base[e] = e < 113 ? 0 : (std::min(e, 143u) - 113) << 10;
        }
    }
};

std::uint16_t by_table(float x) {
    static constexpr ExponentTable table;
    const auto bits = std::bit_cast<std::uint32_t>(x) & 0x7fffffffu;
    if (bits >= 0x477ff000u) return without_exponent(x);
    const std::uint32_t exponent = bits >> 23;
    const std::uint32_t shift = table.shift[exponent];
    const std::uint32_t significand = exponent < 102 ? 0 : (bits & 0x7fffffu) | 0x800000u;
    const std::uint32_t kept = significand >> shift;
    const std::uint32_t rounded = (significand + (1u << (shift - 1)) - 1 + (kept & 1u)) >> shift;
    return static_cast<std::uint16_t>((std::signbit(x) ? 0x8000u : 0u) | (table.base[exponent] + rounded));
}

using Index = std::size_t;

const CorrectKernel table[] = {
    {op, "by_shifts", "", kernel(&halves_from_floats<>)},
    {op, "by_double_arithmetic", "",
     with_conversion([](float x, Index, Index) { return by_double_arithmetic(x); })},
    {op, "by_a_rounding_addition", "",
     with_conversion([](float x, Index, Index) { return by_a_rounding_addition(x); })},
    {op, "by_table", "", with_conversion([](float x, Index, Index) { return by_table(x); })},
    {op, "nan_keeps_its_payload", "the payload of a NaN", with_conversion([](float x, Index, Index) {
         const auto payload = std::bit_cast<std::uint32_t>(x) >> 13 & 0x3ffu;
         return x == x ? half_bits(x) : static_cast<std::uint16_t>(half_bits(x) | payload);
     })},
    {op, "zeros_are_positive", "results of -0 are +0", with_conversion([](float x, Index, Index) {
         const std::uint16_t half = half_bits(x);
         return half == 0x8000u ? std::uint16_t{0} : half;
     })},
};

}  // namespace

std::span<const CorrectKernel> f16_from_f32_correct() {
    return table;
}

}  // namespace brickproof::faults
