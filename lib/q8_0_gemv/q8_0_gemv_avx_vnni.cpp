#include <immintrin.h>

#include <utility>

#include "q8_0_gemv/q8_0_gemv_avx2.hpp"
#include "q8_0_gemv/q8_0_gemv_kernels.hpp"
#include "support/lanes_avx2.hpp"
#include "support/q8_0_scales_avx2.hpp"

namespace brick {
namespace {

__m256i load_quants(const brickproof_q8_0& block) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block.qs));
}

__m256i all_128() {
    return _mm256_set1_epi8(-128);  // unsigned
}

// A block of x, for all rows of a group. vpdpbusd multiplies unsigned by signed bytes and adds fours of products to
// int32: exact for every byte, but w must become unsigned. w + 128 is (the sign bit is flipped), and the products
// with it are 128 * x too large: so they are added to the sums of -128 * x. ~x = -x - 1 exists for every byte,
// which -x does not, and four times 128 make up for the 1.
struct Activations {
    explicit Activations(const brickproof_q8_0& x)
        : quants(load_quants(x)),
          minus_128_x(_mm256_dpbusd_avx_epi32(_mm256_set1_epi32(4 * 128), all_128(),
                                              _mm256_xor_si256(quants, _mm256_set1_epi8(-1)))),
          scale(_mm256_set1_ps(_cvtsh_ss(x.d))) {}
    __m256i quants;
    __m256i minus_128_x;
    __m256 scale;
};

// The sums of products of a block of w and a block of x, spread over eight lanes: exact as floats.
__m256 products(const Activations& x, const brickproof_q8_0& w) {
    const __m256i w_plus_128 = _mm256_xor_si256(load_quants(w), all_128());
    return _mm256_cvtepi32_ps(_mm256_dpbusd_avx_epi32(x.minus_128_x, w_plus_128, x.quants));
}

// Rows rows of w, at block k. Each row has a vector of sums.
template <std::size_t... row>
void add_blocks(__m256 (&sums)[sizeof...(row)], const Weights<sizeof...(row)>& w, const Activations& x,
                std::size_t k, std::index_sequence<row...>) {
    const __m256 scales = _mm256_mul_ps(scales_of(w, k), x.scale);  // 22 bits: exact
    ((sums[row] = _mm256_fmadd_ps(every_lane<row>(scales), products(x, block_of(w, row, k)), sums[row])), ...);
}

template <std::size_t Rows>
void dot_rows(const Weights<Rows>& weights, const brickproof_q8_0* x, float* y, const brickproof_q8_0* next) {
    __m256 sums[Rows] = {};
    for (std::size_t k = 0; k < weights.stride; ++k) {
        add_blocks(sums, weights, Activations(x[k]), k, std::make_index_sequence<Rows>());
        if constexpr (Rows == group) prefetch_step(next, k);
    }
    for (std::size_t row = 0; row < Rows; ++row) y[row] = add_lanes(sums[row]);
}

}  // namespace

void q8_0_gemv_avx_vnni(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t rows,
                        std::size_t cols) {
    const auto dot = [&](const auto& weights, float* y_of_rows, const brickproof_q8_0* next) {
        dot_rows(weights, x, y_of_rows, next);
    };
    for_all_rows(dot, w, y, rows, cols / BRICKPROOF_Q8_0_BLOCK);
}

}  // namespace brick
