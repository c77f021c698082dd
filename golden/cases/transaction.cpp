#include "cases/transaction.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "cases/manifest.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr auto journal_name = "journal.json";
constexpr unsigned journal_format = 1;

// A step of the journal: a staged file becomes `path`, or `path` is removed (nothing staged).
struct Step {
    fs::path path;
    std::string staged;
    std::uint32_t crc32 = 0;
};

Problem failed(std::string_view what, const fs::path& path, int reason) {
    return {fmt::format("{} cannot be {}: {}", path.string(), what, std::strerror(reason))};
}

// A rename is on the disk when its folder is.
Expected<Done> synchronise(const fs::path& folder) {
    const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return failed("opened", folder, errno);
    const int result = fsync(file);
    const int reason = errno;
    close(file);
    // Some file systems know no fsync of a folder; they keep their own order.
    if (result != 0 && reason != EINVAL) return failed("synchronised", folder, reason);
    return Done{};
}

// Makes `folder` and what is above it; every folder that gets a new entry is synchronised.
Expected<Done> make_folders(const fs::path& folder) {
    std::error_code error;
    if (fs::is_directory(folder, error)) return Done{};
    if (const Expected<Done> above = make_folders(folder.parent_path()); !above) return above;
    if (!fs::create_directory(folder, error) && error) return failed("made", folder, error.value());
    return synchronise(folder.parent_path());
}

bool has_checksum(const fs::path& path, std::uint32_t crc32) {
    const Expected<std::string> text = read_file(path.string());
    return text && crc32_of(*text) == crc32;
}

std::string journal_text(const std::vector<Step>& steps) {
    Json list = Json::array();
    for (const Step& step : steps)
        list.push_back({{"path", step.path.generic_string()}, {"staged", step.staged}, {"crc32", step.crc32}});
    const Json body{{"format", journal_format}, {"steps", list}};
    return Json{{"body", body}, {"crc32", crc32_of(body.dump())}}.dump(1) + "\n";
}

bool stays_inside(const fs::path& path) {
    return !path.empty() && path.is_relative() && std::ranges::find(path, fs::path("..")) == path.end();
}

bool is_step(const Json& json) {
    return json.is_object() && json.contains("path") && json["path"].is_string() && json.contains("staged") &&
           json["staged"].is_string() && json.contains("crc32") && json["crc32"].is_number_unsigned();
}

Expected<std::vector<Step>> parse_journal(const std::string& text) {
    const Problem damaged{"is damaged; restore the golden files (git checkout) and remove this folder"};
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("body") || !json.contains("crc32")) return damaged;
    if (json["crc32"] != crc32_of(json["body"].dump(-1, ' ', false, Json::error_handler_t::replace)))
        return damaged;
    // Behind a checksum that fits stands what this program wrote, perhaps a later version of it.
    const Json& body = json["body"];
    if (!body.is_object() || !body.contains("format") || body["format"] != journal_format)
        return Problem{"was written by another version of brickproof, which must finish it"};
    if (!body.contains("steps") || !body["steps"].is_array()) return damaged;
    std::vector<Step> steps;
    for (const Json& step : body["steps"]) {
        if (!is_step(step)) return damaged;
        steps.push_back({step["path"].get<std::string>(), step["staged"].get<std::string>(),
                         step["crc32"].get<std::uint32_t>()});
        if (!stays_inside(steps.back().path) || fs::path(steps.back().staged).has_parent_path()) return damaged;
    }
    return steps;
}

Expected<Done> carry_out(const fs::path& folder, const Step& step) {
    const fs::path target = folder / step.path;
    std::error_code error;
    if (step.staged.empty()) {
        fs::remove(target, error);
        if (error) return failed("removed", target, error.value());
        fs::remove(target.parent_path(), error);  // a folder that became empty
        return Done{};
    }
    const fs::path staged = folder / staging_name / step.staged;
    if (!fs::exists(staged, error)) {  // carried out already
        if (has_checksum(target, step.crc32)) return Done{};
        return Problem{fmt::format("{} is lost: an interrupted update was to put it in place, and {} is gone",
                                   target.string(), staged.string())};
    }
    if (const Expected<Done> made = make_folders(target.parent_path()); !made) return made;
    fs::rename(staged, target, error);
    if (error) return failed("written", target, error.value());
    return Done{};
}

