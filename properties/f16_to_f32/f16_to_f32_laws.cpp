#include "f16_to_f32/f16_to_f32_laws.hpp"

#include <fmt/format.h>

#include <cmath>

#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/statements.hpp"
#include "f16_to_f32/f16_to_f32_oracle.hpp"

namespace brickproof {
namespace {

Outcome exact_value(const Case& c, Trial& trial) {
    const std::span<const std::uint16_t> x = c.input<std::uint16_t>(0);
    const Array<double> exact = exact_f16_to_f32(x);
    const Outputs got = trial.run(c);
    const std::span<const float> y = got.as<float>(0);
    WrongElements wrong{"y", x.size(), {}};
    for (std::size_t i = 0; i < x.size(); ++i)
        if (!same_value(y[i], static_cast<float>(exact[i]))) wrong.add(i);
    if (wrong.runs.empty()) return Outcome::pass();
    const std::size_t i = wrong.runs.front().first;
    return Outcome::fail(fmt::format("y[{}] is {} for the half 0x{:04x}, expected {}", i, show(y[i]), x[i],
                                     show(static_cast<float>(exact[i]))),
                         std::move(wrong));
}

Outcome every_half(const Case&, Trial& trial) {
    constexpr std::size_t halves = 65536;
    Case c;
    c.sizes = {halves};
    c.operands.reserve(2);
    const auto x = add_input<std::uint16_t>(c, "x", f16, halves);
    add_output(c, "y", f32, halves);
    for (std::size_t i = 0; i < halves; ++i) x[i] = static_cast<std::uint16_t>(i);
    return exact_value(c, trial);
}

// Quiet, signalling, with the highest and the lowest bit of the payload.
constexpr std::uint16_t nans[] = {0x7E00, 0xFE00, 0x7C01, 0xFC01, 0x7D00, 0x7FFF, 0xFFFF, 0x7E01};

Outcome nan_stays_nan(const Case& c, Trial& trial) {
    if (c.sizes[0] == 0) return Outcome::discard();
    Case with_nans = c;
    const std::span<std::uint16_t> x = with_nans.input<std::uint16_t>(0);
    const std::size_t start = c.sizes[0] % 3 % x.size();
    for (std::size_t i = start; i < x.size(); i += 3) x[i] = nans[(i / 3 + x.size()) % 8];
    const Outputs got = trial.run(with_nans);
    const std::span<const float> y = got.as<float>(0);
    for (std::size_t i = start; i < x.size(); i += 3)
        if (!std::isnan(y[i]))
            return Outcome::fail(
                fmt::format("x[{}] is NaN (half 0x{:04x}), but y[{}] is {}", i, x[i], i, show(y[i])));
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> f16_to_f32_statements() {
    Statement nan = law("nan_stays_nan", "a NaN, quiet or signalling, whatever its payload, becomes a NaN",
                        {"finite"}, nan_stays_nan);
    nan.excluded_by = {"finite"};
    return {
        {.name = "exact_value",
         .kind = StatementKind::exact,
         .says = "every half becomes the float of the same value, subnormals, Inf and NaN included",
         .check = exact_value},
        {.name = "every_half",
         .kind = StatementKind::exact,
         .says = "the same for each of the 65,536 halves",
         .excluded_by = {"finite"},
         .check = every_half,
         .single_case = true},
        nan,
        elementwise({}),
        prefix_consistency(1, {}),
        sign_of_zero({}),
    };
}

}  // namespace brickproof
