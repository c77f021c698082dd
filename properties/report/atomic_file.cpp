#include "report/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace brickproof {
namespace {

Problem not_writable(const std::string& path, int reason) {
    return Problem{fmt::format("{} cannot be written: {}", path, std::strerror(reason))};
}

// Beside the file that it will become: a rename does not cross file systems.
std::string temporary_of(const std::string& path) {
    return fmt::format("{}.{}.tmp", path, getpid());
}

int create(const std::string& path) {
    return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

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
    const std::string temporary = temporary_of(path);
    const int file = create(temporary);
    if (file < 0) return not_writable(path, errno);
    const bool written = write_all(file, text) && fsync(file) == 0;
    const int reason = errno;
    close(file);
    if (written && std::rename(temporary.c_str(), path.c_str()) == 0) return Done{};
    const int last = written ? errno : reason;
    unlink(temporary.c_str());
    return not_writable(path, last);
}

Expected<Done> check_writable(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return not_writable(path, EISDIR);
    const std::string temporary = temporary_of(path);
    const int file = create(temporary);
    if (file < 0) return not_writable(path, errno);
    close(file);
    unlink(temporary.c_str());
    return Done{};
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
