// Files are written whole or not at all, save devices and pipes.
#pragma once

#include <string>
#include <string_view>

#include "engine/expected.hpp"

namespace brickproof {

struct Done {};

// All bytes into what is open as `file`; false where that fails, with the reason in errno.
bool write_all(int file, std::string_view bytes);

// Writes to a temporary beside `path`, then renames. A symbolic link stays and what it points to is replaced; into
// a device or a pipe (/dev/stdout) it writes. The problem names the path and the reason.
Expected<Done> write_file(const std::string& path, std::string_view text);

// Whether write_file() writes into what lies at `path`, a device or a pipe, and puts no new file in its place.
bool is_written_into(const std::string& path);

// Whether write_file() will be able to, asked before the work whose result it is; leaves nothing behind.
Expected<Done> check_writable(const std::string& path);

// The whole file; the problem names the path and the reason.
Expected<std::string> read_file(const std::string& path);

}  // namespace brickproof
