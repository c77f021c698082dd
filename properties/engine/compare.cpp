#include "engine/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/fills.hpp"

namespace brickproof {
namespace {

bool is_nan_half(std::uint16_t bits) {
    return (bits & 0x7FFF) > 0x7C00;
}

// Of two exact values: equal bits, one NaN, one zero.
bool same_number(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

// Neighbours between two finite numbers of one sign, in words.
std::string distance_in_ulps(const Number& number, double got, double expected) {
    const bool comparable =
        std::isfinite(got) && std::isfinite(expected) && std::signbit(got) == std::signbit(expected);
    if (!comparable || number.precision == 0) return "";
    return fmt::format(" ({:.0f} ulp)", number.ulps_between(got, expected));
}

// The first of `count` numbers that differs, and how many do.
template <typename Place>
Outcome expect_same_numbers(const Number& number, const std::byte* got, const std::byte* expected,
                            std::size_t count, bool say_how_many, Place place) {
    Array<double> a(count);
    Array<double> b(count);
    number.read(got, count, a.data());
    number.read(expected, count, b.data());
    std::size_t differing = 0;
    std::size_t first = 0;
    for (std::size_t i = count; i-- > 0;) {
        if (same_number(a[i], b[i])) continue;
        ++differing;
        first = i;
    }
    if (differing == 0) return Outcome::pass();
    const std::size_t at = first * number.bytes;
    return Outcome::fail(
        fmt::format("{} is {}, expected {}{}{}", place(first), number.show(got + at), number.show(expected + at),
                    distance_in_ulps(number, a[first], b[first]),
                    say_how_many ? fmt::format("; {} of {} elements differ", differing, count) : ""));
}

// Element e of an array, field by field.
Outcome expect_same_block(const Type& type, std::string_view array, std::size_t e, const std::byte* got,
                          const std::byte* expected) {
    std::size_t before = e * type.numbers();
    for (const Field& field : type.fields) {
        Outcome outcome =
            expect_same_numbers(*field.number, got + field.offset, expected + field.offset, field.count,
                                field.count > 1, [&](std::size_t i) { return type.place(array, before + i); });
        if (outcome.kind != Outcome::Kind::pass) return outcome;
        before += field.count;
    }
    return Outcome::pass();
}

}  // namespace

bool same_value(float a, float b) {
    return same_number(a, b);
}

bool same_half(std::uint16_t a, std::uint16_t b) {
    return a == b || (is_nan_half(a) && is_nan_half(b)) || ((a | b) & 0x7FFF) == 0;
}

std::string show(float x) {
    return float32_number.show(reinterpret_cast<const std::byte*>(&x));
}

std::string show_half(std::uint16_t bits) {
    return float16_number.show(reinterpret_cast<const std::byte*>(&bits));
}

Outcome expect_same(const Type& type, std::string_view name, std::span<const std::byte> got,
                    std::span<const std::byte> expected) {
    if (got.size() != expected.size())
        return Outcome::fail(fmt::format("{} has {} elements, expected {}", name, got.size() / type.bytes,
                                         expected.size() / type.bytes));
    // Nearly always, and soonest seen. Equal bits are equal values, a NaN's too.
    if (got.empty() || std::memcmp(got.data(), expected.data(), got.size()) == 0) return Outcome::pass();
    if (!type.is_block())
        return expect_same_numbers(*type.fields[0].number, got.data(), expected.data(), got.size() / type.bytes,
                                   true, [&](std::size_t i) { return type.place(name, i); });
    for (std::size_t at = 0; at < got.size(); at += type.bytes) {
        if (std::memcmp(&got[at], &expected[at], type.bytes) == 0) continue;
        Outcome outcome = expect_same_block(type, name, at / type.bytes, &got[at], &expected[at]);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

Outcome expect_same(std::string_view name, std::span<const float> got, std::span<const float> expected) {
    return expect_same(f32, name, std::as_bytes(got), std::as_bytes(expected));
}

Outcome expect_same(std::string_view name, std::span<const std::int8_t> got,
                    std::span<const std::int8_t> expected) {
    return expect_same(i8, name, std::as_bytes(got), std::as_bytes(expected));
}

Outcome expect_same_outputs(const Case& c, const Outputs& got, const Outputs& expected) {
    if (got == expected) return Outcome::pass();
    std::size_t output = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::output) continue;
        const Outcome outcome =
            expect_same(*operand.type, operand.name, got.arrays[output], expected.arrays[output]);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
        ++output;
    }
    return Outcome::pass();
}

Array<double> output_values(const Type& type, std::span<const std::byte> array) {
    const std::size_t elements = array.size() / type.bytes;
    const std::size_t numbers = type.numbers();
    Array<double> values(elements * numbers);
    if (!type.is_block()) {
        type.fields[0].number->read(array.data(), elements, values.data());
        return values;
    }
    for (std::size_t e = 0; e < elements; ++e) {
        double* to = &values[e * numbers];
        for (const Field& field : type.fields) {
            field.number->read(&array[e * type.bytes + field.offset], field.count, to);
            to += field.count;
        }
    }
    return values;
}

namespace {

std::string beyond_bound(std::string_view name, std::size_t i, double got, const OracleOutput& oracle) {
    const double error = std::fabs(got - oracle.exact[i]);
    std::string text = fmt::format("{}[{}] is {}, exact is {}: ", name, i, got, oracle.exact[i]);
    if (oracle.bound[i] == 0.0) return text + "every correct kernel gives the exact value here";
    return text + fmt::format("the error {:.4g} is {:.4g} times the bound {:.4g} of any correct kernel", error,
                              error / oracle.bound[i], oracle.bound[i]);
}

}  // namespace

Outcome expect_within(std::string_view name, std::span<const double> got, const OracleOutput& oracle) {
    double largest_share = 0.0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (std::isinf(oracle.bound[i])) continue;
        const double error = got[i] == oracle.exact[i] ? 0.0 : std::fabs(got[i] - oracle.exact[i]);
        if (!(error <= oracle.bound[i])) return Outcome::fail(beyond_bound(name, i, got[i], oracle));
        if (oracle.bound[i] > 0.0) largest_share = std::max(largest_share, error / oracle.bound[i]);
    }
    return Outcome::pass(largest_share);
}

Outcome expect_outputs_within(const Case& c, const Outputs& got, std::span<const OracleOutput> oracle) {
    Outcome all = Outcome::pass();
    std::size_t output = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::output) continue;
        const Outcome outcome =
            expect_within(operand.name, output_values(*operand.type, got.arrays[output]), oracle[output]);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
        all.share_of_bound = std::max(all.share_of_bound, outcome.share_of_bound);
        ++output;
    }
    return all;
}

