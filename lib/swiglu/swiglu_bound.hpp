// How far each result of a correct float32 swiglu may be from gate / (1 + exp(-gate)) * up.
#pragma once

#include <cmath>
#include <limits>
#include <string_view>

#include "brick/rounding.hpp"

namespace brick {

inline constexpr std::string_view swiglu_bound_derivation =
    "Let E = exp(-g), w = E/(1+E), s = 1/(1+E); y = g s up. A kernel's exp is off by 2 ulp, 4u, at most; so 1+E is "
    "off by 4u w, and so is the other form, e/(1+e) with e = exp(g) and w = 1/(1+e): far right of 0 the exp does "
    "not "
    "matter, far left it matters fully. At most 5 roundings more, in any order: the sum, a reciprocal, and three "
    "products (Higham, lemma 3.1): |error| <= a/(1-a) |y|, a = (5 + 4w) u. What underflows on the way loses up to "
    "2^-150 times the factors that are still to come: y and g up themselves 2^-150 each, g s 2^-150 |up|, s up "
    "2^-150 |g|, s (with an e of 2 ulp) 5 * 2^-150 |g up|; each only where the intermediate may be below 2^-126. "
    "Where E overflows (g < -88.72) a kernel may return 0: |error| <= |y| and the same absolute terms. Nothing is "
    "promised where g up, which a kernel may form first, overflows, although y need not; where y does, another "
    "statement asks for Inf.";

// What an intermediate result of this magnitude may lose by underflow. One binade more than the subnormals: the
// intermediate has errors itself.
constexpr double swiglu_underflow(double magnitude) {
    return magnitude < 0x1p-125 ? half_denorm_min : 0.0;
}

// Of y, for finite gate and up; infinite where nothing is promised.
inline double swiglu_error_bound(double gate, double up) {
    constexpr double largest = std::numeric_limits<float>::max();
    constexpr double exp_error = 4.0 * unit_roundoff / (1.0 - 4.0 * unit_roundoff);
    const double e = std::exp(-gate);
    const double sigmoid = 1.0 / (1.0 + e);
    const double g = std::fabs(gate);
    const double u = std::fabs(up);
    if (g * u * (1.0 + gamma(3)) > largest) return std::numeric_limits<double>::infinity();

    const double relative = 5.0 * unit_roundoff + (1.0 - sigmoid) * exp_error;
    const bool exp_overflows = e * (1.0 + exp_error) > largest;
    const double share_of_y = exp_overflows ? 1.0 : relative / (1.0 - relative);
    const double absolute = swiglu_underflow(g * u * sigmoid) + swiglu_underflow(g * u) +
                            swiglu_underflow(g * sigmoid) * u + swiglu_underflow(u * sigmoid) * g +
                            swiglu_underflow(sigmoid) * 5.0 * g * u;
    return share_of_y * g * u * sigmoid + absolute * (1.0 + gamma(5));
}

}  // namespace brick
