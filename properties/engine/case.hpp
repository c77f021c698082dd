// A case: one input of an op, decoded from a byte string by the op's domain.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/array.hpp"
#include "engine/type.hpp"

namespace brickproof {

using Bytes = std::vector<std::uint8_t>;

enum class Access { input, output };

// One buffer of a call. An output has a size and no contents.
struct Operand {
    std::string_view name;  // as in the op's signature; a literal
    const Type* type = nullptr;
    Access access{};
    std::size_t count = 0;        // elements
    Array<std::byte> contents{};  // of an input: count * type->bytes
    bool may_be_null = false;     // the call takes it as NULL where it has no elements
    bool by_value = false;        // the call takes its one number, not where it is
    // Of an output: the input of the same case in whose place it is written.
    std::size_t in_place_of = none;

    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    std::size_t bytes() const { return count * type->bytes; }
    // What the call is given where the operand is at `address`.
    void* argument(void* address) const { return may_be_null && count == 0 ? nullptr : address; }
};

// What an op's signature has for sizes, four at most.
class Sizes {
  public:
    Sizes() = default;
    Sizes(std::initializer_list<std::size_t> sizes) : Sizes(std::span(sizes.begin(), sizes.size())) {}
    explicit Sizes(std::span<const std::size_t> sizes) : count_(sizes.size()) {
        if (count_ > most) throw std::length_error("a case has more sizes than any op");
        std::ranges::copy(sizes, values_.begin());
    }

    std::size_t size() const { return count_; }
    std::size_t* begin() { return values_.data(); }
    const std::size_t* begin() const { return values_.data(); }
    std::size_t* end() { return values_.data() + count_; }
    const std::size_t* end() const { return values_.data() + count_; }
    std::size_t& operator[](std::size_t i) { return values_[i]; }
    std::size_t operator[](std::size_t i) const { return values_[i]; }
    // clang-tidy 14 sees a zero in what it makes of this.
    auto operator<=>(const Sizes&) const = default;  // NOLINT(modernize-use-nullptr)

  private:
    static constexpr std::size_t most = 4;
    std::array<std::size_t, most> values_{};
    std::size_t count_ = 0;
};

// Sizes as the signature orders them (n; or rows, cols), then the buffers in the signature's order.
struct Case {
    Sizes sizes;
    std::vector<Operand, RecyclingAllocator<Operand>> operands;

    template <typename T>
    std::span<const T> input(std::size_t operand) const {
        const Operand& o = operands[operand];
        return {reinterpret_cast<const T*>(o.contents.data()), o.contents.size() / sizeof(T)};
    }
    template <typename T>
    std::span<T> input(std::size_t operand) {
        Operand& o = operands[operand];
        return {reinterpret_cast<T*>(o.contents.data()), o.contents.size() / sizeof(T)};
    }
};

// What an output holds when the call begins: an input's contents, of one that is written in place; else nothing.
inline std::span<const std::byte> old_contents(const Case& c, const Operand& output) {
    if (output.in_place_of == Operand::none) return {};
    return c.operands[output.in_place_of].contents;
}

// What a kernel wrote: one byte array per output operand, in the signature's order.
struct Outputs {
    std::vector<Array<std::byte>, RecyclingAllocator<Array<std::byte>>> arrays;

    template <typename T>
    std::span<const T> as(std::size_t output) const {
        return {reinterpret_cast<const T*>(arrays[output].data()), arrays[output].size() / sizeof(T)};
    }
    bool operator==(const Outputs&) const = default;
};

}  // namespace brickproof
