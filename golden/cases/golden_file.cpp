#include "cases/golden_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "cases/npz_file.hpp"

namespace brickproof::golden {
namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned format_version = 2;  // 1 was a folder a case
constexpr std::string_view index_name = "cases.json";
constexpr std::string_view array_ending = ".npy";

template <typename Enum, std::size_t count>
struct Names {
    std::array<std::string_view, count> names;

    std::string_view of(Enum value) const { return names[static_cast<std::size_t>(value)]; }
    std::optional<Enum> find(std::string_view name) const {
        const auto at = std::ranges::find(names, name);
        if (at == names.end()) return std::nullopt;
        return static_cast<Enum>(at - names.begin());
    }
};
constexpr Names<Origin, 5> origins{{"oracle", "independent", "standard", "implementation", "pinned"}};
constexpr Names<Rounded, 2> roundings{{"float64", "float32"}};
constexpr Names<Comparison, 2> comparisons{{"bits", "bound"}};

// Reads the fields of one JSON object and remembers the first thing that was wrong.
class Fields {
  public:
    Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
        if (!object.is_object()) fail("is not an object");
    }

    bool has(const std::string& key) const { return object_.is_object() && object_.contains(key); }
    const Json* get(const std::string& key) {
        known_.insert(key);
        if (!has(key)) {
            fail(fmt::format("lacks \"{}\"", key));
            return nullptr;
        }
        return &object_[key];
    }
    std::string text(const std::string& key) {
        const Json* value = get(key);
        if (value != nullptr && value->is_string()) return value->get<std::string>();
        if (value != nullptr) fail(fmt::format("needs a text as \"{}\"", key));
        return {};
    }
    std::string optional_text(const std::string& key) { return has(key) ? text(key) : std::string(); }
    std::size_t number(const std::string& key) {
        const Json* value = get(key);
        if (value != nullptr && value->is_number_unsigned()) return value->get<std::size_t>();
        if (value != nullptr) fail(fmt::format("needs a number (0, 1, 2, ...) as \"{}\"", key));
        return 0;
    }
    template <typename Enum, std::size_t count>
    Enum choice(const std::string& key, const Names<Enum, count>& names) {
        const std::string name = text(key);
        const std::optional<Enum> found = names.find(name);
        if (!found)
            fail(fmt::format("has \"{}\": \"{}\"; known are \"{}\"", key, name, fmt::join(names.names, "\", \"")));
        return found.value_or(Enum{});
    }
    std::vector<std::string> texts(const std::string& key) {
        const Json* value = get(key);
        std::vector<std::string> found;
        if (value == nullptr) return found;
        const bool fits = value->is_array() && std::ranges::all_of(*value, [](const Json& e) { return e.is_string(); });
        if (!fits) fail(fmt::format("needs a list of texts as \"{}\"", key));
        if (fits) found = value->get<std::vector<std::string>>();
        return found;
    }
    void refuse_unknown() {
        if (!object_.is_object()) return;
        for (const auto& [key, value] : object_.items())
            if (!known_.contains(key)) fail(fmt::format("has an unknown field \"{}\"", key));
    }
    void fail(const std::string& what) {
        if (problem_.empty()) problem_ = where_ + what;
    }
    const std::string& problem() const { return problem_; }

  private:
    const Json& object_;
    std::string where_;
    std::set<std::string> known_;
    std::string problem_;
};

// One line of cases.json; what is as usual is not written.
Json json_of(const CaseInfo& info) {
    Json json{{"case", info.name}, {"version", info.contract_version}, {"kind", name_of(info.origin)}};
    if (!info.library.empty()) json["library"] = info.library;
    json["comparison"] = name_of(info.comparison);
    if (info.guest_comparison != info.comparison) json["guest_comparison"] = name_of(info.guest_comparison);
    if (info.rounded != Rounded::float64) json["rounded_to"] = name_of(info.rounded);
    if (!info.outside.empty()) json["outside"] = info.outside;
    json["sizes"] = info.sizes;
    json["source"] = info.source;
    if (!info.why.empty()) json["why"] = info.why;
    if (!info.forced.empty()) json["forced"] = info.forced;
    return json;
}

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void check_comparison(Fields& fields, const CaseInfo& info) {
    if (info.comparison == Comparison::bound && info.guest_comparison == Comparison::bits)
        fields.fail("compares guests by bits and our own kernels by the bound");
    if (info.origin == Origin::oracle && info.comparison == Comparison::bits)
        fields.fail("compares by bits with what an oracle made; an oracle gives exact values and a bound");
    if (info.origin == Origin::implementation && info.comparison == Comparison::bits)
        fields.fail("compares by bits with another implementation, which may differ within the contract's bound");
    if (info.origin == Origin::pinned && info.comparison == Comparison::bound)
        fields.fail("is pinned, and not compared by bits");
}

