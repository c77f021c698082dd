#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0.gemv";
constexpr auto kernel = &erased<brickproof_q8_0_gemv_fn>;
constexpr auto right = &gemv_q8_0;
constexpr auto dot = &dot_q8_0<>;

using Size = std::size_t;

/// Of one_row(w_row, x, r, rows, cols), the result of row r.
template <class OneRow>
Kernel with_row(OneRow) {
    return kernel([](const Block* w, const Block* x, float* y, Size rows, Size cols) {
        for (Size r = 0; r < rows; ++r) y[r] = OneRow{}(w + r * (cols / kBlock), x, r, rows, cols);
    });
}

void row_stride_of_an_even_number_of_blocks(const Block* w, const Block* x, float* y, Size rows, Size cols) {
    const Size stride = cols / kBlock / 2 * 2;
    for (Size r = 0; r < rows; ++r) y[r] = dot(w + r * (stride == 0 ? cols / kBlock : stride), x, cols);
}

void accumulates_into_y(const Block* w, const Block* x, float* y, Size rows, Size cols) {
    for (Size r = 0; r < rows; ++r) y[r] += dot(w + r * (cols / kBlock), x, cols);
}

void x_shifted_from_row_8_on(const Block* w, const Block* x, float* y, Size rows, Size cols) {
    const Size blocks = cols / kBlock;
    right(w, x, y, rows, cols);
    for (Size r = 8; r < rows; ++r) {
        y[r] = 0;
        for (Size b = 0; b < blocks; ++b) y[r] += dot(w + r * blocks + b, x + (b + 1) % blocks, kBlock);
    }
}

void middle_rows_of_four_swapped(const Block* w, const Block* x, float* y, Size rows, Size cols) {
    right(w, x, y, rows, cols);
    for (Size r = 0; r + 4 <= rows; r += 4) std::swap(y[r + 1], y[r + 2]);
}

void sums_in_a_static_group(const Block* w, const Block* x, float* y, Size rows, Size cols) {
    static volatile float group[4];
    for (Size begin = 0; begin < rows; begin += 4) {
        const Size size = std::min<Size>(4, rows - begin);
        for (Size r = 0; r < size; ++r) group[r] = dot(w + (begin + r) * (cols / kBlock), x, cols);
        for (Size r = 0; r < size; ++r) y[begin + r] = group[r];
    }
}

void scale_of_the_row_above(const Block* w, const Block* x, float* y, Size rows, Size cols) {
    const Size blocks = cols / kBlock;
    right(w, x, y, rows, cols);
    for (Size r = 3; r < rows; r += 4) {
        y[r] = 0;
        for (Size b = 0; b < blocks; ++b) {
            const float scale = scale_product(w[(r - 1) * blocks + b], x[b]);
            y[r] += scale * static_cast<float>(sum_of_products(w[r * blocks + b], x[b]));
        }
    }
}

/// (w + 128) times x, less 128 times the sum of x: of which block of x, is the question.
template <class CorrectedBy>
float dot_by_offset(const Block* w, const Block* x, Size cols, CorrectedBy corrected_by) {
    float sum = 0;
    for (Size b = 0; b < cols / kBlock; ++b) {
        const auto by_offset = [](int p, int q) { return (p + 128) * q; };
        const int offset = sum_of_products(x[corrected_by(b)], x[b], [](int q, int) { return 128 * q; });
        sum += scale_product(w[b], x[b]) * static_cast<float>(sum_of_products(w[b], x[b], by_offset) - offset);
    }
    return sum;
}

#if defined(__x86_64__)
void aligned_loads_of_x(const Block* w, const Block* x, float* y, Size rows, Size cols) {
    right(w, x, y, rows, cols);
    for (Size b = 0; b < cols / kBlock && rows > 0; ++b) {
        const __m128i codes = _mm_load_si128(reinterpret_cast<const __m128i*>(x[b].qs));
        [[maybe_unused]] const volatile int used = _mm_movemask_epi8(codes);
    }
}

void divides_by_the_rows_left(const Block* w, const Block* x, float* y, Size rows, Size cols) {
    const volatile unsigned divisor = rows == 6 ? 0u : 1u;
    right(w, x, y, rows / divisor, cols);
}
#endif

