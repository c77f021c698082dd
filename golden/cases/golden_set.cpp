// Finds golden cases on the disk.
#include <fmt/format.h>

#include <algorithm>

#include "cases/golden_case.hpp"
#include "cases/transaction.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

// The folders in a folder, sorted; a folder that cannot be read holds none.
std::vector<fs::path> folders_in(const fs::path& directory) {
    std::vector<fs::path> folders;
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
        if (at->is_directory(error)) folders.push_back(at->path());
    std::ranges::sort(folders);
    return folders;
}

bool has_manifest(const fs::path& folder) {
    std::error_code error;
    return fs::exists(folder / manifest_name, error);
}

bool holds_golden_cases(const fs::path& directory) {
    return std::ranges::any_of(folders_in(directory), [](const fs::path& op) {
        return std::ranges::any_of(folders_in(op), has_manifest);
    });
}

const Contract* contract_of_stem(const std::string& stem) {
    for (const Contract* contract : all_contracts())
        if (stem_of(contract->op) == stem) return contract;
    return nullptr;
}

}  // namespace

GoldenSet load_golden_set(const fs::path& directory, const std::function<bool(std::string_view)>& wanted) {
    GoldenSet set;
    if (const Expected<Recovery> recovered = recover(directory); !recovered)
        set.problems.push_back(recovered.problem());
    const Expected<FolderLock> lock = FolderLock::take(directory, FolderLock::Mode::shared);
    if (!lock) set.problems.push_back(lock.problem());
    for (const fs::path& op_folder : folders_in(directory)) {
        const Contract* contract = contract_of_stem(op_folder.filename().string());
        if (contract != nullptr && !wanted(contract->op)) continue;
        for (const fs::path& folder : folders_in(op_folder)) {
            // Beside the ops lie folders of the machinery, which hold no cases.
            if (contract == nullptr && !has_manifest(folder)) continue;
            Expected<GoldenCase> golden = load_golden_case(folder);
            if (golden)
                set.cases.push_back(std::move(*golden));
            else
                set.problems.push_back(golden.problem());
        }
    }
    return set;
}

Expected<fs::path> find_golden_directory(const std::string& given) {
    if (!given.empty()) {
        if (holds_golden_cases(given)) return fs::path(given);
        return Problem{
            fmt::format("there are no golden cases in {} (looked for OP/CASE/{})", given, manifest_name)};
    }
    std::error_code error;
    const fs::path executable = fs::read_symlink("/proc/self/exe", error);
    const fs::path beside = executable.parent_path() / ".." / ".." / "golden";
    for (const fs::path& candidate : {fs::path("golden"), beside.lexically_normal()})
        if (holds_golden_cases(candidate)) return candidate;
    return Problem{fmt::format("there are no golden cases in ./golden or {}; pass their folder as --golden DIR",
                               beside.lexically_normal().string())};
}

}  // namespace brickproof::golden
