#include "support/exp_avx2.hpp"

#include "exp_forms.hpp"

namespace brick {

void exp_avx2(const float* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; i += 8) _mm256_storeu_ps(y + i, exp_f32(_mm256_loadu_ps(x + i)));
}

}  // namespace brick
