#include "q8_0_dequantize/q8_0_dequantize_laws.hpp"

#include <fmt/format.h>

#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/q8_0_blocks.hpp"
#include "engine/statements.hpp"
#include "q8_0_dequantize/q8_0_dequantize_oracle.hpp"

namespace brickproof {
namespace {

using Block = brickproof_q8_0;

Outcome exact_product(const Case& c, Trial& trial) {
    const Array<double> exact = exact_q8_0_dequantize(c.input<Block>(0));
    const Array<float> expected(exact.begin(), exact.end());
    return expect_same("y", trial.run(c).as<float>(0), expected);
}

// Every scale with 32 codes; eight neighbouring scales together have all 256.
Outcome every_half_scale(const Case&, Trial& trial) {
    constexpr std::size_t scales = 65536;
    constexpr std::size_t blocks_at_once = 4096;
    for (std::size_t first = 0; first < scales; first += blocks_at_once) {
        Case c = trial.contract().signature.shape({blocks_at_once * BRICKPROOF_Q8_0_BLOCK});
        const std::span<Block> x = c.input<Block>(0);
        for (std::size_t b = 0; b < blocks_at_once; ++b) {
            x[b].d = static_cast<std::uint16_t>(first + b);
            for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i)
                x[b].qs[i] = static_cast<std::int8_t>(static_cast<int>(8 * i + b % 8) - 128);
        }
        Outcome outcome = exact_product(c, trial);
        if (outcome.kind == Outcome::Kind::pass) continue;
        outcome.message = fmt::format("with the scales 0x{:04x} to 0x{:04x}, one block of each: {}", first,
                                      first + blocks_at_once - 1, outcome.message);
        return outcome;
    }
    return Outcome::pass();
}

void replace_blocks(Case& c, std::size_t parity) {
    const std::span<Block> x = c.input<Block>(0);
    for (std::size_t b = parity; b < x.size(); b += 2) {
        x[b].d = static_cast<std::uint16_t>(x[b].d == 0x4900 ? 0x3800 : 0x4900);  // 0.5 or 10
        for (std::int8_t& q : x[b].qs) q = q == 77 ? std::int8_t{-33} : std::int8_t{77};
    }
}

}  // namespace

std::vector<Statement> q8_0_dequantize_statements() {
    Statement nonfinite =
        law("nonfinite_scale", "Inf and NaN scales follow IEEE products: NaN stays NaN, Inf * 0 is NaN",
            {"nonfinite"}, exact_product);
    nonfinite.excluded_by = {"finite"};
    return {
        {.name = "exact_product",
         .kind = StatementKind::exact,
         .says = "every value is the exact product of its code and its block's scale, to the bit",
         .needs = {"finite"},
         .check = exact_product},
        {.name = "every_half_scale",
         .kind = StatementKind::exact,
         .says = "the same for each of the 65,536 scales, Inf and NaN among them, with all 256 codes",
         .excluded_by = {"finite", "quants>-128"},
         .check = every_half_scale,
         .single_case = true},
        nonfinite,
        prefix_consistency(BRICKPROOF_Q8_0_BLOCK, {"finite"}),
        block_independence(replace_blocks, {"finite"}),
        sign_of_zero({"finite"}),
    };
}

}  // namespace brickproof
