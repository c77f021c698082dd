#include "cases/golden_index.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view index_name = "index.txt";

// "01234567  softmax/n33"
bool read_line(std::string_view line, Index& index) {
    constexpr std::size_t digits = 8;
    if (line.size() < digits + 3 || line.substr(digits, 2) != "  ") return false;
    const std::string_view digest = line.substr(0, digits);
    const std::string_view name = line.substr(digits + 2);
    const std::size_t slash = name.find('/');
    if (digest.find_first_not_of("0123456789abcdef") != std::string_view::npos || slash == std::string_view::npos)
        return false;
    if (!case_name(name.substr(0, slash)) || !case_name(name.substr(slash + 1))) return false;
    return index.emplace(name, digest).second;
}

}  // namespace

Expected<Index> read_index(const fs::path& directory) {
    const fs::path path = directory / index_name;
    Index index;
    std::error_code error;
    if (fs::symlink_status(path, error).type() == fs::file_type::not_found) return index;
    const Expected<std::string> text = read_plain_file(path);
    if (!text) return Problem{text.problem()};
    std::string_view rest = *text;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        if (!read_line(rest.substr(0, end), index))
            return Problem{
                fmt::format("{} is damaged in line {}: '{}' is not a digest and a case, or the case is there "
                            "twice",
                            path.string(), number, rest.substr(0, std::min<std::size_t>(end, 60)))};
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return index;
}

Expected<Done> write_index(const fs::path& directory, const Index& index) {
    std::string text;
    for (const auto& [name, digest] : index) text += fmt::format("{}  {}\n", digest, name);
    return write_file((directory / index_name).string(), text);
}

std::vector<Disagreement> disagreements(const fs::path& directory, const Index& index, const GoldenSet& set,
                                        const CaseFilter& wanted) {
    std::vector<Disagreement> found;
    const std::string path = (directory / index_name).string();
    std::map<std::string, std::string> there;
    for (const GoldenCase& golden : set.cases) there[id_of(golden)] = digest_of(to_file_case(golden));
    for (const auto& [name, digest] : there) {
        const auto at = index.find(name);
        const std::string take_over =
            fmt::format("if it is meant, 'brickproof golden update --accept --case {}' takes it over",
                        name.substr(name.find('/') + 1));
        if (at == index.end())
            found.push_back({name, fmt::format("{} is not listed in {}; {}", name, path, take_over)});
        else if (at->second != digest)
            found.push_back({name, fmt::format("{} was changed: its digest is {}, but {} lists {}; {}", name,
                                               digest, path, at->second, take_over)});
    }
    std::map<std::string, std::size_t> files_gone;
    for (const auto& [name, digest] : index) {
        const std::string stem = name.substr(0, name.find('/'));
        const Contract* contract = contract_of_stem(stem);
        const std::string op = contract == nullptr ? stem : std::string(contract->op);
        if (there.contains(name) || set.unread.contains(name) || set.unread.contains(stem)) continue;
        if (!wanted(op, name.substr(stem.size() + 1))) continue;
        if (std::error_code error; !fs::exists(file_of_stem(directory, stem), error)) {
            ++files_gone[stem];
            continue;
        }
        found.push_back(
            {name, fmt::format("{} no longer holds the case {}, which {} lists; if it is meant, 'brickproof "
                               "golden remove {}' takes it off",
                               file_of_stem(directory, stem).string(), name.substr(stem.size() + 1), path, name)});
    }
    for (const auto& [stem, cases] : files_gone)
        found.push_back(
            {stem, fmt::format("{} is missing, of which {} lists {} case{}; if it is meant, 'brickproof "
                               "golden remove {}' takes them off",
                               file_of_stem(directory, stem).string(), path, cases, cases == 1 ? "" : "s", stem)});
    return found;
}

}  // namespace brickproof::golden
