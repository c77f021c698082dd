// NumPy's array files. Source: NumPy enhancement proposal 1, "A simple file format for NumPy arrays".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/type.hpp"

namespace brickproof {

// The whole file, format version 1.0. `descr` is as NumPy writes it, quotes included; `bytes` are in C order.
std::string npy_text(std::string_view descr, std::span<const std::size_t> shape, std::string_view bytes);

// Of an operand's elements: numbers, or blocks as records with named fields.
std::string npy_text(const Type& type, std::span<const std::byte> elements);

}  // namespace brickproof
