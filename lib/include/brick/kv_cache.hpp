// The keys and values of the tokens so far.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "brick/result.hpp"

namespace brick {

// keys and values are [token][kv_heads][head_dim], for at most `capacity` tokens; the memory is taken when it is
// made.
class KvCache {
  public:
    // Errors: zero_dimension; length_mismatch (a product that is more than a size_t holds).
    static Result<KvCache> create(std::size_t kv_heads, std::size_t head_dim, std::size_t capacity);

    // Errors: length_mismatch, not_finite (with the index), cache_full (with the capacity). The cache stays as it
    // was.
    Result<void> append(std::span<const float> key, std::span<const float> value);
    // Forgets the tokens from `tokens` on; more than there are stay as they are.
    void truncate(std::size_t tokens);

    std::size_t kv_heads() const { return kv_heads_; }
    std::size_t head_dim() const { return head_dim_; }
    std::size_t capacity() const { return capacity_; }
    std::size_t size() const { return size_; }
    bool is_full() const { return size_ == capacity_; }

    // size() * kv_heads() * head_dim() values each.
    std::span<const float> keys() const { return {keys_.data(), size_ * kv_heads_ * head_dim_}; }
    std::span<const float> values() const { return {values_.data(), size_ * kv_heads_ * head_dim_}; }

  private:
    KvCache(std::size_t kv_heads, std::size_t head_dim, std::size_t capacity);

    std::size_t kv_heads_;
    std::size_t head_dim_;
    std::size_t capacity_;
    std::size_t size_ = 0;
    std::vector<float> keys_;
    std::vector<float> values_;
};

}  // namespace brick
