// Changes many files of a folder as one: whenever it is stopped, by a kill or a loss of power, the folder becomes
// wholly old or wholly new.
//
// New contents are staged in FOLDER/.update/ and synchronised to the disk, then a journal that names every step is
// renamed into place: that rename decides. Before it, the next command throws away what was staged; behind it, the
// next command carries out the steps that are left. Every step may be carried out twice.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/expected.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

inline constexpr std::string_view staging_name = ".update";

// Held by whoever reads (shared) or writes (exclusive) the folder; the kernel lets go of it when a process dies.
class FolderLock {
  public:
    enum class Mode { shared, exclusive };
    // Waits for others to finish.
    static Expected<FolderLock> take(const std::filesystem::path& folder, Mode mode);

    FolderLock(FolderLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

  private:
    explicit FolderLock(int file) : file_(file) {}
    int file_;
};

class Transaction {
  public:
    explicit Transaction(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Paths are relative to the folder. Steps are carried out in this order, removals behind all others.
    void write(const std::filesystem::path& path, std::string text);
    void remove(const std::filesystem::path& path);
    // The commit is refused where the file has another checksum by then (nothing: where it exists).
    void expect(const std::filesystem::path& path, std::optional<std::uint32_t> crc32);

    bool empty() const { return writes_.empty() && removals_.empty(); }
    Expected<Done> commit();

    // For tests: called behind every change to the disk.
    std::function<void()> on_step{};

  private:
    struct Write {
        std::filesystem::path path;
        std::string text;
    };
    struct Expectation {
        std::filesystem::path path;
        std::optional<std::uint32_t> crc32;
    };
    Expected<Done> check_expectations() const;
    Expected<Done> stage() const;
    void stepped() const {
        if (on_step) on_step();
    }

    std::filesystem::path folder_;
    std::vector<Write> writes_;
    std::vector<std::filesystem::path> removals_;
    std::vector<Expectation> expectations_;
};

// What an interrupted commit left behind is carried to its end or thrown away. Takes the exclusive lock, where
// there is something to do. Problems: a folder that cannot be written, a damaged journal.
enum class Recovery { nothing, finished, thrown_away };
Expected<Recovery> recover(const std::filesystem::path& folder);

}  // namespace brickproof::golden
