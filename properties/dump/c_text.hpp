// C text about an op and its operands, made from the contract's signature.
#pragma once

#include <string>
#include <string_view>

#include "engine/contract.hpp"
#include "engine/expected.hpp"

namespace brickproof {

struct CFunction {
    std::string types;  // the structures that it needs, with a line feed each
    std::string type;   // "float kernel_fn(const float *a, const float *b, size_t n)"
    std::string call;   // "*(float *)o[2] = kernel(o[0], o[1], sizes[k][0]);"
};

// Calls `kernel` with the operands of call k, whose addresses are o[0], o[1], ... The problem names a parameter
// that is neither an operand nor a size.
Expected<CFunction> c_function_of(const Contract& contract, const Case& c);

// A text within a string literal, or within a comment.
std::string c_string(std::string_view text);
std::string c_comment(std::string_view text);

}  // namespace brickproof
