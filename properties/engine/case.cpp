#include "engine/case.hpp"

#include <fmt/format.h>

namespace brickproof {

void add_output(Case& c, std::string_view name, const Type& type, std::size_t count) {
    c.operands.push_back({name, &type, Access::output, count, {}});
}

std::string describe_sizes(const Case& c, std::span<const std::string_view> size_names) {
    std::string text;
    for (std::size_t i = 0; i < c.sizes.size(); ++i)
        text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", size_names[i], c.sizes[i]);
    return text;
}

}  // namespace brickproof
