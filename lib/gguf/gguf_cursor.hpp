// A place in the bytes of a GGUF file, which moves on as values are read and never beyond the end.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <string_view>

#include "brick/gguf.hpp"

namespace brick::gguf {

static_assert(std::endian::native == std::endian::little, "GGUF is little-endian; this reader does not swap");

// Text of a file as a person can read it: its first characters, those that cannot be printed as '?'.
class Printable {
  public:
    explicit Printable(std::string_view text) : size_(std::min(text.size(), text_.size())) {
        std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size_), text_.begin(),
                       [](char c) { return c >= ' ' && c <= '~' ? c : '?'; });
    }
    std::string_view text() const { return {text_.data(), size_}; }

  private:
    std::array<char, 64> text_{};
    std::size_t size_;
};

class Cursor {
  public:
    Cursor(std::span<const std::byte> file, std::string_view source) : file_(file), source_(source) {}

    std::uint64_t position() const { return position_; }
    std::uint64_t left() const { return file_.size() - position_; }

    // An error whose message begins with the file's name.
    template <class... Parts>
    Error malformed(const Parts&... parts) const {
        return make_error(ErrorCode::malformed_file, source_, ": ", parts...);
    }

    // The next `size` bytes; `what` and `of` name them in the error.
    Result<std::span<const std::byte>> bytes(std::uint64_t size, std::string_view what, std::string_view of = {}) {
        if (size > left())
            return malformed("at byte ", position_, ", ", what, Printable(of).text(), " needs ", size,
                             " bytes, but the file has ", left(), " left");
        const auto taken = file_.subspan(position_, size);
        position_ += size;
        return taken;
    }

    template <class Number>
    Result<Number> number(std::string_view what, std::string_view of = {}) {
        const auto taken = bytes(sizeof(Number), what, of);
        BRICK_TRY(taken);
        Number value;
        std::memcpy(&value, taken->data(), sizeof value);
        return value;
    }

    // A length of 8 bytes, then that many characters.
    Result<std::string_view> string(std::string_view what, std::string_view of = {}) {
        const auto size = number<std::uint64_t>(what, of);
        BRICK_TRY(size);
        const auto characters = bytes(*size, what, of);
        BRICK_TRY(characters);
        return std::string_view(reinterpret_cast<const char*>(characters->data()), characters->size());
    }

  private:
    std::span<const std::byte> file_;
    std::string_view source_;
    std::uint64_t position_ = 0;
};

}  // namespace brick::gguf
