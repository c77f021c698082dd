// Fuzz targets as programs that libFuzzer drives: what `brickproof fuzz --targets` starts. They are not linked into
// the command, since a parser is searched well only with instrumentation and sanitizers, which the command has not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/expected.hpp"

namespace brickproof::fuzz {

struct EngineTarget {
    std::string path;
    std::string name;                    // fuzz_gguf
    std::vector<std::string> options{};  // what <path>.options says: -max_len=2048, -dict=...
    std::string seeds{};                 // <path>_seed_corpus/, "" where there is none
};

// The programs fuzz_* of each folder, and each path that is a program, in the order of their names. The problem
// says where none is.
Expected<std::vector<EngineTarget>> find_targets(std::span<const std::string> paths);

// Command lines.
struct EngineRun {
    std::string corpus;     // folder that is read and gains what is kept
    std::string artifacts;  // folder for what fails
    double seconds = 1.0;
    std::uint64_t seed = 1;
};
std::vector<std::string> search_command(const EngineTarget& target, const EngineRun& run);
std::vector<std::string> replay_command(const EngineTarget& target, std::span<const std::string> files);
// Copies to `fresh` few inputs of `corpus` that reach all that it reaches.
std::vector<std::string> merge_command(const EngineTarget& target, const std::string& fresh,
                                       const std::string& corpus);
// Writes to `smaller` an input that fails as `input` does.
std::vector<std::string> shrink_command(const EngineTarget& target, const std::string& input,
                                        const std::string& smaller, double seconds);

// For a child process: becomes this program, which prints to `output`.
[[noreturn]] void become(const std::vector<std::string>& command, int output);

}  // namespace brickproof::fuzz
