#include "report/xml_text.hpp"

#include <algorithm>
#include <cstddef>

namespace brickproof {
namespace {

// Bytes of the UTF-8 character that `text` begins with; 0 where there is none (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4 || !follows(1)) return 0;
    if (first < 0xE0) return 2;
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool no_character = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
    if (overlong || no_character || !follows(2)) return 0;
    if (first < 0xF0) return 3;
    return follows(3) ? 4 : 0;
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string xml;
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = utf8_length(text);
        const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
        if (c == '&')
            xml += "&amp;";
        else if (c == '<')
            xml += "&lt;";
        else if (c == '>')
            xml += "&gt;";
        else if (c == '"')
            xml += "&quot;";
        else if (length == 0 || control)
            xml += '?';
        else
            xml += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return xml;
}

}  // namespace brickproof
