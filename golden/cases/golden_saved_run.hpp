// The outputs of a run of kernels, saved to a file and read back, so that two runs can be compared: two builds, two
// machines, before and after a change. The file is an archive that numpy.load() reads: `run.json` names kernels and
// cases, "K/CASE/OPERAND.npy" are the outputs of kernel K.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cases/golden_run.hpp"
#include "engine/expected.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

// Written whole or not at all; a file that is there already is left alone. Problems, one sentence.
Expected<Done> save_run(const std::filesystem::path& file, std::span<const KernelRun> runs);

struct SavedRun {
    std::vector<KernelRun> kernels;
    std::vector<std::string> problems;  // cases that are not in `cases` as they were, or lack an output
};
Expected<SavedRun> load_run(const std::filesystem::path& file, std::span<const GoldenCase> cases);

}  // namespace brickproof::golden
