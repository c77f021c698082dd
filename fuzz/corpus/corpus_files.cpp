#include "fuzz/corpus/corpus_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/uuid/detail/sha1.hpp>
#include <filesystem>
#include <set>
#include <system_error>

#include "report/atomic_file.hpp"

namespace brickproof::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t name_digits = 40;

bool is_content_name(const std::string& name) {
    return name.size() == name_digits && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Problem unreadable(const fs::path& path, const std::error_code& error) {
    return {fmt::format("{} cannot be read: {}", path.string(), error.message())};
}

Expected<std::vector<std::string>> files_below(const fs::path& folder) {
    std::error_code error;
    std::vector<std::string> files;
    fs::recursive_directory_iterator entry(folder, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
        if (entry->is_regular_file(error)) files.push_back(entry->path().string());
    if (error) return unreadable(folder, error);
    std::ranges::sort(files);
    return files;
}

}  // namespace

std::string stem_of(const Contract& contract) {
    std::string stem(contract.op);
    std::ranges::replace(stem, '.', '_');
    return stem;
}

const Contract* find_contract_by_stem(std::string_view stem) {
    for (const Contract* contract : all_contracts())
        if (stem_of(*contract) == stem) return contract;
    return nullptr;
}

std::string content_name(std::span<const std::uint8_t> bytes) {
    boost::uuids::detail::sha1 hash;
    hash.process_bytes(bytes.data(), bytes.size());
    unsigned words[5];
    hash.get_digest(words);
    std::string name;
    for (const unsigned word : words) name += fmt::format("{:08x}", word);
    return name;
}

Expected<std::vector<std::string>> input_files(std::span<const std::string> paths) {
    std::vector<std::string> all;
    for (const std::string& path : paths) {
        std::error_code error;
        const fs::file_status status = fs::status(path, error);
        if (!fs::exists(status)) return Problem{fmt::format("there is no file or folder {}", path)};
        if (!fs::is_directory(status)) {
            all.push_back(path);
            continue;
        }
        const Expected<std::vector<std::string>> files = files_below(path);
        if (!files) return files;
        all.insert(all.end(), files->begin(), files->end());
    }
    return all;
}

Expected<Bytes> read_input(const std::string& path) {
    const Expected<std::string> text = read_file(path);
    if (!text) return Problem{text.problem()};
    return Bytes(text->begin(), text->end());
}

Expected<std::vector<Bytes>> read_corpus(const std::string& folder, std::string_view ending) {
    std::vector<Bytes> inputs;
    if (!fs::exists(folder)) return inputs;
    const Expected<std::vector<std::string>> files = files_below(folder);
    if (!files) return Problem{files.problem()};
    for (const std::string& file : *files) {
        if (!file.ends_with(ending) || file.ends_with(".tmp")) continue;
        Expected<Bytes> bytes = read_input(file);
        if (!bytes) return Problem{bytes.problem()};
        inputs.push_back(std::move(*bytes));
    }
    return inputs;
}

bool has_input(const std::string& folder, const Bytes& bytes) {
    std::error_code error;
    return fs::exists(fs::path(folder) / content_name(bytes), error);
}

Expected<std::string> write_input(const std::string& folder, const Bytes& bytes) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return Problem{fmt::format("the folder {} cannot be made: {}", folder, error.message())};
    const std::string path = (fs::path(folder) / content_name(bytes)).string();
    if (fs::exists(path)) return path;
    const Expected<Done> written = write_file(path, std::string(bytes.begin(), bytes.end()));
    if (!written) return Problem{written.problem()};
    return path;
}

Expected<std::size_t> merge_corpus(const std::string& from, const std::string& into) {
    const Expected<std::vector<Bytes>> inputs = read_corpus(from);
    if (!inputs) return Problem{inputs.problem()};
    std::size_t added = 0;
    for (const Bytes& bytes : *inputs) {
        if (!has_input(into, bytes)) ++added;
        const Expected<std::string> written = write_input(into, bytes);
        if (!written) return Problem{written.problem()};
    }
    return added;
}

Expected<std::size_t> replace_corpus(const std::string& folder, std::span<const Bytes> inputs) {
    std::set<std::string> wanted;
    for (const Bytes& bytes : inputs) {
        const Expected<std::string> path = write_input(folder, bytes);
        if (!path) return Problem{path.problem()};
        wanted.insert(fs::path(*path).filename().string());
    }
    std::error_code error;
    if (!fs::exists(folder)) return wanted.size();
    const Expected<std::vector<std::string>> files = files_below(folder);
    if (!files) return Problem{files.problem()};
    for (const std::string& file : *files) {
        const std::string name = fs::path(file).filename().string();
        if (is_content_name(name) && !wanted.contains(name)) fs::remove(file, error);
        if (error) return Problem{fmt::format("{} cannot be removed: {}", file, error.message())};
    }
    return wanted.size();
}

Expected<std::size_t> replay_inputs(std::span<const std::string> paths,
                                    void (*target)(const std::uint8_t* data, std::size_t size)) {
    const Expected<std::vector<std::string>> files = input_files(paths);
    if (!files) return Problem{files.problem()};
    for (const std::string& file : *files) {
        const Expected<Bytes> bytes = read_input(file);
        if (!bytes) return Problem{bytes.problem()};
        target(bytes->data(), bytes->size());
    }
    return files->size();
}

}  // namespace brickproof::fuzz
