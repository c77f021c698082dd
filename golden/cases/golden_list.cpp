// cases_of_list: a list of cases to add, as JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cases/golden_add.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::optional<std::string> text_in(const Json& entry, const char* key) {
    const auto at = entry.find(key);
    if (at == entry.end() || !at->is_string()) return std::nullopt;
    return at->get<std::string>();
}

// A field whose text is one of a table's names; absent, it is `standard`.
template <typename Enum>
Expected<Enum> choice_in(const Json& entry, const char* key, std::optional<Enum> (*named)(std::string_view),
                         Enum standard) {
    if (!entry.contains(key)) return standard;
    const std::string text = text_in(entry, key).value_or("");
    if (const std::optional<Enum> found = named(text)) return *found;
    return Problem{fmt::format("has the unknown \"{}\": \"{}\"", key, text)};
}

Expected<Done> read_arrays(const Json& entry, const char* key, const fs::path& folder,
                           std::map<std::string, Tensor>& arrays) {
    if (!entry.contains(key)) return Done{};
    if (!entry[key].is_object()) return Problem{fmt::format("needs an object as \"{}\"", key)};
    for (const auto& [name, file] : entry[key].items()) {
        if (!file.is_string()) return Problem{fmt::format("needs the name of a file for {}", name)};
        Expected<Tensor> tensor = read_array(folder / file.get<std::string>());
        if (!tensor) return Problem{tensor.problem()};
        arrays[name] = std::move(*tensor);
    }
    return Done{};
}

Expected<Done> read_sizes(const Json& entry, Sizes& sizes) {
    if (!entry.contains("sizes")) return Done{};
    if (!entry["sizes"].is_object()) return Problem{"needs an object as \"sizes\""};
    for (const auto& [name, size] : entry["sizes"].items()) {
        if (!size.is_number_unsigned()) return Problem{fmt::format("needs a number as the size {}", name)};
        sizes[name] = size.get<std::size_t>();
    }
    return Done{};
}

Expected<Done> read_outside(const Json& entry, Given& given) {
    if (!entry.contains("outside")) return Done{};
    given.outside.emplace();
    if (!entry["outside"].is_array()) return Problem{"needs a list as \"outside\""};
    for (const Json& name : entry["outside"]) {
        if (!name.is_string()) return Problem{"needs texts in \"outside\""};
        given.outside->push_back(name.get<std::string>());
    }
    return Done{};
}

Expected<Given> read_given(const Json& entry, const fs::path& folder) {
    Given given{.name = text_in(entry, "case").value_or(""), .source = text_in(entry, "source").value_or("")};
    if (given.source.empty()) return Problem{"lacks a \"source\": where its values come from"};
    const auto origin = choice_in(entry, "kind", origin_named, Origin::independent);
    if (!origin) return Problem{origin.problem()};
    if (*origin == Origin::oracle || *origin == Origin::implementation)
        return Problem{
            "must be \"independent\" or \"standard\"; what an oracle or a guest gives is computed, not listed"};
    given.origin = *origin;
    const auto comparison = choice_in(entry, "comparison", comparison_named, Comparison::bound);
    if (!comparison) return Problem{comparison.problem()};
    given.comparison = *comparison;
    const auto guest = choice_in(entry, "guest_comparison", comparison_named, *comparison);
    if (!guest) return Problem{guest.problem()};
    given.guest_comparison = *guest;
    if (const auto read = read_sizes(entry, given.sizes); !read) return Problem{read.problem()};
    if (const auto read = read_outside(entry, given); !read) return Problem{read.problem()};
    if (const auto read = read_arrays(entry, "inputs", folder, given.inputs); !read) return Problem{read.problem()};
    if (const auto read = read_arrays(entry, "outputs", folder, given.outputs); !read)
        return Problem{read.problem()};
    if (const auto read = read_arrays(entry, "masks", folder, given.masks); !read) return Problem{read.problem()};
    return given;
}

Expected<GoldenCase> read_entry(const Json& entry, const fs::path& folder, const fs::path& directory) {
    if (!entry.is_object()) return Problem{"is no object"};
    const std::string op = text_in(entry, "op").value_or("");
    const Contract* contract = find_contract(op);
    if (contract == nullptr)
        return Problem{fmt::format("is of the op '{}', which this brickproof does not know", op)};
    Expected<Given> given = read_given(entry, folder);
    if (!given) return Problem{given.problem()};
    return case_of_arrays(*contract, std::move(*given), directory);
}

}  // namespace

Expected<CaseList> cases_of_list(const fs::path& list, const fs::path& directory) {
    const Expected<std::string> text = read_plain_file(list);
    if (!text) return Problem{text.problem()};
    const Json json = Json::parse(*text, nullptr, false);
    if (!json.is_object() || !json.contains("cases") || !json["cases"].is_array())
        return Problem{fmt::format("{} is no list of cases: {{\"cases\": [...]}}", list.string())};
    CaseList cases;
    for (const Json& entry : json["cases"]) {
        Expected<GoldenCase> golden = read_entry(entry, list.parent_path(), directory);
        if (golden) {
            cases.cases.push_back(std::move(*golden));
            continue;
        }
        const std::string name = entry.is_object() ? text_in(entry, "case").value_or("") : "";
        cases.problems.push_back(fmt::format("{}: case {} '{}': {}", list.string(),
                                             cases.cases.size() + cases.problems.size(), name, golden.problem()));
    }
    return cases;
}

}  // namespace brickproof::golden
