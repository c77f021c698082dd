#include "cases/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <nlohmann/json.hpp>
#include <set>

namespace brickproof::golden {
namespace {

using Json = nlohmann::json;

constexpr unsigned format_version = 1;

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
constexpr Names<Origin, 4> origins{{"oracle", "independent", "standard", "implementation"}};
constexpr Names<Rounded, 2> roundings{{"float64", "float32"}};
constexpr Names<Comparison, 2> comparisons{{"bits", "bound"}};
constexpr Names<Role, 3> roles{{"input", "output", "mask"}};

// Reads the fields of one JSON object and remembers the first thing that was wrong.
class Fields {
  public:
    Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
        if (!object.is_object()) fail("is no object");
    }

    bool has(const std::string& key) const { return object_.is_object() && object_.contains(key); }
    const Json* get(const std::string& key) {
        known_.insert(key);
        if (!object_.is_object()) return nullptr;
        const auto at = object_.find(key);
        if (at == object_.end()) {
            fail(fmt::format("lacks \"{}\"", key));
            return nullptr;
        }
        return &*at;
    }
    std::string text(const std::string& key) {
        const Json* value = get(key);
        if (value == nullptr) return {};
        if (value->is_string()) return value->get<std::string>();
        fail(fmt::format("needs a text as \"{}\"", key));
        return {};
    }
    std::size_t number(const std::string& key) { return as_number(get(key), key); }
    std::size_t as_number(const Json* value, const std::string& key) {
        if (value == nullptr) return 0;
        if (value->is_number_unsigned()) return value->get<std::size_t>();
        fail(fmt::format("needs a number (0, 1, 2, ...) as \"{}\"", key));
        return 0;
    }
    template <typename Table>
    auto choice(const std::string& key, const Table& table) {
        const std::string name = text(key);
        const auto found = table.find(name);
        if (!found)
            fail(fmt::format("has \"{}\": \"{}\"; known are \"{}\"", key, name, fmt::join(table.names, "\", \"")));
        return found.value_or(typename std::decay_t<decltype(found)>::value_type{});
    }
    template <typename Each>
    void list(const std::string& key, Each each) {
        const Json* value = get(key);
        if (value == nullptr) return;
        if (!value->is_array()) return fail(fmt::format("needs a list as \"{}\"", key));
        for (const Json& element : *value) each(element);
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

bool is_plain_file_name(std::string_view name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    return name.find_first_not_of(allowed) == std::string_view::npos && name.ends_with(".npy") &&
           name.front() != '.';
}

std::string hex(std::uint32_t crc) {
    return fmt::format("{:08x}", crc);
}

std::uint32_t read_crc(Fields& fields) {
    const std::string text = fields.text("crc32");
    if (text.size() != 8 || text.find_first_not_of("0123456789abcdef") != std::string::npos) {
        fields.fail("needs 8 hexadecimal digits as \"crc32\"");
        return 0;
    }
    return static_cast<std::uint32_t>(std::stoul(text, nullptr, 16));
}

TensorEntry read_tensor(const Json& object, std::size_t index, std::string& problem) {
    Fields fields(object, fmt::format("tensor {} ", index));
    TensorEntry entry;
    entry.file = fields.text("file");
    if (!is_plain_file_name(entry.file))
        fields.fail(fmt::format("names the file '{}'; it must be a plain name that ends with .npy", entry.file));
    entry.role = fields.choice("role", roles);
    entry.operand = fields.text("operand");
    const std::string dtype = fields.text("dtype");
    if (const std::optional<Dtype> known = dtype_named(dtype))
        entry.dtype = *known;
    else
        fields.fail(fmt::format("has the unknown dtype \"{}\"", dtype));
    fields.list("shape", [&](const Json& extent) { entry.shape.push_back(fields.as_number(&extent, "shape")); });
    entry.crc32 = read_crc(fields);
    fields.refuse_unknown();
    if (problem.empty()) problem = fields.problem();
    return entry;
}

Json tensor_json(const TensorEntry& entry) {
    return {{"file", entry.file},   {"role", roles.of(entry.role)},  {"operand", entry.operand},
            {"shape", entry.shape}, {"dtype", name_of(entry.dtype)}, {"crc32", hex(entry.crc32)}};
}

Json manifest_json(const Manifest& manifest) {
    Json tensors = Json::array();
    for (const TensorEntry& entry : manifest.tensors) tensors.push_back(tensor_json(entry));
    Json json{{"format", format_version},
              {"op", manifest.op},
              {"contract_version", manifest.contract_version},
              {"case", manifest.name},
              {"provenance", {{"kind", origins.of(manifest.origin)}, {"source", manifest.source}}},
              {"comparison", comparisons.of(manifest.comparison)},
              {"guest_comparison", comparisons.of(manifest.guest_comparison)},
              {"outside", manifest.outside},
              {"sizes", manifest.sizes},
              {"tensors", tensors}};
    if (!manifest.library.empty()) json["provenance"]["library"] = manifest.library;
    if (manifest.rounded != Rounded::float64) json["rounded_to"] = roundings.of(manifest.rounded);
    return json;
}

// Of the compact text with sorted keys, the checksum's own field left out.
std::uint32_t crc32_of_json(const Json& manifest) {
    return crc32_of(manifest.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void read_provenance(Fields& fields, Manifest& manifest) {
    const Json* object = fields.get("provenance");
    if (object == nullptr) return;
    Fields provenance(*object, "provenance ");
    manifest.origin = provenance.choice("kind", origins);
    manifest.source = provenance.text("source");
    if (manifest.origin == Origin::implementation || provenance.has("library"))
        manifest.library = provenance.text("library");
    provenance.refuse_unknown();
    if (!provenance.problem().empty()) fields.fail(provenance.problem());
}

void read_sizes(Fields& fields, Manifest& manifest) {
    const Json* sizes = fields.get("sizes");
    if (sizes == nullptr) return;
    if (!sizes->is_object()) return fields.fail("needs an object as \"sizes\"");
    for (const auto& [name, size] : sizes->items()) manifest.sizes[name] = fields.as_number(&size, name);
}

void read_tensors(Fields& fields, Manifest& manifest) {
    std::string problem;
    fields.list("tensors", [&](const Json& object) {
        manifest.tensors.push_back(read_tensor(object, manifest.tensors.size(), problem));
    });
    if (!problem.empty()) fields.fail(problem);
}

void check_comparison(Fields& fields, const Manifest& manifest) {
    if (manifest.comparison == Comparison::bound && manifest.guest_comparison == Comparison::bits)
        fields.fail("compares guests by bits and our own kernels by the bound");
    if (manifest.origin == Origin::oracle && manifest.comparison == Comparison::bits)
        fields.fail("compares by bits with what an oracle made; an oracle gives exact values and a bound");
    if (manifest.origin == Origin::implementation && manifest.comparison == Comparison::bits)
        fields.fail("compares by bits with another implementation, which may differ within the contract's bound");
}

}  // namespace

std::string_view name_of(Origin origin) {
    return origins.of(origin);
}
std::string_view name_of(Comparison comparison) {
    return comparisons.of(comparison);
}
std::string_view name_of(Role role) {
    return roles.of(role);
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
std::optional<Rounded> rounded_named(std::string_view name) {
    return roundings.find(name);
}

std::uint32_t crc32_of(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

std::string manifest_text(const Manifest& manifest) {
    Json json = manifest_json(manifest);
    json["crc32"] = hex(crc32_of_json(json));
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string checksum_of(const Manifest& manifest) {
    return hex(crc32_of_json(manifest_json(manifest)));
}

Expected<Manifest> parse_manifest(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return Problem{"is no JSON (cut off or damaged)"};
    Fields fields(json, "");
    if (fields.number("format") != format_version && fields.problem().empty())
        return Problem{fmt::format("is not in format {}, the one that this brickproof reads", format_version)};
    Manifest manifest;
    manifest.op = fields.text("op");
    manifest.contract_version =
        static_cast<unsigned>(std::min<std::size_t>(fields.number("contract_version"), 1u << 30));
    manifest.name = fields.text("case");
    read_provenance(fields, manifest);
    manifest.comparison = fields.choice("comparison", comparisons);
    manifest.guest_comparison = fields.choice("guest_comparison", comparisons);
    if (fields.has("rounded_to")) manifest.rounded = fields.choice("rounded_to", roundings);
    check_comparison(fields, manifest);
    fields.list("outside", [&](const Json& name) {
        if (name.is_string()) return manifest.outside.push_back(name.get<std::string>());
        fields.fail("needs texts in \"outside\"");
    });
    read_sizes(fields, manifest);
    read_tensors(fields, manifest);
    const std::uint32_t crc32 = read_crc(fields);
    fields.refuse_unknown();
    if (!fields.problem().empty()) return Problem{fields.problem()};
    if (const std::uint32_t computed = crc32_of_json(manifest_json(manifest)); computed != crc32)
        return Problem{
            fmt::format("is damaged: its checksum is {}, its contents have {}", hex(crc32), hex(computed))};
    return manifest;
}

}  // namespace brickproof::golden
