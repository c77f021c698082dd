// The descriptions of the block formats beside the decoding formulas written out by hand, on random blocks.
#include "formats/formats.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/half.hpp"

namespace brick {
namespace {

using formats::all_formats;
using Block = const std::uint8_t*;
using Formula = std::function<double(Block, std::size_t)>;

unsigned bit(unsigned value, std::size_t shift, unsigned width) {
    return value >> shift & ((1u << width) - 1);
}
unsigned word(Block b, std::size_t k) {
    return b[k] | static_cast<unsigned>(b[k + 1]) << 8;
}
unsigned long_word(Block b, std::size_t k) {
    return word(b, k) | word(b, k + 2) << 16;
}
// IEEE 754 binary16, by the standard's formula.
double half_of(unsigned bits) {
    const int exponent = static_cast<int>(bit(bits, 10, 5));
    const int mantissa = static_cast<int>(bit(bits, 0, 10));
    const double finite = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    const double magnitude = exponent < 31 ? finite : mantissa == 0 ? HUGE_VAL : std::nan("");
    return bit(bits, 15, 1) != 0 ? -magnitude : magnitude;
}
double half(Block b, std::size_t k) {
    return half_of(word(b, k));
}
int signed_byte(Block b, std::size_t k) {
    return static_cast<std::int8_t>(b[k]);
}
int nibble(Block b, std::size_t first, std::size_t i) {
    return static_cast<int>(bit(b[first + i % 16], i / 16 * 4, 4));
}
double sign7(unsigned signs, std::size_t j) {
    const bool parity = (signs ^ signs >> 1 ^ signs >> 2 ^ signs >> 3 ^ signs >> 4 ^ signs >> 5 ^ signs >> 6) & 1;
    return (j < 7 ? (signs >> j & 1) != 0 : parity) ? -1 : 1;
}
double odd(unsigned scale) {
    return 2.0 * scale + 1;
}
double grid8(std::span<const std::int8_t> grid, unsigned row, std::size_t i) {
    return grid[row * 8 + i % 8];
}
// The 6-bit scales and mins of q4_K and q5_K, 12 bytes from byte 4 on.
int scale6(Block b, std::size_t g) {
    return static_cast<int>(g < 4 ? bit(b[4 + g], 0, 6) : bit(b[8 + g], 0, 4) | bit(b[g], 6, 2) << 4);
}
int min6(Block b, std::size_t g) {
    return static_cast<int>(g < 4 ? bit(b[8 + g], 0, 6) : bit(b[8 + g], 4, 4) | bit(b[4 + g], 6, 2) << 4);
}
double e2m1(int code) {
    constexpr double magnitude[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
    return code < 8 ? magnitude[code] : -magnitude[code - 8];
}
double ue4m3(unsigned b) {
    if (b == 0x7F) return 0;
    const int exponent = static_cast<int>(b >> 3 & 15);
    const int mantissa = static_cast<int>(b & 7);
    return exponent == 0 ? std::ldexp(mantissa, -9) : std::ldexp(8 + mantissa, exponent - 10);
}
int iq4(int code) {
    constexpr int points[] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    return points[code];
}
int trit(Block b, std::size_t i) {
    const std::size_t byte = i < 160 ? i % 32 : i < 240 ? 32 + (i - 160) % 16 : 48 + i % 4;
    const std::size_t digit = i < 160 ? i / 32 : i < 240 ? (i - 160) / 16 : (i - 240) / 4;
    unsigned value = b[byte];
    for (std::size_t k = 0; k < digit; ++k) value = value * 3 & 255;
    return static_cast<int>(value * 3 >> 8);
}
double iq1_m_scale(Block b) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 4; ++k) bits |= (word(b, 48 + 2 * k) >> 12) << (4 * k);
    return half_of(bits);
}

const std::map<std::string, Formula, std::less<>>& formulas() {
    static const std::map<std::string, Formula, std::less<>> all = {
        {"q1_0", [](Block b, auto i) { return half(b, 0) * (bit(b[2 + i / 8], i % 8, 1) != 0 ? 1 : -1); }},
        {"q2_0",
         [](Block b, auto i) { return half(b, 0) * (static_cast<int>(bit(b[2 + i / 4], i % 4 * 2, 2)) - 1); }},
        {"q4_0", [](Block b, auto i) { return half(b, 0) * (nibble(b, 2, i) - 8); }},
        {"q4_1", [](Block b, auto i) { return half(b, 0) * nibble(b, 4, i) + half(b, 2); }},
        {"q5_0",
         [](Block b, auto i) {
             return half(b, 0) * ((nibble(b, 6, i) | static_cast<int>(bit(b[2 + i / 8], i % 8, 1)) << 4) - 16);
         }},
        {"q5_1",
         [](Block b, auto i) {
             return half(b, 0) * (nibble(b, 8, i) | static_cast<int>(bit(b[4 + i / 8], i % 8, 1)) << 4) +
                    half(b, 2);
         }},
        {"q8_0", [](Block b, auto i) { return half(b, 0) * signed_byte(b, 2 + i); }},
        {"q8_1", [](Block b, auto i) { return half(b, 0) * signed_byte(b, 4 + i); }},
        {"q8_K",
         [](Block b, auto i) { return std::bit_cast<float>(long_word(b, 0)) * double(signed_byte(b, 4 + i)); }},
        {"q2_K",
         [](Block b, auto i) {
             return half(b, 80) * bit(b[i / 16], 0, 4) * bit(b[16 + i / 128 * 32 + i % 32], i % 128 / 32 * 2, 2) -
                    half(b, 82) * bit(b[i / 16], 4, 4);
         }},
        {"q3_K",
         [](Block b, auto i) {
             const std::size_t g = i / 16;
             const int scale =
                 static_cast<int>(bit(b[96 + g % 8], g / 8 * 4, 4) | bit(b[104 + g % 4], g / 4 * 2, 2) << 4);
             const int code = static_cast<int>(bit(b[32 + i / 128 * 32 + i % 32], i % 128 / 32 * 2, 2));
             return half(b, 108) * (scale - 32) * (code - (bit(b[i % 32], i / 32, 1) != 0 ? 0 : 4));
         }},
        {"q4_K",
         [](Block b, auto i) {
             const std::size_t g = i / 32;
             return half(b, 0) * scale6(b, g) * bit(b[16 + i / 64 * 32 + i % 32], g % 2 * 4, 4) -
                    half(b, 2) * min6(b, g);
         }},
        {"q5_K",
         [](Block b, auto i) {
             const std::size_t g = i / 32;
             const unsigned code = bit(b[48 + i / 64 * 32 + i % 32], g % 2 * 4, 4) | bit(b[16 + i % 32], g, 1) << 4;
             return half(b, 0) * scale6(b, g) * code - half(b, 2) * min6(b, g);
         }},
        {"q6_K",
         [](Block b, auto i) {
             const int code = static_cast<int>(bit(b[i / 128 * 64 + i % 64], i % 128 / 64 * 4, 4) |
                                               bit(b[128 + i / 128 * 32 + i % 32], i % 128 / 32 * 2, 2) << 4);
             return half(b, 208) * signed_byte(b, 192 + i / 16) * (code - 32);
         }},
        {"iq4_nl", [](Block b, auto i) { return half(b, 0) * iq4(nibble(b, 2, i)); }},
        {"iq4_xs",
         [](Block b, auto i) {
             const std::size_t g = i / 32;
             const int scale = static_cast<int>(bit(b[4 + g / 2], g % 2 * 4, 4) | bit(word(b, 2), 2 * g, 2) << 4);
             return half(b, 0) * (scale - 32) * iq4(nibble(b, 8 + 16 * g, i % 32));
         }},
        {"mxfp4", [](Block b, auto i) { return std::ldexp(e2m1(nibble(b, 1, i)), b[0] - 127); }},
        {"nvfp4",
         [](Block b, auto i) {
             const std::size_t g = i / 16;
             return ue4m3(b[g]) * e2m1(static_cast<int>(bit(b[4 + 8 * g + i % 8], i % 16 / 8 * 4, 4)));
         }},
        {"tq1_0", [](Block b, auto i) { return half(b, 52) * (trit(b, i) - 1); }},
        {"tq2_0",
         [](Block b, auto i) {
             return half(b, 64) * (static_cast<int>(bit(b[i / 128 * 32 + i % 32], i % 128 / 32 * 2, 2)) - 1);
         }},
        {"iq2_xxs",
         [](Block b, auto i) {
             const std::size_t g = i / 32;
             const std::size_t l = i % 32 / 8;
             const unsigned w = long_word(b, 2 + 8 * g + 4);
             return half(b, 0) * odd(bit(w, 28, 4)) / 8 * grid8(grids::iq2_xxs, b[2 + 8 * g + l], i) *
                    sign7(bit(w, 7 * l, 7), i % 8);
         }},
        {"iq2_xs",
         [](Block b, auto i) {
             const unsigned q = word(b, 2 + 2 * (i / 8));
             return half(b, 0) * odd(bit(b[66 + i / 32], i % 32 / 16 * 4, 4)) / 8 *
                    grid8(grids::iq2_xs, q & 511, i) * sign7(q >> 9, i % 8);
         }},
        {"iq2_s",
         [](Block b, auto i) {
             const unsigned index = b[2 + i / 8] | bit(b[66 + i / 32], i % 32 / 8 * 2, 2) << 8;
             return half(b, 0) * odd(bit(b[74 + i / 32], i % 32 / 16 * 4, 4)) / 8 * grid8(grids::iq2_s, index, i) *
                    (bit(b[34 + i / 8], i % 8, 1) != 0 ? -1 : 1);
         }},
        {"iq3_xxs",
         [](Block b, auto i) {
             const unsigned w = long_word(b, 66 + i / 32 * 4);
             return half(b, 0) * odd(bit(w, 28, 4)) / 4 * grids::iq3_xxs[b[2 + i / 4] * 4u + i % 4] *
                    sign7(bit(w, i % 32 / 8 * 7, 7), i % 8);
         }},
        {"iq3_s",
         [](Block b, auto i) {
             const std::size_t k = i / 4;
             const unsigned index = b[2 + k] | bit(b[66 + i / 32], k % 8, 1) << 8;
             return half(b, 0) * odd(bit(b[106 + i / 64], i / 32 % 2 * 4, 4)) * grids::iq3_s[index * 4 + i % 4] *
                    (bit(b[74 + i / 8], i % 8, 1) != 0 ? -1 : 1);
         }},
        {"iq1_s",
         [](Block b, auto i) {
             const unsigned q = word(b, 34 + i / 32 * 2);
             const unsigned index = b[2 + i / 8] | bit(q, i % 32 / 8 * 3, 3) << 8;
             return half(b, 0) * odd(bit(q, 12, 3)) *
                    (grid8(grids::iq1_s, index, i) + (q >> 15 != 0 ? -0.125 : 0.125));
         }},
        {"iq1_m",
         [](Block b, auto i) {
             const std::size_t o = i / 8;
             const std::size_t g = i / 16;
             const unsigned n = bit(b[32 + o / 2], o % 2 * 4, 4);
             const unsigned index = b[o] | (n & 7) << 8;
             return iq1_m_scale(b) * odd(bit(word(b, 48 + g / 4 * 2), g % 4 * 3, 3)) *
                    (grid8(grids::iq1_s, index, i) + ((n & 8) != 0 ? -0.125 : 0.125));
         }},
        {"f32", [](Block b, auto) { return std::bit_cast<float>(long_word(b, 0)); }},
        {"f16", [](Block b, auto) { return half(b, 0); }},
        {"bf16", [](Block b, auto) { return std::bit_cast<float>(word(b, 0) << 16); }},
        {"f8_e4m3",
         [](Block b, auto) {
             return (b[0] & 0x7F) == 0x7F ? std::nan("") : ue4m3(b[0] & 0x7F) * (b[0] >= 128 ? -1 : 1);
         }},
        {"f8_e5m2", [](Block b, auto) { return half_of(static_cast<unsigned>(b[0]) << 8); }},
    };
    return all;
}

bool same_value(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

TEST(Formats, DecodeAsTheFormulasSayOnRandomBlocks) {
    std::mt19937 random(1);
    for (const Format* format : all_formats) {
        SCOPED_TRACE(format->name);
        ASSERT_TRUE(formulas().contains(format->name));
        const Formula& formula = formulas().find(format->name)->second;
        std::vector<std::uint8_t> block(format->bytes);
        std::vector<double> values(format->values);
        for (int round = 0; round < (format->values == 1 ? 3000 : 100); ++round) {
            for (std::uint8_t& byte : block) byte = static_cast<std::uint8_t>(random());
            decode(*format, block.data(), values);
            for (std::size_t i = 0; i < format->values; ++i)
                ASSERT_TRUE(same_value(values[i], formula(block.data(), i)))
                    << "value " << i << ", round " << round;
        }
    }
}

TEST(Formats, DequantizeRoundsEachExactValueOnce) {
    std::vector<std::uint8_t> blocks(3 * formats::q5_K.bytes, 0x35);
    std::vector<float> y(3 * 256);
    dequantize(formats::q5_K, blocks.data(), y);
    for (std::size_t i = 0; i < y.size(); ++i)
        EXPECT_EQ(y[i], static_cast<float>(formulas().find("q5_K")->second(blocks.data(), i % 256)));
}

// The compiler's proof that every bit has one meaning can fail: each of these is wrong by one digit.
constexpr Format with_code(Format format, Where code) {
    format.code = code;
    return format;
}
static_assert(every_bit_once(formats::q4_0));
static_assert(!every_bit_once(with_code(formats::q4_0,
                                        [](std::size_t i) { return bits(2 + i % 16, i / 16 * 3, 4); })),
              "bit 3 would have two meanings");
static_assert(!every_bit_once(with_code(formats::q4_0,
                                        [](std::size_t i) { return bits(2 + i % 16, i / 16 * 4, 3); })),
              "bit 3 would have none");
static_assert(!every_bit_once(with_code(formats::q4_0,
                                        [](std::size_t i) { return bits(3 + i % 16, i / 16 * 4, 4); })),
              "a byte past the end");

TEST(Formats, WhatIsWrittenToANumberIsReadAndNothingElseChanges) {
    std::vector<std::uint8_t> block(formats::q3_K.bytes, 0xFF);
    const Bits where = formats::q3_K.sub(5);
    ASSERT_EQ(where.width(), 6u);
    where.put(block.data(), 0b100110);
    EXPECT_EQ(where.get(block.data()), 0b100110u);
    EXPECT_EQ(formats::q3_K.sub(4).get(block.data()), 63u);
    where.put(block.data(), 63);
    EXPECT_EQ(block, std::vector<std::uint8_t>(formats::q3_K.bytes, 0xFF));
}

TEST(Formats, DerivedFieldsFollowFromTheCodes) {
    std::vector<std::uint8_t> block(formats::q8_K.bytes, 0);
    for (std::size_t i = 0; i < 256; ++i) formats::q8_K.code(i).put(block.data(), i < 16 ? 0x80 : 1);
    formats::q8_K.mend(block.data());
    EXPECT_EQ(static_cast<std::int16_t>(word(block.data(), 260)), -128 * 16);
    EXPECT_EQ(word(block.data(), 290), 16u);

    block.assign(formats::q8_1.bytes, 0);
    for (std::size_t i = 0; i < 32; ++i) formats::q8_1.code(i).put(block.data(), 3);
    formats::q8_1.d(0).put(block.data(), half_from_float(0.5f));
    formats::q8_1.mend(block.data());
    EXPECT_EQ(half(block.data(), 2), 48.0);
}

TEST(Formats, TypeNumbersAreThoseOfGgufFiles) {
    std::map<int, std::string> by_number;
    for (const Format* format : all_formats) {
        if (format->gguf_type < 0) continue;
        EXPECT_TRUE(by_number.emplace(format->gguf_type, format->name).second) << format->name;
    }
    EXPECT_EQ(by_number[12], "q4_K");
    EXPECT_EQ(by_number[39], "mxfp4");
}

}  // namespace
}  // namespace brick
