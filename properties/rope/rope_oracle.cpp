#include "rope/rope_oracle.hpp"

#include <cmath>

#include "rope/rope_bound.hpp"

namespace brickproof {
namespace {

template <typename AngleError>
std::vector<OracleOutput> oracle_with(const Case& c, const AngleError& angle_error) {
    const RopeCall call = rope_call(c);
    const std::span<const float> x = c.input<float>(rope_x);
    OracleOutput y{Array<double>(x.size()), Array<double>(x.size())};
    const std::vector<ExactRotation> rotations = exact_rotations(call);
    for (std::size_t pair = 0; pair < call.pairs(); ++pair) {
        const auto [angle, cos, sin] = rotations[pair];
        const double error = angle_error(angle, pair);
        for (std::size_t head = 0; head < call.heads; ++head) {
            const std::size_t first = call.first_of(head, pair);
            const std::size_t second = call.second_of(head, pair);
            const double a = static_cast<double>(x[first]);
            const double b = static_cast<double>(x[second]);
            y.exact[first] = a * cos - b * sin;
            y.exact[second] = a * sin + b * cos;
            y.bound[first] = brick::rope_error_bound(a, b, cos, sin, error);
            y.bound[second] = brick::rope_error_bound(a, b, sin, cos, error);
        }
    }
    return {y};
}

}  // namespace

RopeCall rope_call(const Case& c) {
    return {c.sizes[0], c.sizes[1], c.sizes[2], c.sizes[3], static_cast<double>(c.input<float>(rope_theta)[0])};
}

std::vector<ExactRotation> exact_rotations(const RopeCall& call) {
    std::vector<ExactRotation> rotations;
    for (std::size_t i = 0; i < call.pairs(); ++i) {
        const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(call.head_dim);
        const double angle = static_cast<double>(call.position) * std::pow(call.theta, exponent);
        rotations.push_back({angle, std::cos(angle), std::sin(angle)});
    }
    return rotations;
}

std::vector<OracleOutput> rope_oracle(const Case& c) {
    const RopeCall call = rope_call(c);
    return oracle_with(c, [&](double angle, std::size_t pair) {
        return brick::rope_angle_error(angle, pair, call.head_dim, call.position, call.theta);
    });
}

std::vector<OracleOutput> rope_oracle(const Case& c, double (*angle_error)(double, std::size_t)) {
    return oracle_with(c, angle_error);
}

}  // namespace brickproof
