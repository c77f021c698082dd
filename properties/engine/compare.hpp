// Comparisons that name the first place that differs. "Equal bits" holds every NaN for one value and +0 equal to
// -0.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/contract.hpp"

namespace brickproof {

bool same_value(float a, float b);                 // equal bits, one NaN, one zero
bool same_half(std::uint16_t a, std::uint16_t b);  // the same for halves

std::string show(float x);  // shortest digits that read back, with the bits
std::string show_half(std::uint16_t bits);

// PASS, or FAIL with "name[i] is ..., expected ...", and how many differ.
Outcome expect_same(std::string_view name, std::span<const float> got, std::span<const float> expected);
Outcome expect_same(std::string_view name, std::span<const std::int8_t> got, std::span<const std::int8_t> expected);
// The same for elements of any type: of blocks number by number, with the block and the field named.
Outcome expect_same(const Type& type, std::string_view name, std::span<const std::byte> got,
                    std::span<const std::byte> expected);

// All outputs of a case, operand by operand, by the rule of their type.
Outcome expect_same_outputs(const Case& c, const Outputs& got, const Outputs& expected);

// The numbers of one output as the oracle orders them: element by element, and of a block field by field.
Array<double> output_values(const Type& type, std::span<const std::byte> array);

// PASS with the largest share of the bound, or FAIL. NaN is within no bound but an infinite one.
Outcome expect_within(std::string_view name, std::span<const double> got, const OracleOutput& oracle);
// The same for all outputs of a case.
Outcome expect_outputs_within(const Case& c, const Outputs& got, std::span<const OracleOutput> oracle);

// Two correct results of the same sums, of which value i may be off by bounds[i]; nothing is promised where that is
// infinite. PASS with the largest share of two bounds, or FAIL with the situation and the first value of y that is
// off.
Outcome expect_two_bounds(std::string_view situation, std::span<const float> before, std::span<const float> after,
                          std::span<const double> bounds);

// Numbers of two arrays of one size that differ in any bit.
WrongElements different_bits(const Type& type, std::string_view name, std::span<const std::byte> a,
                             std::span<const std::byte> b);

// The sentence for one value of two such results: "y[3] was 1 and is 2: these are 1 apart, and two correct results
// at most 0.5".
std::string too_far_apart(std::string_view name, float before, float after, double bound);

// The same outcome; a failure's message begins with the situation: "after negating x: ".
Outcome in_situation(std::string_view situation, Outcome outcome);
// The same with a text that is only made for a failure.
template <std::invocable<> MakeText>
Outcome in_situation(MakeText make_text, Outcome outcome) {
    return outcome.kind == Outcome::Kind::fail ? in_situation(make_text(), std::move(outcome)) : outcome;
}

// The first outcome that is not a pass; else a pass.
Outcome all_of(std::initializer_list<Outcome> outcomes);

}  // namespace brickproof
