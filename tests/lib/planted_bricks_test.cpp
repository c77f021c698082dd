// Bricks with wrong kernels: verify() finds them and names the brick. This program has active_kernels() and
// scalar_kernels() of its own, so that the linker leaves out the library's (bricks/layer_kernels.cpp).
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <string>

#include "brick/activation_quant_brick.hpp"
#include "brick/flash_attention_brick.hpp"
#include "brick/isa.hpp"
#include "bricks/layer_kernels.hpp"
#include "dispatch/active_kernel.hpp"
#include "layer_samples.hpp"

namespace brick {
namespace {

template <class Function>
Function* scalar(const char* op) {
    const brickproof_kernel_table& table = kernel_table();
    for (const brickproof_kernel& row : std::span(table.kernels, table.count))
        if (std::strcmp(row.op, op) == 0 && std::strcmp(row.variant, "scalar") == 0)
            return kernel_function<Function>(row);
    return nullptr;
}

LayerKernels right_kernels() {
    return {.rms_norm = scalar<brickproof_rms_norm_fn>("rms_norm"),
            .gemv = scalar<brickproof_gemv_fn>("gemv"),
            .swiglu = scalar<brickproof_swiglu_fn>("swiglu"),
            .rope = scalar<brickproof_rope_fn>("rope"),
            .attention = scalar<brickproof_attention_fn>("attention"),
            .q8_0_quantize = scalar<brickproof_q8_0_quantize_fn>("q8_0.quantize"),
            .q8_0_dequantize = scalar<brickproof_q8_0_dequantize_fn>("q8_0.dequantize"),
            .q8_0_gemv = scalar<brickproof_q8_0_gemv_fn>("q8_0.gemv"),
            .q8_0f_quantize = scalar<brickproof_q8_0f_quantize_fn>("q8_0f.quantize"),
            .q8_0f_dequantize = scalar<brickproof_q8_0f_dequantize_fn>("q8_0f.dequantize")};
}

LayerKernels chosen;  // what active_kernels() gives

}  // namespace

Result<LayerKernels> active_kernels() {
    return chosen;
}

const LayerKernels& scalar_kernels() {
    static const LayerKernels kernels = right_kernels();
    return kernels;
}

namespace {

using Names = std::set<std::string>;
const Names q8_0_bricks{"qkv", "o_proj", "ffn"};

struct PlantedFault {
    const char* name;
    void (*plant)(LayerKernels&);
    Names f32_bricks;   // that must fail in a layer of float32 weights, and no other
    Names q8_0_bricks;  // in one of Q8_0 weights
};

const PlantedFault planted_faults[] = {
    {"rms_norm: mean over n - 1",
     [](LayerKernels& kernels) {
         kernels.rms_norm = [](const float* x, const float* weight, float* y, std::size_t n, float eps) {
             scalar_kernels().rms_norm(x, weight, y, n, eps);
             const auto size = static_cast<float>(n);
             for (std::size_t i = 0; i < n; ++i) y[i] *= std::sqrt((size - 1) / size);
         };
     },
     {"attention_norm", "ffn_norm"},
     {"attention_norm", "ffn_norm"}},
    {"rms_norm: no eps",
     [](LayerKernels& kernels) {
         kernels.rms_norm = [](const float* x, const float* weight, float* y, std::size_t n, float) {
             scalar_kernels().rms_norm(x, weight, y, n, 0.0f);
         };
     },
     {"attention_norm", "ffn_norm"},
     {"attention_norm", "ffn_norm"}},
    {"rms_norm: NaN in the last value",
     [](LayerKernels& kernels) {
         kernels.rms_norm = [](const float* x, const float* weight, float* y, std::size_t n, float eps) {
             scalar_kernels().rms_norm(x, weight, y, n, eps);
             y[n - 1] = std::numeric_limits<float>::quiet_NaN();
         };
     },
     {"attention_norm", "ffn_norm"},
     {"attention_norm", "ffn_norm"}},
    {"gemv: the last column is left out",
     [](LayerKernels& kernels) {
         kernels.gemv = [](const float* w, const float* x, const float* bias, float* y, std::size_t rows,
                           std::size_t cols) {
             for (std::size_t row = 0; row < rows; ++row)
                 scalar_kernels().gemv(w + row * cols, x, bias ? bias + row : nullptr, y + row, 1, cols - 1);
         };
     },
     {"qkv", "o_proj", "ffn"},
     {}},
    {"gemv: no bias",
     [](LayerKernels& kernels) {
         kernels.gemv = [](const float* w, const float* x, const float*, float* y, std::size_t rows,
                           std::size_t cols) { scalar_kernels().gemv(w, x, nullptr, y, rows, cols); };
     },
     {"qkv"},
     {}},
    {"gemv: the last row is not written",
     [](LayerKernels& kernels) {
         kernels.gemv = [](const float* w, const float* x, const float* bias, float* y, std::size_t rows,
                           std::size_t cols) { scalar_kernels().gemv(w, x, bias, y, rows - 1, cols); };
     },
     {"qkv", "o_proj", "ffn"},
     {}},
    {"swiglu: gate and up swapped",
     [](LayerKernels& kernels) {
         kernels.swiglu = [](const float* gate, const float* up, float* y, std::size_t n) {
             scalar_kernels().swiglu(up, gate, y, n);
         };
     },
     {"ffn"},
     {"ffn"}},
    {"rope: the other pairs",
     [](LayerKernels& kernels) {
         kernels.rope = [](float* x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta,
                           int style) { scalar_kernels().rope(x, heads, head_dim, position, theta, 2 - style); };
     },
     {"rope_q", "rope_k"},
     {"rope_q", "rope_k"}},
    {"rope: one position on",
     [](LayerKernels& kernels) {
         kernels.rope = [](float* x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta,
                           int style) { scalar_kernels().rope(x, heads, head_dim, position + 1, theta, style); };
     },
     {"rope_q", "rope_k"},
     {"rope_q", "rope_k"}},
    {"rope: only the first head",
     [](LayerKernels& kernels) {
         kernels.rope = [](float* x, std::size_t, std::size_t head_dim, std::size_t position, float theta,
                           int style) { scalar_kernels().rope(x, 1, head_dim, position, theta, style); };
     },
     {"rope_q", "rope_k"},
     {"rope_q", "rope_k"}},
    {"attention: the last key is not seen",
     [](LayerKernels& kernels) {
         kernels.attention = [](const float* q, const float* k, const float* v, float* out, std::size_t seq,
                                std::size_t heads, std::size_t kv_heads, std::size_t head_dim) {
             scalar_kernels().attention(q, k, v, out, seq - 1, heads, kv_heads, head_dim);
         };
     },
     {"attention"},
     {"attention"}},
    {"attention: weights that add up to 2",
     [](LayerKernels& kernels) {
         kernels.attention = [](const float* q, const float* k, const float* v, float* out, std::size_t seq,
                                std::size_t heads, std::size_t kv_heads, std::size_t head_dim) {
             scalar_kernels().attention(q, k, v, out, seq, heads, kv_heads, head_dim);
             for (std::size_t i = 0; i < heads * head_dim; ++i) out[i] *= 2.0f;
         };
     },
     {"attention"},
     {"attention"}},
    {"q8_0.quantize: every code one too large",
     [](LayerKernels& kernels) {
         kernels.q8_0_quantize = [](const float* x, brickproof_q8_0* y, std::size_t n) {
             scalar_kernels().q8_0_quantize(x, y, n);
             for (std::size_t b = 0; b < n / BRICKPROOF_Q8_0_BLOCK; ++b)
                 for (std::int8_t& quant : y[b].qs)
                     if (quant < 127) ++quant;
         };
     },
     {},
     {"qkv", "o_proj"}},  // ffn's tolerance lets codes of silu(gate) * up turn over, since gates may differ
    {"q8_0.quantize: every scale twice",
     [](LayerKernels& kernels) {
         kernels.q8_0_quantize = [](const float* x, brickproof_q8_0* y, std::size_t n) {
             scalar_kernels().q8_0_quantize(x, y, n);
             for (std::size_t b = 0; b < n / BRICKPROOF_Q8_0_BLOCK; ++b)
                 y[b].d = static_cast<std::uint16_t>(y[b].d + 0x400u);
         };
     },
     {},
     q8_0_bricks},
    {"q8_0.gemv: the last block is left out",
     [](LayerKernels& kernels) {
         kernels.q8_0_gemv = [](const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t rows,
                                std::size_t cols) {
             const std::size_t blocks = cols / BRICKPROOF_Q8_0_BLOCK;
             for (std::size_t row = 0; row < rows; ++row)
                 scalar_kernels().q8_0_gemv(w + row * blocks, x, y + row, 1, cols - BRICKPROOF_Q8_0_BLOCK);
         };
     },
     {},
     q8_0_bricks},
};

// Runs the layer's verification with the kernels that are chosen now.
Names bricks_that_fail(LayerWeights weights) {
    const auto layer = TransformerLayerBrick::create(small_config, std::move(weights));
    EXPECT_TRUE(layer) << layer.error().message.view();
    const auto verified = layer->verify();
    EXPECT_TRUE(verified);
    Names failed;
    for (const AssertionOutcome& outcome : verified->outcomes)
        if (!outcome.holds) failed.insert(outcome.name.substr(0, outcome.name.find('.')));
    return failed;
}

TEST(PlantedBricks, RightKernelsAreBlamedByNone) {
    chosen = right_kernels();
    EXPECT_EQ(bricks_that_fail(small_f32_weights()), Names{});
    EXPECT_EQ(bricks_that_fail(small_q8_0_weights()), Names{});
}

TEST(PlantedBricks, TheLayerNamesTheBrickWhoseKernelIsWrong) {
    for (const PlantedFault& fault : planted_faults) {
        SCOPED_TRACE(fault.name);
        chosen = right_kernels();
        fault.plant(chosen);
        EXPECT_EQ(bricks_that_fail(small_f32_weights()), fault.f32_bricks);
        EXPECT_EQ(bricks_that_fail(small_q8_0_weights()), fault.q8_0_bricks);
    }
}

// A kernel that gives NaN for the product with this matrix alone.
const float* faulty_matrix = nullptr;

void expect_compute_error(const TransformerLayerBrick& layer, std::string_view message) {
    KvCache cache = *layer.make_cache(2);
    const std::vector<float> x = values_like(small_config.hidden, 1, 1.0f);
    std::vector<float> y(small_config.hidden, 7.0f);
    const auto done = layer.run(x, cache, y);
    ASSERT_FALSE(done) << message;
    EXPECT_EQ(done.error().code, ErrorCode::compute_error) << message;
    EXPECT_EQ(done.error().message.view(), "TransformerLayerBrick::run: " + std::string(message));
    EXPECT_EQ(cache.size(), 0u);
    EXPECT_EQ(y, std::vector<float>(small_config.hidden, 7.0f));
}

TEST(PlantedBricks, EachOfQKAndVIsCheckedBehindTheStepThatMadeIt) {
    const LayerWeights weights = small_f32_weights();
    const auto layer = *TransformerLayerBrick::create(small_config, weights);
    chosen = right_kernels();
    chosen.gemv = [](const float* w, const float* x, const float* bias, float* y, std::size_t rows,
                     std::size_t cols) {
        scalar_kernels().gemv(w, x, bias, y, rows, cols);
        if (w == faulty_matrix) y[1] = std::numeric_limits<float>::quiet_NaN();
    };
    faulty_matrix = weights.q.weight.values().data();
    expect_compute_error(layer, "qkv gives nan at 1 of q, from finite inputs");
    faulty_matrix = weights.k.weight.values().data();
    expect_compute_error(layer, "qkv gives nan at 1 of k, from finite inputs");
    faulty_matrix = weights.v.weight.values().data();
    expect_compute_error(layer, "qkv gives nan at 1 of v, from finite inputs");

    chosen = right_kernels();
    chosen.rope = [](float* x, std::size_t heads, std::size_t, std::size_t, float, int) {
        if (heads == small_config.kv_heads) x[2] = std::numeric_limits<float>::infinity();
    };
    expect_compute_error(layer, "rope gives inf at 2 of k, from finite inputs");
    chosen.rope = [](float* x, std::size_t heads, std::size_t, std::size_t, float, int) {
        if (heads == small_config.heads) x[3] = -std::numeric_limits<float>::infinity();
    };
    expect_compute_error(layer, "rope gives -inf at 3 of q, from finite inputs");
}

template <class Brick>
bool is_valid(const Brick& brick) {
    const auto verified = brick.verify();
    EXPECT_TRUE(verified);
    return verified->is_valid();
}

// Values with the scale of a neighbouring block, and codes that are cut off instead of rounded.
TEST(PlantedBricks, ActivationQuantNamesAWrongQuantizer) {
    const auto floats = *ActivationQuantBrick::create(3, 64, QuantLayout::float_blocks);
    const auto gguf = *ActivationQuantBrick::create(3, 64, QuantLayout::gguf_blocks);
    chosen = right_kernels();
    ASSERT_TRUE(is_valid(floats) && is_valid(gguf));
    chosen.q8_0f_dequantize = [](const std::int8_t* q, const float* scales, float* y, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(q[i]) * scales[(i + 1) % n / 32];
    };
    EXPECT_FALSE(is_valid(floats));
    EXPECT_FALSE(is_valid(gguf));
    chosen = right_kernels();
    chosen.q8_0f_quantize = [](const float* x, std::int8_t* q, float* scales, std::size_t n) {
        scalar_kernels().q8_0f_quantize(x, q, scales, n);
        for (std::size_t i = 0; i < n; ++i) q[i] = static_cast<std::int8_t>(x[i] / scales[i / 32]);
    };
    EXPECT_FALSE(is_valid(floats));
    EXPECT_TRUE(is_valid(gguf));
}

}  // namespace
}  // namespace brick
