#include "gemv_pieces.hpp"
#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "gemv";
constexpr auto kernel = &erased<brickproof_gemv_fn>;
constexpr auto right = &gemv_of<FloatDot>;

using Size = std::size_t;

/// Of sum(row), the row's sum without its bias.
template <class Sum>
Kernel with_sum(Sum) {
    return kernel(&gemv_of<Sum>);
}

/// Of result(row, bias), where bias may be NULL.
template <class Result>
Kernel with_bias(Result) {
    return kernel([](const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
        for (Size r = 0; r < rows; ++r) y[r] = Result{}(GemvRow{w + r * cols, x, r, rows, cols}, bias);
    });
}

void middle_rows_of_four_swapped(const float* w, const float* x, const float* bias, float* y, Size rows,
                                 Size cols) {
    right(w, x, bias, y, rows, cols);
    for (Size r = 0; r + 4 <= rows; r += 4) std::swap(y[r + 1], y[r + 2]);
}

void stride_rounded_up_to_8(const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
    const Size stride = (cols + 7) / 8 * 8;
    for (Size r = 0; r < rows; ++r) {
        const bool inside = (r + 1) * stride <= rows * cols;
        y[r] = float_dot(w + r * (inside ? stride : cols), x, cols) + (bias == nullptr ? 0 : bias[r]);
    }
}

void column_major(const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
    for (Size r = 0; r < rows; ++r) {
        float sum = bias == nullptr ? 0 : bias[r];
        for (Size c = 0; c < cols; ++c) sum += w[c * rows + r] * x[c];
        y[r] = sum;
    }
}

void accumulates_into_y(const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
    for (Size r = 0; r < rows; ++r) y[r] += float_dot(w + r * cols, x, cols) + (bias == nullptr ? 0 : bias[r]);
}

void sums_in_a_static_group(const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
    static volatile float group[4];
    for (Size begin = 0; begin < rows; begin += 4) {
        const Size size = std::min<Size>(4, rows - begin);
        for (Size r = 0; r < size; ++r) group[r] = float_dot(w + (begin + r) * cols, x, cols);
        for (Size r = 0; r < size; ++r) y[begin + r] = group[r] + (bias == nullptr ? 0 : bias[begin + r]);
    }
}

// A tail vector that is loaded whole, and whose surplus lanes are multiplied by zeros: by NaN times 0 from the next
// row.
void tail_reads_into_the_next_row(const float* w, const float* x, const float* bias, float* y, Size rows,
                                  Size cols) {
    right(w, x, bias, y, rows, cols);
    const Size surplus = cols % 8 == 0 ? 0 : 8 - cols % 8;
    for (Size r = 0; r + 1 < rows; ++r) {
        for (Size c = 0; c < std::min(surplus, cols); ++c) y[r] += w[(r + 1) * cols + c] * 0.0f;
    }
}

#if defined(__x86_64__)
void aligned_loads_of_x(const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
    right(w, x, bias, y, rows, cols);
    for (Size c = 0; c + 4 <= cols && rows > 0; c += 4) {
        [[maybe_unused]] const volatile int used = _mm_movemask_ps(_mm_load_ps(x + c));
    }
}
#endif

