// The bricks and the checked functions, valid or not, on data of any kind: they return a result or an error with a
// sentence, and an error has written nothing.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "brick/activation_quant_brick.hpp"
#include "brick/attention.hpp"
#include "brick/f16.hpp"
#include "brick/flash_attention_brick.hpp"
#include "brick/gemv.hpp"
#include "brick/q8_0.hpp"
#include "brick/q8_0_dot.hpp"
#include "brick/q8_0_gemv.hpp"
#include "brick/q8_0f.hpp"
#include "brick/rms_norm.hpp"
#include "brick/softmax.hpp"
#include "brick/swiglu.hpp"
#include "brick/transformer_layer_brick.hpp"
#include "engine/choice_reader.hpp"
#include "engine/fills.hpp"
#include "engine/q8_0_blocks.hpp"
#include "fuzz/targets/complain.hpp"

namespace {

using namespace brick;
using brickproof::ChoiceReader;
using brickproof::fuzz::complain;
using brickproof::fuzz::has_sentence;

using Floats = std::vector<float>;
using Blocks = std::vector<brickproof_q8_0>;

constexpr float unwritten = 1234.5f;

void expect_untouched(const Floats& y, bool succeeded) {
    if (!succeeded && std::ranges::any_of(y, [](float value) { return value != unwritten; }))
        complain("an error came after something was written");
}

// Data and sizes of a case. Most sizes fit each other; one in sixteen does not.
class Inputs {
  public:
    explicit Inputs(std::span<const std::uint8_t> bytes) : choices_(bytes) {}

    std::size_t pick(std::size_t alternatives) { return choices_.pick(alternatives); }
    std::size_t near(std::size_t size) {
        switch (choices_.pick(16)) {
            case 1:
                return size + 1;
            case 2:
                return size - std::min<std::size_t>(size, 1);
            default:
                return size;
        }
    }
    // One in eight may hold NaN and Inf.
    Floats floats(std::size_t count) {
        brickproof::Preconditions holding;
        if (choices_.pick(8) != 1) holding.add("finite");
        Floats values(count);
        brickproof::fill_floats(choices_, holding, values);
        return values;
    }
    Blocks blocks(std::size_t count) {
        brickproof::Preconditions holding;
        if (choices_.pick(8) != 1) holding.add("finite");
        Blocks values(count);
        brickproof::fill_blocks(choices_, holding, values);
        return values;
    }
    float parameter(float usual) {
        constexpr float others[] = {0.0f, -1.0f, 1e-30f, 1e30f};
        const std::size_t choice = choices_.pick(16);
        return choice >= 1 && choice <= std::size(others) ? others[choice - 1] : usual;
    }
    Result<Matrix> matrix(std::size_t rows, std::size_t cols, bool quantised) {
        if (quantised) return Matrix::from_q8_0(blocks(near(rows * (cols / 32))), rows, cols);
        return Matrix::from_f32(floats(near(rows * cols)), rows, cols);
    }

