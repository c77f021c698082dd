#include "q8_0_gemv/q8_0_gemv_oracle.hpp"

namespace brickproof {

Array<ExactDot> exact_q8_0_gemv(std::span<const brickproof_q8_0> w, std::span<const brickproof_q8_0> x,
                                std::size_t rows) {
    Array<ExactDot> y;
    y.reserve(rows);
    for (std::size_t row = 0; row < rows; ++row)
        y.push_back(exact_q8_0_dot(w.subspan(row * x.size(), x.size()), x));
    return y;
}

}  // namespace brickproof
