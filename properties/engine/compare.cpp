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

template <typename T, typename Same, typename Show>
Outcome compare(std::string_view name, std::span<const T> got, std::span<const T> expected, Same same,
                Show show_pair) {
    if (got.size() != expected.size())
        return Outcome::fail(fmt::format("{} has {} elements, expected {}", name, got.size(), expected.size()));
    // Nearly always, and soonest seen. Equal bits are equal values, a NaN's too.
    if (got.empty() || std::memcmp(got.data(), expected.data(), got.size_bytes()) == 0) return Outcome::pass();
    std::size_t differing = 0;
    std::size_t first = 0;
    for (std::size_t i = got.size(); i-- > 0;) {
        if (same(got[i], expected[i])) continue;
        ++differing;
        first = i;
    }
    if (differing == 0) return Outcome::pass();
    return Outcome::fail(fmt::format("{}[{}] is {}; {} of {} elements differ", name, first,
                                     show_pair(got[first], expected[first]), differing, got.size()));
}

}  // namespace

bool same_value(float a, float b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool same_half(std::uint16_t a, std::uint16_t b) {
    return a == b || (is_nan_half(a) && is_nan_half(b)) || ((a | b) & 0x7FFF) == 0;
}

std::string show(float x) {
    return fmt::format("{} (0x{:08x})", x, std::bit_cast<std::uint32_t>(x));
}

std::string show_half(std::uint16_t bits) {
    return fmt::format("{} (half 0x{:04x})", half_value(bits), bits);
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
    for (std::size_t b = 0; b < std::min(got.size(), expected.size()); ++b) {
        if (!same_half(got[b].d, expected[b].d))
            return Outcome::fail(
                fmt::format("{}[{}].d is {}, expected {}", name, b, show_half(got[b].d), show_half(expected[b].d)));
        // The name is only made for a block that differs.
        if (std::ranges::equal(got[b].qs, expected[b].qs)) continue;
        return expect_same(fmt::format("{}[{}].qs", name, b), std::span<const std::int8_t>(got[b].qs),
                           std::span<const std::int8_t>(expected[b].qs));
    }
    if (got.size() == expected.size()) return Outcome::pass();
    return Outcome::fail(fmt::format("{} has {} blocks, expected {}", name, got.size(), expected.size()));
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
