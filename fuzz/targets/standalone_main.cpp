// Replays files and folders through a fuzz target: what a target links where there is no fuzzing engine. Options of
// libFuzzer (-runs=0 ...) are accepted and mean nothing, so that one command line serves both.
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/corpus/corpus_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    std::vector<std::string> paths;
    for (const std::string& argument : std::vector<std::string>(argv + 1, argv + argc))
        if (!argument.starts_with('-')) paths.push_back(argument);
    if (paths.empty()) {
        fmt::print(stderr, "usage: {} FILE|FOLDER...: replays each file as one input\n", argv[0]);
        return 2;
    }
    const auto count = brickproof::fuzz::replay_inputs(
        paths, [](const std::uint8_t* data, std::size_t size) { LLVMFuzzerTestOneInput(data, size); });
    if (!count) {
        fmt::print(stderr, "{}: {}\n", argv[0], count.problem());
        return 2;
    }
    fmt::print("{} inputs replayed\n", *count);
    return 0;
}