CaseInfo case_info_of(const Json& json, std::size_t number, std::string& problem) {
    Fields fields(json, fmt::format("says in {} that case {} ", index_name, number));
    CaseInfo info;
    info.name = fields.text("case");
    if (const auto named = case_name(info.name); !named) fields.fail("has a wrong name: " + named.problem());
    // A list of cases to be added need not say of which version they are.
    if (fields.has("version"))
        info.contract_version = static_cast<unsigned>(std::min<std::size_t>(fields.number("version"), 1u << 30));
    info.origin = fields.choice("kind", origins);
    info.library = info.origin == Origin::implementation ? fields.text("library") : fields.optional_text("library");
    info.comparison = fields.choice("comparison", comparisons);
    info.guest_comparison =
        fields.has("guest_comparison") ? fields.choice("guest_comparison", comparisons) : info.comparison;
    if (fields.has("rounded_to")) info.rounded = fields.choice("rounded_to", roundings);
    check_comparison(fields, info);
    if (fields.has("outside")) info.outside = fields.texts("outside");
    if (const Json* sizes = fields.get("sizes"); sizes != nullptr) {
        Fields by_name(*sizes, "has sizes of which one ");
        if (sizes->is_object())
            for (const auto& [name, size] : sizes->items()) info.sizes[name] = by_name.number(name);
        if (!by_name.problem().empty()) fields.fail(by_name.problem());
    }
    info.source = fields.text("source");
    info.why = fields.optional_text("why");
    info.forced = fields.optional_text("forced");
    fields.refuse_unknown();
    if (problem.empty()) problem = fields.problem();
    return info;
}

Expected<GoldenFile> file_of_json(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return Problem{fmt::format("has a {} that is not JSON", index_name)};
    Fields fields(json, fmt::format("has a {} that ", index_name));
    if (fields.number("format") != format_version && fields.problem().empty())
        fields.fail(fmt::format("is not in format {}, the one that this brickproof reads", format_version));
    GoldenFile file{.op = fields.text("op"), .inputs = fields.texts("inputs"), .outputs = fields.texts("outputs")};
    const Json* cases = fields.get("cases");
    if (cases != nullptr && !cases->is_array()) fields.fail("needs a list as \"cases\"");
    fields.refuse_unknown();
    std::string problem = fields.problem();
    std::set<std::string> names;
    if (problem.empty())
        for (const Json& one : *cases) {
            file.cases.push_back({case_info_of(one, file.cases.size(), problem)});
            if (!names.insert(file.cases.back().info.name).second && problem.empty())
                problem = fmt::format("has the case {} twice", file.cases.back().info.name);
        }
    if (!problem.empty()) return Problem{problem};
    return file;
}

// "CASE/OPERAND.npy" goes to its case.
Expected<std::string> give_to_case(const Member& member, std::map<std::string_view, FileCase*>& cases) {
    const std::size_t slash = member.name.find('/');
    const auto at = cases.find(std::string_view(member.name).substr(0, slash));
    if (slash == std::string::npos || at == cases.end() || !member.name.ends_with(array_ending))
        return Problem{fmt::format("has the member {}, which is an array of no case", member.name)};
    std::string operand = member.name.substr(slash + 1, member.name.size() - slash - 1 - array_ending.size());
    Expected<Tensor> tensor = parse_npy(member.bytes);
    if (!tensor) return Problem{fmt::format("has the member {}, which {}", member.name, tensor.problem())};
    at->second->arrays[operand] = std::move(*tensor);
    return operand;
}

template <typename Value>
std::string show_values(const Tensor& tensor, std::size_t first, std::size_t count) {
    std::vector<Value> values(count);
    if (count > 0) std::memcpy(values.data(), tensor.bytes.data() + first * sizeof(Value), count * sizeof(Value));
    return fmt::format("{}", fmt::join(values, " "));
}

std::string show_values(const Tensor& tensor, std::size_t first, std::size_t count) {
    switch (tensor.dtype) {
        case Dtype::float32:
            return show_values<float>(tensor, first, count);
        case Dtype::float64:
            return show_values<double>(tensor, first, count);
        case Dtype::uint16:
            return show_values<std::uint16_t>(tensor, first, count);
        case Dtype::int8:
            return show_values<std::int8_t>(tensor, first, count);
        case Dtype::uint8:
            break;
    }
    return show_values<std::uint8_t>(tensor, first, count);
}

