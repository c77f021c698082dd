#include "fuzz/campaign/engine_target.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "report/atomic_file.hpp"

namespace brickproof::fuzz {
namespace {

namespace fs = std::filesystem;

// A case takes microseconds; these are what OSS-Fuzz allows.
constexpr const char* limits[] = {"-timeout=25", "-rss_limit_mb=2560"};

bool is_program(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

// "max_len = 96" is -max_len=96; a dictionary lies beside the target.
std::vector<std::string> options_of(const fs::path& path) {
    std::vector<std::string> options;
    const Expected<std::string> text = read_file(path.string() + ".options");
    if (!text) return options;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t equals = line.find(" = ");
        if (equals == std::string::npos) continue;
        const std::string key = line.substr(0, equals);
        const std::string value = line.substr(equals + 3);
        options.push_back(
            fmt::format("-{}={}", key, key == "dict" ? (path.parent_path() / value).string() : value));
    }
    return options;
}

EngineTarget target_at(const fs::path& path) {
    const std::string seeds = path.string() + "_seed_corpus";
    std::error_code error;
    return {.path = path.string(),
            .name = path.filename().string(),
            .options = options_of(path),
            .seeds = fs::is_directory(seeds, error) ? seeds : ""};
}

std::vector<fs::path> programs_of(const fs::path& folder) {
    std::vector<fs::path> programs;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
        if (entry->path().filename().string().starts_with("fuzz_") && is_program(entry->path()))
            programs.push_back(entry->path());
    return programs;
}

std::vector<std::string> begin_command(const EngineTarget& target) {
    std::vector<std::string> command;
    command.push_back(target.path);
    for (const char* limit : limits) command.emplace_back(limit);
    command.insert(command.end(), target.options.begin(), target.options.end());
    return command;
}

std::string whole_seconds(double seconds) {
    return fmt::format("-max_total_time={}", std::max(1L, std::lround(seconds)));
}

}  // namespace

Expected<std::vector<EngineTarget>> find_targets(std::span<const std::string> paths) {
    std::vector<EngineTarget> targets;
    for (const std::string& path : paths) {
        std::error_code error;
        const bool is_folder = fs::is_directory(path, error);
        const std::vector<fs::path> programs =
            is_folder ? programs_of(path) : std::vector<fs::path>(is_program(path) ? 1 : 0, fs::path(path));
        if (programs.empty())
            return Problem{
                fmt::format("--targets {}: {}; 'cmake --preset sanitize' and 'cmake --build --preset "
                            "sanitize --target brickproof_fuzz_targets' make some in build/sanitize/fuzz",
                            path, is_folder ? "no program fuzz_* is there" : "there is no such program")};
        // Absolute, so that a name without a folder is no matter of $PATH.
        for (const fs::path& program : programs) targets.push_back(target_at(fs::absolute(program)));
    }
    std::ranges::sort(targets, {}, &EngineTarget::name);
    return targets;
}

std::vector<std::string> search_command(const EngineTarget& target, const EngineRun& run) {
    std::vector<std::string> command = begin_command(target);
    command.push_back(whole_seconds(run.seconds));
    // 0 would be any.
    command.push_back(fmt::format("-seed={}", 1 + run.seed % 0x7FFFFFFF));
    command.emplace_back("-print_final_stats=1");
    command.push_back(fmt::format("-artifact_prefix={}/", run.artifacts));
    command.push_back(run.corpus);
    if (!target.seeds.empty()) command.push_back(target.seeds);
    return command;
}

std::vector<std::string> replay_command(const EngineTarget& target, std::span<const std::string> files) {
    std::vector<std::string> command = begin_command(target);
    command.insert(command.end(), files.begin(), files.end());
    return command;
}

std::vector<std::string> merge_command(const EngineTarget& target, const std::string& fresh,
                                       const std::string& corpus) {
    std::vector<std::string> command = begin_command(target);
    command.insert(command.end(), {"-merge=1", fresh, corpus});
    return command;
}

std::vector<std::string> shrink_command(const EngineTarget& target, const std::string& input,
                                        const std::string& smaller, double seconds) {
    std::vector<std::string> command = begin_command(target);
    command.insert(command.end(), {"-minimize_crash=1", "-runs=20000", whole_seconds(seconds),
                                   "-exact_artifact_path=" + smaller, input});
    return command;
}

void become(const std::vector<std::string>& command, int output) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    dup2(output, STDERR_FILENO);
    dup2(open("/dev/null", O_RDWR), STDOUT_FILENO);
    dup2(STDOUT_FILENO, STDIN_FILENO);
    execv(arguments.front(), arguments.data());
    _exit(127);  // as a shell has it
}

}  // namespace brickproof::fuzz
