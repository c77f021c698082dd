// Every block format that engines ship, in one line of sight. Adding one is adding its description here and its
// name to all_formats.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "formats/format.hpp"
#include "formats/grids.hpp"

namespace brick::formats {

using std::size_t;

inline constexpr std::string_view ggml_common = "ggml, ggml-common.h";
inline constexpr std::string_view ocp_microscaling = "OCP Microscaling Formats (MX) 1.0; ggml, ggml-common.h";

// Twice the values of E2M1 (OCP MX 1.0, 5.3.3), and the points of iq4 (ggml, ggml-common.h).
inline constexpr std::array<std::int8_t, 16> twice_e2m1{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
inline constexpr std::array<std::int8_t, 16> iq4_points{-127, -104, -83, -65, -49, -35, -22, -10,
                                                        1,    13,   25,  38,  53,  69,  89,  113};

// A set bit is +1.
inline constexpr std::array<std::int8_t, 2> minus_or_plus_one{-1, 1};

// d, a half at the given byte; 4 bits a value in 16 bytes, the low nibbles first; the sub-scales of q4_K and q5_K.
template <size_t Byte>
constexpr Bits half_at(size_t) {
    return field(Byte, 0, 16);
}
template <size_t Byte>
constexpr Bits nibbles_at(size_t i) {
    return bits(Byte + i % 16, i / 16 * 4, 4);
}
template <size_t Byte>
constexpr Bits byte_at(size_t i) {
    return bits(Byte + i, 0, 8);
}
constexpr Bits six_bit_scale(size_t g) {
    return g < 4 ? bits(4 + g, 0, 6) : bits(8 + g, 0, 4).then(g, 6, 2);
}
constexpr Bits six_bit_min(size_t g) {
    return g < 4 ? bits(8 + g, 0, 6) : bits(8 + g, 4, 4).then(4 + g, 6, 2);
}
void mend_q8_1(std::uint8_t* block);
void mend_q8_K(std::uint8_t* block);

// A description is a table of its facts.
// clang-format off

// Activations.
inline constexpr Format q8_0{
    .name = "q8_0", .source = ggml_common, .gguf_type = 8, .bytes = 34, .align = 2, .values = 32,
    .code = byte_at<2>, .code_is_signed = true, .activations = &q8_0};
inline constexpr Format q8_1{
    .name = "q8_1", .source = ggml_common, .gguf_type = 9, .bytes = 36, .align = 4, .values = 32,
    .code = byte_at<4>, .code_is_signed = true,
    .derived = field(2, 0, 16), .derived_count = 1, .mend = mend_q8_1};
inline constexpr Format q8_K{
    .name = "q8_K", .source = ggml_common, .gguf_type = 15, .bytes = 292, .align = 4, .values = 256,
    .scale_type = ScaleType::float32, .d = [](size_t) { return field(0, 0, 32); },
    .code = byte_at<4>, .code_is_signed = true,
    .derived = field(260, 0, 16), .derived_count = 16, .mend = mend_q8_K};

// One scale a block, and a min or none.
inline constexpr Format q1_0{
    .name = "q1_0", .source = ggml_common, .gguf_type = 41, .bytes = 18, .align = 2, .values = 128,
    .code = [](size_t i) { return bits(2 + i / 8, i % 8, 1); }, .table = minus_or_plus_one, .activations = &q8_0};
inline constexpr Format q2_0{
    .name = "q2_0", .source = ggml_common, .gguf_type = 42, .bytes = 18, .align = 2, .values = 64,
    .code = [](size_t i) { return bits(2 + i / 4, i % 4 * 2, 2); }, .zero = 1, .activations = &q8_0};
inline constexpr Format q4_0{
    .name = "q4_0", .source = ggml_common, .gguf_type = 2, .bytes = 18, .align = 2, .values = 32,
    .code = nibbles_at<2>, .zero = 8, .activations = &q8_0};
inline constexpr Format q4_1{
    .name = "q4_1", .source = ggml_common, .gguf_type = 3, .bytes = 20, .align = 4, .values = 32,
    .m = field(2, 0, 16), .min_sign = 1,
    .code = nibbles_at<4>, .activations = &q8_1};
inline constexpr Format q5_0{
    .name = "q5_0", .source = ggml_common, .gguf_type = 6, .bytes = 22, .align = 2, .values = 32,
    .code = [](size_t i) { return nibbles_at<6>(i).then(2 + i / 8, i % 8, 1); }, .zero = 16, .activations = &q8_0};
inline constexpr Format q5_1{
    .name = "q5_1", .source = ggml_common, .gguf_type = 7, .bytes = 24, .align = 4, .values = 32,
    .m = field(2, 0, 16), .min_sign = 1,
    .code = [](size_t i) { return nibbles_at<8>(i).then(4 + i / 8, i % 8, 1); }, .activations = &q8_1};
inline constexpr Format iq4_nl{
    .name = "iq4_nl", .source = ggml_common, .gguf_type = 20, .bytes = 18, .align = 2, .values = 32,
    .code = nibbles_at<2>, .table = iq4_points, .activations = &q8_0};
inline constexpr Format tq1_0{
    .name = "tq1_0", .source = ggml_common, .gguf_type = 34, .bytes = 54, .align = 2, .values = 256,
    .d = half_at<52>,
    .code = [](size_t i) {
        return bits(i < 160 ? i % 32 : i < 240 ? 32 + (i - 160) % 16 : 48 + i % 4, 0, 8); },
    .zero = 1,
    .trit = [](size_t i) {
        return static_cast<std::uint8_t>(i < 160 ? i / 32 : i < 240 ? (i - 160) / 16 : (i - 240) / 4); },
    .activations = &q8_K};
inline constexpr Format tq2_0{
    .name = "tq2_0", .source = ggml_common, .gguf_type = 35, .bytes = 66, .align = 2, .values = 256,
    .d = half_at<64>,
    .code = [](size_t i) { return bits(i / 128 * 32 + i % 32, i % 128 / 32 * 2, 2); }, .zero = 1,
    .activations = &q8_K};

// Microscaling.
inline constexpr Format mxfp4{
    .name = "mxfp4", .source = ocp_microscaling, .gguf_type = 39, .bytes = 17, .align = 1, .values = 32,
    .scale_type = ScaleType::e8m0_half, .d = byte_at<0>,
    .code = nibbles_at<1>, .table = twice_e2m1, .activations = &q8_0};
inline constexpr Format nvfp4{
    .name = "nvfp4", .source = "NVFP4 (NVIDIA Blackwell); ggml, ggml-common.h", .gguf_type = 40,
    .bytes = 36, .align = 1, .values = 64,
    .scale_type = ScaleType::ue4m3_half, .d = byte_at<0>, .d_span = 16,
    .code = [](size_t i) { return bits(4 + i / 16 * 8 + i % 8, i % 16 / 8 * 4, 4); }, .table = twice_e2m1,
    .activations = &q8_0};

// Superblocks of 256 with sub-scales.
inline constexpr Format q2_K{
    .name = "q2_K", .source = ggml_common, .gguf_type = 10, .bytes = 84, .align = 4, .values = 256,
    .d = half_at<80>, .m = field(82, 0, 16),
    .group = 16, .sub = [](size_t g) { return bits(g, 0, 4); }, .sub_min = [](size_t g) { return bits(g, 4, 4); },
    .code = [](size_t i) { return bits(16 + i / 128 * 32 + i % 32, i % 128 / 32 * 2, 2); }, .activations = &q8_K};
inline constexpr Format q3_K{
    .name = "q3_K", .source = ggml_common, .gguf_type = 11, .bytes = 110, .align = 2, .values = 256,
    .d = half_at<108>,
    .group = 16, .sub = [](size_t g) { return bits(96 + g % 8, g / 8 * 4, 4).then(104 + g % 4, g / 4 * 2, 2); },
    .sub_zero = 32,
    .code = [](size_t i) {
        return bits(32 + i / 128 * 32 + i % 32, i % 128 / 32 * 2, 2).then(i % 32, i / 32, 1); },
    .zero = 4, .activations = &q8_K};
inline constexpr Format q4_K{
    .name = "q4_K", .source = ggml_common, .gguf_type = 12, .bytes = 144, .align = 4, .values = 256,
    .m = field(2, 0, 16),
    .group = 32, .sub = six_bit_scale, .sub_min = six_bit_min,
    .code = [](size_t i) { return bits(16 + i / 64 * 32 + i % 32, i / 32 % 2 * 4, 4); }, .activations = &q8_K};
inline constexpr Format q5_K{
    .name = "q5_K", .source = ggml_common, .gguf_type = 13, .bytes = 176, .align = 4, .values = 256,
    .m = field(2, 0, 16),
    .group = 32, .sub = six_bit_scale, .sub_min = six_bit_min,
    .code = [](size_t i) {
        return bits(48 + i / 64 * 32 + i % 32, i / 32 % 2 * 4, 4).then(16 + i % 32, i / 32, 1); },
    .activations = &q8_K};
inline constexpr Format q6_K{
    .name = "q6_K", .source = ggml_common, .gguf_type = 14, .bytes = 210, .align = 2, .values = 256,
    .d = half_at<208>,
    .group = 16, .sub = byte_at<192>, .sub_is_signed = true,
    .code = [](size_t i) {
        return bits(i / 128 * 64 + i % 64, i % 128 / 64 * 4, 4)
            .then(128 + i / 128 * 32 + i % 32, i % 128 / 32 * 2, 2); },
    .zero = 32, .activations = &q8_K};
inline constexpr Format iq4_xs{
    .name = "iq4_xs", .source = ggml_common, .gguf_type = 23, .bytes = 136, .align = 2, .values = 256,
    .group = 32, .sub = [](size_t g) { return bits(4 + g / 2, g % 2 * 4, 4).then(field(2, 2 * g, 2)); },
    .sub_zero = 32,
    .code = [](size_t i) { return bits(8 + i / 32 * 16 + i % 16, i % 32 / 16 * 4, 4); }, .table = iq4_points,
    .activations = &q8_K};

// Superblocks of 256 whose codes are rows of a grid.
inline constexpr Format iq2_xxs{
    .name = "iq2_xxs", .source = ggml_common, .gguf_type = 16, .bytes = 66, .align = 2, .values = 256,
    .group = 32, .sub = [](size_t g) { return field(6 + 8 * g, 28, 4); }, .sub_is_odd = true,
    .code = [](size_t k) { return bits(2 + k / 4 * 8 + k % 4, 0, 8); }, .code_span = 8, .table = grids::iq2_xxs,
    .sign = [](size_t k) { return field(6 + k / 4 * 8, 7 * (k % 4), 7); }, .exponent = -3, .activations = &q8_K};
inline constexpr Format iq2_xs{
    .name = "iq2_xs", .source = ggml_common, .gguf_type = 17, .bytes = 74, .align = 2, .values = 256,
    .group = 16, .sub = [](size_t g) { return bits(66 + g / 2, g % 2 * 4, 4); }, .sub_is_odd = true,
    .code = [](size_t k) { return field(2 + 2 * k, 0, 9); }, .code_span = 8, .table = grids::iq2_xs,
    .sign = [](size_t k) { return field(2 + 2 * k, 9, 7); }, .exponent = -3, .activations = &q8_K};
inline constexpr Format iq2_s{
    .name = "iq2_s", .source = ggml_common, .gguf_type = 22, .bytes = 82, .align = 2, .values = 256,
    .group = 16, .sub = [](size_t g) { return bits(74 + g / 2, g % 2 * 4, 4); }, .sub_is_odd = true,
    .code = [](size_t k) { return bits(2 + k, 0, 8).then(66 + k / 4, k % 4 * 2, 2); }, .code_span = 8,
    .table = grids::iq2_s, .sign = byte_at<34>, .exponent = -3, .activations = &q8_K};
inline constexpr Format iq3_xxs{
    .name = "iq3_xxs", .source = ggml_common, .gguf_type = 18, .bytes = 98, .align = 2, .values = 256,
    .group = 32, .sub = [](size_t g) { return field(66 + 4 * g, 28, 4); }, .sub_is_odd = true,
    .code = byte_at<2>, .code_span = 4, .table = grids::iq3_xxs,
    .sign = [](size_t k) { return field(66 + k / 4 * 4, 7 * (k % 4), 7); }, .exponent = -2, .activations = &q8_K};
inline constexpr Format iq3_s{
    .name = "iq3_s", .source = ggml_common, .gguf_type = 21, .bytes = 110, .align = 2, .values = 256,
    .group = 32, .sub = [](size_t g) { return bits(106 + g / 2, g % 2 * 4, 4); }, .sub_is_odd = true,
    .code = [](size_t k) { return bits(2 + k, 0, 8).then(66 + k / 8, k % 8, 1); }, .code_span = 4,
    .table = grids::iq3_s, .sign = byte_at<74>, .activations = &q8_K};
inline constexpr Format iq1_s{
    .name = "iq1_s", .source = ggml_common, .gguf_type = 19, .bytes = 50, .align = 2, .values = 256,
    .group = 32, .sub = [](size_t g) { return field(34 + 2 * g, 12, 3); }, .sub_is_odd = true,
    .code = [](size_t k) { return bits(2 + k, 0, 8).then(field(34 + k / 4 * 2, 3 * (k % 4), 3)); }, .code_span = 8,
    .table = grids::iq1_s, .delta = [](size_t g) { return field(34 + 2 * g, 15, 1); }, .delta_span = 32,
    .exponent = -3, .activations = &q8_K};
inline constexpr Format iq1_m{
    .name = "iq1_m", .source = ggml_common, .gguf_type = 29, .bytes = 56, .align = 1, .values = 256,
    .d = [](size_t) { return bits(49, 4, 4).then(51, 4, 4).then(53, 4, 4).then(55, 4, 4); },
    .group = 16, .sub = [](size_t g) { return field(48 + g / 4 * 2, 3 * (g % 4), 3); }, .sub_is_odd = true,
    .code = [](size_t k) { return bits(k, 0, 8).then(32 + k / 2, k % 2 * 4, 3); }, .code_span = 8,
    .table = grids::iq1_s, .delta = [](size_t k) { return bits(32 + k / 2, k % 2 * 4 + 3, 1); }, .delta_span = 8,
    .exponent = -3, .activations = &q8_K};

// Element types: a block of one value, all of which is its scale.
inline constexpr Format f32{
    .name = "f32", .source = "IEEE 754-2019, binary32", .gguf_type = 0, .bytes = 4, .align = 4, .values = 1,
    .scale_type = ScaleType::float32, .d = [](size_t) { return field(0, 0, 32); }, .activations = &f32};
inline constexpr Format f16{
    .name = "f16", .source = "IEEE 754-2019, binary16", .gguf_type = 1, .bytes = 2, .align = 2, .values = 1,
    .activations = &f16};
inline constexpr Format bf16{
    .name = "bf16", .source = "bfloat16, the upper half of IEEE 754 binary32", .gguf_type = 30,
    .bytes = 2, .align = 2, .values = 1, .scale_type = ScaleType::bfloat16, .activations = &bf16};
inline constexpr Format f8_e4m3{.name = "f8_e4m3", .source = "OCP 8-bit Floating Point Specification 1.0, E4M3",
    .bytes = 1, .values = 1, .scale_type = ScaleType::e4m3, .d = byte_at<0>, .activations = &f8_e4m3};
inline constexpr Format f8_e5m2{.name = "f8_e5m2", .source = "OCP 8-bit Floating Point Specification 1.0, E5M2",
    .bytes = 1, .values = 1, .scale_type = ScaleType::e5m2, .d = byte_at<0>, .activations = &f8_e5m2};

inline constexpr std::array<const Format*, 32> all_formats{
    &q1_0,    &q2_0,   &q4_0,  &q4_1,    &q5_0,  &q5_1,  &q8_0,  &q8_1,   &q2_K,   &q3_K,  &q4_K,
    &q5_K,    &q6_K,   &q8_K,  &iq1_s,   &iq1_m, &iq2_xxs, &iq2_xs, &iq2_s, &iq3_xxs, &iq3_s, &iq4_nl,
    &iq4_xs,  &mxfp4,  &nvfp4, &tq1_0,   &tq2_0, &f32, &f16,   &bf16,  &f8_e4m3, &f8_e5m2};

// clang-format on

// Null where no format has that number in GGUF files.
const Format* find_gguf_type(std::uint32_t type);

consteval bool every_format_is_complete() {
    for (const Format* format : all_formats)
        if (!every_bit_once(*format)) return false;
    return true;
}
static_assert(every_format_is_complete(), "a bit of some format has no meaning, or two");

}  // namespace brick::formats
