// A layer from a model file, by llama.cpp's names.
#include <algorithm>
#include <string>

#include "brick/transformer_layer_brick.hpp"

namespace brick {
namespace {

struct StyleOfArchitecture {
    std::string_view architecture;
    RopeStyle style;
};

// llama_model_rope_type in llama.cpp's src/llama-model.cpp, for architectures whose layers are of this form.
constexpr std::array styles{StyleOfArchitecture{"llama", RopeStyle::norm},
                            StyleOfArchitecture{"qwen2", RopeStyle::neox}};

// Reads what a layer needs one after the other; after the first error, nothing more.
class LayerReader {
  public:
    LayerReader(const gguf::File& file, std::size_t index)
        : file_(file), prefix_("blk." + std::to_string(index) + ".") {}

    std::optional<Matrix> matrix(std::string_view name) {
        return keep(Matrix::from_gguf(file_, prefix_ + std::string(name)));
    }

    std::vector<float> vector(std::string_view name) {
        const auto values = keep(file_.f32(prefix_ + std::string(name)));
        return values ? std::vector<float>(values->begin(), values->end()) : std::vector<float>();
    }
    // Empty where the file has none.
    std::vector<float> optional_vector(std::string_view name) {
        return file_.tensor(prefix_ + std::string(name)) ? vector(name) : std::vector<float>();
    }
    std::size_t size(const std::string& key) { return keep(file_.unsigned_value(key)).value_or(0); }
    float real(const std::string& key) { return static_cast<float>(keep(file_.real_value(key)).value_or(0.0)); }
    float real_or(const std::string& key, float fallback) {
        const auto value = file_.real_value(key);
        return !value && value.error().code == ErrorCode::not_in_file ? fallback : real(key);
    }
    std::string text(std::string_view key) { return std::string(keep(file_.string_value(key)).value_or("")); }

    // What was wrong first.
    const std::optional<Error>& error() const { return error_; }
    void fail(const Error& error) {
        if (!error_) error_ = error;
    }

  private:
    template <class Value>
    std::optional<Value> keep(Result<Value> result) {
        if (result) return *std::move(result);
        fail(result.error());
        return std::nullopt;
    }

    const gguf::File& file_;
    std::string prefix_;
    std::optional<Error> error_;
};

LayerConfig read_config(LayerReader& reader) {
    const std::string architecture = reader.text("general.architecture");
    const auto style = std::ranges::find(styles, architecture, &StyleOfArchitecture::architecture);
    if (style == styles.end()) {
        reader.fail(make_error(ErrorCode::bad_parameter, "TransformerLayerBrick::from_gguf: the architecture is \"",
                               std::string_view(architecture), "\"; layers of llama and qwen2 can be built"));
        return {};
    }
    LayerConfig config;
    config.hidden = reader.size(architecture + ".embedding_length");
    config.heads = reader.size(architecture + ".attention.head_count");
    config.kv_heads = reader.size(architecture + ".attention.head_count_kv");
    config.intermediate = reader.size(architecture + ".feed_forward_length");
    config.eps = reader.real(architecture + ".attention.layer_norm_rms_epsilon");
    config.theta = reader.real_or(architecture + ".rope.freq_base", 10000.0f);
    config.style = style->style;
    return config;
}

}  // namespace

Result<TransformerLayerBrick> TransformerLayerBrick::from_gguf(const gguf::File& file, std::size_t index) {
    LayerReader reader(file, index);
    const LayerConfig config = read_config(reader);
    if (reader.error()) return *reader.error();
    const auto q = reader.matrix("attn_q.weight");
    const auto k = reader.matrix("attn_k.weight");
    const auto v = reader.matrix("attn_v.weight");
    const auto o = reader.matrix("attn_output.weight");
    const auto gate = reader.matrix("ffn_gate.weight");
    const auto up = reader.matrix("ffn_up.weight");
    const auto down = reader.matrix("ffn_down.weight");
    std::vector<float> attention_norm = reader.vector("attn_norm.weight");
    std::vector<float> ffn_norm = reader.vector("ffn_norm.weight");
    std::vector<float> q_bias = reader.optional_vector("attn_q.bias");
    std::vector<float> k_bias = reader.optional_vector("attn_k.bias");
    std::vector<float> v_bias = reader.optional_vector("attn_v.bias");
    if (reader.error()) return *reader.error();
    return create(config, {std::move(attention_norm),
                           {*q, std::move(q_bias)},
                           {*k, std::move(k_bias)},
                           {*v, std::move(v_bias)},
                           *o,
                           std::move(ffn_norm),
                           *gate,
                           *up,
                           *down});
}

}  // namespace brick