  private:
    ChoiceReader choices_;
};

template <class Brick>
void check_terms(const Result<Brick>& brick) {
    if (!has_sentence(brick)) return;
    has_sentence(brick->can_run());
    has_sentence(brick->verify());
}

void try_rms_norm(Inputs& in) {
    const std::size_t n = in.pick(70);
    const auto brick = RmsNormBrick::create(in.floats(n), in.parameter(1e-5f));
    check_terms(brick);
    if (!brick) return;
    Floats y(in.near(n), unwritten);
    const Floats x = in.floats(in.near(n));
    expect_untouched(y, has_sentence(brick->run(x, y)));
    has_sentence(brick->run_timed(x, y));
}

void try_qkv(Inputs& in) {
    const bool quantised = in.pick(2) == 1;
    const std::size_t hidden = 32 * (1 + in.pick(2));
    std::vector<QkvBrick::Projection> projections;
    for (int i = 0; i < 3; ++i) {
        auto weight = in.matrix(8 * in.pick(3), in.near(hidden), quantised);
        if (!has_sentence(weight)) return;
        const std::size_t biases = in.pick(2) * in.near(weight->rows());
        projections.push_back({*weight, in.floats(biases)});
    }
    const auto brick = QkvBrick::create(projections[0], projections[1], projections[2]);
    check_terms(brick);
    if (!brick) return;
    Floats q(in.near(brick->q_size()), unwritten);
    Floats k(in.near(brick->k_size()), unwritten);
    Floats v(brick->v_size(), unwritten);
    const Floats x = in.floats(in.near(hidden));
    const bool done = has_sentence(brick->run(x, q, k, v));
    for (const Floats* y : {&q, &k, &v}) expect_untouched(*y, done);
    has_sentence(brick->run_timed(x, q, k, v));
}

void try_rope(Inputs& in) {
    const RopeBrick::Shape shape{.head_dim = in.pick(20),
                                 .heads = in.pick(4),
                                 .theta = in.parameter(10000.0f),
                                 .style = static_cast<RopeStyle>(in.pick(4))};
    const auto brick = RopeBrick::create(shape);
    check_terms(brick);
    if (!brick) return;
    Floats x = in.floats(in.near(brick->size()));
    const std::size_t position = in.pick(8) == 1 ? RopeBrick::last_position + in.pick(2) : in.pick(5000);
    has_sentence(brick->run(x, position));
    has_sentence(brick->run_timed(x, position));
}

// A cache with some tokens, or too many.
Result<KvCache> filled_cache(Inputs& in, std::size_t kv_heads, std::size_t head_dim) {
    const auto made = KvCache::create(kv_heads, head_dim, in.pick(8));
    if (!has_sentence(made)) return made;
    std::optional<KvCache> cache(*made);
    const std::size_t size = kv_heads * head_dim;
    for (std::size_t tokens = in.pick(9); tokens > 0; --tokens) {
        const std::size_t before = cache->size();
        const Floats key = in.floats(in.near(size));
        if (!has_sentence(cache->append(key, in.floats(size))) && cache->size() != before)
            complain("a token that was refused is in the cache");
    }
    cache->truncate(cache->size() - std::min(cache->size(), in.pick(3)));
    return *cache;
}

template <class Brick>
void run_attention(Inputs& in, const Result<Brick>& brick, const AttentionShape& shape) {
    check_terms(brick);
    if (!brick) return;
    const auto cache = filled_cache(in, in.near(shape.kv_heads), shape.head_dim);
    if (!cache) return;
    Floats out(in.near(shape.query_size()), unwritten);
    const Floats q = in.floats(in.near(shape.query_size()));
    expect_untouched(out, has_sentence(brick->run(q, *cache, out)));
    has_sentence(brick->run_timed(q, *cache, out));
}

void try_attention(Inputs& in) {
    const AttentionShape shape{.heads = in.pick(5), .kv_heads = in.pick(4), .head_dim = in.pick(20)};
    if (in.pick(2) == 0) return run_attention(in, AttentionBrick::create(shape), shape);
    const auto flash = FlashAttentionBrick::create(shape, in.pick(6));
    if (flash) static_cast<void>(flash->cost(in.pick(100)).arithmetic_intensity());
    run_attention(in, flash, shape);
}

void try_o_proj(Inputs& in) {
    const std::size_t cols = 32 * in.pick(3);
    auto weight = in.matrix(in.pick(12), in.near(cols), in.pick(2) == 1);
    if (!has_sentence(weight)) return;
    const auto brick = OProjBrick::create(*weight);
    check_terms(brick);
    if (!brick) return;
    Floats y(in.near(brick->hidden()), unwritten);
    const Floats x = in.floats(in.near(brick->input_size()));
    expect_untouched(y, has_sentence(brick->run(x, y)));
    has_sentence(brick->run_timed(x, y));
}

void try_ffn(Inputs& in) {
    const std::size_t hidden = 32 * (1 + in.pick(2));
    const std::size_t intermediate = 32 * (1 + in.pick(2));
    auto gate = in.matrix(in.near(intermediate), hidden, in.pick(2) == 1);
    auto up = in.matrix(intermediate, in.near(hidden), in.pick(2) == 1);
    auto down = in.matrix(hidden, in.near(intermediate), in.pick(2) == 1);
    if (!has_sentence(gate) || !has_sentence(up) || !has_sentence(down)) return;
    const auto brick = FfnBrick::create(*gate, *up, *down);
    check_terms(brick);
    if (!brick) return;
    Floats y(in.near(hidden), unwritten);
    const Floats x = in.floats(in.near(hidden));
    expect_untouched(y, has_sentence(brick->run(x, y)));
    has_sentence(brick->run_timed(x, y));
}

void try_activation_quant(Inputs& in) {
    const std::size_t tokens = in.pick(5);
    const std::size_t channels = in.pick(3) == 1 ? in.pick(40) : 32 * in.pick(3);
    const auto brick = ActivationQuantBrick::create(tokens, channels, static_cast<QuantLayout>(in.pick(3)));
    check_terms(brick);
    if (!brick) return;
    const Floats x = in.floats(in.near(tokens * channels));
    const auto result = brick->quantize(x);
    has_sentence(brick->measure_error(x));
    has_sentence(brick->run_timed(x));
    if (!has_sentence(result)) return;
    ActivationQuantBrick::Quantized quantised = *result;
    if (!quantised.scales.empty()) quantised.scales[0] = in.parameter(quantised.scales[0]);
    Floats y(in.near(x.size()), unwritten);
    expect_untouched(y, has_sentence(brick->dequantize(quantised, y)));
}

Result<LayerWeights> layer_weights(Inputs& in, const LayerConfig& config, bool quantised) {
    const std::size_t kv = config.heads == 0 ? 0 : config.kv_heads * config.head_dim();
    const std::size_t shapes[][2] = {{config.hidden, config.hidden},
                                     {kv, config.hidden},
                                     {kv, config.hidden},
                                     {config.hidden, config.hidden},
                                     {config.intermediate, config.hidden},
                                     {config.intermediate, config.hidden},
                                     {config.hidden, config.intermediate}};
    std::vector<Matrix> m;
    for (const auto& [rows, cols] : shapes) {
        auto matrix = in.matrix(rows, cols, quantised);
        if (!has_sentence(matrix)) return matrix.error();
        m.push_back(*matrix);
    }
    return LayerWeights{in.floats(in.near(config.hidden)), {m[0], {}}, {m[1], {}}, {m[2], {}}, m[3],
                        in.floats(in.near(config.hidden)), m[4],       m[5],       m[6]};
}

void try_layer(Inputs& in) {
    const LayerConfig config{.hidden = 32 * (1 + in.pick(2)),
                             .heads = in.pick(5),
                             .kv_heads = in.pick(3),
                             .intermediate = 32 * in.pick(3),
                             .eps = in.parameter(1e-5f),
                             .theta = in.parameter(10000.0f),
                             .style = static_cast<RopeStyle>(2 * in.pick(2))};
    if (!has_sentence(check_layer_config(config))) return;
    auto weights = layer_weights(in, config, in.pick(2) == 1);
    if (!weights) return;
    const auto layer = TransformerLayerBrick::create(config, std::move(*weights));
    if (!has_sentence(layer)) return;
    if (in.pick(4) == 1) check_terms(layer);
    const auto made = layer->make_cache(in.pick(4));
    if (!has_sentence(made)) return;
    KvCache cache = *made;
    for (std::size_t tokens = 1 + in.pick(3); tokens > 0; --tokens) {
        Floats y(in.near(config.hidden), unwritten);
        const Floats x = in.floats(in.near(config.hidden));
        const std::size_t before = cache.size();
        const bool done = has_sentence(layer->run(x, cache, y));
        expect_untouched(y, done);
        if (!done && cache.size() != before) complain("a token that failed is in the cache");
        if (const auto timed = layer->run_timed(x, cache, y))
            static_cast<void>(find_bottleneck(0, timed->timing).describe());
    }
}

// The functions of one op each.
void try_values(Inputs& in) {
    const std::size_t n = in.pick(70);
    const Floats x = in.floats(n);
    const Floats other = in.floats(in.near(n));
    Floats y(in.near(n), unwritten);
    const float eps = in.parameter(1e-5f);
    switch (in.pick(7)) {
        case 0:
            return expect_untouched(y, has_sentence(rms_norm(x, other, y, eps)));
        case 1:
            return expect_untouched(y, has_sentence(softmax(x, y)));
        case 2:
            return expect_untouched(y, has_sentence(swiglu(x, other, y)));
        case 3:
            has_sentence(rope(y, in.pick(4), in.pick(20), in.pick(5000), eps, static_cast<RopeStyle>(in.pick(3))));
            return;
        case 4: {
            std::vector<std::uint16_t> halves(in.near(n));
            has_sentence(f16::from_f32(x, halves));
            return expect_untouched(y, has_sentence(f16::to_f32(halves, y)));
        }
        case 5: {
            std::vector<std::int8_t> quants(in.near(n));
            Floats scales(in.near((n + 31) / 32), 1.0f);
            has_sentence(q8_0f::quantize(x, quants, scales));
            return expect_untouched(y, has_sentence(q8_0f::dequantize(quants, scales, y)));
        }
        default: {
            Blocks blocks(in.near(n / 32));
            has_sentence(q8_0::quantize(x, blocks));
            return expect_untouched(y, has_sentence(q8_0::dequantize(blocks, y)));
        }
    }
}

void try_products(Inputs& in) {
    const std::size_t rows = in.pick(6);
    const std::size_t blocks = in.pick(4);
    Floats y(in.near(rows), unwritten);
    const Floats x = in.floats(in.near(32 * blocks));
    switch (in.pick(4)) {
        case 0:
            has_sentence(q8_0::dot(in.blocks(blocks), in.blocks(in.near(blocks))));
            return;
        case 1: {
            const Blocks w = in.blocks(in.near(rows * blocks));
            const Blocks v = in.blocks(in.near(blocks));
            return expect_untouched(y, has_sentence(q8_0::gemv(w, v, y, rows, 32 * blocks)));
        }
        case 2: {
            const Floats w = in.floats(in.near(rows * 32 * blocks));
            const Floats bias = in.floats(in.pick(2) * in.near(rows));
            return expect_untouched(y, has_sentence(gemv(w, x, bias, y, rows, 32 * blocks)));
        }
        default: {
            const AttentionSizes sizes{
                .seq = in.pick(6), .heads = rows, .kv_heads = in.pick(4), .head_dim = in.pick(9)};
            const Floats q = in.floats(in.near(sizes.heads * sizes.head_dim));
            const Floats k = in.floats(in.near(sizes.seq * sizes.kv_heads * sizes.head_dim));
            const Floats v = in.floats(in.near(sizes.seq * sizes.kv_heads * sizes.head_dim));
            Floats out(in.near(sizes.heads * sizes.head_dim), unwritten);
            return expect_untouched(out, has_sentence(attention(q, k, v, out, sizes)));
        }
    }
}

// Where the results do not fit into the caches, they are written past them; each way with a tail.
void try_large(Inputs& in) {
    if (in.pick(128) != 1) return;
    constexpr std::size_t streamed = (std::size_t{8} << 20) + 64;  // bytes of results
    const std::size_t way = in.pick(5);
    const std::size_t n = way == 0 ? streamed / sizeof(brickproof_q8_0) * 32 + 32 * in.pick(40)
                                   : streamed / sizeof(float) / 32 * 32 + 32 * in.pick(40);
    const Floats x(n, 1.5f);
    Floats y(n);
    Blocks blocks(n / 32);
    if (way == 0 && !has_sentence(q8_0::quantize(x, blocks))) complain("ones cannot be quantised");
    if (way == 1 && !has_sentence(q8_0::dequantize(blocks, y))) complain("zeros cannot be dequantised");
    if (way == 2) {
        const std::vector<std::int8_t> quants(n, 3);
        if (!has_sentence(q8_0f::dequantize(quants, Floats(n / 32, 0.5f), y)) || y.back() != 1.5f)
            complain("3 times 0.5 is not 1.5");
    }
    if (way == 3 && !has_sentence(f16::to_f32(std::vector<std::uint16_t>(n, 0x3C00), y)))
        complain("1 cannot be widened");
    if (way == 4 && (!has_sentence(swiglu(x, x, y)) || !(y.back() > 1.0f)))
        complain("silu(1.5) 1.5 is not above 1");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr void (*tries[])(Inputs&) = {
        try_values, try_products, try_rms_norm,         try_qkv,   try_rope, try_attention,
        try_o_proj, try_ffn,      try_activation_quant, try_layer, try_large};
    Inputs in({data, size});
    tries[in.pick(std::size(tries))](in);
    return 0;
}