const PlantedFault table[] = {
    {op, "rows_wrong_from_the_second_tile_of_256", "error_within_bound,exact_sum",
     "the bias pointer is not advanced with the tile (size class)",
     kernel([](const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
         right(w, x, bias, y, rows, cols);
         for (Size r = 256; bias != nullptr && r < rows; ++r)
             y[r] = float_dot(w + r * cols, x, cols) + bias[r - 256];
     })},
    {op, "old_y_times_0", "deterministic", "beta = 0 reads y all the same (old contents)",
     kernel([](const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
         for (Size r = 0; r < rows; ++r)
             y[r] = 0.0f * y[r] + float_dot(w + r * cols, x, cols) + (bias == nullptr ? 0 : bias[r]);
     })},
    {op, "static_buffer_for_few_rows_and_many_columns", "thread_safe",
     "a path of its own for narrow calls has a static scratch (race, shape)",
     kernel([](const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
         if (rows > 8 || cols < 1024) return right(w, x, bias, y, rows, cols);
         sums_in_a_static_group(w, x, bias, y, rows, cols);
     })},
    {op, "leftover_rows_dropped", "outputs_written",
     "four rows at a time, nothing after them (remainder of the rows)",
     kernel([](const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
         right(w, x, bias, y, rows / 4 * 4, cols);
     })},
    {op, "last_column_dropped_at_residue_1", "exact_sum", "a tail of one column is left out (remainder)",
     with_sum(
         [](const GemvRow& row) { return float_dot(row.w, row.x, row.cols % 8 == 1 ? row.cols - 1 : row.cols); })},
    {op, "tail_of_every_row_but_the_first_dropped", "exact_sum,unit_vectors",
     "the tail loop runs for one row of a group (remainder)", with_sum([](const GemvRow& row) {
         return float_dot(row.w, row.x, row.row % 4 == 0 ? row.cols : row.cols / 8 * 8);
     })},
    {op, "columns_beyond_4096_lost", "exact_sum", "x is staged in a buffer of 4096 (one size class)",
     with_sum([](const GemvRow& row) { return float_dot(row.w, row.x, std::min<Size>(row.cols, 4096)); })},
    {op, "lane_lost_beyond_1024", "exact_sum", "one of two accumulators is not folded in the long path (lane)",
     with_sum([](const GemvRow& row) {
         float sum = 0;
         for (Size c = 0; c < row.cols; ++c) {
             if (row.cols < 1024 || c % 16 != 9) sum += row.w[c] * row.x[c];
         }
         return sum;
     })},
    {op, "column_8_twice", "exact_sum,unit_vectors", "an overlapping last vector (doubled term)",
     with_sum([](const GemvRow& row) {
         return row.dot() + (row.cols > 8 && row.cols < 16 ? row.w[row.cols - 8] * row.x[row.cols - 8] : 0);
     })},
    {op, "neighbouring_columns_of_x_swapped", "exact_sum,unit_vectors", "a wrong shuffle of x (lane order)",
     with_sum([](const GemvRow& row) {
         float sum = 0;
         for (Size c = 0; c < row.cols; ++c) sum += row.w[c] * row.x[c % 8 == 4 && c + 1 < row.cols ? c + 1 : c];
         return sum;
     })},
    {op, "middle_rows_of_four_swapped", "exact_sum", "a wrong transpose of four sums (lane order)",
     kernel(middle_rows_of_four_swapped)},
    {op, "row_permuted_sum_of_row_0", "exact_sum,row_permutation,row_independence",
     "the second group begins with the first row's pointer (stride)", with_sum([](const GemvRow& row) {
         return row.row == 4 ? float_dot(row.w - 4 * row.cols, row.x, row.cols) : row.dot();
     })},
    {op, "stride_rounded_up_to_8", "exact_sum", "the rows of a padded matrix (stride)",
     kernel(stride_rounded_up_to_8)},
    {op, "column_major", "exact_sum", "the transposed product (layout)", kernel(column_major)},
    {op, "half_accumulator", "exact_sum,error_within_bound", "the sum is kept in half precision (precision)",
     with_sum([](const GemvRow& row) {
         float sum = 0;
         for (Size c = 0; c < row.cols; ++c) sum = rounded_to_half(sum + row.w[c] * row.x[c]);
         return sum;
     })},
    {op, "bf16_x", "exact_sum,error_within_bound", "x is cut to bfloat16 (precision)",
     with_sum([](const GemvRow& row) {
         float sum = 0;
         for (Size c = 0; c < row.cols; ++c) sum += row.w[c] * cut_to_bf16(row.x[c]);
         return sum;
     })},
    {op, "saturated_at_65504", "error_within_bound,power_of_two_scaling",
     "clamped for a half that follows (saturation)", with_sum([](const GemvRow& row) {
         const float sum = row.dot();
         return sum == sum ? std::clamp(sum, -65504.0f, 65504.0f) : sum;
     })},
    {op, "negative_sums_zero", "exact_sum,negation", "a fused ReLU that nobody asked for (formula)",
     with_sum([](const GemvRow& row) {
         const float sum = row.dot();
         return sum < 0 ? 0 : sum;
     })},
    {op, "absolute_value_of_x_in_the_tail", "exact_sum,column_permutation",
     "the sign mask of another constant (sign)", with_sum([](const GemvRow& row) {
         const Size whole = row.cols / 8 * 8;
         float sum = float_dot(row.w, row.x, whole);
         for (Size c = whole; c < row.cols; ++c) sum += row.w[c] * std::fabs(row.x[c]);
         return sum;
     })},
    {op, "bias_forgotten", "exact_sum,zero", "the fourth argument is never read (operand)",
     with_bias([](const GemvRow& row, const float*) { return row.dot(); })},
    {op, "bias_of_row_0_for_all", "exact_sum,zero", "the bias pointer is not advanced (stride)",
     with_bias([](const GemvRow& row, const float* bias) { return row.dot() + (bias == nullptr ? 0 : bias[0]); })},
    {op, "bias_times_columns", "exact_sum,zero", "the bias is added to each of eight lanes (doubled term)",
     with_bias([](const GemvRow& row, const float* bias) {
         return row.dot() + (bias == nullptr ? 0 : 8.0f * bias[row.row]);
     })},
    {op, "null_bias_read", "no_crash", "NULL is not asked for (null pointer)",
     with_bias([](const GemvRow& row, const float* bias) {
         const volatile float* value = bias;
         return row.dot() + value[row.row];
     })},
    {op, "another_sum_without_bias", "no_bias_is_a_bias_of_zeros,exact_sum",
     "the path without a bias forgets its last column (one path)",
     with_bias([](const GemvRow& row, const float* bias) {
         if (bias == nullptr) return float_dot(row.w, row.x, row.cols > 1 ? row.cols - 1 : row.cols);
         return row.dot() + bias[row.row];
     })},
    {op, "sum_rounded_to_integer", "linearity,exact_sum", "the sum passes through an int (precision)",
     with_sum([](const GemvRow& row) {
         const float sum = row.dot();
         return std::fabs(sum) < 0x1p30f ? std::round(sum) : sum;
     })},
    {op, "nan_makes_zero", "nonfinite_weight", "a sum that is no number is replaced by 0 (NaN laundered)",
     with_bias([](const GemvRow& row, const float* bias) {
         const float sum = row.dot() + (bias == nullptr ? 0 : bias[row.row]);
         return std::isfinite(sum) ? sum : 0.0f;
     })},
    {op, "zero_columns_of_w_skipped", "nonfinite_x",
     "products with a zero weight are left out, 0 * NaN too (NaN laundered)", with_sum([](const GemvRow& row) {
         float sum = 0;
         for (Size c = 0; c < row.cols; ++c) {
             if (row.w[c] != 0) sum += row.w[c] * row.x[c];
         }
         return sum;
     })},
    {op, "nonfinite_bias_ignored", "nonfinite_bias", "a bias is trusted only if finite (NaN laundered)",
     with_bias([](const GemvRow& row, const float* bias) {
         const bool usable = bias != nullptr && std::isfinite(bias[row.row]);
         return row.dot() + (usable ? bias[row.row] : 0);
     })},
    {op, "tail_reads_into_the_next_row", "nonfinite_weight",
     "surplus lanes are multiplied by zeros instead of being masked (NaN of another row)",
     kernel(tail_reads_into_the_next_row)},
    {op, "accumulates_into_y", "exact_sum,deterministic",
     "+= into an output that nobody cleared (old contents of the output)", kernel(accumulates_into_y)},
    {op, "reads_a_vector_after_the_last_row", "reads_in_bounds", "loads eight values for the tail (over-read)",
     kernel([](const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
         right(w, x, bias, y, rows, cols);
         if (rows > 0 && cols % 8 != 0) read_bytes(w + rows * cols, sizeof(float) * (8 - cols % 8));
     })},
    {op, "reads_bias_in_fours", "reads_in_bounds", "loads four biases for the last rows (over-read)",
     kernel([](const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
         right(w, x, bias, y, rows, cols);
         if (bias != nullptr && rows % 4 != 0) read_bytes(bias + rows, sizeof(float) * (4 - rows % 4));
     })},
    {op, "writes_rows_in_fours", "writes_in_bounds", "stores four sums for the last rows (over-write)",
     kernel([](const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
         right(w, x, bias, y, rows, cols);
         for (Size r = rows; r % 4 != 0; ++r) write_byte(y + r, 0);
     })},
    {op, "sums_in_a_static_group", "thread_safe", "a static scratch group shared by all threads (race)",
     kernel(sums_in_a_static_group)},
    {op, "endless_at_five_rows", "terminates", "a remainder of one after four is never counted down (endless loop)",
     kernel([](const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
         if (rows == 5) loop_for_ever();
         right(w, x, bias, y, rows, cols);
     })},
#if defined(__x86_64__)
    {op, "aligned_loads_of_x", "alignment_independent,no_crash",
     "an aligned load where floats are aligned to 4 (alignment fault)", kernel(aligned_loads_of_x)},
#endif
};

}  // namespace

std::span<const PlantedFault> gemv_faults() {
    return table;
}

}  // namespace brickproof::faults
