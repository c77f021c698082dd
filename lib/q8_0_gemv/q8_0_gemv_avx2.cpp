#include <immintrin.h>

#include "q8_0_gemv/q8_0_gemv_avx2.hpp"

#include "q8_0_gemv/q8_0_gemv_kernels.hpp"
#include "support/lanes_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;

// What all rows need of a block of x: computed once for all of them, 8 KB of stack at a time.
struct Prepared {
    float scale;
    std::int32_t negatives;  // sum of |x| where x < 0: see row_products
};

class Activations {
  public:
    static constexpr std::size_t capacity = 1024;  // blocks: 32768 columns

    Activations(const brickproof_q8_0* x, std::size_t blocks) : x_(x), blocks_(blocks) {}

    // Blocks [first, first + capacity) of x, as far as x goes. With at most capacity blocks, prepared only once.
    const Prepared* from(std::size_t first) {
        if (first != first_) {
            first_ = first;
            for (std::size_t k = 0; k < smaller(capacity, blocks_ - first); ++k)
                prepared_[k] = prepare(x_[first + k]);
        }
        return prepared_;
    }

  private:
    static Prepared prepare(const brickproof_q8_0& block) {
        const __m256i zero = _mm256_setzero_si256();
        const __m256i quants = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block.qs));
        const __m256i negatives = _mm256_and_si256(_mm256_abs_epi8(quants), _mm256_cmpgt_epi8(zero, quants));
        const __m256i sums = _mm256_sad_epu8(negatives, zero);  // four int64, 8 bytes each
        const __m128i pair = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        return {_cvtsh_ss(block.d), _mm_cvtsi128_si32(pair) + _mm_extract_epi32(pair, 2)};
    }

    const brickproof_q8_0* x_;
    std::size_t blocks_;
    std::size_t first_ = static_cast<std::size_t>(-1);
    Prepared prepared_[capacity];
};

// The quants of a block of x, as magnitude and sign.
struct Signed {
    explicit Signed(const brickproof_q8_0& block) {
        const __m256i quants = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block.qs));
        magnitude = _mm256_abs_epi8(quants);
        negative = _mm256_cmpgt_epi8(_mm256_setzero_si256(), quants);
    }
    __m256i magnitude;  // unsigned: 128 for -128
    __m256i negative;   // all bits set where x < 0
};

// Sums of products of a block of w and a block of x, spread over eight lanes, less x.negatives in total.
// w * x = |x| * w where x >= 0, and |x| * -w = |x| * ~w + |x| where x < 0. Other than -w, ~w exists for every byte.
// vpmaddubsw adds pairs of |x| <= 128 times a byte in [-128, 127]: within [-32768, 32512], which does not saturate.
__m256i row_products(const Signed& x, const brickproof_q8_0& w) {
    const __m256i quants = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w.qs));
    const __m256i pairs = _mm256_maddubs_epi16(x.magnitude, _mm256_xor_si256(quants, x.negative));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

template <std::size_t Rows>
void dot_rows(const Weights<Rows>& weights, const brickproof_q8_0* x, Activations& activations, float* y,
              const brickproof_q8_0* next) {
    const std::size_t blocks = weights.blocks;
    __m256 sums = _mm256_setzero_ps();
    for (std::size_t first = 0; first < blocks; first += Activations::capacity) {
        const Prepared* prepared = activations.from(first);
        for (std::size_t k = first; k < smaller(blocks, first + Activations::capacity); ++k) {
            const Prepared& of_x = prepared[k - first];
            const Signed quants(x[k]);
            const __m256i products = add_lanes_of_eight(
                [&](std::size_t row) { return row_products(quants, block_of(weights, row, k)); });
            const __m256i integers =  // at most 2^19 in magnitude: exact as floats
                _mm256_add_epi32(products, _mm256_set1_epi32(of_x.negatives));
            const __m256 scales =
                _mm256_mul_ps(scales_of(weights, k), _mm256_set1_ps(of_x.scale));  // 22 bits: exact
            sums = _mm256_fmadd_ps(scales, _mm256_cvtepi32_ps(integers), sums);
            if constexpr (Rows == group) prefetch_step(next, k);
        }
    }
    store_rows<Rows>(y, sums);
}

}  // namespace

void q8_0_gemv_avx2(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t rows,
                    std::size_t cols) {
    const std::size_t blocks = cols / block_size;
    Activations activations(x, blocks);
    const auto dot = [&](const auto& weights, float* y_of_rows, const brickproof_q8_0* next) {
        dot_rows(weights, x, activations, y_of_rows, next);
    };
    for_all_rows(dot, w, y, rows, blocks);
}

}  // namespace brick
