#include "rms_norm/rms_norm_factor.hpp"
#include "rms_norm/rms_norm_kernels.hpp"

namespace brick {

void rms_norm_scalar(const float* x, const float* weight, float* y, std::size_t n, float eps) {
    double sums[rms_norm_lanes] = {};
    add_squares(sums, x, n);
    scale_values(x, weight, rms_norm_factor(folded(sums), n, eps), y, n);
}

}  // namespace brick
