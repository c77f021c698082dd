#include "cases/golden_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "report/atomic_file.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = std::size_t{1} << 26;
constexpr std::size_t largest_manifest = std::size_t{1} << 20;
constexpr std::size_t most_values = std::size_t{1} << 22;  // of one case: the product of its sizes

// Of the elements as they are stored: a half is its bits, a block its bytes.
Dtype dtype_of(const Type& type) {
    if (type == f32) return Dtype::float32;
    if (type == f16) return Dtype::uint16;
    return type == i8 ? Dtype::int8 : Dtype::uint8;
}

Expected<std::string> read_up_to(const fs::path& path, std::size_t most) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    if (status.type() == fs::file_type::not_found) return Problem{fmt::format("{} is missing", path.string())};
    if (status.type() != fs::file_type::regular)
        return Problem{fmt::format("{} is no plain file; golden files are not links", path.string())};
    if (fs::file_size(path, error) > most || error)
        return Problem{fmt::format("{} is larger than such a file may be ({} MiB)", path.string(), most >> 20)};
    return read_file(path.string());
}

std::string describe(const Layout& layout) {
    return fmt::format("{} {}", name_of(layout.dtype), show_shape(layout.shape));
}

// The one tensor of an operand in a role; nothing if there is none.
const TensorEntry* find_entry(const Manifest& manifest, Role role, std::string_view operand) {
    const auto at = std::ranges::find_if(
        manifest.tensors, [&](const TensorEntry& entry) { return entry.role == role && entry.operand == operand; });
    return at == manifest.tensors.end() ? nullptr : &*at;
}

// Loads a case piece by piece; every problem names the file that it is in.
class Loader {
  public:
    Loader(const fs::path& folder, ContractVersion accepted) : accepted_(accepted) { golden_.folder = folder; }

    Expected<GoldenCase> load() {
        std::optional<Problem> problem = read_manifest();
        if (!problem) problem = find_signature();
        if (!problem) problem = read_operands();
        if (problem) return *problem;
        return std::move(golden_);
    }

  private:
    Problem in_manifest(std::string_view what) const {
        return {fmt::format("{} {}", (golden_.folder / manifest_name).string(), what)};
    }

    std::optional<Problem> read_manifest() {
        std::error_code error;
        if (fs::is_symlink(golden_.folder, error) || fs::is_symlink(golden_.folder.parent_path(), error))
            return Problem{fmt::format("{} is reached by a link; golden cases are folders of their own",
                                       golden_.folder.string())};
        const Expected<std::string> text = read_up_to(golden_.folder / manifest_name, largest_manifest);
        if (!text) return Problem{text.problem()};
        Expected<Manifest> manifest = parse_manifest(*text);
        if (!manifest) return in_manifest(manifest.problem());
        golden_.manifest = std::move(*manifest);
        return std::nullopt;
    }

    std::optional<Problem> find_signature() {
        const Manifest& manifest = golden_.manifest;
        golden_.contract = find_contract(manifest.op);
        if (golden_.contract == nullptr)
            return in_manifest(fmt::format("is of the op '{}', which this brickproof does not know", manifest.op));
        if (accepted_ == ContractVersion::current && manifest.contract_version != golden_.contract->version)
            return in_manifest(fmt::format(
                "is of version {} of the contract of {}, this brickproof has version {}; where its values still "
                "hold, 'brickproof golden record {}/{} --why TEXT' takes it over",
                manifest.contract_version, manifest.op, golden_.contract->version, stem_of(manifest.op),
                manifest.name));
        if (golden_.folder.filename() != manifest.name ||
            golden_.folder.parent_path().filename() != stem_of(manifest.op))
            return in_manifest(fmt::format("says that it belongs to {}/{}", stem_of(manifest.op), manifest.name));
        for (const std::string& name : manifest.outside)
            if (std::ranges::find(golden_.contract->preconditions, name, &Precondition::name) ==
                golden_.contract->preconditions.end())
                return in_manifest(
                    fmt::format("lies outside '{}', which is no precondition of {}", name, manifest.op));
        Expected<Case> skeleton = typical_case(*golden_.contract, manifest.sizes, 0);
        if (!skeleton) return in_manifest(skeleton.problem());
        golden_.inputs = std::move(*skeleton);
        return std::nullopt;
    }

