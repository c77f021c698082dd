#include "cases/golden_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cases/golden_index.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

Values oracle_values(const GoldenCase& golden) {
    Values values;
    for (OracleOutput& output : golden.contract->oracle(golden.inputs)) values.push_back(std::move(output.exact));
    return values;
}

std::string how_far(const Movement& movement) {
    return fmt::format("{} of {} values, at worst {} ({:.9g} and {:.9g})", movement.outside, movement.values,
                       movement.share.where, movement.share.before, movement.share.after);
}

// What lies there now; an op that has no file yet gets one.
Expected<GoldenFile> file_to_change(const fs::path& path, const Contract& contract) {
    std::error_code error;
    if (fs::symlink_status(path, error).type() == fs::file_type::not_found) return empty_file_of(contract);
    return read_golden_file(path);
}

void put(GoldenFile& file, FileCase made) {
    std::erase_if(file.cases, [&](const FileCase& one) { return one.info.name == made.info.name; });
    file.cases.push_back(std::move(made));
    std::ranges::sort(file.cases, {}, [](const FileCase& one) { return std::string_view(one.info.name); });
}

FileCase file_case_of(const Change& change, const ChangeReason& reason) {
    FileCase made = to_file_case(change.after);
    if (changes_nothing(change)) return made;  // only its line in the index changes
    made.info.why = reason.why;
    made.info.forced = refusal(change) ? reason.forced : "";
    return made;
}

}  // namespace

Change change_of(std::optional<GoldenCase> before, GoldenCase after) {
    Change change{.before = std::move(before), .after = std::move(after)};
    const Values now = expected_values(change.after);
    change.from_oracle = movement_of(change.after, oracle_values(change.after), now);
    if (change.before && same_inputs(*change.before, change.after))
        change.from_old = movement_of(change.after, expected_values(*change.before), now);
    return change;
}

bool changes_nothing(const Change& change) {
    if (!change.before) return false;
    FileCase after = to_file_case(change.after);
    after.info.why = change.before->info.why;
    after.info.forced = change.before->info.forced;
    return digest_of(after) == digest_of(to_file_case(*change.before));
}

std::string show(const Change& change) {
    const std::string name = id_of(change.after);
    if (!change.from_old)
        return fmt::format(
            "{}: {}, {} values; from what the oracle says now by {:.3g} ulp and {:.3g} of the bound "
            "at most\n",
            name, change.before ? "new inputs" : "new", change.from_oracle.values, change.from_oracle.ulps.amount,
            change.from_oracle.share.amount);
    return fmt::format("{}: {}\n{}", name, summary_of(*change.from_old), histogram_of(*change.from_old));
}

std::optional<std::string> refusal(const Change& change) {
    const std::string name = id_of(change.after);
    if (change.from_oracle.outside > 0)
        return fmt::format("{}: the new values are farther from the contract's oracle than its bound: {}", name,
                           how_far(change.from_oracle));
    if (change.from_old && change.from_old->outside > 0)
        return fmt::format("{}: the new values are farther from the old ones than the contract's bound: {}", name,
                           how_far(*change.from_old));
    return std::nullopt;
}

Expected<Done> write_changes(const fs::path& directory, std::span<const Change> changes,
                             const ChangeReason& reason) {
    Expected<Index> index = read_index(directory);
    if (!index) return Problem{index.problem()};
    std::map<fs::path, GoldenFile> files;
    for (const Change& change : changes) {
        const Contract& contract = *change.after.contract;
        const fs::path path = file_of_stem(directory, stem_of(contract.op));
        if (!files.contains(path)) {
            Expected<GoldenFile> file = file_to_change(path, contract);
            if (!file) return Problem{file.problem()};
            files[path] = std::move(*file);
        }
        FileCase made = file_case_of(change, reason);
        (*index)[id_of(change.after)] = digest_of(made);
        put(files[path], std::move(made));
    }
    for (const auto& [path, file] : files)
        if (const auto done = write_file(path.string(), golden_file_text(file)); !done) return done;
    return write_index(directory, *index);
}

Expected<Done> remove_cases(const fs::path& directory, const std::set<std::string>& names) {
    Expected<Index> index = read_index(directory);
    if (!index) return Problem{index.problem()};
    std::map<std::string, std::set<std::string>> by_stem;
    for (const std::string& name : names) {
        const std::size_t slash = name.find('/');
        by_stem[name.substr(0, slash)].insert(name.substr(slash + 1));
        index->erase(name);
    }
    for (const auto& [stem, cases] : by_stem) {
        const fs::path path = file_of_stem(directory, stem);
        std::error_code error;
        if (fs::symlink_status(path, error).type() == fs::file_type::not_found) continue;
        Expected<GoldenFile> file = read_golden_file(path);
        if (!file) return Problem{file.problem()};
        std::erase_if(file->cases, [&gone = cases](const FileCase& one) { return gone.contains(one.info.name); });
        if (!file->cases.empty()) {
            if (const auto done = write_file(path.string(), golden_file_text(*file)); !done) return done;
        } else if (!fs::remove(path, error)) {
            return Problem{fmt::format("{} cannot be removed: {}", path.string(), error.message())};
        }
    }
    return write_index(directory, *index);
}

}  // namespace brickproof::golden
