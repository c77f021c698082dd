// A block format: where its bits lie and what they stand for. A description is data; the exact values of a block,
// the proof that every bit has one meaning, and all that the harness asks of kernels of the format follow from it.
//
//     value(i) = d * sub * code(i) * 2^exponent + min_sign * m * sub_min
//
// with d, sub and sub_min those of value i's group. Source of each format: its `source`.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace brick {

// The bits of one number in a block: up to four pieces, the lowest first. None at all is a number that is not
// there.
struct Bits {
    struct Piece {
        std::uint16_t byte = 0;
        std::uint8_t shift = 0, width = 0;
    };
    std::array<Piece, 4> pieces{};

    constexpr Bits then(std::size_t byte, std::size_t shift, std::size_t width) const {
        Bits longer = *this;
        for (Piece& piece : longer.pieces)
            if (piece.width == 0) {
                piece = {static_cast<std::uint16_t>(byte), static_cast<std::uint8_t>(shift),
                         static_cast<std::uint8_t>(width)};
                break;
            }
        return longer;
    }
    constexpr Bits then(Bits more) const {
        Bits longer = *this;
        for (const Piece& piece : more.pieces)
            if (piece.width != 0) longer = longer.then(piece.byte, piece.shift, piece.width);
        return longer;
    }
    constexpr unsigned width() const {
        unsigned sum = 0;
        for (const Piece& piece : pieces) sum += piece.width;
        return sum;
    }
    constexpr std::uint32_t get(const std::uint8_t* block) const {
        std::uint32_t value = 0;
        unsigned at = 0;
        for (const Piece& piece : pieces) {
            if (piece.width == 0) break;
            value |= ((std::uint32_t{block[piece.byte]} >> piece.shift) & ((1u << piece.width) - 1)) << at;
            at += piece.width;
        }
        return value;
    }
    constexpr void put(std::uint8_t* block, std::uint32_t value) const {
        for (const Piece& piece : pieces) {
            if (piece.width == 0) break;
            const std::uint32_t mask = ((1u << piece.width) - 1) << piece.shift;
            block[piece.byte] =
                static_cast<std::uint8_t>((block[piece.byte] & ~mask) | (value << piece.shift & mask));
            value >>= piece.width;
        }
    }
};

constexpr Bits bits(std::size_t byte, std::size_t shift, std::size_t width) {
    return Bits{}.then(byte, shift, width);
}

// `width` bits of the little-endian number that starts at `byte`, from bit `shift` of it on.
constexpr Bits field(std::size_t byte, std::size_t shift, std::size_t width) {
    Bits all;
    while (width > 0) {
        const std::size_t in_byte = shift % 8;
        const std::size_t taken = width < 8 - in_byte ? width : 8 - in_byte;
        all = all.then(byte + shift / 8, in_byte, taken);
        shift += taken;
        width -= taken;
    }
    return all;
}

// How the bits of a scale are a number. The halved ones go with tables that hold twice the value.
enum class ScaleType : std::uint8_t {
    half,       // IEEE 754 binary16
    bfloat16,   // the upper half of a binary32
    float32,    // IEEE 754 binary32
    e8m0_half,  // 2^(e - 128), for every e (OCP Microscaling: half of 2^(e - 127), without its NaN, as ggml has it)
    ue4m3_half,  // half of an unsigned E4M3 with bias 7; 0x7F and 0x80 are 0, bit 7 is ignored but for 0xFF
    e4m3,        // OCP 8-bit floating point, 1-4-3 bits: no infinities, S.1111.111 is NaN
    e5m2,        // OCP 8-bit floating point, 1-5-2 bits, with infinities
};

using Where = Bits (*)(std::size_t);

struct Format {
    std::string_view name;
    std::string_view source;
    int gguf_type = -1;  // its number in GGUF files; -1: none
    std::size_t bytes = 0, align = 1, values = 0;

    ScaleType scale_type = ScaleType::half;
    Where d = [](std::size_t) { return Bits{}.then(field(0, 0, 16)); };
    std::size_t d_span = 0;  // values that share one d; 0: all of the block

    Bits m{};  // the min, a half; no bits: there is none
    int min_sign = -1;

