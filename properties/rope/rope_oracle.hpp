// rope as the formula is written, in float64.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

// Operands by their number in the signature: y, theta, x.
inline constexpr std::size_t rope_theta = 1;
inline constexpr std::size_t rope_x = 2;

// The numbers of a call, by name: sizes and the operand theta.
struct RopeCall {
    std::size_t heads;
    std::size_t head_dim;
    std::size_t position;
    std::size_t style;  // 0 NORM, 2 NEOX
    double theta;

    std::size_t pairs() const { return head_dim / 2; }
    // Where pair i of a head has its two values.
    std::size_t first_of(std::size_t head, std::size_t pair) const {
        return head * head_dim + (style == 2 ? pair : 2 * pair);
    }
    std::size_t second_of(std::size_t head, std::size_t pair) const {
        return first_of(head, pair) + (style == 2 ? pairs() : 1);
    }
};

RopeCall rope_call(const Case& c);

struct ExactRotation {
    double angle;
    double cos;
    double sin;
};

// One for each pair: all heads share them.
std::vector<ExactRotation> exact_rotations(const RopeCall& call);

// The rotated values, and how far a correct kernel may be from them.
std::vector<OracleOutput> rope_oracle(const Case& c);

// The same with another error of the angles: `angle_error` of a pair's exact angle and its number.
std::vector<OracleOutput> rope_oracle(const Case& c, double (*angle_error)(double exact_angle, std::size_t pair));

}  // namespace brickproof
