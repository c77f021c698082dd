#include "bench/machine/bandwidth.hpp"

#include <cstring>

namespace brickproof::bench {
namespace {

// 256 bits: two registers of the baseline instruction sets.
using Vector = std::uint64_t __attribute__((vector_size(32)));
constexpr std::size_t step = 8 * sizeof(Vector);
// Of one, two, four and eight streams, with and without prefetching 1 to 16 KiB ahead, the fastest: one thread
// keeps more lines under way than the hardware's prefetchers ask for.
constexpr std::size_t streams = 4;
constexpr std::size_t ahead = 4096;
constexpr std::size_t line = 64;

void prefetch_step(const std::byte* data) {
    for (std::size_t at = 0; at < step; at += line) __builtin_prefetch(data + at);
}

void fold(const std::byte* data, Vector& folded) {
    Vector part[8];
    std::memcpy(part, data, step);
    for (const Vector& vector : part) folded ^= vector;
}

}  // namespace

std::uint64_t read_in_streams(std::span<const std::byte> memory) {
    Vector folded[streams]{};
    const std::size_t length = memory.size() / streams / step * step;
    for (std::size_t at = 0; at < length; at += step)
        for (std::size_t stream = 0; stream < streams; ++stream) {
            const std::byte* data = memory.data() + stream * length + at;
            prefetch_step(data + ahead);
            fold(data, folded[stream]);
        }
    const Vector all = folded[0] ^ folded[1] ^ folded[2] ^ folded[3];
    return all[0] ^ all[1] ^ all[2] ^ all[3];
}

}  // namespace brickproof::bench
