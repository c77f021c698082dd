// How far a correct float32 rope may be from the exact rotation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include "brick/rounding.hpp"

namespace brick {

inline constexpr std::string_view rope_bound_derivation =
    "Angles. Exact: A = position * theta^(-2i/d), d = head_dim. A kernel may compute it in float32, and that loses "
    "position * u "
    "radians. By a power for each pair: the exponent -(2i/d) ln theta, as logarithm (2 ulp), two roundings of 2i/d "
    "and a product, is within gamma_7 of itself; exp or pow of 2 ulp is 4u, a reciprocal 1, the product with the "
    "position 1. By iteration, as ggml: theta^(-2/d) once, with an error as above, and i products with it. So "
    "|A' - A| <= gamma_k A, k = 5i + 2 + 7 (2i/d) |ln theta|, for i > 0; for i = 0 the angle is the position, "
    "exactly "
    "(pow(theta, 0) = 1), below 2^24 and rounded once above. Underflow of a frequency adds (i + 1) * position * "
    "2^-149. "
    "Rotation. Turning by A' instead of A moves a pair (a, b) by at most min(|A' - A|, 2) * hypot(a, b). Then sine "
    "and "
    "cosine of A' are within 2 ulp, which is 4u of their values, a product and an addition round once each, with "
    "or "
    "without FMA: gamma_6 * (|a cos A'| + |b sin A'|) for the first value and gamma_6 * (|a sin A'| + |b cos A'|) "
    "for "
    "the second, where |cos A'| <= |cos A| + |A' - A|, and the sum is at most hypot(a, b). Two products may "
    "underflow "
    "(2^-150 each), and a subnormal sine may be off by 2^-148. Nothing is promised where such a sum of magnitudes "
    "exceeds the largest float32, or for theta below 2^-100, where angles may.";

// Of the angle of a pair, in radians; exact_angle = position * theta^(-2 pair / head_dim).
inline double rope_angle_error(double exact_angle, std::size_t pair, std::size_t head_dim, std::size_t position,
                               double theta) {
    if (theta < 0x1p-100) return std::numeric_limits<double>::infinity();
    const double conversion = position > std::size_t{1} << 24 ? 1.0 : 0.0;
    if (pair == 0) return conversion * unit_roundoff * exact_angle;
    const double i = static_cast<double>(pair);
    const double exponent = 2.0 * i / static_cast<double>(head_dim) * std::fabs(std::log(theta));
    const double ku = (5.0 * i + 2.0 + conversion + 7.0 * exponent) * unit_roundoff;
    if (ku >= 1.0) return std::numeric_limits<double>::infinity();
    const double underflow = (i + 1.0) * static_cast<double>(position) * 2.0 * half_denorm_min;
    return ku / (1.0 - ku) * exact_angle + underflow;
}

// Of a cos - b sin. That of a sin + b cos is rope_error_bound(a, b, sin, cos, angle_error).
inline double rope_error_bound(double a, double b, double cos, double sin, double angle_error) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (std::isinf(angle_error)) return infinity;
    const double radius = std::hypot(a, b);
    const double both = std::fabs(a) + std::fabs(b);
    const double magnitudes = std::min(radius, std::fabs(a * cos) + std::fabs(b * sin) + angle_error * both);
    if ((1.0 + gamma(6)) * magnitudes > static_cast<double>(std::numeric_limits<float>::max())) return infinity;
    return std::min(angle_error, 2.0) * radius + gamma(6) * magnitudes + 4.0 * half_denorm_min * both +
           2.0 * half_denorm_min;
}

}  // namespace brick
