// attention in vectors: the definition's online softmax, for several heads of one kv head at once, so that k and v
// are read once for all of them. `V` is a CPU's vector of floats (attention_avx2.cpp, attention_neon.cpp).
//
// Scores and weights of a tile lie as [key][head]. With 1, 2, 4 or 8 heads a vector then holds whole keys, lane l
// belongs to head l % Heads, and eight of them are what one block of eight accumulators makes.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "attention/attention_kernels.hpp"
#include "support/exp.hpp"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// Independent sums that keep the FMA units busy: two a cycle, four to five cycles each.
inline constexpr std::size_t attention_accumulators = 8;

// From this size on, the keys of all kv heads and their values are more than an L2 cache holds. Each is a page of
// its own where there are many kv heads, so that the CPU does not foresee the next one: while keys are scored, the
// values of the same positions are fetched, and while those are added, the keys of the next tile. What lies in L2
// is read up to a quarter faster without.
inline constexpr std::size_t attention_prefetched_bytes = std::size_t{512} << 10;

// The keys and values of one kv head: `stride` floats from one position to the next.
struct AttentionCache {
    const float* k;
    const float* v;
    std::size_t seq;
    std::size_t stride;
    std::size_t head_dim;
    std::size_t tile;
    float scale;

    bool is_prefetched() const { return seq * stride * sizeof(float) >= attention_prefetched_bytes; }
};

template <class V, std::size_t Heads>
class FlashHeads {
  public:
    // `count` heads, up to Heads; those that are not there repeat the last one, and write the same results again.
    FlashHeads(const AttentionCache& cache, const float* q, float* out, std::size_t count) : cache_(cache) {
        for (std::size_t head = 0; head < Heads; ++head) {
            const std::size_t own = head < count ? head : count - 1;
            q_[head] = q + own * cache.head_dim;
            out_[head] = out + own * cache.head_dim;
            max_[head] = -std::numeric_limits<float>::infinity();
            sum_[head] = 0;
        }
    }

    void attend() {
        for (std::size_t first = 0; first < cache_.seq;) {
            const std::size_t keys = keys_of_tile(first, cache_.seq, cache_.tile);
            fetched_ = cache_.is_prefetched() ? cache_.v + first * cache_.stride : nullptr;
            score(cache_.k + first * cache_.stride, keys);
            fetch_next_keys(first + keys);
            weigh((keys + keys_at_once - 1) / keys_at_once * attention_accumulators);
            if (first == 0) {
                add_values<attention_accumulators / Heads, true>(cache_.v, keys, 0);
            } else {
                add_values<attention_accumulators / Heads, false>(cache_.v + first * cache_.stride, keys, 0);
            }
            first += keys;
        }
        finish();
    }

  private:
    using Vector = typename V::Vector;
    static constexpr std::size_t keys_at_once = attention_accumulators / Heads;

    // Scores of a tile. The last block may lack keys: it repeats the last one, and the scores become -Inf.
    void score(const float* k, std::size_t keys) {
        for (std::size_t first = 0; first < keys; first += keys_at_once) {
            const float* rows[keys_at_once];
            for (std::size_t t = 0; t < keys_at_once; ++t) {
                const std::size_t key = first + t < keys ? first + t : keys - 1;
                rows[t] = k + key * cache_.stride;
                if (fetched_ != nullptr) fetch_row(fetched_ + key * cache_.stride);
            }
            float* to = weights_ + first * Heads;
            score_block(rows, to);
            for (std::size_t i = (keys - first) * Heads; i < attention_accumulators; ++i)
                to[i] = -std::numeric_limits<float>::infinity();
        }
    }

    void fetch_row(const float* row) const {
        constexpr std::size_t line = 64 / sizeof(float);
        for (std::size_t i = 0; i < cache_.head_dim; i += line) V::fetch(row + i);
    }

    // add_columns() will fetch them line by line.
    void fetch_next_keys(std::size_t first) {
        keys_to_fetch_ = fetched_ != nullptr ? cache_.seq - first : 0;
        if (keys_to_fetch_ > 0) fetched_ = cache_.k + first * cache_.stride;
    }

    void score_block(const float* const (&rows)[keys_at_once], float* to) const {
        Vector sums[attention_accumulators];
        for (Vector& sum : sums) sum = V::broadcast(0);
        std::size_t i = 0;
        for (; i + V::width <= cache_.head_dim; i += V::width)
            add_products(sums, rows, [&](const float* p) { return V::load(p + i); });
        if (const std::size_t rest = cache_.head_dim - i; rest > 0)
            add_products(sums, rows, [&](const float* p) { return V::load_first(p + i, rest); });
        V::store_totals(sums, cache_.scale, to);
    }

    template <class Load>
    void add_products(Vector (&sums)[attention_accumulators], const float* const (&rows)[keys_at_once],
                      const Load& load) const {
        Vector key[keys_at_once];
        for (std::size_t t = 0; t < keys_at_once; ++t) key[t] = load(rows[t]);
        for (std::size_t head = 0; head < Heads; ++head) {
            const Vector query = load(q_[head]);
            for (std::size_t t = 0; t < keys_at_once; ++t)
                sums[t * Heads + head] = V::multiply_add(query, key[t], sums[t * Heads + head]);
        }
    }

