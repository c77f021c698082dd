// How a fuzz target says that something does not hold: a sentence, and the end of the process, which engines
// notice.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "brick/result.hpp"

namespace brickproof::fuzz {

[[noreturn]] inline void complain(const std::string& what) {
    fmt::print(stderr, "{}\n", what);
    std::abort();
}

// Whether there is a value; an error must have a sentence.
template <class T>
bool has_sentence(const brick::Result<T>& result) {
    if (!result && result.error().message.view().empty()) complain("an error has no message");
    return result.has_value();
}

}  // namespace brickproof::fuzz
