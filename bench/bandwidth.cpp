#include "bench/bandwidth.hpp"

#include <cstring>

namespace brickproof::bench {
namespace {

// 256 bits: two registers of the baseline instruction sets.
using Vector = std::uint64_t __attribute__((vector_size(32)));
constexpr std::size_t step = 8 * sizeof(Vector);

}  // namespace

std::uint64_t read_all(std::span<const std::byte> memory) {
    Vector even{};
    Vector odd{};
    const std::byte* const data = memory.data();
    for (std::size_t at = 0; at + step <= memory.size(); at += step) {
        Vector part[8];
        std::memcpy(part, data + at, step);
        for (std::size_t i = 0; i < 8; i += 2) {
            even ^= part[i];
            odd ^= part[i + 1];
        }
    }
    even ^= odd;
    return even[0] ^ even[1] ^ even[2] ^ even[3];
}

}  // namespace brickproof::bench
