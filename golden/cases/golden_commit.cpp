#include "cases/golden_commit.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "report/atomic_file.hpp"

extern char** environ;

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

// Runs a program without a shell; the problem is what it said last.
Expected<Done> run_program(std::vector<std::string> arguments, const fs::path& log) {
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t child = -1;
    const int result = posix_spawnp(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (result != 0) return Problem{fmt::format("{} cannot be run: {}", arguments[0], std::strerror(result))};
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Done{};
    const Expected<std::string> said = read_file(log.string());
    std::string last = said ? *said : "";
    while (!last.empty() && last.back() == '\n') last.pop_back();
    if (const std::size_t line = last.rfind('\n'); line != std::string::npos) last.erase(0, line + 1);
    return Problem{last.empty() ? fmt::format("{} failed", arguments[0]) : last};
}

}  // namespace

Expected<TemporaryFolder> TemporaryFolder::make() {
    std::error_code error;
    const fs::path parent = fs::temp_directory_path(error);
    std::string pattern = (parent / "brickproof_golden_XXXXXX").string();
    if (error || mkdtemp(pattern.data()) == nullptr)
        return Problem{fmt::format("no temporary folder can be made in {}", parent.string())};
    return TemporaryFolder(pattern);
}

TemporaryFolder::~TemporaryFolder() {
    if (path_.empty()) return;
    std::error_code error;
    fs::remove_all(path_, error);
}

Expected<TemporaryFolder> golden_of_commit(const fs::path& directory, const std::string& commit) {
    Expected<TemporaryFolder> made = TemporaryFolder::make();
    if (!made) return made;
    const fs::path& path = made->path();
    const fs::path log = path / ".log";
    const auto git = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"git", "-C", directory.string()});
        return run_program(std::move(arguments), log);
    };
    if (const auto inside = git({"rev-parse", "--is-inside-work-tree"}); !inside)
        return Problem{fmt::format("{} lies in no git repository, so it has no commits to compare ({})",
                                   directory.string(), inside.problem())};
    const std::string hash = commit + "^{commit}";
    if (!git({"rev-parse", "--verify", "--quiet", "--end-of-options", hash}))
        return Problem{fmt::format("'{}' is no commit of the repository of {}", commit, directory.string())};
    const fs::path archive = path / ".archive.tar";
    if (const auto done = git({"archive", "--format=tar", "--output=" + archive.string(), hash, "."}); !done)
        return Problem{fmt::format("{} cannot be had as of {}: {}", directory.string(), commit, done.problem())};
    const fs::path unpacked = path / "golden";
    std::error_code error;
    fs::create_directory(unpacked, error);
    if (const auto done = run_program({"tar", "-xf", archive.string(), "-C", unpacked.string()}, log); !done)
        return Problem{fmt::format("the golden files of {} cannot be unpacked: {}", commit, done.problem())};
    return made;
}

}  // namespace brickproof::golden
