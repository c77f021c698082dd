#include "report/case_text.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "engine/fills.hpp"

namespace brickproof {
namespace {

constexpr std::size_t most_values = 4096;  // of all inputs together
constexpr std::size_t most_groups = 8;     // of one input: a value, or a value that is repeated

std::string value_text(float x) {
    return std::isnan(x) ? fmt::format("NaN (0x{:08x})", std::bit_cast<std::uint32_t>(x)) : fmt::format("{}", x);
}

std::string half_text(std::uint16_t bits) {
    const double value = half_value(bits);
    return std::isnan(value) ? fmt::format("NaN (0x{:04x})", bits) : fmt::format("{}", value);
}

// "1 (8 times), -0.5, ..."
template <typename T, typename Text>
std::string values_text(std::span<const T> values, Text text, std::size_t groups) {
    std::string line;
    for (std::size_t i = 0; i < values.size();) {
        if (groups-- == 0) return line + ", ...";
        const std::string value = text(values[i]);
        std::size_t end = i + 1;
        while (end < values.size() && text(values[end]) == value) ++end;
        if (!line.empty()) line += ", ";
        line += end - i > 1 ? fmt::format("{} ({} times)", value, end - i) : value;
        i = end;
    }
    return line;
}

std::string block_text(const brickproof_q8_0& block) {
    const std::span<const std::int8_t> quants(block.qs);
    return fmt::format("{{d = {}, qs = {}}}", half_text(block.d),
                       values_text(
                           quants, [](int q) { return fmt::format("{}", q); }, most_groups));
}

std::string operand_text(const Case& c, std::size_t i) {
    switch (c.operands[i].element) {
        case Element::f32:
            return values_text(c.input<float>(i), value_text, most_groups);
        case Element::f16:
            return values_text(c.input<std::uint16_t>(i), half_text, most_groups);
        case Element::i8:
            return values_text(
                c.input<std::int8_t>(i), [](int q) { return fmt::format("{}", q); }, most_groups);
        case Element::q8_0:
            return values_text(c.input<brickproof_q8_0>(i), block_text, 2);
    }
    return "";
}

}  // namespace

std::vector<std::string> operand_lines(const Case& c) {
    std::size_t values = 0;
    for (const Operand& operand : c.operands) values += operand.contents.size();
    if (values > most_values * sizeof(float)) return {};
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < c.operands.size(); ++i) {
        const Operand& operand = c.operands[i];
        if (operand.access != Access::input || operand.count == 0) continue;
        lines.push_back(fmt::format("{} = {}", operand.name, operand_text(c, i)));
    }
    return lines;
}

}  // namespace brickproof