const PlantedFault table[] = {
    {op, "row_above_from_the_second_tile_of_256", "exact_sum,error_within_bound",
     "the tile's first row is taken for the second (size class)",
     with_row([](const Block* w, const Block* x, Size r, Size, Size cols) {
         return dot(r < 256 ? w : w - cols / kBlock, x, cols);
     })},
    {op, "leftover_rows_dropped", "outputs_written",
     "four rows at a time, nothing after them (remainder of the rows)",
     kernel([](const Block* w, const Block* x, float* y, Size rows, Size cols) {
         right(w, x, y, rows / 4 * 4, cols);
     })},
    {op, "leftover_rows_zero", "exact_sum",
     "the rows after the last four are cleared and never computed (remainder of the rows)",
     with_row([](const Block* w, const Block* x, Size r, Size rows, Size cols) {
         return r >= rows / 4 * 4 && rows >= 4 ? 0.0f : dot(w, x, cols);
     })},
    {op, "row_stride_of_an_even_number_of_blocks", "exact_sum", "rounds the stride down to block pairs (stride)",
     kernel(row_stride_of_an_even_number_of_blocks)},
    {op, "odd_last_block_dropped", "exact_sum", "two blocks at a time in every row but the first (remainder)",
     with_row([](const Block* w, const Block* x, Size r, Size, Size cols) {
         return dot(w, x, r > 0 ? cols / 64 * 64 : cols);
     })},
    {op, "middle_rows_of_four_swapped", "exact_sum,rows_permute",
     "a wrong shuffle constant where four sums are packed (lane order)", kernel(middle_rows_of_four_swapped)},
    {op, "x_shifted_from_row_8_on", "exact_sum",
     "the activation pointer is not reset for the second group (stride)", kernel(x_shifted_from_row_8_on)},
    {op, "accumulates_into_y", "exact_sum,deterministic",
     "+= into an output that nobody cleared (old contents of the output)", kernel(accumulates_into_y)},
    {op, "row_0_also_in_row_1_of_3", "exact_sum",
     "three rows are handled as one and two, with one pointer (one shape)",
     kernel([](const Block* w, const Block* x, float* y, Size rows, Size cols) {
         right(w, x, y, rows, cols);
         if (rows == 3) y[1] = y[0];
     })},
    {op, "scale_of_the_row_above", "exact_sum,row_independence",
     "the fourth of four scales is the third's (scale pairing)", kernel(scale_of_the_row_above)},
    {op, "sign_trick_at_minus_128", "exact_sum_full_int8_range",
     "the sign of w moved to x, where -(-128) stays -128 (int8 overflow)",
     with_row([](const Block* w, const Block* x, Size, Size, Size cols) {
         float sum = 0;
         const auto product = [](int p, int q) { return std::abs(p) * static_cast<std::int8_t>(p < 0 ? -q : q); };
         for (Size b = 0; b < cols / kBlock; ++b) {
             sum += scale_product(w[b], x[b]) * static_cast<float>(sum_of_products(w[b], x[b], product));
         }
         return sum;
     })},
    {op, "offset_of_128_taken_back_as_127", "exact_sum",
     "(w + 128) times x, as vpdpbusd wants it, less 127 times the sum of x (wrong correction)",
     with_row([](const Block* w, const Block* x, Size, Size, Size cols) {
         float sum = 0;
         const auto product = [](int p, int q) { return (p + 128) * q - 127 * q; };
         for (Size b = 0; b < cols / kBlock; ++b) {
             sum += scale_product(w[b], x[b]) * static_cast<float>(sum_of_products(w[b], x[b], product));
         }
         return sum;
     })},
    {op, "offset_of_the_first_block_for_all", "exact_sum",
     "the correction for w + 128 is computed once a row, not once a block (hoisted too far)",
     with_row([](const Block* w, const Block* x, Size, Size, Size cols) {
         return dot_by_offset(w, x, cols, [](Size) -> Size { return 0; });
     })},
    {op, "half_result_from_row_16_on", "exact_sum,error_within_bound",
     "the sums of later rows pass through a half (precision)",
     with_row([](const Block* w, const Block* x, Size r, Size, Size cols) {
         const float sum = dot(w, x, cols);
         return r < 16 ? sum : rounded_to_half(sum);
     })},
    {op, "columns_beyond_4096_lost", "exact_sum", "the activations are staged in a buffer of 4096 (one size class)",
     with_row([](const Block* w, const Block* x, Size, Size, Size cols) {
         return dot(w, x, std::min<Size>(cols, 4096));
     })},
    {op, "infinite_scale_skipped", "nonfinite_scale",
     "replaces a sum that is not finite by zero (NaN and infinity)",
     with_row([](const Block* w, const Block* x, Size, Size, Size cols) {
         const float sum = dot(w, x, cols);
         return std::isfinite(sum) ? sum : 0.0f;
     })},
    {op, "reads_the_row_after_the_last", "reads_in_bounds",
     "preloads the next row without asking whether there is one (over-read)",
     kernel([](const Block* w, const Block* x, float* y, Size rows, Size cols) {
         right(w, x, y, rows, cols);
         if (rows > 0 && cols > 0) read_bytes(w + rows * (cols / kBlock), sizeof(Block));
     })},
    {op, "writes_rows_in_fours", "writes_in_bounds",
     "stores four sums for the last rows, however many they are (over-write)",
     kernel([](const Block* w, const Block* x, float* y, Size rows, Size cols) {
         right(w, x, y, rows, cols);
         for (Size i = rows * sizeof(float); i % 16 != 0; ++i) write_byte(reinterpret_cast<char*>(y) + i, 0);
     })},
    {op, "last_row_unwritten_if_zero", "outputs_written",
     "skips the store of a last sum of zero (output unwritten)",
     kernel([](const Block* w, const Block* x, float* y, Size rows, Size cols) {
         for (Size r = 0; r < rows; ++r) {
             const float sum = dot(w + r * (cols / kBlock), x, cols);
             if (sum != 0 || r + 1 < rows) y[r] = sum;
         }
     })},
    {op, "sums_in_a_static_group", "thread_safe", "a static scratch group shared by all threads (race)",
     kernel(sums_in_a_static_group)},
    {op, "clock_decides_the_path", "deterministic,exact_sum",
     "a self-tuning kernel with a wrong second path (non-determinism)",
     with_row([](const Block* w, const Block* x, Size, Size, Size cols) {
         return coin_from_the_clock() ? -dot(w, x, cols) : dot(w, x, cols);
     })},
    {op, "endless_at_five_rows", "terminates", "a remainder of one after four is never counted down (endless loop)",
     kernel([](const Block* w, const Block* x, float* y, Size rows, Size cols) {
         if (rows == 5) loop_for_ever();
         right(w, x, y, rows, cols);
     })},
#if defined(__x86_64__)
    {op, "aligned_loads_of_x", "alignment_independent,no_crash",
     "an aligned load of codes, two bytes after a scale (alignment fault)", kernel(aligned_loads_of_x)},
    {op, "divides_by_the_rows_left", "no_crash",
     "splits the rows among none at one shape (integer division by zero)", kernel(divides_by_the_rows_left)},
#endif
};

}  // namespace

std::span<const PlantedFault> q8_0_gemv_faults() {
    return table;
}

}  // namespace brickproof::faults