// An array's lines: its type, shape and digest, then the first `most` values, a row (of one dimension: four values) a
// line, so that the difference of two texts shows which moved.
std::string show_array(std::string_view role, const std::string& name, const Tensor& tensor, std::size_t most) {
    constexpr std::size_t values_of_a_line = 4;
    const std::size_t count = tensor.bytes.size() / size_of(tensor.dtype);
    const std::size_t width = tensor.shape.size() > 1 ? std::max<std::size_t>(tensor.shape.back(), 1) : values_of_a_line;
    std::string text = fmt::format("  {} {}: {} {}, digest {:08x}\n", role, name, name_of(tensor.dtype),
                                   show_shape(tensor.shape), crc32_of(tensor.bytes));
    for (std::size_t at = 0; at < std::min(count, most); at += width)
        text += fmt::format("    {}[{}]: {}\n", name, at, show_values(tensor, at, std::min(width, count - at)));
    return text;
}

}  // namespace

std::string_view name_of(Origin origin) {
    return origins.of(origin);
}
std::string_view name_of(Comparison comparison) {
    return comparisons.of(comparison);
}
std::string_view name_of(Rounded rounded) {
    return roundings.of(rounded);
}
std::optional<Origin> origin_named(std::string_view name) {
    return origins.find(name);
}
std::optional<Comparison> comparison_named(std::string_view name) {
    return comparisons.find(name);
}

Expected<std::string> case_name(std::string_view name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (!name.empty() && name.find_first_not_of(allowed) == std::string::npos) return std::string(name);
    return Problem{
        fmt::format("'{}' is not a name of a golden case, which is made of letters, digits, '_' and '-'", name)};
}

std::string digest_of(const FileCase& one) {
    std::string all = text_of(json_of(one.info));
    for (const auto& [name, tensor] : one.arrays) all += name + npy_text(tensor);
    return fmt::format("{:08x}", crc32_of(all));
}

std::string golden_file_text(const GoldenFile& file) {
    const Json head{{"format", format_version}, {"op", file.op}, {"inputs", file.inputs}, {"outputs", file.outputs}};
    std::string json = text_of(head);
    json.back() = ',';
    json += "\n\"cases\": [";
    std::vector<Member> members = {{std::string(index_name), ""}};
    for (const FileCase& one : file.cases) {
        json += (members.size() == 1 ? "\n" : ",\n") + text_of(json_of(one.info));
        for (const auto& [name, tensor] : one.arrays)
            members.push_back({fmt::format("{}/{}{}", one.info.name, name, array_ending), npy_text(tensor)});
    }
    members.front().bytes = json + "\n]}\n";
    return npz_text(members);
}

Expected<GoldenFile> parse_golden_file(std::string_view text) {
    const Expected<std::vector<Member>> members = parse_npz(text);
    if (!members) return Problem{members.problem()};
    const auto index = std::ranges::find(*members, index_name, &Member::name);
    if (index == members->end()) return Problem{fmt::format("has no {}, which says what its cases are", index_name)};
    Expected<GoldenFile> file = file_of_json(index->bytes);
    if (!file) return file;
    std::map<std::string_view, FileCase*> cases;
    for (FileCase& one : file->cases) cases[one.info.name] = &one;
    for (const Member& member : *members)
        if (&member != &*index)
            if (const auto given = give_to_case(member, cases); !given) return Problem{given.problem()};
    return file;
}

std::string readable_text(const GoldenFile& file) {
    constexpr std::size_t inputs_shown = 4;
    constexpr std::size_t outputs_shown = std::size_t{1} << 16;
    std::string text = fmt::format("op {}: inputs {}, outputs {}\n", file.op, fmt::join(file.inputs, ", "),
                                   fmt::join(file.outputs, ", "));
    for (const FileCase& one : file.cases) {
        text += fmt::format("\ncase {}, digest {}\n", one.info.name, digest_of(one));
        const Json json = json_of(one.info);
        for (const auto& [key, value] : json.items())
            if (key != "case") text += fmt::format("  {}: {}\n", key, value.is_string() ? value.get<std::string>() : text_of(value));
        for (const auto& [name, tensor] : one.arrays) {
            const bool input = std::ranges::count(file.inputs, name) > 0;
            text += show_array(input ? "input" : "expected", name, tensor, input ? inputs_shown : outputs_shown);
        }
    }
    return text;
}

}  // namespace brickproof::golden