    // Turns the tile's `count` scores into weights, relative to a maximum that may have been raised: then what was
    // summed before is carried_ over to it. exp(-Inf) = 0: from the first tile there is nothing to carry.
    void weigh(std::size_t count) {
        Vector largest = V::load(weights_);
        for (std::size_t i = V::width; i < count; i += V::width) largest = V::max(largest, V::load(weights_ + i));
        float lanes[V::width];
        V::store(lanes, largest);
        float max[V::width];
        for (std::size_t head = 0; head < Heads; ++head) {
            max[head] = max_[head];
            for (std::size_t i = head; i < V::width; i += Heads)
                max[head] = max[head] < lanes[i] ? lanes[i] : max[head];
            carried_[head] = exp_f32(max_[head] - max[head]);
            max_[head] = max[head];
        }
        for (std::size_t i = Heads; i < V::width; ++i) max[i] = max[i % Heads];

        Vector sums = V::broadcast(0);
        const Vector subtracted = V::load(max);
        for (std::size_t i = 0; i < count; i += V::width) {
            const Vector weight = V::exp(V::subtract(V::load(weights_ + i), subtracted));
            V::store(weights_ + i, weight);
            sums = V::add(sums, weight);
        }
        V::store(lanes, sums);
        for (std::size_t head = 0; head < Heads; ++head) {
            sum_[head] *= carried_[head];
            for (std::size_t i = head; i < V::width; i += Heads) sum_[head] += lanes[i];
        }
    }

    // Adds weight * v of the tile's keys to the outputs' columns from `column` on: Vectors vectors at a time, then
    // half as many, and so on.
    template <std::size_t Vectors, bool First>
    void add_values(const float* v, std::size_t keys, std::size_t column) {
        for (; column + Vectors * V::width <= cache_.head_dim; column += Vectors * V::width)
            add_columns<Vectors, First>(
                v, keys, column, [](const float* p) { return V::load(p); },
                [](float* p, Vector x) { V::store(p, x); });
        if constexpr (Vectors > 1) {
            add_values<Vectors / 2, First>(v, keys, column);
        } else if (const std::size_t rest = cache_.head_dim - column; rest > 0) {
            add_columns<1, First>(
                v, keys, column, [&](const float* p) { return V::load_first(p, rest); },
                [&](float* p, Vector x) { V::store_first(p, x, rest); });
        }
    }

    template <std::size_t Vectors, bool First, class Load, class Store>
    void add_columns(const float* v, std::size_t keys, std::size_t column, const Load& load, const Store& store) {
        Vector sums[Heads][Vectors];
        for (std::size_t head = 0; head < Heads; ++head)
            for (std::size_t j = 0; j < Vectors; ++j)
                sums[head][j] =
                    First ? V::broadcast(0)
                          : V::multiply(load(out_[head] + column + j * V::width), V::broadcast(carried_[head]));
        for (std::size_t t = 0; t < keys; ++t) {
            const float* row = v + t * cache_.stride + column;
            if (t < keys_to_fetch_) V::fetch(fetched_ + t * cache_.stride + column);
            Vector value[Vectors];
            for (std::size_t j = 0; j < Vectors; ++j) value[j] = load(row + j * V::width);
            for (std::size_t head = 0; head < Heads; ++head) {
                const Vector weight = V::broadcast(weights_[t * Heads + head]);
                for (std::size_t j = 0; j < Vectors; ++j)
                    sums[head][j] = V::multiply_add(weight, value[j], sums[head][j]);
            }
        }
        for (std::size_t head = 0; head < Heads; ++head)
            for (std::size_t j = 0; j < Vectors; ++j) store(out_[head] + column + j * V::width, sums[head][j]);
    }

    // Heads that repeat the last one must not divide it again: equal outputs are next to each other.
    void finish() const {
        for (std::size_t head = 0; head < Heads; ++head) {
            if (head > 0 && out_[head] == out_[head - 1]) break;
            for (std::size_t i = 0; i < cache_.head_dim; ++i) out_[head][i] /= sum_[head];
        }
    }

    const AttentionCache& cache_;
    const float* fetched_ = nullptr;  // the rows that will be needed next
    std::size_t keys_to_fetch_ = 0;
    const float* q_[Heads];
    float* out_[Heads];
    float max_[Heads];
    float sum_[Heads];
    float carried_[Heads];
    float weights_[attention_tile * Heads];
};

// `count` heads of one kv head, at most V::width.
template <class V>
static void flash_heads(const AttentionCache& cache, const float* q, float* out, std::size_t count) {
    if (count == 1) return FlashHeads<V, 1>(cache, q, out, count).attend();
    if (count == 2) return FlashHeads<V, 2>(cache, q, out, count).attend();
    if constexpr (V::width > 4)
        if (count > 4) return FlashHeads<V, 8>(cache, q, out, count).attend();
    FlashHeads<V, 4>(cache, q, out, count).attend();
}

template <class V>
static void flash_attention_blocks(const AttentionOperands& operands, std::size_t first, std::size_t last,
                                   std::size_t tile) {
    const auto& [q, k, v, out, seq, heads, kv_heads, head_dim] = operands;
    const float scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
    for (std::size_t index = first; index < last; ++index) {
        const HeadBlock block = head_block(operands, index);
        const std::size_t column = block.kv_head * head_dim;
        const AttentionCache cache{k + column, v + column, seq, kv_heads * head_dim, head_dim, tile, scale};
        for (std::size_t done = 0; done < block.count; done += V::width) {
            const std::size_t at = (block.first + done) * head_dim;
            flash_heads<V>(cache, q + at, out + at, block.count - done < V::width ? block.count - done : V::width);
        }
    }
}

template <class V>
static void flash_attention(const AttentionOperands& operands) {
    flash_attention_blocks<V>(operands, 0, head_blocks(operands), attention_tile);
}

}  // namespace BRICK_TARGET
}  // namespace brick
