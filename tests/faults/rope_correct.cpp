#include <vector>

#include "rope_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "rope";
constexpr auto kernel = &erased<brickproof_rope_fn>;

using Size = std::size_t;

template <class Angle>
Kernel with_angle(Angle) {
    return kernel(&rope_pair_by_pair<Angle>);
}
template <class Rotate>
Kernel with_turn(Rotate) {
    return kernel(&rope_pair_by_pair<AngleByPower, Rotate>);
}

// As ggml: the angle of a pair is that of the pair before times theta^(-2/head_dim).
void iterated_angles(float* x, Size heads, Size head_dim, Size position, float theta, int style) {
    const Size pairs = head_dim / 2;
    const float ratio = std::pow(theta, -2.0f / static_cast<float>(head_dim));
    for (Size head = 0; head < heads; ++head) {
        float angle = static_cast<float>(position);
        for (Size pair = 0; pair < pairs; ++pair) {
            float* a = x + head * head_dim + (style == 2 ? pair : 2 * pair);
            Turn{}(*a, *(a + (style == 2 ? pairs : 1)), angle);
            angle *= ratio;
        }
    }
}

// Heads inside, last pair first, sines and cosines of a vector of doubles.
void table_of_doubles(float* x, Size heads, Size head_dim, Size position, float theta, int style) {
    const Size pairs = head_dim / 2;
    std::vector<double> angles(pairs);
    for (Size pair = 0; pair < pairs; ++pair) {
        angles[pair] =
            static_cast<double>(position) *
            std::pow(static_cast<double>(theta), -2.0 * static_cast<double>(pair) / static_cast<double>(head_dim));
    }
    for (Size pair = pairs; pair-- > 0;) {
        const double cos = std::cos(angles[pair]);
        const double sin = std::sin(angles[pair]);
        for (Size head = heads; head-- > 0;) {
            float* first = x + head * head_dim + (style == 2 ? pair : 2 * pair);
            float* second = first + (style == 2 ? pairs : 1);
            const double a = static_cast<double>(*first);
            const double b = static_cast<double>(*second);
            *first = static_cast<float>(a * cos - b * sin);
            *second = static_cast<float>(a * sin + b * cos);
        }
    }
}

// Two ulps off, each way, as a vector library's sine may be.
float nudged(float value, float towards) {
    return value == 0 || std::fabs(value) == 1 ? value : std::nextafter(std::nextafter(value, towards), towards);
}

const CorrectKernel table[] = {
    {op, "angles_by_powers", "float32 angles", kernel(&rope_pair_by_pair<>)},
    {op, "iterated_angles", "float32 angles, one product from pair to pair", kernel(iterated_angles)},
    {op, "table_of_doubles", "more precise", kernel(table_of_doubles)},
    {op, "angles_by_exp", "float32 angles by exp and log", with_angle([](const RopeAngle& of) {
         return static_cast<float>(of.position) * std::exp(of.exponent() * std::log(of.theta));
     })},
    {op, "angles_by_division", "float32 angles, divided by a power", with_angle([](const RopeAngle& of) {
         return static_cast<float>(of.position) / std::pow(of.theta, -of.exponent());
     })},
    {op, "frequencies_by_exp2", "float32 angles by exp2 and log2", with_angle([](const RopeAngle& of) {
         return std::exp2(of.exponent() * std::log2(of.theta)) * static_cast<float>(of.position);
     })},
    {op, "fused", "FMA", with_turn([](float& a, float& b, float angle) {
         const float cos = std::cos(angle);
         const float sin = std::sin(angle);
         const float old_a = a;
         a = std::fma(old_a, cos, -(b * sin));
         b = std::fma(old_a, sin, b * cos);
     })},
    {op, "fused_the_other_way", "FMA", with_turn([](float& a, float& b, float angle) {
         const float cos = std::cos(angle);
         const float sin = std::sin(angle);
         const float old_a = a;
         a = std::fma(-b, sin, old_a * cos);
         b = std::fma(b, cos, old_a * sin);
     })},
    {op, "sines_off_by_ulps", "sine and cosine of a fast vector library",
     with_turn([](float& a, float& b, float angle) {
         const float cos = nudged(std::cos(angle), 0.0f);
         const float sin = nudged(std::sin(angle), std::sin(angle) < 0 ? -1.0f : 1.0f);
         const float old_a = a;
         a = old_a * cos - b * sin;
         b = old_a * sin + b * cos;
     })},
    {op, "nothing_to_do_at_position_0", "",
     kernel([](float* x, Size heads, Size head_dim, Size position, float theta, int style) {
         if (position != 0) rope_pair_by_pair<>(x, heads, head_dim, position, theta, style);
     })},
};

}  // namespace

std::span<const CorrectKernel> rope_correct() {
    return table;
}

}  // namespace brickproof::faults
