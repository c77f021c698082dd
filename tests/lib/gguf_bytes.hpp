// Writes GGUF files for tests, right ones and, by its parts, wrong ones.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace brick::gguf {

class FileBytes {
  public:
    template <class Number>
    FileBytes& add(Number number) {
        const auto* bytes = reinterpret_cast<const std::byte*>(&number);
        bytes_.insert(bytes_.end(), bytes, bytes + sizeof number);
        return *this;
    }
    FileBytes& text(std::string_view characters) {
        add<std::uint64_t>(characters.size());
        return raw(std::as_bytes(std::span(characters)));
    }
    FileBytes& raw(std::span<const std::byte> bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    FileBytes& header(std::uint64_t tensors, std::uint64_t metadata, std::uint32_t version = 3) {
        return add<std::uint32_t>(0x46554747).add(version).add(tensors).add(metadata);
    }
    template <class Number>
    FileBytes& metadata(std::string_view key, std::uint32_t type, Number value) {
        return text(key).add(type).add(value);
    }
    FileBytes& tensor(std::string_view name, std::vector<std::uint64_t> dimensions, std::uint32_t type,
                      std::uint64_t offset) {
        text(name).add(static_cast<std::uint32_t>(dimensions.size()));
        for (const std::uint64_t dimension : dimensions) add(dimension);
        return add(type).add(offset);
    }
    FileBytes& pad(std::size_t alignment = 32) {
        bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
        return *this;
    }

    std::span<const std::byte> bytes() const { return bytes_; }
    std::vector<std::byte>& editable() { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

// One tensor of each type, and metadata of each kind.
inline FileBytes example_file() {
    FileBytes file;
    file.header(3, 5);
    file.text("general.architecture").add<std::uint32_t>(8).text("llama");
    file.metadata<std::uint32_t>("llama.block_count", 4, 22);
    file.metadata<float>("llama.rope.freq_base", 6, 10000.0f);
    file.metadata<std::int64_t>("negative", 11, -1);
    file.text("tokens").add<std::uint32_t>(9).add<std::uint32_t>(8).add<std::uint64_t>(2).text("a").text("");
    file.tensor("norm", {4}, 0, 0).tensor("halves", {2, 3}, 1, 32).tensor("blocks", {32, 2}, 8, 64).pad();
    for (const float value : {1.0f, 2.0f, 3.0f, 4.0f}) file.add(value);
    file.pad();
    for (std::uint16_t half = 1; half <= 6; ++half) file.add(half);
    file.pad();
    for (int i = 0; i < 2 * 34; ++i) file.add(static_cast<std::int8_t>(i));
    return file;
}

}  // namespace brick::gguf
