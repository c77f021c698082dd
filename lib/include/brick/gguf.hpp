// Tensors and metadata of a GGUF file, memory-mapped. A file is outside input: every count, length, offset and type
// is checked when it is opened, and a file that does not fit is an error that names what and where.
//
// Format: GGUF versions 2 and 3, little-endian (github.com/ggml-org/ggml/blob/master/docs/gguf.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick::gguf {

// An element type by its number in the file. Every one of lib/formats is read; those that code here asks for have
// names.
enum class TensorType : std::uint32_t { f32 = 0, f16 = 1, q8_0 = 8 };
std::string_view name_of(TensorType type);  // "q4_K"
// What a row is made of: blocks of so many values and bytes. Of f32 and f16, a value is a block.
struct BlockSize {
    std::uint64_t values = 1, bytes = 0;
};
BlockSize block_size_of(TensorType type);

// The types of metadata values, with their numbers in the file.
enum class ValueType : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };

struct Tensor {
    std::string_view name;
    TensorType type{};
    // Row-major from the right in the field's terms: dimensions[0] is the length of a row, the rest are 1 if
    // absent.
    std::array<std::uint64_t, 4> dimensions{1, 1, 1, 1};
    std::span<const std::byte> data;

    std::uint64_t cols() const { return dimensions[0]; }
    std::uint64_t rows() const { return dimensions[1] * dimensions[2] * dimensions[3]; }
};

// One entry of the metadata; what it holds is asked of the File.
struct Metadata {
    std::string_view key;
    ValueType type{};
    std::span<const std::byte> value;  // as it is in the file; of a string, its characters
};

// What a file contains. All views point into the file's bytes.
struct Contents {
    std::uint32_t version = 0;
    std::uint64_t alignment = 32;  // bytes, of every tensor's data
    std::vector<Metadata> metadata;
    std::vector<Tensor> tensors;
};

// Reads the bytes of a whole file, which must outlive what is returned and be aligned to at least 8 bytes. `source`
// names them in errors.
//
// Errors: malformed_file.
Result<Contents> parse(std::span<const std::byte> file, std::string_view source);

// A mapped file. A value that is cheap to copy: the copies share the mapping, and views stay good while one of them
// lives. Whoever shortens the file meanwhile takes the bytes away (SIGBUS on access): replace model files by
// renaming.
class File {
  public:
    // Errors: file_unreadable (with the system's reason), malformed_file.
    static Result<File> open(std::string_view path);

    const Contents& contents() const { return *contents_; }

    // Errors: not_in_file, bad_type; both name what the file has instead.
    Result<Tensor> tensor(std::string_view name) const;
    // Widened to float32, from whatever type: the exact values, each rounded once.
    Result<std::vector<float>> floats(std::string_view name) const;
    Result<std::span<const float>> f32(std::string_view name) const;
    Result<std::span<const std::uint16_t>> f16(std::string_view name) const;
    Result<std::span<const brickproof_q8_0>> q8_0(std::string_view name) const;

    // A value of any integer type that is not negative; of type f32 or f64; of type string.
    // Errors: not_in_file, bad_type.
    Result<std::uint64_t> unsigned_value(std::string_view key) const;
    Result<double> real_value(std::string_view key) const;
    Result<std::string_view> string_value(std::string_view key) const;

  private:
    class Mapping;
    File(std::shared_ptr<const Mapping> mapping, std::shared_ptr<const Contents> contents)
        : mapping_(std::move(mapping)), contents_(std::move(contents)) {}
    Result<Tensor> tensor_of(std::string_view name, TensorType type) const;
    Result<Metadata> metadata(std::string_view key) const;

    std::shared_ptr<const Mapping> mapping_;
    std::shared_ptr<const Contents> contents_;
};

}  // namespace brick::gguf
