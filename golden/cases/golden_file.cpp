#include "cases/golden_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "cases/npz_file.hpp"
#include "report/json_fields.hpp"

namespace brickproof::golden {
namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned format_version = 2;  // 1 was a folder a case
constexpr std::string_view index_name = "cases.json";
constexpr std::string_view array_ending = ".npy";

// Each of an enumeration's values, for its names to be found.
constexpr std::array origins{Origin::oracle, Origin::independent, Origin::standard, Origin::implementation,
                             Origin::pinned};
constexpr std::array comparisons{Comparison::bits, Comparison::bound};
constexpr std::array roundings{Rounded::float64, Rounded::float32};

template <typename Values>
auto one_named(std::string_view name, const Values& values) {
    const auto at = std::ranges::find(values, name, [](auto value) { return name_of(value); });
    return at == values.end() ? std::nullopt : std::optional(*at);
}

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

// What goes with what: an oracle gives exact values and a bound, another implementation may differ within the
// bound.
void check_comparison(Fields& fields, const CaseInfo& info) {
    const bool by_bound = info.comparison == Comparison::bound;
    if (by_bound && info.guest_comparison == Comparison::bits)
        fields.fail("guest_comparison", "\"bound\", as the comparison of our own kernels is");
    if (!by_bound && (info.origin == Origin::oracle || info.origin == Origin::implementation))
        fields.fail("comparison", fmt::format("\"bound\", as the kind \"{}\" needs", name_of(info.origin)));
    if (by_bound && info.origin == Origin::pinned) fields.fail("comparison", "\"bits\", as a pin needs");
}

std::vector<std::string> texts_of(Fields& fields, std::string_view key) {
    std::vector<std::string> texts;
    fields.list(key, [&](const nlohmann::json& text) {
        if (!text.is_string()) return fields.fail(key, "a list of texts");
        texts.push_back(text.get<std::string>());
    });
    return texts;
}

Expected<CaseInfo> case_info_of(const nlohmann::json& json, std::size_t number) {
    Fields fields(json, fmt::format("case {}", number));
    CaseInfo info;
    info.name = fields.text("case");
    if (!case_name(info.name)) fields.fail("case", "a name: letters, digits, '_' and '-'");
    // A list of cases to be added need not say of which version they are.
    if (fields.has("version"))
        info.contract_version = static_cast<unsigned>(std::min<std::size_t>(fields.count("version"), 1u << 30));
    info.origin = fields.named("kind", origins);
    if (info.origin == Origin::implementation || fields.has("library")) info.library = fields.text("library");
    info.comparison = fields.named("comparison", comparisons);
    info.guest_comparison = info.comparison;
    if (fields.has("guest_comparison")) info.guest_comparison = fields.named("guest_comparison", comparisons);
    if (fields.has("rounded_to")) info.rounded = fields.named("rounded_to", roundings);
    check_comparison(fields, info);
    if (fields.has("outside")) info.outside = texts_of(fields, "outside");
    fields.object("sizes", [&](const std::string& name, const nlohmann::json& size) {
        if (!size.is_number_unsigned()) return fields.fail("sizes", "a count (0, 1, 2, ...) by each name");
        info.sizes[name] = size.get<std::size_t>();
    });
    info.source = fields.text("source");
    if (fields.has("why")) info.why = fields.text("why");
    if (fields.has("forced")) info.forced = fields.text("forced");
    fields.refuse_unknown();
    if (!fields.problem().empty()) return Problem{fields.problem()};
    return info;
}

Expected<GoldenFile> file_of_json(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) return Problem{"it is not JSON"};
    Fields fields(json, "the file");
    if (fields.count("format") != format_version)
        fields.fail("format", fmt::format("{}, the one that this brickproof reads", format_version));
    GoldenFile file{
        .op = fields.text("op"), .inputs = texts_of(fields, "inputs"), .outputs = texts_of(fields, "outputs")};
    std::string problem;
    std::set<std::string> names;
    fields.list("cases", [&](const nlohmann::json& one) {
        Expected<CaseInfo> info = case_info_of(one, file.cases.size());
        if (!info) return problem.empty() ? void(problem = info.problem()) : void();
        if (!names.insert(info->name).second) problem = fmt::format("the case {} is there twice", info->name);
        file.cases.push_back({std::move(*info)});
    });
    fields.refuse_unknown();
    if (!fields.problem().empty()) problem = fields.problem();
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

// An array's lines: its type, shape and digest, then the first `most` values, a row (of one dimension: four values)
// a line, so that the difference of two texts shows which moved.
std::string show_array(std::string_view role, const std::string& name, const Tensor& tensor, std::size_t most) {
    constexpr std::size_t values_of_a_line = 4;
    const std::size_t count = tensor.bytes.size() / size_of(tensor.dtype);
    const std::size_t width =
        tensor.shape.size() > 1 ? std::max<std::size_t>(tensor.shape.back(), 1) : values_of_a_line;
    std::string text = fmt::format("  {} {}: {} {}, digest {:08x}\n", role, name, name_of(tensor.dtype),
                                   show_shape(tensor.shape), crc32_of(tensor.bytes));
    for (std::size_t at = 0; at < std::min(count, most); at += width)
        text += fmt::format("    {}[{}]: {}\n", name, at, show_values(tensor, at, std::min(width, count - at)));
    return text;
}

}  // namespace

std::string_view name_of(Origin origin) {
    constexpr std::array<std::string_view, 5> names{"oracle", "independent", "standard", "implementation",
                                                    "pinned"};
    return names[static_cast<std::size_t>(origin)];
}
std::string_view name_of(Comparison comparison) {
    return comparison == Comparison::bits ? "bits" : "bound";
}
std::string_view name_of(Rounded rounded) {
    return rounded == Rounded::float64 ? "float64" : "float32";
}
std::optional<Origin> origin_named(std::string_view name) {
    return one_named(name, origins);
}
std::optional<Comparison> comparison_named(std::string_view name) {
    return one_named(name, comparisons);
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
    const Json head{
        {"format", format_version}, {"op", file.op}, {"inputs", file.inputs}, {"outputs", file.outputs}};
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
    if (index == members->end())
        return Problem{fmt::format("has no {}, which says what its cases are", index_name)};
    Expected<GoldenFile> file = file_of_json(index->bytes);
    if (!file) return Problem{fmt::format("has a {} that cannot be used: {}", index_name, file.problem())};
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
            if (key != "case")
                text +=
                    fmt::format("  {}: {}\n", key, value.is_string() ? value.get<std::string>() : text_of(value));
        for (const auto& [name, tensor] : one.arrays) {
            const bool input = std::ranges::count(file.inputs, name) > 0;
            text += show_array(input ? "input" : "expected", name, tensor, input ? inputs_shown : outputs_shown);
        }
    }
    return text;
}

}  // namespace brickproof::golden
