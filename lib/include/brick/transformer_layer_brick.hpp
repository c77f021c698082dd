// A whole decoder layer, one token at a time.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "brick/attention_brick.hpp"
#include "brick/compute_brick.hpp"
#include "brick/ffn_brick.hpp"
#include "brick/gguf.hpp"
#include "brick/kv_cache.hpp"
#include "brick/o_proj_brick.hpp"
#include "brick/qkv_brick.hpp"
#include "brick/rms_norm_brick.hpp"
#include "brick/rope_brick.hpp"

namespace brick {

struct LayerConfig {
    std::size_t hidden = 0;
    std::size_t heads = 0;
    std::size_t kv_heads = 0;
    std::size_t intermediate = 0;
    float eps = 1e-5f;
    float theta = 10000.0f;
    RopeStyle style = RopeStyle::norm;

    std::size_t head_dim() const { return hidden / heads; }
};

// Errors: zero_dimension; indivisible_heads (hidden by heads, heads by kv_heads); bad_parameter (an odd head_dim,
// eps, theta).
Result<void> check_layer_config(const LayerConfig& config);

// q is [hidden][hidden], k and v are [kv_heads * head_dim][hidden], o is [hidden][hidden], gate and up are
// [intermediate][hidden], down is [hidden][intermediate].
struct LayerWeights {
    std::vector<float> attention_norm;
    QkvBrick::Projection q;
    QkvBrick::Projection k;
    QkvBrick::Projection v;
    Matrix o;
    std::vector<float> ffn_norm;
    Matrix gate;
    Matrix up;
    Matrix down;
};

// Time and budget of one component, in microseconds a token.
struct BrickTiming {
    std::string_view brick;
    double microseconds = 0.0;
    TokenBudget budget;

    double gap_factor() const { return budget.gap_factor(microseconds); }
};

// The steps of a layer in their order.
struct LayerTiming {
    std::array<BrickTiming, 7> bricks;

    double total() const;
    // The one that is furthest beyond its budget, or nearest to it.
    const BrickTiming& bottleneck() const;
};

// What to look at first in a layer.
struct BottleneckReport {
    std::size_t layer = 0;
    BrickTiming bottleneck;

    // "layer 3: ffn takes 18.3 us, budget 12.2 us (factor 1.5)"
    std::string describe() const;
};
BottleneckReport find_bottleneck(std::size_t layer, const LayerTiming& timing);

// x + attention(norm(x)), then + ffn(norm(.)), of one token at position cache.size(): norm, QKV, RoPE, attention
// over the cache, output projection, residual, norm, FFN, residual.
class TransformerLayerBrick : public BrickTerms {
  public:
    // The budget is the sum of the components'. Errors: those of check_layer_config; length_mismatch (a weight that
    // does not fit the configuration, by name); those of the components.
    static Result<TransformerLayerBrick> create(const LayerConfig& config, LayerWeights weights);

    // Layer `index` of a model file, by the tensor names and metadata keys of llama.cpp ("blk.0.attn_q.weight",
    // "llama.attention.head_count"); the biases of q, k and v where the file has them. The file's architecture
    // decides the style of rope: NORM for llama, NEOX for qwen2. Errors: not_in_file, bad_type, and those of
    // create.
    static Result<TransformerLayerBrick> from_gguf(const gguf::File& file, std::size_t index);

    // A cache that fits, for `capacity` tokens.
    Result<KvCache> make_cache(std::size_t capacity) const;

    // y[hidden] from x[hidden]; x and y may be the same. The cache gains this token. Errors: length_mismatch,
    // not_finite, scale_overflow, cache_full, compute_error (a result that is not finite, with the brick's name).
    // In each case y and the cache stay as they were.
    // The products and attention are parts for the executor.
    Result<void> run(std::span<const float> x, KvCache& cache, std::span<float> y,
                     const Executor& executor = {}) const;

    struct Timed {
        TokenResult<std::span<float>> result;
        LayerTiming timing;
    };
    Result<Timed> run_timed(std::span<const float> x, KvCache& cache, std::span<float> y,
                            const Executor& executor = {}) const;

    // Verifies every component; an outcome's name is "brick.assertion".
    Result<BrickVerification> verify() const;

    const LayerConfig& config() const { return components_->config; }
    const TokenBudget& total_budget() const { return budget(); }

  private:
    struct Components {
        LayerConfig config;
        RmsNormBrick attention_norm;
        QkvBrick qkv;
        RopeBrick rope_q;
        RopeBrick rope_k;
        AttentionBrick attention;
        OProjBrick o_proj;
        RmsNormBrick ffn_norm;
        FfnBrick ffn;
    };
    TransformerLayerBrick(BrickTerms terms, Components components)
        : BrickTerms(std::move(terms)), components_(std::make_shared<const Components>(std::move(components))) {}

    // residual[hidden]: x before, y after. After an error the cache may hold a token more.
    Result<void> compute(std::span<float> residual, KvCache& cache, const Executor& executor,
                         LayerTiming& timing) const;

    std::shared_ptr<const Components> components_;
};

}  // namespace brick
