#include "report/html_page.hpp"

#include <nlohmann/json.hpp>

namespace brickproof {

std::string page_with(std::string_view page, const nlohmann::json& data) {
    constexpr std::string_view place = "{{DATA}}";
    const std::size_t at = page.find(place);
    std::string text(page.substr(0, at));
    for (const char c : data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
        text += c == '<' ? "\\u003c" : std::string(1, c);
    return text.append(page.substr(at + place.size()));
}

}  // namespace brickproof
