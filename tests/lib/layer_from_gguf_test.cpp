#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "gguf_bytes.hpp"
#include "layer_samples.hpp"

namespace brick {
namespace {

// What a model file of one layer holds: tensors by name, and the metadata.
struct Model {
    std::map<std::string, Matrix> matrices;
    std::map<std::string, std::vector<float>> vectors;
    std::string architecture = "llama";

    explicit Model(const LayerWeights& w)
        : matrices{{"attn_q", w.q.weight}, {"attn_k", w.k.weight}, {"attn_v", w.v.weight}, {"attn_output", w.o},
                   {"ffn_gate", w.gate},   {"ffn_up", w.up},       {"ffn_down", w.down}},
          vectors{
              {"attn_norm.weight", w.attention_norm}, {"ffn_norm.weight", w.ffn_norm}, {"attn_q.bias", w.q.bias}} {}

    std::vector<std::byte> bytes() const {
        gguf::FileBytes file;
        file.header(matrices.size() + vectors.size(), 7);
        file.text("general.architecture").add<std::uint32_t>(8).text(architecture);
        const auto number = [&](const std::string& key, std::size_t value) {
            file.metadata(architecture + key, 4, static_cast<std::uint32_t>(value));
        };
        number(".embedding_length", small_config.hidden);
        number(".attention.head_count", small_config.heads);
        number(".attention.head_count_kv", small_config.kv_heads);
        number(".feed_forward_length", small_config.intermediate);
        file.metadata(architecture + ".attention.layer_norm_rms_epsilon", 6, small_config.eps);
        file.metadata(architecture + ".rope.freq_base", 6, small_config.theta);

        gguf::FileBytes data;
        for (const auto& [name, matrix] : matrices) {
            file.tensor("blk.0." + name + ".weight", {matrix.cols(), matrix.rows()}, matrix.is_quantized() ? 8 : 0,
                        data.bytes().size());
            data.raw(matrix.is_quantized() ? std::as_bytes(matrix.blocks()) : std::as_bytes(matrix.values())).pad();
        }
        for (const auto& [name, values] : vectors) {
            file.tensor("blk.0." + name, {values.size()}, 0, data.bytes().size());
            data.raw(std::as_bytes(std::span(values))).pad();
        }
        file.pad().raw(data.bytes());
        return {file.bytes().begin(), file.bytes().end()};
    }

    Result<gguf::File> open() const {
        const auto path =
            std::filesystem::temp_directory_path() / ("brick_layer_" + std::to_string(::getpid()) + ".gguf");
        const std::vector<std::byte> whole = bytes();
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(whole.data()), static_cast<std::streamsize>(whole.size()));
        auto file = gguf::File::open(path.string());
        std::filesystem::remove(path);  // the mapping stays
        return file;
    }
};

std::vector<float> output_of(const TransformerLayerBrick& layer) {
    KvCache cache = *layer.make_cache(2);
    std::vector<float> y = values_like(small_config.hidden, 1, 1.0f);
    for (int t = 0; t < 2; ++t) EXPECT_TRUE(layer.run(y, cache, y));
    return y;
}

TEST(LayerFromGguf, IsTheLayerOfTheSameWeights) {
    for (const auto& weights : {small_f32_weights(), small_q8_0_weights()}) {
        const auto file = Model(weights).open();
        ASSERT_TRUE(file) << file.error().message.view();
        const auto layer = TransformerLayerBrick::from_gguf(*file, 0);
        ASSERT_TRUE(layer) << layer.error().message.view();
        EXPECT_EQ(output_of(*layer), output_of(*TransformerLayerBrick::create(small_config, weights)));
    }
}

TEST(LayerFromGguf, TheArchitectureDecidesTheStyle) {
    Model model(small_f32_weights());
    model.architecture = "qwen2";
    EXPECT_EQ(TransformerLayerBrick::from_gguf(*model.open(), 0)->config().style, RopeStyle::neox);
    model.architecture = "mamba";
    EXPECT_EQ(
        TransformerLayerBrick::from_gguf(*model.open(), 0).error().message.view(),
        "TransformerLayerBrick::from_gguf: the architecture is \"mamba\"; layers of llama and qwen2 can be built");
}

TEST(LayerFromGguf, SaysWhatIsMissingOrDoesNotFit) {
    Model model(small_f32_weights());
    const auto code = [&](std::size_t index = 0) {
        return TransformerLayerBrick::from_gguf(*model.open(), index).error().code;
    };
    EXPECT_EQ(code(1), ErrorCode::not_in_file);
    const Matrix up = model.matrices.at("ffn_up");
    model.matrices.erase("ffn_up");
    EXPECT_EQ(code(), ErrorCode::not_in_file);
    model.matrices.emplace("ffn_up", f32_matrix(32, 64, 1));
    EXPECT_EQ(code(), ErrorCode::length_mismatch);
    model.matrices.erase("ffn_up");
    model.matrices.emplace("ffn_up", up);
    model.vectors["attn_norm.weight"][3] = INFINITY;
    EXPECT_EQ(code(), ErrorCode::not_finite);
}

}  // namespace
}  // namespace brick
