#include "q8_0_quantize/q8_0_quantize_laws.hpp"

#include <fmt/format.h>

#include <cmath>

#include "engine/compare.hpp"
#include "engine/quantize_statements.hpp"
#include "q8_0_quantize/q8_0_quantize_oracle.hpp"

namespace brickproof {
namespace {

// One value of every block is so large that the block's scale is beyond the halves: 65,520 and above.
Outcome scale_overflow(const Case& c, Trial& trial) {
    const std::span<const float> values = values_of(c);
    if (values.empty()) return Outcome::discard();
    Array<float> x(values.begin(), values.end());
    for (std::size_t b = 0; b < block_count_of(x.size()); ++b)
        x[b * q8_0_block + b % q8_0_block] =
            std::ldexp(b % 2 == 0 ? 127.0f * 65520.0f : -127.0f * 65521.0f, static_cast<int>(b % 8));
    const Quantized got = run_on(q8_0_quantize_format(), trial, x);
    for (std::size_t b = 0; b < got.scales.size(); ++b)
        if (!std::isinf(got.scales[b]))
            return Outcome::note(fmt::format(
                "where amax/127 is {:.9g}, beyond the halves, d is {}; rounding to nearest even gives Inf",
                static_cast<double>(amax_of(block_of(std::span<const float>(x), b))) / 127.0, show(got.scales[b])));
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> q8_0_quantize_statements() {
    const QuantizeFormat& format = q8_0_quantize_format();
    std::vector<Statement> statements = quantize_accuracy_statements(format);
    for (Statement& law : quantize_laws(format)) statements.push_back(std::move(law));
    statements.push_back(quantize_idempotent(format));
    for (Statement& character : quantize_characters(format)) statements.push_back(std::move(character));
    statements.push_back({.name = "scale_overflow",
                          .kind = StatementKind::character,
                          .says = "a block whose scale rounds beyond the largest half, 65504, gets the scale Inf",
                          .needs = {"finite"},
                          .check = scale_overflow});
    return statements;
}

}  // namespace brickproof
