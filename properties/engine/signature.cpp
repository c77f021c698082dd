#include "engine/signature.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace brickproof {
namespace {

std::size_t values_each(const Slot& slot) {
    return slot.values_each == 0 ? slot.type->values : slot.values_each;
}

// What a size is a multiple of, at these sizes.
std::size_t step_of(const Signature& signature, const Size& size, std::span<const std::size_t> at) {
    if (size.multiple_of.empty()) return size.unit;
    return at[signature.index_of(size.multiple_of)];
}

}  // namespace

std::size_t Signature::index_of(std::string_view size) const {
    return static_cast<std::size_t>(std::ranges::find(sizes, size, &Size::name) - sizes.begin());
}

std::vector<std::string_view> Signature::size_names() const {
    std::vector<std::string_view> names;
    for (const Size& size : sizes) names.push_back(size.name);
    return names;
}

bool Signature::is_in_place() const {
    return std::ranges::any_of(slots, [](const Slot& slot) { return !slot.in_place_of.empty(); });
}

std::size_t Signature::count(const Slot& slot, std::span<const std::size_t> at) const {
    std::size_t values = 1;
    for (const std::string_view size : slot.shape) values *= at[index_of(size)];
    const std::size_t each = values_each(slot);
    return (values + each - 1) / each;
}

std::size_t Signature::bytes(std::span<const std::size_t> at) const {
    return bytes(at, Access::input) + bytes(at, Access::output);
}

std::size_t Signature::bytes(std::span<const std::size_t> at, Access access) const {
    std::size_t sum = 0;
    for (const Slot& slot : slots)
        if (slot.access == access && slot.passing != Slot::Passing::overwritten)
            sum += count(slot, at) * slot.type->bytes;
    return sum;
}

Case Signature::shape(std::span<const std::size_t> at) const {
    Case c{.sizes = Sizes(at), .operands = {}};
    c.operands.reserve(slots.size());
    for (const Slot& slot : slots) {
        Operand& operand = c.operands.emplace_back();
        operand = {.name = slot.name, .type = slot.type, .access = slot.access, .count = count(slot, at)};
        operand.may_be_null = slot.passing == Slot::Passing::or_null;
        operand.by_value = slot.passing == Slot::Passing::by_value && slot.access == Access::input;
        if (slot.access == Access::input) operand.contents.resize(operand.bytes());
    }
    for (std::size_t i = 0; i < slots.size(); ++i)
        for (std::size_t input = 0; input < slots.size(); ++input)
            if (!slots[i].in_place_of.empty() && slots[input].name == slots[i].in_place_of)
                c.operands[i].in_place_of = input;
    return c;
}

Sizes Signature::valid(std::span<const std::size_t> at) const {
    Sizes nearest(at);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const std::size_t step = step_of(*this, sizes[i], at);
        nearest[i] = step == 0 ? 0 : std::min((at[i] + step - 1) / step * step, sizes[i].most);
    }
    return nearest;
}

std::string Signature::why_not(std::span<const std::size_t> at) const {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const Size& size = sizes[i];
        const std::size_t step = step_of(*this, size, at);
        if (at[i] > size.most) return fmt::format("{} = {}, which is more than {}", size.name, at[i], size.most);
        if (step == 0 ? at[i] != 0 : at[i] % step != 0)
            return fmt::format("{} = {}, which is not a multiple of {}{}", size.name, at[i], step,
                               size.multiple_of.empty() ? "" : fmt::format(" ({})", size.multiple_of));
    }
    return "";
}

std::string Signature::text(const Slot& slot) const {
    std::string text = fmt::format("{}: {}", slot.name, slot.type->name);
    if (!slot.shape.empty()) text += fmt::format("[{}]", fmt::join(slot.shape, ", "));
    if (slot.values_each > 1) text += fmt::format(", one for {} values", slot.values_each);
    if (slot.passing == Slot::Passing::or_null) text += ", or NULL";
    if (!slot.in_place_of.empty()) text += fmt::format(", in place of {}", slot.in_place_of);
    return text;
}

std::string describe_sizes(const Case& c, const Signature& signature) {
    std::string text;
    for (std::size_t i = 0; i < c.sizes.size(); ++i)
        text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", signature.sizes[i].name, c.sizes[i]);
    return text;
}

}  // namespace brickproof
