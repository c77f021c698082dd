// Attention in tiles of keys, without a matrix of scores.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "brick/attention_brick.hpp"

namespace brick {

// What a call over `seq` keys costs.
struct FlashAttentionCost {
    std::size_t tiles = 0;
    double flops = 0.0;  // 4 * seq * heads * head_dim: a product and a sum, for the scores and for the values
    double naive_bytes =
        0.0;  // q, k, v and out once, and the scores of every head written and read twice (scores, softmax)
    double flash_bytes = 0.0;  // q, k, v and out once; the scores of a tile stay in the L1 cache
    double arithmetic_intensity() const { return flops / flash_bytes; }  // flops per byte
};

// The result of AttentionBrick within the bound of attention, for every size of tile (Dao et al., 2022): each tile
// rescales what was summed before by exp(old maximum - new maximum) (Milakov and Gimelshein, 2018).
// Only 64 scores a head are ever kept: a larger tile is rescaled after every 64 of its keys. Tiles of a multiple of
// 64 keys give AttentionBrick's bits.
class FlashAttentionBrick : public BrickTerms {
  public:
    static constexpr TokenBudget default_budget = TokenBudget::microseconds(5.0);
    static constexpr std::size_t default_tile = 64;  // keys

    // Errors: those of AttentionBrick, and zero_dimension for a tile of 0 keys.
    static Result<FlashAttentionBrick> create(AttentionShape shape, std::size_t tile = default_tile,
                                              TokenBudget budget = default_budget,
                                              std::vector<BrickAssertion> more = {});

    // As AttentionBrick.
    Result<void> run(std::span<const float> q, const KvCache& cache, std::span<float> out,
                     const Executor& executor = {}) const;
    Result<TokenResult<std::span<float>>> run_timed(std::span<const float> q, const KvCache& cache,
                                                    std::span<float> out, const Executor& executor = {}) const;
    Result<BrickVerification> verify() const;

    FlashAttentionCost cost(std::size_t seq) const;
    std::size_t tile() const { return tile_; }
    const AttentionShape& shape() const { return shape_; }

  private:
    FlashAttentionBrick(BrickTerms terms, AttentionShape shape, std::size_t tile)
        : BrickTerms(std::move(terms)), shape_(shape), tile_(tile) {}

    AttentionShape shape_;
    std::size_t tile_;
};

}  // namespace brick
