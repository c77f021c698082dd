// What the checked API returns: a value, or an error written for a person. An error allocates nothing and cannot
// throw.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

#include "brick/try.hpp"

namespace brick {

enum class ErrorCode {
    length_mismatch,       // two buffers that belong together have sizes that do not
    zero_dimension,        // a size is 0
    not_a_block_multiple,  // a size is no multiple of 32
    not_finite,            // an input is NaN or Inf
    scale_overflow,        // a block's scale is beyond the largest half
    bad_scale,             // a stored scale is NaN, Inf, zero or negative
    unknown_isa,           // no kernel of that name is compiled into this library
    unsupported_isa,       // compiled, but this CPU lacks a feature that it needs
    file_unreadable,       // a file cannot be opened or mapped
    malformed_file,        // a file's contents do not fit its format
    not_in_file,           // a file has no tensor or metadata of that name
    bad_type,              // it has, but of another type
    bad_parameter,         // a number that is no possible value: eps < 0, an odd head_dim, an unknown style
    indivisible_heads,     // heads is no multiple of kv_heads
    cache_full,            // a KV cache has no room for another token
    compute_error,         // a result is not finite although the inputs are
    assertion_failed,      // a brick's own assertion does not hold
    budget_exceeded,       // a brick took longer than its budget
    no_thread,             // the system gives no thread
};

// The text of an error, at most 383 characters; what is longer is cut.
class ErrorText {
  public:
    void append(std::string_view part) {
        const std::size_t count = std::min(part.size(), text_.size() - size_);
        std::copy_n(part.data(), count, text_.data() + size_);
        size_ += count;
    }
    template <class Number>
    requires(std::integral<Number> || std::floating_point<Number>) void append(Number number) {
        std::array<char, 64> digits;
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
        append(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
    }
    std::string_view view() const { return {text_.data(), size_}; }
    operator std::string_view() const { return view(); }

  private:
    std::array<char, 383> text_;
    std::size_t size_ = 0;
};

struct Error {
    ErrorCode code;
    ErrorText message;
};

// An error whose message is its parts, texts and numbers, one after the other.
template <class... Parts>
Error make_error(ErrorCode code, const Parts&... parts) {
    Error error{code, {}};
    (error.message.append(parts), ...);
    return error;
}

// Either a T or an Error. Asking for the one that is not there is a bug of the caller. The value of a Result that
// is about to go is moved out: `auto cache = *layer.make_cache(4096)` copies nothing.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : outcome_(std::in_place_index<0>, std::move(value)) {}
    Result(const Error& error) : outcome_(std::in_place_index<1>, error) {}

    bool has_value() const { return outcome_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    T& value() & { return *std::get_if<0>(&outcome_); }
    const T& value() const& { return *std::get_if<0>(&outcome_); }
    T&& value() && { return std::move(*std::get_if<0>(&outcome_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    const Error& error() const { return *std::get_if<1>(&outcome_); }
    const Error& failure() const { return error(); }  // for BRICK_TRY

  private:
    std::variant<T, Error> outcome_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(const Error& error) : outcome_(error) {}

    bool has_value() const { return outcome_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    const Error& error() const { return *std::get_if<1>(&outcome_); }
    const Error& failure() const { return error(); }  // for BRICK_TRY

  private:
    std::variant<std::monostate, Error> outcome_;
};

}  // namespace brick
