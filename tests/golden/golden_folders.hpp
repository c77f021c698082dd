// Golden folders for tests: the committed one, and copies of single cases that may be spoilt.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "cases/golden_change.hpp"
#include "cases/golden_index.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

inline const std::filesystem::path committed_golden = BRICKPROOF_GOLDEN_DIR;

inline bool every_case(std::string_view, std::string_view) {
    return true;
}

inline const GoldenSet& committed_set() {
    static const GoldenSet set = load_golden_set(committed_golden, every_case);
    return set;
}

// "q8_0_dot/exact_n32"
inline const GoldenCase& committed(const std::string& name) {
    for (const GoldenCase& golden : committed_set().cases)
        if (id_of(golden) == name) return golden;
    throw std::logic_error("there is no committed case " + name);
}

// A folder of its own for one test, removed at its end.
class ScratchFolder {
  public:
    ScratchFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "brickproof_golden_XXXXXX").string();
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
    std::filesystem::path file(std::string_view stem) const { return file_of_stem(path_, stem); }

    // Writes a case with its line in the index, as `golden add` does.
    void put(const GoldenCase& golden) const {
        const Change change = change_of(std::nullopt, golden);
        const Expected<Done> done = write_changes(path_, std::span(&change, 1), {"a test", "a test"});
        ASSERT_TRUE(done) << done.problem();
    }
    void copy_of(const std::string& name) const { put(committed(name)); }

    GoldenSet load() const { return load_golden_set(path_, every_case); }
    GoldenCase loaded(const std::string& name) const {
        for (const GoldenCase& golden : load().cases)
            if (id_of(golden) == name) return golden;
        throw std::logic_error("there is no case " + name);
    }
    std::vector<Disagreement> disagreements() const {
        return golden::disagreements(path_, *read_index(path_), load(), every_case);
    }

  private:
    std::filesystem::path path_;
};

inline std::string contents_of(const std::filesystem::path& path) {
    return *read_file(path.string());
}
inline void overwrite(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    ASSERT_TRUE(file.flush());
}

// The first expected value, which must be a float64, times a factor.
inline GoldenCase moved(GoldenCase golden, double factor) {
    double value = 0.0;
    std::memcpy(&value, golden.expected[0].tensor.bytes.data(), sizeof value);
    value *= factor;
    std::memcpy(golden.expected[0].tensor.bytes.data(), &value, sizeof value);
    return golden;
}

// The golden file with a change that its checksums do not notice.
template <typename Edit>
void edit_file(const std::filesystem::path& path, Edit edit) {
    Expected<GoldenFile> file = read_golden_file(path);
    ASSERT_TRUE(file) << file.problem();
    edit(*file);
    overwrite(path, golden_file_text(*file));
}

}  // namespace brickproof::golden
