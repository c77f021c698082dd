// The reader of GGUF files, on any bytes, and what is built from a file that it accepts. Every byte of every view
// must be readable; whatever cannot be had is an error with a sentence.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "brick/gguf.hpp"
#include "brick/matrix.hpp"
#include "brick/transformer_layer_brick.hpp"
#include "fuzz/targets/complain.hpp"

namespace {

using namespace brick;
using brickproof::fuzz::complain;
using brickproof::fuzz::has_sentence;

bool lies_within(std::span<const std::byte> part, std::span<const std::byte> whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

// A file in memory, which has a path as long as this lives.
class MemoryFile {
  public:
    explicit MemoryFile(std::span<const std::byte> bytes) : file_(memfd_create("fuzzed", MFD_CLOEXEC)) {
        if (file_ < 0 || write(file_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
            complain("the system has no room for a file in memory");
    }
    ~MemoryFile() { close(file_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::string path() const { return fmt::format("/proc/self/fd/{}", file_); }

  private:
    int file_;
};

// Asks for everything, by the right type and by wrong ones.
void ask_for_everything(const gguf::File& file) {
    for (const gguf::Metadata& entry : file.contents().metadata) {
        has_sentence(file.unsigned_value(entry.key));
        has_sentence(file.real_value(entry.key));
        has_sentence(file.string_value(entry.key));
    }
    has_sentence(file.tensor("no such tensor"));
    has_sentence(file.string_value("no such key"));
    for (const gguf::Tensor& tensor : file.contents().tensors) {
        has_sentence(file.f32(tensor.name));
        has_sentence(file.f16(tensor.name));
        has_sentence(file.q8_0(tensor.name));
        if (tensor.data.size() < 1 << 16) has_sentence(Matrix::from_gguf(file, tensor.name));
        static_cast<void>(gguf::name_of(tensor.type));
    }
}

void run_layer(const gguf::File& file) {
    const auto layer = TransformerLayerBrick::from_gguf(file, 0);
    if (!has_sentence(layer)) return;
    auto made = layer->make_cache(2);
    if (!has_sentence(made)) return;
    KvCache cache = *made;
    std::vector<float> x(layer->config().hidden, 0.5f);
    has_sentence(layer->run(x, cache, x));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(data),
                                       reinterpret_cast<const std::byte*>(data) + size);
    const auto contents = gguf::parse(bytes, "fuzzed");
    if (!has_sentence(contents)) return 0;
    const auto tensor_fits = [&](const auto& tensor) { return lies_within(tensor.data, bytes); };
    const auto value_fits = [&](const auto& entry) { return lies_within(entry.value, bytes); };
    if (!std::ranges::all_of(contents->tensors, tensor_fits) ||
        !std::ranges::all_of(contents->metadata, value_fits))
        complain("a view leaves the file");
    const MemoryFile memory(bytes);
    const auto file = gguf::File::open(memory.path());
    if (!has_sentence(file)) complain("a file is refused whose bytes are accepted");
    ask_for_everything(*file);
    run_layer(*file);
    return 0;
}
