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

// Number i of an array, and where its bytes are.
struct Place {
    const Number* number;
    std::size_t offset;
};
Place place_of(const Type& type, std::size_t i) {
    const std::size_t element = i / type.numbers();
    std::size_t k = i % type.numbers();
    for (const Field& field : type.fields) {
        if (k < field.count) return {field.number, element * type.bytes + field.offset + k * field.number->bytes};
        k -= field.count;
    }
    return {type.fields[0].number, element * type.bytes};
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
    const Array<double> a = output_values(type, got);
    const Array<double> b = output_values(type, expected);
    std::size_t differing = 0;
    WrongElements wrong{std::string(name), a.size(), {}};
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (same_number(a[i], b[i])) continue;
        ++differing;
        wrong.add(i);
    }
    if (differing == 0) return Outcome::pass();
    const std::size_t first = wrong.runs.front().first;
    const auto [number, offset] = place_of(type, first);
    return Outcome::fail(
        fmt::format("{} is {}, expected {}{}{}", type.place(name, first), number->show(&got[offset]),
                    number->show(&expected[offset]), distance_in_ulps(*number, a[first], b[first]),
                    // Of an output of one number, that it differs says all.
                    a.size() == 1 ? ""
                                  : fmt::format("; {} of {} {} differ", differing, a.size(),
                                                type.is_block() ? "numbers" : "elements")),
        std::move(wrong));
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
    const double exact = oracle.exact[i];
    const double bound = oracle.bound[i];
    if (std::isnan(got)) return fmt::format("{}[{}] is NaN, where the exact value is {}", name, i, exact);
    std::string text = fmt::format("{}[{}] is {}, where the exact value is {}", name, i, got, exact);
    if (std::isinf(got)) return text;
    const double error = std::fabs(got - exact);
    if (bound == 0.0)
        return text + fmt::format(": it is {:.4g} off, and every correct kernel gives the exact value", error);
    return text +
           fmt::format(
               ": the error is {:.4g}, and that of a correct kernel is at most {:.4g} ({:.4g} times the bound)",
               error, bound, error / bound);
}

// Whether a value is where a correct kernel's is; nothing is promised where the bound is infinite.
bool is_within(double got, const OracleOutput& oracle, std::size_t i) {
    return std::isinf(oracle.bound[i]) || got == oracle.exact[i] ||
           std::fabs(got - oracle.exact[i]) <= oracle.bound[i];
}

}  // namespace

Outcome expect_within(std::string_view name, std::span<const double> got, const OracleOutput& oracle) {
    double largest_share = 0.0;
    WrongElements wrong{std::string(name), got.size(), {}};
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (!is_within(got[i], oracle, i)) wrong.add(i);
        const double bound = oracle.bound[i];
        if (bound > 0.0 && !std::isinf(bound) && got[i] != oracle.exact[i])
            largest_share = std::max(largest_share, std::fabs(got[i] - oracle.exact[i]) / bound);
    }
    if (wrong.runs.empty()) return Outcome::pass(largest_share);
    const std::size_t first = wrong.runs.front().first;
    return Outcome::fail(beyond_bound(name, first, got[first], oracle), std::move(wrong));
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
    WrongElements wrong{"y", bounds.size(), {}};
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        if (std::isinf(bounds[i])) continue;
        const double difference = std::fabs(static_cast<double>(before[i]) - static_cast<double>(after[i]));
        if (!(difference <= 2.0 * bounds[i])) wrong.add(i);
        if (bounds[i] > 0.0) largest_share = std::max(largest_share, difference / (2.0 * bounds[i]));
    }
    if (wrong.runs.empty()) return Outcome::pass(largest_share);
    const std::size_t i = wrong.runs.front().first;
    return Outcome::fail(
        fmt::format("{}: {}", situation, too_far_apart(fmt::format("y[{}]", i), before[i], after[i], bounds[i])),
        std::move(wrong));
}

WrongElements different_bits(const Type& type, std::string_view name, std::span<const std::byte> a,
                             std::span<const std::byte> b) {
    WrongElements different{std::string(name), a.size() / type.bytes * type.numbers(), {}};
    for (std::size_t i = 0; i < different.elements; ++i) {
        const auto [number, offset] = place_of(type, i);
        if (std::memcmp(&a[offset], &b[offset], number->bytes) != 0) different.add(i);
    }
    return different;
}

std::string too_far_apart(std::string_view name, float before, float after, double bound) {
    if (!std::isfinite(before) && std::isfinite(after))
        return fmt::format("{} was {} and is {}: two correct results are finite or not alike", name, show(before),
                           show(after));
    if (!std::isfinite(before) || !std::isfinite(after))
        return fmt::format("{} was {} and is {}, where every correct result is finite", name, show(before),
                           show(after));
    const double difference = std::fabs(static_cast<double>(before) - static_cast<double>(after));
    return fmt::format("{} was {} and is {}: these are {:.4g} apart, and two correct results at most {:.4g}", name,
                       show(before), show(after), difference, 2.0 * bound);
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
