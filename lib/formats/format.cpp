#include "formats/format.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/formats.hpp"
#include "support/half.hpp"

namespace brick {
namespace {

// A byte of E4M3 without its NaN: the exponent's bias is 7, and there are no infinities.
double finite_e4m3(std::uint32_t byte) {
    const std::uint32_t mantissa = byte & 7;
    const auto exponent = static_cast<int>(byte >> 3 & 15);
    const double magnitude = exponent == 0 ? std::ldexp(mantissa, -9) : std::ldexp(mantissa + 8, exponent - 10);
    return (byte & 0x80) != 0 ? -magnitude : magnitude;
}

double ue4m3_half(std::uint32_t byte) {
    return byte == 0x7F ? 0.0 : finite_e4m3(byte & 0x7F) / 2;
}

double e4m3(std::uint32_t byte) {
    return (byte & 0x7F) == 0x7F ? std::numeric_limits<double>::quiet_NaN() : finite_e4m3(byte);
}

double half_value(std::uint32_t bits) {
    return float_from_half(static_cast<std::uint16_t>(bits));
}

int unsigned_trit(std::uint32_t byte, std::uint8_t digit) {
    constexpr std::array<std::uint32_t, 5> power{1, 3, 9, 27, 81};
    return static_cast<int>((byte * power[digit] & 0xFF) * 3 >> 8);
}

// Codes and sub-scales of one block, without the scales.
int unsigned_code(const Format& f, const std::uint8_t* block, std::size_t i) {
    const Bits where = f.code(i / f.code_span);
    const std::uint32_t code = where.get(block);
    if (f.trit != nullptr) return unsigned_trit(code, f.trit(i));
    if (!f.table.empty()) return f.table[code * f.code_span + i % f.code_span];
    return f.code_is_signed ? as_signed(code, where.width()) : static_cast<int>(code);
}

bool is_negative(const Format& f, const std::uint8_t* block, std::size_t i) {
    const Bits where = f.sign(i / 8);
    const std::uint32_t signs = where.get(block);
    const std::size_t j = i % 8;
    return j < where.width() ? (signs >> j & 1) != 0 : std::popcount(signs) % 2 != 0;
}

}  // namespace

double scale_value(ScaleType type, std::uint32_t bits) {
    switch (type) {
        case ScaleType::half:
            return half_value(bits);
        case ScaleType::bfloat16:
            return std::bit_cast<float>(bits << 16);
        case ScaleType::float32:
            return std::bit_cast<float>(bits);
        case ScaleType::e8m0_half:
            return std::ldexp(1.0, static_cast<int>(bits) - 128);
        case ScaleType::ue4m3_half:
            return ue4m3_half(bits);
        case ScaleType::e4m3:
            return e4m3(bits);
        case ScaleType::e5m2:
            return half_value(bits << 8);  // the upper byte of a half
    }
    return 0;
}

int code_value(const Format& f, const std::uint8_t* block, std::size_t i) {
    if (f.code == nullptr) return 1;
    int value = unsigned_code(f, block, i) - f.zero;
    if (f.delta != nullptr) value = 8 * value + (f.delta(i / f.delta_span).get(block) != 0 ? -1 : 1);
    return f.sign != nullptr && is_negative(f, block, i) ? -value : value;
}

int sub_scale(const Format& f, const std::uint8_t* block, std::size_t i) {
    if (f.sub == nullptr) return 1;
    const Bits where = f.sub(i / f.group_values());
    const std::uint32_t bits = where.get(block);
    const int value = f.sub_is_signed ? as_signed(bits, where.width()) : static_cast<int>(bits);
    return f.sub_is_odd ? 2 * value + 1 : value - f.sub_zero;
}

int sub_min(const Format& f, const std::uint8_t* block, std::size_t i) {
    return f.sub_min == nullptr ? 1 : static_cast<int>(f.sub_min(i / f.group_values()).get(block));
}

void decode(const Format& f, const std::uint8_t* block, std::span<double> values) {
    const double m = f.has_min() ? scale_value(ScaleType::half, f.m.get(block)) * f.min_sign : 0;
    const double unit = std::ldexp(1.0, f.exponent);
    double d = 0;
    int sub = 1;
    for (std::size_t i = 0; i < f.values; ++i) {
        if (i % f.d_values() == 0) d = scale_value(f.scale_type, f.d(i / f.d_values()).get(block)) * unit;
        if (i % f.group_values() == 0) sub = sub_scale(f, block, i);
        values[i] = d * (sub * code_value(f, block, i));
        if (f.has_min()) values[i] += m * sub_min(f, block, i);
    }
}

void dequantize(const Format& f, const std::uint8_t* blocks, std::span<float> y) {
    std::array<double, 256> values{};
    for (std::size_t first = 0; first < y.size(); first += f.values, blocks += f.bytes) {
        decode(f, blocks, std::span(values).first(f.values));
        for (std::size_t i = 0; i < f.values; ++i) y[first + i] = static_cast<float>(values[i]);
    }
}

namespace formats {

const Format* find_gguf_type(std::uint32_t type) {
    const auto found = std::ranges::find(all_formats, std::int64_t{type}, &Format::gguf_type);
    return found == all_formats.end() ? nullptr : *found;
}

// s, the half nearest to d times the sum of the codes.
void mend_q8_1(std::uint8_t* block) {
    int sum = 0;
    for (std::size_t i = 0; i < q8_1.values; ++i) sum += code_value(q8_1, block, i);
    const double s = scale_value(ScaleType::half, q8_1.d(0).get(block)) * sum;
    q8_1.derived.put(block, half_from_float(static_cast<float>(s)));  // 11 bits times 13: a float
}

// The sums of 16 codes each.
void mend_q8_K(std::uint8_t* block) {
    for (std::size_t k = 0; k < q8_K.derived_count; ++k) {
        int sum = 0;
        for (std::size_t i = 0; i < 16; ++i) sum += code_value(q8_K, block, 16 * k + i);
        field(260 + 2 * k, 0, 16).put(block, static_cast<std::uint32_t>(sum) & 0xFFFF);
    }
}

}  // namespace formats

}  // namespace brick
