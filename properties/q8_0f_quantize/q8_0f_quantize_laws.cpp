#include "q8_0f_quantize/q8_0f_quantize_laws.hpp"

#include <fmt/format.h>

#include "engine/compare.hpp"
#include "engine/quantize_statements.hpp"
#include "q8_0f_quantize/q8_0f_quantize_oracle.hpp"

namespace brickproof {
namespace {

Outcome partial_block_is_zero_padded(const Case& c, Trial& trial) {
    const QuantizeFormat& format = q8_0f_quantize_format();
    std::span<const float> x = values_of(c);
    if (x.empty()) return Outcome::discard();
    // Whole blocks have no padding: the last one loses some values.
    if (x.size() % q8_0_block == 0) x = x.first(x.size() - 1 - x.size() / q8_0_block % (q8_0_block - 1));
    Array<float> padded(x.begin(), x.end());
    padded.resize(block_count_of(x.size()) * q8_0_block, 0.0f);
    const Quantized alone = run_on(format, trial, x);
    const Quantized whole = run_on(format, trial, padded);
    const Outcome same_scales = expect_same("scales", std::span(alone.scales), std::span(whole.scales));
    const Outcome same_codes =
        expect_same("q", std::span(alone.codes), std::span(whole.codes).first(alone.codes.size()));
    const Outcome both = all_of({same_scales, same_codes});
    if (both.kind == Outcome::Kind::pass) return both;
    return Outcome::fail(fmt::format("{} values, then the same padded with zeros to {} ('expected'): {}", x.size(),
                                     padded.size(), both.message));
}

}  // namespace

std::vector<Statement> q8_0f_quantize_statements() {
    const QuantizeFormat& format = q8_0f_quantize_format();
    std::vector<Statement> statements = quantize_accuracy_statements(format);
    for (Statement& law : quantize_laws(format)) statements.push_back(std::move(law));
    statements.push_back(quantize_idempotent(format));
    statements.push_back({.name = "partial_block_is_zero_padded",
                          .kind = StatementKind::law,
                          .says = "a partial last block is quantised as if zeros filled it up",
                          .needs = {"finite"},
                          .check = partial_block_is_zero_padded});
    for (Statement& character : quantize_characters(format)) statements.push_back(std::move(character));
    return statements;
}

}  // namespace brickproof
