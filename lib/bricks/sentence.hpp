// Sentences for people, with the formatting of errors.
#pragma once

#include <string>

#include "brick/result.hpp"

namespace brick {

// Its parts, texts and numbers, one after the other.
template <class... Parts>
std::string sentence(const Parts&... parts) {
    ErrorText text;
    (text.append(parts), ...);
    return std::string(text.view());
}

}  // namespace brick