// From the journal to the end. The caller holds the lock.
Expected<Done> roll_forward(const fs::path& folder, const std::vector<Step>& steps,
                            const std::function<void()>& stepped) {
    std::set<fs::path> touched;
    for (const Step& step : steps) {
        if (const Expected<Done> done = carry_out(folder, step); !done) return done;
        stepped();
        touched.insert((folder / step.path).parent_path());
    }
    std::error_code error;
    for (const fs::path& path : touched)
        if (fs::is_directory(path, error))
            if (const Expected<Done> done = synchronise(path); !done) return done;
    const fs::path staging = folder / staging_name;
    fs::remove(staging / journal_name, error);
    if (error) return failed("removed", staging / journal_name, error.value());
    stepped();
    if (const Expected<Done> done = synchronise(staging); !done) return done;
    fs::remove_all(staging, error);
    stepped();
    if (error) return failed("removed", staging, error.value());
    return Done{};
}

bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

// The caller holds the exclusive lock.
Expected<Recovery> recover_locked(const fs::path& folder) {
    const fs::path staging = folder / staging_name;
    if (!is_there(staging)) return Recovery::nothing;
    const fs::path journal = staging / journal_name;
    if (!is_there(journal)) {
        std::error_code error;
        fs::remove_all(staging, error);
        if (error) return failed("removed", staging, error.value());
        return Recovery::thrown_away;
    }
    const Expected<std::string> text = read_file(journal.string());
    if (!text) return Problem{text.problem()};
    const Expected<std::vector<Step>> steps = parse_journal(*text);
    if (!steps) return Problem{fmt::format("{} {}", journal.string(), steps.problem())};
    const Expected<Done> done = roll_forward(folder, *steps, [] {});
    if (!done) return Problem{done.problem()};
    return Recovery::finished;
}

}  // namespace

Expected<FolderLock> FolderLock::take(const fs::path& folder, Mode mode) {
    const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return failed("opened", folder, errno);
    int result = 0;
    while ((result = flock(file, mode == Mode::shared ? LOCK_SH : LOCK_EX)) != 0 && errno == EINTR) {
    }
    // Without locks (some network file systems) a reader goes on, a writer does not.
    if (result != 0 && mode == Mode::exclusive) {
        const int reason = errno;
        close(file);
        return failed("locked", folder, reason);
    }
    return FolderLock(file);
}

FolderLock::~FolderLock() {
    if (file_ >= 0) close(file_);
}

void Transaction::write(const fs::path& path, std::string text) {
    writes_.push_back({path, std::move(text)});
}
void Transaction::remove(const fs::path& path) {
    removals_.push_back(path);
}
void Transaction::expect(const fs::path& path, std::optional<std::uint32_t> crc32) {
    expectations_.push_back({path, crc32});
}

Expected<Done> Transaction::check_expectations() const {
    for (const Expectation& expectation : expectations_) {
        const fs::path path = folder_ / expectation.path;
        const bool as_expected = expectation.crc32 ? has_checksum(path, *expectation.crc32) : !is_there(path);
        if (!as_expected)
            return Problem{fmt::format(
                "{} was changed by somebody else meanwhile; nothing was written, run this again", path.string())};
    }
    return Done{};
}

Expected<Done> Transaction::stage() const {
    const fs::path staging = folder_ / staging_name;
    std::error_code error;
    fs::create_directory(staging, error);
    if (error) return failed("made", staging, error.value());
    stepped();
    std::vector<Step> steps;
    for (const Write& write : writes_) {
        steps.push_back({write.path, fmt::format("{}", steps.size()), crc32_of(write.text)});
        if (const auto done = write_file((staging / steps.back().staged).string(), write.text); !done) return done;
        stepped();
    }
    for (const fs::path& path : removals_) steps.push_back({path, "", 0});
    // The names of the staged files must be on the disk before the journal that names them.
    if (const auto done = synchronise(staging); !done) return done;
    if (const auto done = synchronise(folder_); !done) return done;
    if (const auto done = write_file((staging / journal_name).string(), journal_text(steps)); !done) return done;
    if (const auto done = synchronise(staging); !done) return done;
    stepped();
    return roll_forward(folder_, steps, [this] { stepped(); });
}

Expected<Done> Transaction::commit() {
    const Expected<FolderLock> lock = FolderLock::take(folder_, FolderLock::Mode::exclusive);
    if (!lock) return Problem{lock.problem()};
    if (const auto recovered = recover_locked(folder_); !recovered) return Problem{recovered.problem()};
    if (const auto checked = check_expectations(); !checked) return checked;
    if (empty()) return Done{};
    Expected<Done> done = stage();
    // A disk that is full, say: what was not decided yet leaves no trace.
    if (std::error_code error; !done && !is_there(folder_ / staging_name / journal_name))
        fs::remove_all(folder_ / staging_name, error);
    return done;
}

Expected<Recovery> recover(const fs::path& folder) {
    if (!is_there(folder / staging_name)) return Recovery::nothing;
    const Expected<FolderLock> lock = FolderLock::take(folder, FolderLock::Mode::exclusive);
    if (!lock) return Problem{lock.problem()};
    return recover_locked(folder);
}

}  // namespace brickproof::golden