    std::optional<Problem> read_operands() {
        std::size_t used = 0;
        for (Operand& operand : golden_.inputs.operands) {
            const bool input = operand.access == Access::input;
            const bool exact = !input && golden_.manifest.comparison == Comparison::bound;
            const TensorEntry* entry =
                find_entry(golden_.manifest, input ? Role::input : Role::output, operand.name);
            if (entry == nullptr) return in_manifest(fmt::format("has no tensor for {}", operand.name));
            Expected<Tensor> tensor = read_tensor(*entry, exact ? exact_layout_of(operand) : layout_of(operand));
            if (!tensor) return Problem{tensor.problem()};
            ++used;
            if (input) {
                if (!tensor->bytes.empty())
                    std::memcpy(operand.contents.data(), tensor->bytes.data(), tensor->bytes.size());
                continue;
            }
            golden_.expected.push_back({std::move(*tensor)});
            if (const TensorEntry* mask_entry = find_entry(golden_.manifest, Role::mask, operand.name)) {
                if (exact) return in_manifest("has a mask although it is compared by the bound");
                Expected<Tensor> mask = read_tensor(*mask_entry, {Dtype::uint8, layout_of(operand).shape});
                if (!mask) return Problem{mask.problem()};
                golden_.expected.back().mask = std::move(*mask);
                ++used;
            }
        }
        if (used != golden_.manifest.tensors.size())
            return in_manifest(fmt::format("has tensors that {} does not take", golden_.manifest.op));
        return std::nullopt;
    }

    Expected<Tensor> read_tensor(const TensorEntry& entry, const Layout& wanted) const {
        const fs::path path = golden_.folder / entry.file;
        if (entry.dtype != wanted.dtype || entry.shape != wanted.shape)
            return in_manifest(fmt::format("says that {} is {}; {} of these sizes needs {}", entry.file,
                                           describe({entry.dtype, entry.shape}), entry.operand, describe(wanted)));
        const Expected<std::string> text = read_plain_file(path);
        if (!text) return Problem{text.problem()};
        Expected<Tensor> tensor = parse_npy(*text);
        if (!tensor) return Problem{fmt::format("{} {}", path.string(), tensor.problem())};
        if (tensor->dtype != wanted.dtype || tensor->shape != wanted.shape)
            return Problem{fmt::format("{} holds {}, its manifest says {}", path.string(),
                                       describe({tensor->dtype, tensor->shape}), describe(wanted))};
        if (crc32_of(*text) != entry.crc32)
            return Problem{fmt::format("{} is damaged: its CRC-32 is {:08x}, its manifest says {:08x}",
                                       path.string(), crc32_of(*text), entry.crc32)};
        return tensor;
    }

    ContractVersion accepted_;
    GoldenCase golden_;
};

}  // namespace

std::string stem_of(std::string_view op) {
    std::string stem(op);
    std::ranges::replace(stem, '.', '_');
    return stem;
}

Layout layout_of(const Operand& operand) {
    Layout layout{dtype_of(*operand.type), {operand.count}};
    if (operand.type->is_block()) layout.shape.push_back(operand.type->bytes);
    return layout;
}

Layout exact_layout_of(const Operand& operand) {
    Layout layout{Dtype::float64, {operand.count}};
    if (operand.type->is_block()) layout.shape.push_back(operand.type->numbers());
    return layout;
}

Expected<Case> typical_case(const Contract& contract, const Sizes& sizes, std::uint64_t seed) {
    std::vector<std::size_t> ordered;
    std::size_t values = 1;
    for (const std::string_view name : contract.size_names) {
        const auto at = sizes.find(std::string(name));
        if (at == sizes.end()) return Problem{fmt::format("lacks the size {} of {}", name, contract.op)};
        ordered.push_back(at->second);
        if (std::ranges::count(contract.parameters, name) > 0) continue;
        const std::size_t factor = std::max<std::size_t>(at->second, 1);
        if (factor > most_values / values)
            return Problem{fmt::format("has sizes beyond what a golden case may have ({} values)", most_values)};
        values *= factor;
    }
    if (sizes.size() != ordered.size()) return Problem{fmt::format("has sizes that {} does not take", contract.op)};
    Case c;
    contract.typical(ordered, seed, c);
    std::size_t unit = 1;
    for (const Operand& operand : c.operands) unit = std::lcm(unit, operand.type->values);
    if (ordered.back() % unit != 0)
        return Problem{fmt::format("has {} = {}, which is no multiple of {}", contract.size_names.back(),
                                   ordered.back(), unit)};
    return c;
}

bool same_inputs(const GoldenCase& a, const GoldenCase& b) {
    return a.contract == b.contract && a.inputs.sizes == b.inputs.sizes &&
           std::ranges::equal(a.inputs.operands, b.inputs.operands, {}, &Operand::contents, &Operand::contents);
}

std::string inputs_checksum(const GoldenCase& golden) {
    std::string bytes;
    for (const Operand& operand : golden.inputs.operands)
        bytes.append(reinterpret_cast<const char*>(operand.contents.data()), operand.contents.size());
    return fmt::format("{:08x}", crc32_of(bytes));
}

std::vector<double> doubles_of(const Tensor& tensor) {
    std::vector<double> values(tensor.bytes.size() / sizeof(double));
    if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    return values;
}

Expected<std::string> read_plain_file(const fs::path& path) {
    return read_up_to(path, largest_file);
}

Expected<GoldenCase> load_golden_case(const fs::path& folder, ContractVersion accepted) {
    return Loader(folder, accepted).load();
}

}  // namespace brickproof::golden
