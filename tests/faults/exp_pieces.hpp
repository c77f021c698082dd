#pragma once

// exps in float32 that are right to 2 ulp, each computed in another way. Nothing here comes from the library under
// test.

#include <cmath>
#include <limits>

namespace brickproof::faults {

/// Rounded from float64.
inline float exp_nearest(float x) {
    return static_cast<float>(std::exp(static_cast<double>(x)));
}

/// The polynomial of Cephes' expf (Moshier), 1.7e-7 of the result; 2^n by ldexp, so that subnormals stay.
inline float exp_cephes(float x) {
    if (x != x) return x;
    if (x > 88.8f) return std::numeric_limits<float>::infinity();
    if (x < -104.0f) return 0.0f;
    const float n = std::floor(1.44269504088896341f * x + 0.5f);
    const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    return std::ldexp(p * (r * r) + r + 1.0f, static_cast<int>(n));
}

/// exp(x/2)^2: one and a half ulp.
inline float exp_by_squaring(float x) {
    const float half = exp_nearest(0.5f * x);
    return half * half;
}

}  // namespace brickproof::faults
