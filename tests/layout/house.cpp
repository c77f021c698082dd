#include "house.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>

namespace brickproof::layout {
namespace {

namespace fs = std::filesystem;

// Each may include itself and what it lists. Whatever is not listed here (tests) may include everything.
struct Storey {
    std::string_view folder;
    std::vector<std::string_view> may_include;
};
const std::vector<Storey>& storeys() {
    static const std::vector<Storey> all = {
        {"lib", {}},
        {"properties", {"lib"}},
        {"fuzz", {"golden", "properties", "lib"}},  // golden: its readers are fuzzed
        {"golden", {"properties", "lib"}},
        {"bench", {"properties", "lib"}},
        {"adapters", {"lib"}},
        {"cli", {"fuzz", "golden", "bench", "properties", "lib"}},
    };
    return all;
}

// The rooms of a storey: each may include itself and those before it. Files beside the rooms (tools) may include
// all.
struct Rooms {
    std::string_view storey;
    std::vector<std::string_view> rooms;
};
const std::vector<Rooms>& rooms() {
    static const std::vector<Rooms> all = {
        {"bench", {"machine", "measure", "run", "report"}},
        {"fuzz", {"search", "corpus", "campaign", "targets"}},
    };
    return all;
}

// Where an #include "..." may be looked for, as the targets' include folders are.
constexpr std::array include_roots = {"lib/include", "lib", "properties", "golden", ".", "cli", "adapters/ggml"};

bool is_source(const fs::path& path) {
    constexpr std::array endings = {".cpp", ".hpp", ".c", ".h"};
    return std::ranges::any_of(endings, [&](const char* ending) { return path.extension() == ending; });
}

std::vector<fs::path> sources_below(const fs::path& folder) {
    std::vector<fs::path> sources;
    if (!fs::is_directory(folder)) return sources;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && is_source(entry.path())) sources.push_back(entry.path());
    std::ranges::sort(sources);
    return sources;
}

std::vector<std::string> quoted_includes(const fs::path& source) {
    std::vector<std::string> names;
    std::ifstream file(source);
    constexpr std::string_view start = "#include \"";
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(start)) names.push_back(line.substr(start.size(), line.rfind('"') - start.size()));
    return names;
}

// The file that an include means, relative to the root; beside the including file first.
std::optional<fs::path> resolved(const fs::path& root, const fs::path& source, const std::string& name) {
    std::vector<fs::path> folders = {source.parent_path()};
    for (const char* folder : include_roots) folders.push_back(root / folder);
    for (const fs::path& folder : folders)
        if (fs::exists(folder / name)) return (folder / name).lexically_normal().lexically_relative(root);
    return std::nullopt;
}

// Of a path relative to the root: its room's number within its storey, if it lies in one.
std::optional<std::ptrdiff_t> room_of(const fs::path& path, const Rooms& storey) {
    auto part = path.begin();
    if (*part != storey.storey || ++part == path.end()) return std::nullopt;
    const auto room = std::ranges::find(storey.rooms, part->string());
    if (room == storey.rooms.end()) return std::nullopt;
    return room - storey.rooms.begin();
}

bool is_allowed(const Storey& storey, const fs::path& source, const fs::path& target) {
    const std::string owner = target.begin()->string();
    if (owner != storey.folder) return std::ranges::count(storey.may_include, owner) > 0;
    return std::ranges::none_of(rooms(), [&](const Rooms& each) {
        const auto from = room_of(source, each);
        const auto to = room_of(target, each);
        return from && to && *to > *from;
    });
}

bool holds_a_file(const fs::path& folder) {
    return fs::is_directory(folder) &&
           std::ranges::any_of(fs::recursive_directory_iterator(folder),
                               [](const fs::directory_entry& entry) { return entry.is_regular_file(); });
}

}  // namespace

std::vector<std::string> missing_files(const fs::path& root, const std::string& stem) {
    const std::string lib = "lib/" + stem + "/" + stem;
    const std::string properties = "properties/" + stem + "/" + stem;
    const std::vector<std::string> wanted = {lib + ".cpp",
                                             lib + "_scalar.cpp",
                                             lib + "_avx2.cpp",
                                             lib + "_neon.cpp",
                                             lib + "_bound.hpp",
                                             properties + "_contract.cpp",
                                             properties + "_oracle.hpp",
                                             properties + "_laws.cpp",
                                             "tests/faults/" + stem + "_faults.cpp",
                                             "tests/lib/" + stem + "_test.cpp",
                                             "golden/" + stem + ".npz"};
    std::vector<std::string> missing;
    for (const std::string& file : wanted)
        if (!fs::is_regular_file(root / file)) missing.push_back(file);
    if (!holds_a_file(root / "fuzz/corpus" / stem)) missing.push_back("fuzz/corpus/" + stem + "/*");
    return missing;
}

std::vector<std::string> files_without_stem(const fs::path& root, const std::string& stem) {
    std::vector<std::string> nameless;
    for (const char* storey : {"lib", "properties"})
        for (const fs::path& source : sources_below(root / storey / stem))
            if (!source.filename().string().starts_with(stem))
                nameless.push_back(source.lexically_relative(root).string());
    return nameless;
}

std::vector<std::string> wrong_includes(const fs::path& root) {
    std::vector<std::string> wrong;
    for (const Storey& storey : storeys()) {
        for (const fs::path& source : sources_below(root / storey.folder)) {
            for (const std::string& name : quoted_includes(source)) {
                const std::optional<fs::path> target = resolved(root, source, name);
                if (!target) continue;  // not of the house: a system's or a generated header
                const fs::path from = source.lexically_relative(root);
                if (!is_allowed(storey, from, *target))
                    wrong.push_back(from.string() + " includes " + target->string());
            }
        }
    }
    return wrong;
}

std::vector<std::string> sources_of_no_room(const fs::path& root) {
    std::vector<std::string> homeless;
    for (const Rooms& storey : rooms())
        for (const fs::path& source : sources_below(root / storey.storey))
            if (source.parent_path() == root / storey.storey)
                homeless.push_back(source.lexically_relative(root).string());
    return homeless;
}

std::vector<std::string> folders_of_no_op(const fs::path& root, const std::vector<std::string>& stems) {
    constexpr std::array shared = {"lib/include",      "lib/dispatch",      "lib/support",    "lib/bricks",
                                   "lib/formats",      "lib/gguf",          "lib/threads",    "properties/engine",
                                   "properties/judge", "properties/report", "properties/dump"};
    std::vector<std::string> homeless;
    for (const char* storey : {"lib", "properties"}) {
        for (const fs::directory_entry& entry : fs::directory_iterator(root / storey)) {
            const std::string folder = entry.path().lexically_relative(root).string();
            const bool known = std::ranges::count(shared, folder) > 0 ||
                               std::ranges::count(stems, entry.path().filename().string()) > 0;
            if (entry.is_directory() && !known) homeless.push_back(folder);
        }
    }
    return homeless;
}

}  // namespace brickproof::layout
