#include "engine/type.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "engine/fills.hpp"

namespace brickproof {
namespace {

template <typename Stored>
Stored stored_at(const std::byte* at) {
    Stored stored;
    std::memcpy(&stored, at, sizeof(stored));
    return stored;
}

double value_of(float stored) {
    return static_cast<double>(stored);
}
double value_of(std::uint16_t half) {
    return half_value(half);
}
double value_of(std::int8_t stored) {
    return stored;
}

template <typename Stored>
void read(const std::byte* at, std::size_t count, double* values) {
    for (std::size_t i = 0; i < count; ++i) values[i] = value_of(stored_at<Stored>(at + i * sizeof(Stored)));
}

std::string show_float32(const std::byte* at) {
    const auto value = stored_at<float>(at);
    const auto bits = stored_at<std::uint32_t>(at);
    return std::isnan(value) ? fmt::format("NaN (0x{:08x})", bits) : fmt::format("{} (0x{:08x})", value, bits);
}
std::string show_float16(const std::byte* at) {
    const auto bits = stored_at<std::uint16_t>(at);
    const double value = half_value(bits);
    return std::isnan(value) ? fmt::format("NaN (half 0x{:04x})", bits)
                             : fmt::format("{} (half 0x{:04x})", value, bits);
}
std::string show_int8(const std::byte* at) {
    return fmt::format("{}", static_cast<int>(stored_at<std::int8_t>(at)));
}

// The exponent of the distance between the neighbours of a finite value.
int spacing_exponent(const Number& number, double value) {
    if (value == 0.0) return number.least_exponent;
    int exponent = 0;
    std::frexp(value, &exponent);
    return std::max(exponent - number.precision, number.least_exponent);
}

// How many numbers lie between zero and a finite value.
double ordinal(const Number& number, double value) {
    const int exponent = spacing_exponent(number, value);
    return std::ldexp(std::fabs(value), -exponent) +
           std::ldexp(static_cast<double>(exponent - number.least_exponent), number.precision - 1);
}

}  // namespace

double Number::spacing(double value) const {
    if (precision == 0) return 1.0;
    return std::ldexp(1.0, std::isfinite(value) ? spacing_exponent(*this, value) : least_exponent);
}

double Number::ulps_between(double a, double b) const {
    return precision == 0 ? std::fabs(a - b) : std::fabs(ordinal(*this, a) - ordinal(*this, b));
}

std::string Type::place(std::string_view array, std::size_t i) const {
    std::size_t within = i % numbers();
    const std::string element = fmt::format("{}[{}]", array, i / numbers());
    for (const Field& field : fields) {
        if (within >= field.count) {
            within -= field.count;
            continue;
        }
        if (field.name.empty()) return element;
        return field.count == 1 ? fmt::format("{}.{}", element, field.name)
                                : fmt::format("{}.{}[{}]", element, field.name, within);
    }
    return element;
}

constinit const Number float32_number{.name = "float32",
                                      .bytes = sizeof(float),
                                      .precision = 24,
                                      .least_exponent = -149,
                                      .read = read<float>,
                                      .show = show_float32};
constinit const Number float16_number{.name = "float16",
                                      .bytes = sizeof(std::uint16_t),
                                      .precision = 11,
                                      .least_exponent = -24,
                                      .read = read<std::uint16_t>,
                                      .show = show_float16};
constinit const Number int8_number{
    .name = "int8", .bytes = sizeof(std::int8_t), .read = read<std::int8_t>, .show = show_int8};

}  // namespace brickproof
