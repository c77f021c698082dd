#include "engine/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/math/special_functions/next.hpp>
#include <cmath>
#include <cstring>

#include "engine/fills.hpp"

namespace brickproof {
namespace {

bool is_nan_half(std::uint16_t bits) {
    return (bits & 0x7FFF) > 0x7C00;
}

// Ulps between two finite floats, in words.
std::string distance_in_ulps(float got, float expected) {
    const bool comparable =
        std::isfinite(got) && std::isfinite(expected) && std::signbit(got) == std::signbit(expected);
    if (!comparable) return "";
    return fmt::format(" ({:.0f} ulp)", std::fabs(boost::math::float_distance(got, expected)));
}

// Of an output of one element, that it differs says all.
std::string how_many(std::size_t differing, std::size_t elements) {
    return elements == 1 ? "" : fmt::format("; {} of {} elements differ", differing, elements);
}

template <typename T, typename Same, typename Show>
Outcome compare(std::string_view name, std::span<const T> got, std::span<const T> expected, Same same,
                Show show_pair) {
    if (got.size() != expected.size())
        return Outcome::fail(fmt::format("{} has {} elements, expected {}", name, got.size(), expected.size()));
    // Nearly always, and soonest seen. Equal bits are equal values, a NaN's too.
    if (got.empty() || std::memcmp(got.data(), expected.data(), got.size_bytes()) == 0) return Outcome::pass();
    std::size_t differing = 0;
    WrongElements wrong{std::string(name), got.size(), {}};
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (same(got[i], expected[i])) continue;
        ++differing;
        wrong.add(i);
    }
    if (differing == 0) return Outcome::pass();
    const std::size_t first = wrong.runs.front().first;
    return Outcome::fail(fmt::format("{}[{}] is {}{}", name, first, show_pair(got[first], expected[first]),
                                     how_many(differing, got.size())),
                         std::move(wrong));
}

}  // namespace

bool same_value(float a, float b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool same_half(std::uint16_t a, std::uint16_t b) {
    return a == b || (is_nan_half(a) && is_nan_half(b)) || ((a | b) & 0x7FFF) == 0;
}

std::string show(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    return std::isnan(x) ? fmt::format("NaN (0x{:08x})", bits) : fmt::format("{} (0x{:08x})", x, bits);
}

std::string show_half(std::uint16_t bits) {
    return is_nan_half(bits) ? fmt::format("NaN (half 0x{:04x})", bits)
                             : fmt::format("{} (half 0x{:04x})", half_value(bits), bits);
}

Outcome expect_same(std::string_view name, std::span<const float> got, std::span<const float> expected) {
    return compare(name, got, expected, same_value, [](float g, float e) {
        return fmt::format("{}, expected {}{}", show(g), show(e), distance_in_ulps(g, e));
    });
}

Outcome expect_same(std::string_view name, std::span<const std::int8_t> got,
                    std::span<const std::int8_t> expected) {
    return compare(name, got, expected, std::equal_to<>(),
                   [](int g, int e) { return fmt::format("{}, expected {}", g, e); });
}

Outcome expect_same_halves(std::string_view name, std::span<const std::uint16_t> got,
                           std::span<const std::uint16_t> expected) {
    return compare(name, got, expected, same_half, [](std::uint16_t g, std::uint16_t e) {
        return fmt::format("{}, expected {}", show_half(g), show_half(e));
    });
}

Outcome expect_same(std::string_view name, std::span<const brickproof_q8_0> got,
                    std::span<const brickproof_q8_0> expected) {
    if (got.size() != expected.size())
        return Outcome::fail(fmt::format("{} has {} blocks, expected {}", name, got.size(), expected.size()));
    constexpr std::size_t values = BRICKPROOF_Q8_0_BLOCK + 1;  // of a block: its scale, then its quants
    std::string message;
    WrongElements wrong{std::string(name), got.size() * values, {}};
    for (std::size_t b = 0; b < got.size(); ++b) {
        if (std::memcmp(&got[b], &expected[b], sizeof(got[b])) == 0) continue;
        if (!same_half(got[b].d, expected[b].d)) {
            if (message.empty())
                message = fmt::format("{}[{}].d is {}, expected {}", name, b, show_half(got[b].d),
                                      show_half(expected[b].d));
            wrong.add(b * values);
        }
        for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i) {
            if (got[b].qs[i] == expected[b].qs[i]) continue;
            if (message.empty())
                message = fmt::format("{}[{}].qs[{}] is {}, expected {}", name, b, i, int{got[b].qs[i]},
                                      int{expected[b].qs[i]});
            wrong.add(b * values + 1 + i);
        }
    }
    return message.empty() ? Outcome::pass() : Outcome::fail(std::move(message), std::move(wrong));
}

Outcome expect_same_outputs(const Case& c, const Outputs& got, const Outputs& expected) {
    if (got == expected) return Outcome::pass();
    std::size_t output = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::output) continue;
        Outcome outcome;
        switch (operand.element) {
            case Element::f32:
                outcome = expect_same(operand.name, got.as<float>(output), expected.as<float>(output));
                break;
            case Element::i8:
                outcome = expect_same(operand.name, got.as<std::int8_t>(output), expected.as<std::int8_t>(output));
                break;
            case Element::f16:
                outcome = expect_same_halves(operand.name, got.as<std::uint16_t>(output),
                                             expected.as<std::uint16_t>(output));
                break;
            case Element::q8_0:
                outcome = expect_same(operand.name, got.as<brickproof_q8_0>(output),
                                      expected.as<brickproof_q8_0>(output));
                break;
        }
        if (outcome.kind != Outcome::Kind::pass) return outcome;
        ++output;
    }
    return Outcome::pass();
}

Array<double> output_values(Element element, std::span<const std::byte> array) {
    Array<double> values;
    const auto append = [&]<typename T>(T, auto value_of) {
        const std::span<const T> elements{reinterpret_cast<const T*>(array.data()), array.size() / sizeof(T)};
        values.reserve(elements.size());
        for (const T& element_value : elements) value_of(element_value);
    };
    switch (element) {
        case Element::f32:
            append(float{}, [&](float x) { values.push_back(static_cast<double>(x)); });
            break;
        case Element::i8:
            append(std::int8_t{}, [&](std::int8_t q) { values.push_back(q); });
            break;
        case Element::f16:
            append(std::uint16_t{}, [&](std::uint16_t bits) { values.push_back(half_value(bits)); });
            break;
        case Element::q8_0:
            append(brickproof_q8_0{}, [&](const brickproof_q8_0& b) {
                values.push_back(half_value(b.d));
                values.append(b.qs);
            });
            break;
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
            expect_within(operand.name, output_values(operand.element, got.arrays[output]), oracle[output]);
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
            return Outcome::fail(fmt::format(
                "{}: {}", situation, too_far_apart(fmt::format("y[{}]", i), before[i], after[i], bounds[i])));
        if (bounds[i] > 0.0) largest_share = std::max(largest_share, difference / (2.0 * bounds[i]));
    }
    return Outcome::pass(largest_share);
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
