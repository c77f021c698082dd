// The golden cases of a commit, by git.
#pragma once

#include <filesystem>
#include <string>

#include "engine/expected.hpp"

namespace brickproof::golden {

// A folder that is removed with its contents.
class TemporaryFolder {
  public:
    static Expected<TemporaryFolder> make();
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder();
    const std::filesystem::path& path() const { return path_; }

  private:
    explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

// What `directory` held at that commit, unpacked. Problems, one sentence: no git, no repository, no such commit, no
// such folder in it.
Expected<TemporaryFolder> golden_of_commit(const std::filesystem::path& directory, const std::string& commit);

}  // namespace brickproof::golden
