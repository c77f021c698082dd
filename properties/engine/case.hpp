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

#include "brickproof/kernel_abi.h"
#include "engine/array.hpp"

namespace brickproof {

using Bytes = std::vector<std::uint8_t>;

// What the elements of an operand are. A half is its 16 bits.
enum class Element { f32, f16, i8, q8_0 };

// Bytes. Asked all the time.
inline std::size_t size_of(Element element) {
    switch (element) {
        case Element::f32:
            return sizeof(float);
        case Element::f16:
            return sizeof(std::uint16_t);
        case Element::i8:
            return sizeof(std::int8_t);
        case Element::q8_0:
            return sizeof(brickproof_q8_0);
    }
    return 0;
}
std::size_t alignment_of(Element element);  // bytes: all that the ABI promises
std::string_view name_of(Element element);

enum class Access { input, output };

// One buffer of a call. An output has a size and no contents.
struct Operand {
    std::string_view name;  // as in the op's signature; a literal
    Element element{};
    Access access{};
    std::size_t count = 0;        // elements
    Array<std::byte> contents{};  // of an input: count * size_of(element) bytes

    std::size_t bytes() const { return count * size_of(element); }
};

// What an op's signature has for sizes, four at most.
class Sizes {
  public:
    Sizes() = default;
    Sizes(std::initializer_list<std::size_t> sizes) : count_(sizes.size()) {
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

// Appends an input of `count` zero elements and returns its elements, for the domain to fill.
template <typename T>
std::span<T> add_input(Case& c, std::string_view name, Element element, std::size_t count) {
    c.operands.push_back({name, element, Access::input, count, Array<std::byte>(count * sizeof(T))});
    return c.input<T>(c.operands.size() - 1);
}
void add_output(Case& c, std::string_view name, Element element, std::size_t count);

// "n = 64" or "rows = 3, cols = 32", by the names that the contract gives its sizes.
std::string describe_sizes(const Case& c, std::span<const std::string_view> size_names);

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
