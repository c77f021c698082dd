#include <limits>
#include <vector>

#include "exp_pieces.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "softmax";
constexpr auto kernel = &erased<brickproof_softmax_fn>;

using Index = std::size_t;

constexpr float masked = -std::numeric_limits<float>::infinity();

float largest_of(const float* x, Index n) {
    return n == 0 ? masked : *std::max_element(x, x + n);
}

/// Of an exp and a sum over the terms; nothing is asked of a row whose entries are all masked.
template <class Exp, class Sum>
Kernel with(Exp, Sum) {
    return kernel([](const float* x, float* y, Index n) {
        const float largest = largest_of(x, n);
        for (Index i = 0; i < n; ++i) y[i] = Exp{}(x[i] - largest);
        const float sum = Sum{}(y, n);
        for (Index i = 0; i < n; ++i) y[i] /= sum;
    });
}

float sum_in_order(const float* terms, Index n) {
    float sum = 0;
    for (Index i = 0; i < n; ++i) sum += terms[i];
    return sum;
}

float sum_backwards(const float* terms, Index n) {
    float sum = 0;
    for (Index i = n; i-- > 0;) sum += terms[i];
    return sum;
}

float sum_by_halves(const float* terms, Index n) {
    if (n < 2) return n == 0 ? 0.0f : terms[0];
    return sum_by_halves(terms, n / 2) + sum_by_halves(terms + n / 2, n - n / 2);
}

float sum_in_eight_lanes(const float* terms, Index n) {
    float lanes[8] = {};
    for (Index i = 0; i < n; ++i) lanes[i % 8] += terms[i];
    return sum_by_halves(lanes, 8);
}

float sum_in_float64(const float* terms, Index n) {
    double sum = 0;
    for (Index i = 0; i < n; ++i) sum += static_cast<double>(terms[i]);
    return static_cast<float>(sum);
}

void in_float64(const float* x, float* y, Index n) {
    const double largest = static_cast<double>(largest_of(x, n));
    double sum = 0;
    for (Index i = 0; i < n; ++i) sum += std::exp(static_cast<double>(x[i]) - largest);
    for (Index i = 0; i < n; ++i) y[i] = static_cast<float>(std::exp(static_cast<double>(x[i]) - largest) / sum);
}

/// The sum of exp(x - largest) so far.
struct Running {
    float largest = masked;
    float sum = 0;

    void include(const Running& other) {
        if (other.largest == masked) return;
        const float larger = std::max(largest, other.largest);
        const float kept = largest == masked ? 0.0f : sum * exp_cephes(largest - larger);
        sum = kept + other.sum * exp_cephes(other.largest - larger);
        largest = larger;
    }
};

/// One pass for maximum and sum (Milakov and Gimelshein, 2018).
void online(const float* x, float* y, Index n) {
    Running all;
    for (Index i = 0; i < n; ++i) all.include({x[i], 1.0f});
    for (Index i = 0; i < n; ++i) y[i] = exp_cephes(x[i] - all.largest) * (1.0f / all.sum);
}

void online_in_eight_lanes(const float* x, float* y, Index n) {
    Running lanes[8];
    for (Index i = 0; i < n; ++i) lanes[i % 8].include({x[i], 1.0f});
    Running all;
    for (const Running& lane : lanes) all.include(lane);
    for (Index i = 0; i < n; ++i) y[i] = exp_cephes(x[i] - all.largest) / all.sum;
}

/// Terms relative to the maximum of their block of 64, brought to one maximum at the end.
void by_blocks(const float* x, float* y, Index n) {
    constexpr Index block = 64;
    std::vector<Running> blocks;
    Running all;
    for (Index begin = 0; begin < n; begin += block) {
        const Index count = std::min(block, n - begin);
        Running here{largest_of(x + begin, count), 0.0f};
        for (Index i = begin; i < begin + count; ++i) {
            y[i] = x[i] == masked ? 0.0f : exp_by_squaring(x[i] - here.largest);
            here.sum += y[i];
        }
        all.include(here);
        blocks.push_back(here);
    }
    for (Index i = 0; i < n; ++i) {
        const float largest = blocks[i / block].largest;
        y[i] *= largest == masked ? 0.0f : exp_by_squaring(largest - all.largest) / all.sum;
    }
}

/// A vector body with its own exp, and a tail by the C library.
void two_exps(const float* x, float* y, Index n) {
    const float largest = largest_of(x, n);
    for (Index i = 0; i < n; ++i) {
        const float distance = x[i] - largest;
        y[i] = i < n / 8 * 8 ? exp_cephes(distance) : std::exp(distance);
    }
    const float scale = 1.0f / sum_in_eight_lanes(y, n);
    for (Index i = 0; i < n; ++i) y[i] *= scale;
}

constexpr auto nearest = [](float x) { return exp_nearest(x); };
constexpr auto cephes = [](float x) { return exp_cephes(x); };
constexpr auto squaring = [](float x) { return exp_by_squaring(x); };

const CorrectKernel table[] = {
    {op, "in_float64", "", kernel(in_float64)},
    {op, "summed_in_order", "", with(cephes, [](const float* terms, Index n) { return sum_in_order(terms, n); })},
    {op, "summed_backwards", "",
     with(squaring, [](const float* terms, Index n) { return sum_backwards(terms, n); })},
    {op, "summed_by_halves", "",
     with(nearest, [](const float* terms, Index n) { return sum_by_halves(terms, n); })},
    {op, "summed_in_eight_lanes", "",
     with(cephes, [](const float* terms, Index n) { return sum_in_eight_lanes(terms, n); })},
    {op, "summed_in_float64", "",
     with(squaring, [](const float* terms, Index n) { return sum_in_float64(terms, n); })},
    {op, "online", "maximum and sum in one pass", kernel(online)},
    {op, "online_in_eight_lanes", "maximum and sum in one pass", kernel(online_in_eight_lanes)},
    {op, "by_blocks", "each block has a maximum of its own", kernel(by_blocks)},
    {op, "two_exps", "the tail rounds differently", kernel(two_exps)},
};

}  // namespace

std::span<const CorrectKernel> softmax_correct() {
    return table;
}

}  // namespace brickproof::faults
