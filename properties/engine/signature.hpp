// The signature of an op: its sizes and its operands by type, access and shape, stated once. Who needs the operands
// of a call, how large they are or what they are called asks it.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/case.hpp"
#include "engine/type.hpp"

namespace brickproof {

struct Size {
    enum class Kind { dimension, parameter };
    std::string_view name{};
    std::size_t unit = 1;            // values: a block's, where the op takes whole blocks only
    std::string_view multiple_of{};  // another size, of which it is a whole multiple
    std::size_t most = no_limit;     // that means anything
    Kind kind = Kind::dimension;     // a parameter sizes no array, such as a position

    static constexpr std::size_t no_limit = static_cast<std::size_t>(-1);
};

// One operand. The slots that the function takes by pointer stand first and in its order, then a result that it
// returns, those that it takes by value, and the inputs in whose place it writes.
struct Slot {
    enum class Passing {
        by_pointer,
        or_null,      // by pointer, and as NULL where it has no elements
        by_value,     // or returned
        overwritten,  // not at all: the output that names it holds it when the call begins
    };
    std::string_view name{};
    const Type* type = nullptr;
    Access access{};
    std::vector<std::string_view> shape{};  // the sizes whose product is the number of its values; none: one value
    std::size_t values_each = 0;            // values for one element, as for a scale; 0: the type's
    Passing passing = Passing::by_pointer;
    std::string_view in_place_of{};  // of an output: the input that it overwrites
};

struct Signature {
    std::vector<Size> sizes;
    std::vector<Slot> slots;

    // A call at these sizes, in the order of `sizes`; its inputs are zero.
    Case shape(std::span<const std::size_t> at) const;
    Case shape(std::initializer_list<std::size_t> at) const { return shape({at.begin(), at.size()}); }

    // Elements of an operand, and the bytes that a call at these sizes may touch: what is written in place once.
    std::size_t count(const Slot& slot, std::span<const std::size_t> at) const;
    std::size_t bytes(std::span<const std::size_t> at) const;
    std::size_t bytes(std::span<const std::size_t> at, Access access) const;

    // The sizes of a call that is nearest to these and not smaller, unless one is more than it may be.
    Sizes valid(std::span<const std::size_t> at) const;
    // What keeps these from being the sizes of a call, as "cols = 40, which is not a multiple of 32"; empty:
    // nothing.
    std::string why_not(std::span<const std::size_t> at) const;

    // The number of the size of this name; past the end where there is none.
    std::size_t index_of(std::string_view size) const;
    std::vector<std::string_view> size_names() const;
    bool is_in_place() const;
    // An operand as text: "w: q8_0[rows, cols]".
    std::string text(const Slot& slot) const;
};

// "n = 64" or "rows = 3, cols = 32".
std::string describe_sizes(const Case& c, const Signature& signature);

}  // namespace brickproof
