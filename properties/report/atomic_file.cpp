#include "report/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace brickproof {
namespace {

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = write(file, text.data(), text.size());
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

Expected<Done> write_file(const std::string& path, std::string_view text) {
    const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
    const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return Problem{fmt::format("{} cannot be written: {}", path, std::strerror(errno))};
    const bool written = write_all(file, text) && fsync(file) == 0;
    const int reason = errno;
    close(file);
    if (written && std::rename(temporary.c_str(), path.c_str()) == 0) return Done{};
    const int last = written ? errno : reason;
    unlink(temporary.c_str());
    return Problem{fmt::format("{} cannot be written: {}", path, std::strerror(last))};
}

Expected<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return Problem{fmt::format("{} cannot be read: {}", path, std::strerror(errno))};
    std::string text;
    char piece[1 << 14];
    while (file.read(piece, sizeof(piece)), file.gcount() > 0)
        text.append(piece, static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return Problem{fmt::format("{} cannot be read to its end", path)};
    return text;
}

}  // namespace brickproof
