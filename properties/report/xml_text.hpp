// Text in XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace brickproof {

// Text for XML 1.0: markup escaped; control characters and bytes that are no UTF-8, which it cannot hold, as '?'.
std::string escaped(std::string_view text);

}  // namespace brickproof
