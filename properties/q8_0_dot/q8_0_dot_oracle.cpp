#include "q8_0_dot/q8_0_dot_oracle.hpp"

#include <cmath>
#include <cstddef>

#include "engine/fills.hpp"

namespace brickproof {

// A block's sums are integers, at most 32 * 2^14: exact.
ExactDot exact_q8_0_dot(std::span<const brickproof_q8_0> a, std::span<const brickproof_q8_0> b) {
    ExactDot exact{0.0, 0.0};
    for (std::size_t k = 0; k < a.size(); ++k) {
        int sum = 0;
        int magnitudes = 0;
        for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i) {
            const int product = a[k].qs[i] * b[k].qs[i];
            sum += product;
            magnitudes += product < 0 ? -product : product;
        }
        const double scales = half_value(a[k].d) * half_value(b[k].d);
        exact.sum += scales * sum;
        exact.sum_of_magnitudes += std::fabs(scales) * magnitudes;
    }
    return exact;
}

}  // namespace brickproof
