#include "engine/case.hpp"

#include <fmt/format.h>

namespace brickproof {

std::size_t alignment_of(Element element) {
    return element == Element::q8_0 ? alignof(brickproof_q8_0) : size_of(element);
}

std::string_view name_of(Element element) {
    switch (element) {
        case Element::f32:
            return "float32";
        case Element::f16:
            return "float16";
        case Element::i8:
            return "int8";
        case Element::q8_0:
            return "q8_0 block";
    }
    return "?";
}

void add_output(Case& c, std::string_view name, Element element, std::size_t count) {
    c.operands.push_back({name, element, Access::output, count, {}});
}

std::string describe_sizes(const Case& c, std::span<const std::string_view> size_names) {
    std::string text;
    for (std::size_t i = 0; i < c.sizes.size(); ++i)
        text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", size_names[i], c.sizes[i]);
    return text;
}

}  // namespace brickproof