Outcome expect_two_bounds(std::string_view situation, std::span<const float> before, std::span<const float> after,
                          std::span<const double> bounds) {
    double largest_share = 0.0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        if (std::isinf(bounds[i])) continue;
        const double difference = std::fabs(static_cast<double>(before[i]) - static_cast<double>(after[i]));
        if (!(difference <= 2.0 * bounds[i]))
            return Outcome::fail(
                fmt::format("{}: y[{}] = {} becomes {}: {:.4g} apart, more than twice the bound ({:.4g})",
                            situation, i, show(before[i]), show(after[i]), difference, bounds[i]));
        if (bounds[i] > 0.0) largest_share = std::max(largest_share, difference / (2.0 * bounds[i]));
    }
    return Outcome::pass(largest_share);
}

Outcome in_situation(std::string_view situation, Outcome outcome) {
    if (outcome.kind == Outcome::Kind::fail) outcome.message = fmt::format("{}: {}", situation, outcome.message);
    return outcome;
}

Outcome all_of(std::initializer_list<Outcome> outcomes) {
    Outcome passed = Outcome::pass();
    for (const Outcome& outcome : outcomes) {
        if (outcome.kind != Outcome::Kind::pass) return outcome;
        passed.share_of_bound = std::max(passed.share_of_bound, outcome.share_of_bound);
    }
    return passed;
}

}  // namespace brickproof
