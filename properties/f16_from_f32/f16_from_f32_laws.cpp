#include "f16_from_f32/f16_from_f32_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/fills.hpp"
#include "engine/statements.hpp"
#include "f16_from_f32/f16_from_f32_oracle.hpp"

namespace brickproof {
namespace {

using Halves = Array<std::uint16_t>;

Case case_of(std::span<const float> x) {
    Case c;
    c.sizes = {x.size()};
    c.operands.reserve(2);
    std::ranges::copy(x, add_input<float>(c, "x", f32, x.size()).begin());
    add_output(c, "y", f16, x.size());
    return c;
}

// PASS, or FAIL with the float whose half is wrong.
Outcome expect_halves(std::span<const float> x, std::span<const std::uint16_t> got,
                      std::span<const std::uint16_t> expected) {
    WrongElements wrong{"y", x.size(), {}};
    for (std::size_t i = 0; i < x.size(); ++i)
        if (!same_half(got[i], expected[i])) wrong.add(i);
    if (wrong.runs.empty()) return Outcome::pass();
    const std::size_t i = wrong.runs.front().first;
    return Outcome::fail(fmt::format("y[{}] is {} for x = {}, expected {}", i, show_half(got[i]), show(x[i]),
                                     show_half(expected[i])),
                         std::move(wrong));
}

Outcome exact_rounding(const Case& c, Trial& trial) {
    const std::span<const float> x = c.input<float>(0);
    return expect_halves(x, trial.run(c).as<std::uint16_t>(0), exact_f16_from_f32(x));
}

// Each half and the midpoint to the next one further from zero, with the floats next to both.
Array<float> boundaries_of(std::uint16_t first, std::size_t count) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    Array<float> x;
    for (std::size_t k = 0; k < count; ++k) {
        const auto bits = static_cast<std::uint16_t>(first + k);
        const auto half = static_cast<float>(half_value(bits));
        const double next = (bits & 0x7FFF) == 0x7BFF ? std::copysign(65536.0, half)
                                                      : half_value(static_cast<std::uint16_t>(bits + 1));
        const auto middle = static_cast<float>((static_cast<double>(half) + next) / 2.0);
        for (const float boundary : {half, middle})
            x.append(std::initializer_list<float>{boundary, std::nextafter(boundary, -infinity),
                                                  std::nextafter(boundary, infinity)});
    }
    return x;
}

Outcome every_rounding_boundary(const Case&, Trial& trial) {
    constexpr std::size_t halves_at_once = 4096;
    for (const std::size_t sign : {0x0000u, 0x8000u})
        for (std::size_t first = 0; first < 0x7C00; first += halves_at_once) {
            const std::size_t count = std::min(halves_at_once, 0x7C00 - first);
            const Array<float> x = boundaries_of(static_cast<std::uint16_t>(sign | first), count);
            const Outputs got = trial.run(case_of(x));
            const Outcome outcome = expect_halves(x, got.as<std::uint16_t>(0), exact_f16_from_f32(x));
            if (outcome.kind != Outcome::Kind::pass) return outcome;
        }
    return Outcome::pass();
}

Outcome every_float(const Case&, Trial& trial) {
    constexpr std::uint32_t floats_at_once = 65536;
    Array<float> x(floats_at_once);
    for (std::uint32_t high = 0; high < 65536; ++high) {
        for (std::uint32_t low = 0; low < floats_at_once; ++low) x[low] = std::bit_cast<float>(high << 16 | low);
        const Outputs got = trial.run(case_of(x));
        const Halves expected = halves_of_floats_with_high_bits(static_cast<std::uint16_t>(high));
        const Outcome outcome = expect_halves(x, got.as<std::uint16_t>(0), expected);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// Quiet, signalling, with the payload in the bits that a half keeps and only in those that it drops.
constexpr std::uint32_t nans[] = {0x7FC00000, 0xFFC00000, 0x7F800001, 0xFF800001,
                                  0x7FA00000, 0x7FFFFFFF, 0x7F801FFF, 0xFF802000};

Outcome nan_stays_nan(const Case& c, Trial& trial) {
    if (c.sizes[0] == 0) return Outcome::discard();
    Case with_nans = c;
    const std::span<float> x = with_nans.input<float>(0);
    const std::size_t start = c.sizes[0] % 3 % x.size();
    for (std::size_t i = start; i < x.size(); i += 3) x[i] = std::bit_cast<float>(nans[(i / 3 + x.size()) % 8]);
    const Outputs got = trial.run(with_nans);
    const std::span<const std::uint16_t> y = got.as<std::uint16_t>(0);
    for (std::size_t i = start; i < x.size(); i += 3)
        if ((y[i] & 0x7E00) != 0x7E00)
            return Outcome::fail(fmt::format("x[{}] is NaN (0x{:08x}), but y[{}] is {}, expected a quiet NaN", i,
                                             nans[(i / 3 + x.size()) % 8], i, show_half(y[i])));
    return Outcome::pass();
}

Outcome monotone(const Case& c, Trial& trial) {
    Array<float> x(c.input<float>(0).begin(), c.input<float>(0).end());
    std::ranges::sort(x);
    const Outputs got = trial.run(case_of(x));
    const std::span<const std::uint16_t> y = got.as<std::uint16_t>(0);
    for (std::size_t i = 1; i < y.size(); ++i)
        if (!(half_value(y[i - 1]) <= half_value(y[i])))
            return Outcome::fail(fmt::format(
                "x[{}] = {} gives {}, but x[{}], which is {}, gives {}", i - 1, show(x[i - 1]), show_half(y[i - 1]),
                i, x[i - 1] == x[i] ? "the same" : "the larger " + show(x[i]), show_half(y[i])));
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> f16_from_f32_statements() {
    Statement nan = law("nan_stays_nan", "a NaN, quiet or signalling, whatever its payload, becomes a quiet NaN",
                        {"finite"}, nan_stays_nan);
    nan.excluded_by = {"finite"};
    return {
        {.name = "exact_rounding",
         .kind = StatementKind::exact,
         .says = "every value becomes the nearest half, the even one on a tie, Inf from 65,520 on",
         .check = exact_rounding},
        {.name = "every_rounding_boundary",
         .kind = StatementKind::exact,
         .says = "the same at every half, at every midpoint of two halves, and at the floats next to them",
         .check = every_rounding_boundary,
         .single_case = true},
        {.name = "every_float",
         .kind = StatementKind::exact,
         .says = "the same for each of the 2^32 floats",
         .excluded_by = {"finite"},
         .check = every_float,
         .on_demand = true,
         .single_case = true},
        nan,
        law("monotone", "a larger float never becomes a smaller half", {"finite"}, monotone),
        elementwise({}),
        prefix_consistency(1, {}),
        sign_of_zero({}),
    };
}

}  // namespace brickproof
