#include <array>
#include <mutex>
#include <numeric>

#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0.dot";
constexpr auto kernel = &erased<brickproof_q8_0_dot_fn>;
constexpr auto right = &dot_q8_0<>;

float value(const Block* blocks, std::size_t i) {
    return static_cast<float>(blocks[i / kBlock].qs[i % kBlock]) * half_value(blocks[i / kBlock].d);
}

float block_term(const Block& a, const Block& b) {
    return PlainTerm{}(a, b, Place{});
}

float element_by_element(const Block* a, const Block* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += value(a, i) * value(b, i);
    return sum;
}

float elements_from_the_end(const Block* a, const Block* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = n; i-- > 0;) sum += value(a, i) * value(b, i);
    return sum;
}

float pairwise(const Block* a, const Block* b, std::size_t n) {
    if (n <= kBlock) return right(a, b, n);
    const std::size_t half = n / kBlock / 2;
    return pairwise(a, b, half * kBlock) + pairwise(a + half, b + half, n - half * kBlock);
}

float total(const std::array<float, 8>& lanes) {
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

float eight_lanes_fused(const Block* a, const Block* b, std::size_t n) {
    std::array<float, 8> lanes{};
    for (std::size_t i = 0; i < n; ++i) lanes[i % 8] = std::fma(value(a, i), value(b, i), lanes[i % 8]);
    return total(lanes);
}

float eight_lanes_unfused(const Block* a, const Block* b, std::size_t n) {
    std::array<float, 8> lanes{};
    for (std::size_t i = 0; i < n; ++i) lanes[i % 8] += value(a, i) * value(b, i);
    return total(lanes);
}

/// Four products per lane as integers, then one fused step per block and lane: what SIMD kernels do.
float eight_integer_lanes_fused(const Block* a, const Block* b, std::size_t n) {
    std::array<float, 8> lanes{};
    for (std::size_t i = 0; i < n / kBlock; ++i) {
        for (std::size_t lane = 0; lane < 8; ++lane) {
            const int products =
                std::inner_product(a[i].qs + 4 * lane, a[i].qs + 4 * lane + 4, b[i].qs + 4 * lane, 0);
            lanes[lane] = std::fma(scale_product(a[i], b[i]), static_cast<float>(products), lanes[lane]);
        }
    }
    return total(lanes);
}

float compensated(const Block* a, const Block* b, std::size_t n) {
    float sum = 0;
    float lost = 0;
    for (std::size_t i = 0; i < n / kBlock; ++i) {
        const float term = block_term(a[i], b[i]) - lost;
        const float next = sum + term;
        lost = (next - sum) - term;
        sum = next;
    }
    return sum;
}

template <class Wide>
float rounded_once(const Block* a, const Block* b, std::size_t n) {
    Wide sum = 0;
    for (std::size_t i = 0; i < n / kBlock; ++i) {
        sum += static_cast<Wide>(scale_product(a[i], b[i])) * static_cast<Wide>(sum_of_products(a[i], b[i]));
    }
    return static_cast<float>(sum);
}

float even_and_odd_blocks_apart(const Block* a, const Block* b, std::size_t n) {
    std::array<float, 2> sums{};
    for (std::size_t i = 0; i < n / kBlock; ++i) sums[i % 2] += block_term(a[i], b[i]);
    return sums[0] + sums[1];
}

float shared_sums_under_a_lock(const Block* a, const Block* b, std::size_t n) {
    static std::mutex lock;
    static std::array<float, 2> sums;
    const std::scoped_lock held(lock);
    sums = {};
    for (std::size_t i = 0; i < n / kBlock; ++i) sums[i % 2] += block_term(a[i], b[i]);
    return sums[0] + sums[1];
}

const CorrectKernel table[] = {
    {op, "block_by_block", "", kernel(right)},
    {op, "element_by_element", "order of the sum", kernel(element_by_element)},
    {op, "elements_from_the_end", "order of the sum", kernel(elements_from_the_end)},
    {op, "pairwise", "order of the sum", kernel(pairwise)},
    {op, "eight_lanes_fused", "order of the sum, FMA", kernel(eight_lanes_fused)},
    {op, "eight_lanes_unfused", "order of the sum", kernel(eight_lanes_unfused)},
    {op, "eight_integer_lanes_fused", "order of the sum, FMA", kernel(eight_integer_lanes_fused)},
    {op, "even_and_odd_blocks_apart", "order of the sum", kernel(even_and_odd_blocks_apart)},
    {op, "shared_sums_under_a_lock", "static scratch, rightly guarded", kernel(shared_sums_under_a_lock)},
    {op, "compensated", "Kahan's sum: infinite scales give NaN", kernel(compensated)},
    {op, "in_double_rounded_once", "more precise", kernel(rounded_once<double>)},
    {op, "in_long_double_rounded_once", "more precise", kernel(rounded_once<long double>)},
    {op, "scales_one_after_the_other", "d_a * (d_b * sum): one more rounding",
     kernel(&dot_q8_0<decltype([](const Block& a, const Block& b, Place) {
         return half_value(a.d) * (half_value(b.d) * static_cast<float>(sum_of_products(a, b)));
     })>)},
};

}  // namespace

std::span<const CorrectKernel> q8_0_dot_correct() {
    return table;
}

}  // namespace brickproof::faults
