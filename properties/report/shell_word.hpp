// Text as one word of a shell's command line: what is printed to be typed must survive a space in a path.
#pragma once

#include <string>
#include <string_view>

namespace brickproof {

std::string shell_word(std::string_view text);

}  // namespace brickproof
