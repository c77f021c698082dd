// Golden folders for tests: the committed one, and copies of single cases that may be spoilt.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cases/golden_case.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

inline const std::filesystem::path committed_golden = BRICKPROOF_GOLDEN_DIR;

inline bool every_op(std::string_view) {
    return true;
}

inline const GoldenSet& committed_set() {
    static const GoldenSet set = load_golden_set(committed_golden, every_op);
    return set;
}

// A folder of its own for one test, removed at its end.
class ScratchFolder {
  public:
    explicit ScratchFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string pattern = (parent / "brickproof_golden_XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch folder");
        path_ = pattern;
    }
    ~ScratchFolder() {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

    // Copies a committed case, such as "q8_0_dot/exact_n32"; returns its folder.
    std::filesystem::path copy_of(const std::string& golden_case) const {
        const std::filesystem::path folder = path_ / golden_case;
        std::filesystem::create_directories(folder.parent_path());
        std::filesystem::copy(committed_golden / golden_case, folder);
        return folder;
    }

  private:
    std::filesystem::path path_;
};

// A place in memory where there is one: for tests that write much and are not about losing power.
inline std::filesystem::path fast_place() {
    const std::filesystem::path memory = "/dev/shm";
    return access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

// The problem of a case that must not load; "" if it loads.
inline std::string problem_of(const std::filesystem::path& folder) {
    const Expected<GoldenCase> golden = load_golden_case(folder);
    return golden ? std::string() : golden.problem();
}

inline std::string contents_of(const std::filesystem::path& path) {
    return *read_file(path.string());
}
inline void overwrite(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    ASSERT_TRUE(file.flush());
}

// The case with a changed manifest, whose checksum is made anew.
template <typename Edit>
void edit_manifest(const std::filesystem::path& folder, Edit edit) {
    Expected<Manifest> manifest = parse_manifest(contents_of(folder / manifest_name));
    ASSERT_TRUE(manifest);
    edit(*manifest);
    overwrite(folder / manifest_name, manifest_text(*manifest));
}

}  // namespace brickproof::golden
