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

constexpr int most_links = 40;  // as many as Linux follows

std::filesystem::path target_of(const std::filesystem::path& link) {
    std::error_code ignored;
    return link.parent_path() / std::filesystem::read_symlink(link, ignored);
}

// Something that this process has open, as /dev/stdout is: a link in /proc, whatever it leads to.
bool is_open_already(std::filesystem::path path) {
    std::error_code error;
    for (int i = 0; i < most_links && std::filesystem::is_symlink(path, error); ++i) {
        const auto folder = std::filesystem::weakly_canonical(path.parent_path(), error).string();
        if (folder.starts_with("/proc/")) return true;
        path = target_of(path);
    }
    return false;
}

// Where a chain of symbolic links ends: the links stay, what they point to is replaced, or made.
std::string behind_links(std::filesystem::path path) {
    std::error_code error;
    for (int i = 0; i < most_links && std::filesystem::is_symlink(path, error); ++i) path = target_of(path);
    return path.string();
}

Expected<Done> write_into(const std::string& path, std::string_view text) {
    const int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file < 0) return not_writable(path, errno);
    const bool written = write_all(file, text);
    const int reason = errno;
    close(file);
    if (!written) return not_writable(path, reason);
    return Done{};
}

Expected<Done> replace(const std::string& path, std::string_view text) {
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

}  // namespace

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

// No file may take the place of a device or a pipe: as root, a rename puts one where /dev/null was.
bool is_written_into(const std::string& path) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    return is_open_already(path) || (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status));
}

Expected<Done> write_file(const std::string& path, std::string_view text) {
    return is_written_into(path) ? write_into(path, text) : replace(behind_links(path), text);
}

Expected<Done> check_writable(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return not_writable(path, EISDIR);
    if (is_written_into(path)) {
        // Not opened: a pipe would wait for its reader.
        if (access(path.c_str(), W_OK) != 0) return not_writable(path, errno);
        return Done{};
    }
    const std::string temporary = temporary_of(behind_links(path));
    const int file = create(temporary);
    if (file < 0) return not_writable(path, errno);
    close(file);
    unlink(temporary.c_str());
    return Done{};
}

Expected<std::string> read_file(const std::string& path) {
    if (std::error_code error; std::filesystem::is_directory(path, error))
        return Problem{fmt::format("{} cannot be read: {}", path, std::strerror(EISDIR))};
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
