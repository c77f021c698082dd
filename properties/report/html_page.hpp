// A report as one HTML page: a page of markup, style and script, with the report's JSON in it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace brickproof {

// The page, with `data` where it says {{DATA}}: as JSON in which no '<' stands, so that no text of it, whatever a
// kernel is called, ends the script element that holds it.
std::string page_with(std::string_view page, const nlohmann::json& data);

}  // namespace brickproof
