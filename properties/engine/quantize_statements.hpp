// The statements that q8_0.quantize and q8_0f.quantize share. `format` must live as long as the statements.
#pragma once

#include <vector>

#include "engine/contract.hpp"
#include "engine/quantize_format.hpp"

namespace brickproof {

// How near scales, codes and the values that they stand for come to the exact ones; what holds of single outputs.
std::vector<Statement> quantize_accuracy_statements(const QuantizeFormat& format);
// What outputs of related inputs have in common, to the bit.
std::vector<Statement> quantize_laws(const QuantizeFormat& format);
Statement quantize_idempotent(const QuantizeFormat& format);
// What correct kernels may do differently: rounding of ties, NaN and Inf.
std::vector<Statement> quantize_characters(const QuantizeFormat& format);

}  // namespace brickproof
