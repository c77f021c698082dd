// Inputs that tell quantisers apart: whatever a kernel may get wrong has a family in which it shows.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>

namespace brick {

enum class Family {
    random_bits,      // every exponent, NaN and Inf
    uniform,          // one magnitude
    ties,             // (k + 0.5) * step beside an amax of 127 * step
    beside_ties,      // the same, one ulp to either side
    integers,         // k * step: what dequantised blocks look like
    zeros,            // of both signs
    near_smallest,    // magnitudes around 1e-10, where q8_0f's scale changes its definition
    not_finite_here,  // uniform, with a NaN or Inf now and then
};
inline constexpr std::array all_families = {Family::random_bits,   Family::uniform,        Family::ties,
                                            Family::beside_ties,   Family::integers,       Family::zeros,
                                            Family::near_smallest, Family::not_finite_here};

class FloatFamilies {
  public:
    explicit FloatFamilies(std::uint64_t seed) : random_(seed) {}

    void fill(Family family, std::span<float> x) {
        const float step = random_step();
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = i % 32 == amax_lane_ ? amax(family, step) : value(family, step);
        amax_lane_ = pick(32);
    }
    std::uint32_t bits() { return static_cast<std::uint32_t>(random_()); }
    std::size_t pick(std::size_t count) { return random_() % count; }

  private:
    // Any binade, but often one at which something changes: half overflow (amax 2^23), half underflow, scales
    // without an inverse, subnormal scales.
    float random_step() {
        constexpr std::array turning = {15,  16,   17,   9,    8,    -14,  -15,  -24,  -25,
                                        -26, -119, -120, -126, -127, -128, -133, -148, 120};
        const int exponent = pick(2) == 0 ? turning[pick(turning.size())] : static_cast<int>(pick(269)) - 149;
        const float significand = pick(2) == 0 ? 1.0f : 1.0f + static_cast<float>(pick(1u << 23)) * 0x1p-23f;
        return std::ldexp(significand, exponent);
    }
    float signed_unit() { return static_cast<float>(static_cast<std::int32_t>(bits())) * 0x1p-31f; }
    float whole() { return static_cast<float>(pick(255)) - 127.0f; }
    float tie() { return static_cast<float>(pick(254)) - 127.0f + 0.5f; }

    float amax(Family family, float step) {
        const bool on_grid = family == Family::ties || family == Family::beside_ties || family == Family::integers;
        return on_grid ? std::copysign(127.0f * step, signed_unit()) : value(family, step);
    }
    float value(Family family, float step) {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        switch (family) {
            case Family::random_bits:
                return std::bit_cast<float>(bits());
            case Family::uniform:
                return signed_unit() * step;
            case Family::ties:
                return tie() * step;
            case Family::beside_ties:
                return std::nextafter(tie() * step, pick(2) == 0 ? infinity : -infinity);
            case Family::integers:
                return whole() * step;
            case Family::zeros:
                return std::copysign(0.0f, signed_unit());
            case Family::near_smallest:
                return signed_unit() * 1.3e-10f;
            case Family::not_finite_here:
                break;
        }
        if (pick(40) != 0) return signed_unit() * step;
        return std::bit_cast<float>(0x7f800000u | (bits() & 0x80000000u) | (pick(2) == 0 ? 0 : bits() & 0x7fffffu));
    }

    std::mt19937_64 random_;
    std::size_t amax_lane_ = 0;
};

}  // namespace brick
