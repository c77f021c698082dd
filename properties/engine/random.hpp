// A small deterministic generator: the same seed gives the same case on every machine and compiler.
#pragma once

#include <cstddef>
#include <cstdint>

namespace brickproof {

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    // What next() would leave behind, without its number.
    void skip() { state_ += step; }
    void skip_if(bool wanted) { state_ += step * static_cast<std::uint64_t>(wanted); }
    std::uint64_t next() {
        skip();
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>((next() >> 32) * limit >> 32); }
    // Inclusive ends.
    int between(int low, int high) {
        return low + static_cast<int>(below(static_cast<std::size_t>(high - low) + 1));
    }
    // In [0, 1), a multiple of 2^-24.
    float unit() { return static_cast<float>(next() >> 40) * 0x1p-24f; }
    // In [-1, 1).
    float symmetric() { return static_cast<float>(static_cast<std::int64_t>(next() >> 39) - (1 << 24)) * 0x1p-24f; }
    // Near normal, mean 0, deviation 1: the sum of eight 16-bit uniforms (Irwin-Hall), of two draws.
    float normal() {
        constexpr std::uint64_t every_other = 0x0000FFFF0000FFFFu;  // two sums at once, of 18 bits at most
        std::uint64_t sums = 0;
        for (int draw = 0; draw < 2; ++draw) {
            const std::uint64_t bits = next();
            sums += (bits & every_other) + (bits >> 16 & every_other);
        }
        const std::uint64_t sum = (sums & 0xFFFFFFFFu) + (sums >> 32);
        constexpr float mean = 8 * 32767.5f;
        constexpr float deviation = 53510.0f;  // 65536 sqrt(8 / 12)
        return (static_cast<float>(sum) - mean) / deviation;
    }

  private:
    static constexpr std::uint64_t step = 0x9E3779B97F4A7C15u;
    std::uint64_t state_;
};

}  // namespace brickproof
