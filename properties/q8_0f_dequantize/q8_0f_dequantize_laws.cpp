#include "q8_0f_dequantize/q8_0f_dequantize_laws.hpp"

#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/statements.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_oracle.hpp"

namespace brickproof {
namespace {

// From float64 to float32 rounds the exact product once: to nearest even, into the subnormals and to Inf.
Outcome exact_product(const Case& c, Trial& trial) {
    const Array<double> exact = exact_q8_0f_dequantize(c.input<std::int8_t>(0), c.input<float>(1));
    Array<float> expected(exact.size());
    for (std::size_t i = 0; i < exact.size(); ++i) expected[i] = static_cast<float>(exact[i]);
    return expect_same("y", trial.run(c).as<float>(0), expected);
}

void replace_blocks(Case& c, std::size_t parity) {
    const std::span<std::int8_t> q = c.input<std::int8_t>(0);
    for (std::size_t i = 0; i < q.size(); ++i)
        if (i / BRICKPROOF_Q8_0_BLOCK % 2 == parity) q[i] = q[i] == 77 ? std::int8_t{-33} : std::int8_t{77};
    const std::span<float> scales = c.input<float>(1);
    for (std::size_t b = parity; b < scales.size(); b += 2) scales[b] = scales[b] == 10.0f ? 0.5f : 10.0f;
}

}  // namespace

std::vector<Statement> q8_0f_dequantize_statements() {
    Statement nonfinite =
        law("nonfinite_scale", "Inf and NaN scales follow IEEE products: NaN stays NaN, Inf * 0 is NaN",
            {"nonfinite"}, exact_product);
    nonfinite.excluded_by = {"finite"};
    return {
        {.name = "exact_product",
         .kind = StatementKind::exact,
         .says = "every value is the product of its code and its block's scale, correctly rounded, subnormals kept",
         .needs = {"finite"},
         .check = exact_product},
        nonfinite,
        prefix_consistency(1, {"finite"}),
        block_independence(replace_blocks, {"finite"}),
        sign_of_zero({"finite"}),
    };
}

}  // namespace brickproof
