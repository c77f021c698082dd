#include <cmath>
#include <limits>

#include "attention/attention_kernels.hpp"
#include "support/exp.hpp"

namespace brick {
namespace {

// The keys and values of one kv head: `stride` floats from one position to the next.
struct Cache {
    const float* k;
    const float* v;
    std::size_t seq;
    std::size_t stride;
    std::size_t tile;
};

float dot(const float* a, const float* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
}

// The softmax of what was seen so far, relative to its largest score: out is the sum of exp(score - max) * v, and
// sum that of exp(score - max).
class OnlineSoftmax {
  public:
    OnlineSoftmax(float* out, std::size_t head_dim) : out_(out), head_dim_(head_dim) {
        for (std::size_t i = 0; i < head_dim_; ++i) out_[i] = 0;
    }

    // From now on everything is relative to a maximum that is at least the old one. exp(-Inf) = 0: at first there
    // is nothing to carry over.
    void raise_max(float max) {
        const float carried = exp_f32(max_ - max);
        sum_ *= carried;
        for (std::size_t i = 0; i < head_dim_; ++i) out_[i] *= carried;
        max_ = max;
    }

    void add(float score, const float* v) {
        const float weight = exp_f32(score - max_);
        sum_ += weight;
        for (std::size_t i = 0; i < head_dim_; ++i) out_[i] += weight * v[i];
    }

    void finish() {
        for (std::size_t i = 0; i < head_dim_; ++i) out_[i] /= sum_;
    }

    float max() const { return max_; }

  private:
    float* out_;
    std::size_t head_dim_;
    float max_ = -std::numeric_limits<float>::infinity();
    float sum_ = 0;
};

void attend(const float* q, const Cache& cache, float* out, std::size_t head_dim) {
    const float scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
    OnlineSoftmax softmax(out, head_dim);
    float scores[attention_tile];
    for (std::size_t first = 0; first < cache.seq;) {
        const std::size_t count = keys_of_tile(first, cache.seq, cache.tile);
        float max = softmax.max();
        for (std::size_t t = 0; t < count; ++t) {
            scores[t] = dot(q, cache.k + (first + t) * cache.stride, head_dim) * scale;
            max = max < scores[t] ? scores[t] : max;
        }
        softmax.raise_max(max);
        for (std::size_t t = 0; t < count; ++t) softmax.add(scores[t], cache.v + (first + t) * cache.stride);
        first += count;
    }
    softmax.finish();
}

}  // namespace

void attention_scalar(const float* q, const float* k, const float* v, float* out, std::size_t seq,
                      std::size_t heads, std::size_t kv_heads, std::size_t head_dim) {
    const AttentionOperands operands{q, k, v, out, seq, heads, kv_heads, head_dim};
    attention_in_tiles_scalar(operands, 0, head_blocks(operands), attention_tile);
}

void attention_in_tiles_scalar(const AttentionOperands& operands, std::size_t first, std::size_t last,
                               std::size_t tile) {
    const auto& [q, k, v, out, seq, heads, kv_heads, head_dim] = operands;
    for (std::size_t index = first; index < last; ++index) {
        const HeadBlock block = head_block(operands, index);
        const std::size_t column = block.kv_head * head_dim;
        const Cache cache{k + column, v + column, seq, kv_heads * head_dim, tile};
        for (std::size_t head = block.first; head < block.first + block.count; ++head)
            attend(q + head * head_dim, cache, out + head * head_dim, head_dim);
    }
}

}  // namespace brick
