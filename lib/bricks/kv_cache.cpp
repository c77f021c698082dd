#include "brick/kv_cache.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "support/checks.hpp"

namespace brick {

KvCache::KvCache(std::size_t kv_heads, std::size_t head_dim, std::size_t capacity)
    : kv_heads_(kv_heads),
      head_dim_(head_dim),
      capacity_(capacity),
      keys_(kv_heads * head_dim * capacity),
      values_(kv_heads * head_dim * capacity) {}

Result<KvCache> KvCache::create(std::size_t kv_heads, std::size_t head_dim, std::size_t capacity) {
    constexpr std::string_view function = "KvCache::create";
    if (kv_heads == 0 || head_dim == 0 || capacity == 0)
        return make_error(ErrorCode::zero_dimension, function, ": kv_heads is ", kv_heads, ", head_dim is ",
                          head_dim, " and capacity is ", capacity, "; all must be at least 1");
    constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max() / sizeof(float);
    if (kv_heads > most / head_dim || capacity > most / (kv_heads * head_dim))
        return make_error(ErrorCode::length_mismatch, function, ": ", capacity, " tokens of ", kv_heads, " * ",
                          head_dim, " values are more than memory can hold");
    return KvCache(kv_heads, head_dim, capacity);
}

Result<void> KvCache::append(std::span<const float> key, std::span<const float> value) {
    constexpr std::string_view function = "KvCache::append";
    const std::size_t each = kv_heads_ * head_dim_;
    BRICK_TRY(check_size(function, "key", key.size(), each, each));
    BRICK_TRY(check_size(function, "value", value.size(), each, each));
    BRICK_TRY(check_finite(function, "key", key));
    BRICK_TRY(check_finite(function, "value", value));
    if (is_full())
        return make_error(ErrorCode::cache_full, function, ": all ", capacity_, " tokens of the cache are used");
    const auto offset = static_cast<std::ptrdiff_t>(size_ * each);
    std::ranges::copy(key, keys_.begin() + offset);
    std::ranges::copy(value, values_.begin() + offset);
    ++size_;
    return {};
}

void KvCache::truncate(std::size_t tokens) {
    size_ = std::min(size_, tokens);
}

}  // namespace brick
