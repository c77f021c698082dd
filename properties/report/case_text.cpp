#include "report/case_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace brickproof {
namespace {

constexpr std::size_t most_values = 4096;  // of all inputs together
constexpr std::size_t most_groups = 8;     // of one input: a value, or a value that is repeated

// Shortest digits that read back; a NaN with its bits.
std::string number_text(const Number& number, const std::byte* at) {
    double value = 0.0;
    number.read(at, 1, &value);
    if (std::isnan(value)) return number.show(at);
    return number.bytes == sizeof(float) ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
}

// "1 (8 times), -0.5, ..."
template <typename Text>
std::string groups_text(std::size_t count, std::size_t groups, Text text_of) {
    std::string line;
    for (std::size_t i = 0; i < count;) {
        if (groups-- == 0) return line + ", ...";
        const std::string text = text_of(i);
        std::size_t end = i + 1;
        while (end < count && text_of(end) == text) ++end;
        if (!line.empty()) line += ", ";
        line += end - i > 1 ? fmt::format("{} ({} times)", text, end - i) : text;
        i = end;
    }
    return line;
}

// A number, or a block: "{d = 0.5, qs = 1 (32 times)}".
std::string element_text(const Type& type, const std::byte* at) {
    if (!type.is_block()) return number_text(*type.fields[0].number, at);
    std::string text;
    for (const Field& field : type.fields)
        text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", field.name,
                            groups_text(field.count, most_groups, [&](std::size_t i) {
                                return number_text(*field.number, at + field.offset + i * field.number->bytes);
                            }));
    return "{" + text + "}";
}

std::string operand_text(const Operand& operand) {
    constexpr std::size_t most_blocks = 2;
    const Type& type = *operand.type;
    return groups_text(operand.count, type.is_block() ? most_blocks : most_groups,
                       [&](std::size_t i) { return element_text(type, operand.contents.data() + i * type.bytes); });
}

}  // namespace

std::vector<std::string> operand_lines(const Case& c) {
    std::size_t values = 0;
    for (const Operand& operand : c.operands) values += operand.contents.size();
    if (values > most_values * sizeof(float)) return {};
    std::vector<std::string> lines;
    for (const Operand& operand : c.operands)
        if (operand.access == Access::input && operand.count > 0)
            lines.push_back(fmt::format("{} = {}", operand.name, operand_text(operand)));
    return lines;
}

}  // namespace brickproof