    std::size_t group = 0;  // values that share a sub-scale; 0: all of the block
    Where sub{};            // null: the sub-scale is 1
    int sub_zero = 0;       // subtracted from it
    bool sub_is_signed = false;
    bool sub_is_odd = false;  // 2 * sub + 1
    Where sub_min{};          // null: 1

    Where code{};               // of unit k, which is code_span values; null: every code is 1
    std::size_t code_span = 1;  // more than 1: a code is a row of `table`
    int zero = 0;               // subtracted from a code
    bool code_is_signed = false;
    std::span<const std::int8_t> table{};  // a code's value; with code_span values in a row
    std::uint8_t (*trit)(
        std::size_t) = {};       // value i is this ternary digit of its byte, the most significant first
    Where sign{};                // of values 8k .. 8k+7: 8 bits, or 7 with their parity as the last one
    Where delta{};               // a set bit subtracts 1 from 8 times the code, another one adds it
    std::size_t delta_span = 1;  // values that share it
    int exponent = 0;

    Bits derived{};                               // the first number that follows from other fields, and
    std::size_t derived_count = 0;                // how many there are in a row, none: 0
    void (*mend)(std::uint8_t* block) = nullptr;  // sets the derived fields by the others

    const Format* activations = nullptr;  // the format that a dot product pairs it with

    constexpr std::size_t d_values() const { return d_span == 0 ? values : d_span; }
    constexpr std::size_t group_values() const { return group == 0 ? values : group; }
    constexpr bool has_min() const { return m.width() != 0; }
};

constexpr int as_signed(std::uint32_t value, unsigned width) {
    return static_cast<int>(value << (32 - width)) >> (32 - width);
}

// The value of a scale's bits; exact.
double scale_value(ScaleType type, std::uint32_t bits);

// The integer factors of value i: its code (with sign and delta), the sub-scale and the min's.
int code_value(const Format& format, const std::uint8_t* block, std::size_t i);
int sub_scale(const Format& format, const std::uint8_t* block, std::size_t i);
int sub_min(const Format& format, const std::uint8_t* block, std::size_t i);

// The exact values of one block: format.values of them. Each is a float64, whatever the bits, by the widths of the
// factors (docs/numerics.md, "Formats"). Infinite and NaN scales follow IEEE 754.
void decode(const Format& format, const std::uint8_t* block, std::span<double> values);

// blocks -> y[n], n a multiple of format.values: the exact values, each rounded once.
void dequantize(const Format& format, const std::uint8_t* blocks, std::span<float> y);

// Every bit of a block has exactly one meaning: asked when a description is compiled.
consteval bool every_bit_once(const Format& format) {
    std::array<std::uint8_t, 512> seen{};
    bool once = true;
    const auto mark = [&](const Bits& where) {
        for (const Bits::Piece& piece : where.pieces)
            for (unsigned k = 0; k < piece.width; ++k) {
                const auto bit = static_cast<std::uint8_t>(1u << (piece.shift + k));
                once = once && piece.shift + k < 8 && piece.byte < format.bytes && (seen[piece.byte] & bit) == 0;
                seen[piece.byte] = static_cast<std::uint8_t>(seen[piece.byte] | bit);
            }
    };
    const auto mark_all = [&](Where where, std::size_t count) {
        for (std::size_t k = 0; where != nullptr && k < count; ++k) mark(where(k));
    };
    mark_all(format.d, format.values / format.d_values());
    mark(format.m);
    mark_all(format.sub, format.values / format.group_values());
    mark_all(format.sub_min, format.values / format.group_values());
    for (std::size_t k = 0; format.code != nullptr && k < format.values / format.code_span; ++k)
        if (format.trit == nullptr || format.trit(k) == 0) mark(format.code(k));
    mark_all(format.sign, format.values / 8);
    mark_all(format.delta, format.values / format.delta_span);
    const std::size_t derived_bytes = format.derived.width() / 8;
    for (std::size_t k = 0; k < format.derived_count * derived_bytes; ++k)
        mark(bits(format.derived.pieces[0].byte + k, 0, 8));
    std::size_t bits_seen = 0;
    for (const std::uint8_t byte : seen) bits_seen += static_cast<std::size_t>(std::popcount(byte));
    return once && bits_seen == 8 * format.bytes;
}

}  // namespace brick
