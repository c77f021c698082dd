// Files are written whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "engine/expected.hpp"

namespace brickproof {

struct Done {};

// Writes to a temporary beside `path`, then renames. The problem names the path and the reason.
Expected<Done> write_file(const std::string& path, std::string_view text);

// The whole file; the problem names the path and the reason.
Expected<std::string> read_file(const std::string& path);

}  // namespace brickproof
