#include "bench/machine/limit_loops.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#include "brick/isa.hpp"

namespace brickproof::bench {
namespace {

// The compiler must take a register for used, and for changed by what it does not see.
template <class Vector>
[[gnu::target("avx2,fma")]] inline void touch(Vector& vector) {
    asm volatile("" : "+x"(vector));
}

[[gnu::target("avx2,fma")]] const __m256i* at(const std::byte* data) {
    return reinterpret_cast<const __m256i*>(data);
}
[[gnu::target("avx2,fma")]] __m256i* at(std::byte* data) {
    return reinterpret_cast<__m256i*>(data);
}

constexpr std::size_t vectors = loop_step / sizeof(__m256i);

[[gnu::target("avx2,fma")]] void read(const std::byte* from, std::size_t bytes) {
    __m256i folded[vectors] = {};
    for (std::size_t i = 0; i + loop_step <= bytes; i += loop_step)
        for (std::size_t v = 0; v < vectors; ++v)
            folded[v] = _mm256_or_si256(folded[v], _mm256_loadu_si256(at(from + i) + v));
    for (__m256i& each : folded) touch(each);
}

[[gnu::target("avx2,fma")]] void write(std::byte* to, std::size_t bytes) {
    __m256i value = _mm256_set1_epi8(1);
    touch(value);
    for (std::size_t i = 0; i + loop_step <= bytes; i += loop_step)
        for (std::size_t v = 0; v < vectors; ++v) _mm256_storeu_si256(at(to + i) + v, value);
}

[[gnu::target("avx2,fma")]] void write_past_caches(std::byte* to, std::size_t bytes) {
    __m256i value = _mm256_set1_epi8(1);
    touch(value);
    for (std::size_t i = 0; i + loop_step <= bytes; i += loop_step)
        for (std::size_t v = 0; v < vectors; ++v) _mm256_stream_si256(at(to + i) + v, value);
    _mm_sfence();
}

[[gnu::target("avx2,fma")]] void copy(const std::byte* from, std::byte* to, std::size_t bytes) {
    for (std::size_t i = 0; i + loop_step <= bytes; i += loop_step)
        for (std::size_t v = 0; v < vectors; ++v)
            _mm256_storeu_si256(at(to + i) + v, _mm256_loadu_si256(at(from + i) + v));
}

[[gnu::target("avx2,fma")]] void copy_past_caches(const std::byte* from, std::byte* to, std::size_t bytes) {
    for (std::size_t i = 0; i + loop_step <= bytes; i += loop_step)
        for (std::size_t v = 0; v < vectors; ++v)
            _mm256_stream_si256(at(to + i) + v, _mm256_loadu_si256(at(from + i) + v));
    _mm_sfence();
}

// Enough chains to fill two units that take four or five cycles.
constexpr std::size_t chains = 12;

[[gnu::target("avx2,fma")]] void multiply_add(std::size_t steps) {
    __m256 factor = _mm256_set1_ps(0.5f);
    __m256 sums[chains];
    touch(factor);
    for (__m256& sum : sums) sum = factor;
    for (std::size_t i = 0; i < steps; ++i)
        for (__m256& sum : sums) sum = _mm256_fmadd_ps(sum, factor, factor);
    for (__m256& sum : sums) touch(sum);
}

// Magnitudes times bytes with the other factor's sign, in pairs; pairs of these; the sum.
[[gnu::target("avx2,fma")]] void int8_multiply_add(std::size_t steps) {
    constexpr std::size_t sums_count = 8;
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i magnitudes = _mm256_set1_epi8(3);
    __m256i sums[sums_count] = {};
    for (std::size_t i = 0; i < steps; ++i)
        for (__m256i& sum : sums) {
            touch(magnitudes);
            const __m256i pairs = _mm256_maddubs_epi16(magnitudes, magnitudes);
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
        }
    for (__m256i& sum : sums) touch(sum);
}

[[gnu::target("avx2,avxvnni")]] void int8_multiply_add_vnni(std::size_t steps) {
    __m256i factor = _mm256_set1_epi8(3);
    __m256i sums[chains] = {};
    asm volatile("" : "+x"(factor));
    for (std::size_t i = 0; i < steps; ++i)
        for (__m256i& sum : sums) sum = _mm256_dpbusd_avx_epi32(sum, factor, factor);
    for (__m256i& sum : sums) asm volatile("" : "+x"(sum));
}

[[gnu::target("avx2,fma")]] void divide(std::size_t steps) {
    __m256 numerator = _mm256_set1_ps(1.7f);
    __m256 quotients[8];
    touch(numerator);
    for (__m256& quotient : quotients) quotient = _mm256_set1_ps(1.3f);
    for (std::size_t i = 0; i < steps; ++i)
        for (__m256& quotient : quotients) quotient = _mm256_div_ps(numerator, quotient);
    for (__m256& quotient : quotients) touch(quotient);
}

[[gnu::target("avx2,fma")]] void square_root(std::size_t steps) {
    __m256 radicand = _mm256_set1_ps(1.7f);
    for (std::size_t i = 0; i < 8 * steps; ++i) {
        touch(radicand);
        __m256 root = _mm256_sqrt_ps(radicand);
        touch(root);
    }
}

}  // namespace

LimitLoops limit_loops() {
    LimitLoops loops;
    if (!brick::cpu_has("avx2,fma")) return loops;
    constexpr double floats = 8.0;
    constexpr double bytes = 32.0;
    loops = {.instructions = "AVX2 and FMA",
             .read = read,
             .write = write,
             .write_past_caches = write_past_caches,
             .copy = copy,
             .copy_past_caches = copy_past_caches,
             .multiply_add = {multiply_add, chains * floats},
             .int8_multiply_add = {int8_multiply_add, 8 * bytes},
             .divide = {divide, 8 * floats},
             .square_root = {square_root, 8 * floats}};
    if (brick::cpu_has("avx_vnni")) {
        loops.instructions = "AVX2, FMA and AVX-VNNI";
        loops.int8_multiply_add = {int8_multiply_add_vnni, chains * bytes};
    }
    return loops;
}

}  // namespace brickproof::bench

#endif
