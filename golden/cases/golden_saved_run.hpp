// The outputs of a run of kernels, saved to a folder and read back, so that two runs can be compared: two builds,
// two machines, before and after a change.
//
// DIR/run.json names kernels, cases, checksums and files; DIR/<n>/<case>/<operand>.npy are the outputs of kernel n.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "engine/expected.hpp"
#include "cases/golden_run.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

// The folder must be new or empty; run.json is written last. Problems, one sentence.
Expected<Done> save_run(const std::filesystem::path& folder, std::span<const KernelRun> runs);

struct SavedRun {
    std::vector<KernelRun> kernels;
    std::vector<std::string> problems;  // files that are damaged, cases that are not in `cases` as they were
};
Expected<SavedRun> load_run(const std::filesystem::path& folder, std::span<const GoldenCase> cases);

}  // namespace brickproof::golden
