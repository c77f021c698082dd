#include "engine/function.hpp"

#include <algorithm>
#include <vector>

namespace brickproof {
namespace {

bool is_pointer(std::string_view c_type) {
    return c_type.ends_with('*');
}

bool is_number(std::string_view c_type) {
    return c_type == "float ";
}

}  // namespace

std::string prototype(const Function& function, std::string_view op, const Signature& signature) {
    std::vector<std::string_view> numbers;
    for (const Slot& slot : signature.slots)
        if (slot.passing == Slot::Passing::by_value && slot.access == Access::input) numbers.push_back(slot.name);
    std::string text(function.result);
    text += op.substr(op.rfind('.') + 1);
    std::size_t pointer = 0, size = 0, number = 0;
    std::string_view before = "(";
    for (const std::string_view type : function.arguments) {
        text += before;
        text += type;
        text += is_pointer(type)  ? signature.slots[pointer++].name
                : is_number(type) ? numbers[number++]
                                  : signature.sizes[size++].name;
        before = ", ";
    }
    return text + ")";
}

}  // namespace brickproof
