// NumPy's array files, strictly: format version 1.0, little endian, C order, the five element types that golden
// values use. Source: NumPy enhancement proposal 1, "A simple file format for NumPy arrays".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expected.hpp"

namespace brickproof::golden {

enum class Dtype { float32, float64, uint16, int8, uint8 };

std::size_t size_of(Dtype dtype);       // bytes
std::string_view name_of(Dtype dtype);  // "float32"
std::optional<Dtype> dtype_named(std::string_view name);

struct Tensor {
    Dtype dtype{};
    std::vector<std::size_t> shape;
    std::string bytes;  // C order, little endian

    bool operator==(const Tensor&) const = default;
};

// The number of elements; nothing where it is more than fits into memory.
std::optional<std::size_t> element_count(const std::vector<std::size_t>& shape);
std::string show_shape(const std::vector<std::size_t>& shape);  // "(2, 34)"

// The whole file as text, and back. Problems, half a sentence each that follows the file's name: no such file
// format, another version, header cut or malformed, a dtype or an order that golden values do not have, too few or
// too many bytes.
std::string npy_text(const Tensor& tensor);
Expected<Tensor> parse_npy(std::string_view text);

}  // namespace brickproof::golden
