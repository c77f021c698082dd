// The operands of a gemv case, by name.
#pragma once

#include <cstddef>
#include <span>

#include "engine/case.hpp"

namespace brickproof {

// In the signature's order: w, x, bias, y. Sizes: rows, cols, and whether there is a bias (else the kernel gets
// NULL).
struct GemvInputs {
    std::span<float> w;
    std::span<float> x;
    std::span<float> bias;  // empty without one

    std::span<float> row(std::size_t r) const { return w.subspan(r * x.size(), x.size()); }
};

inline GemvInputs gemv_inputs(Case& c) {
    return {c.input<float>(0), c.input<float>(1), c.input<float>(2)};
}

inline std::size_t gemv_rows(const Case& c) {
    return c.sizes[0];
}
inline std::size_t gemv_cols(const Case& c) {
    return c.sizes[1];
}

}  // namespace brickproof
