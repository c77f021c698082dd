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
constexpr std::size_t most_values = std::size_t{1} << 22;  // of one case: the product of its sizes
constexpr std::string_view file_ending = ".npz";
constexpr std::string_view mask_ending = "-mask";

// Of the elements as they are stored: a half is its bits, a block its bytes.
Dtype dtype_of(const Type& type) {
    if (type == f32) return Dtype::float32;
    if (type == f16) return Dtype::uint16;
    return type == i8 ? Dtype::int8 : Dtype::uint8;
}

std::string describe(Dtype dtype, const std::vector<std::size_t>& shape) {
    return fmt::format("{} {}", name_of(dtype), show_shape(shape));
}

// Takes an array out of what is stored, where it is as the sizes need it.
Expected<Tensor> take(FileCase& stored, const std::string& name, const Layout& wanted) {
    const auto at = stored.arrays.find(name);
    if (at == stored.arrays.end()) return Problem{fmt::format("has no array {}", name)};
    Tensor tensor = std::move(at->second);
    stored.arrays.erase(at);
    if (tensor.dtype != wanted.dtype || tensor.shape != wanted.shape)
        return Problem{fmt::format("has {} as {}; these sizes need {}", name, describe(tensor.dtype, tensor.shape),
                                   describe(wanted.dtype, wanted.shape))};
    return tensor;
}

Expected<Expectation> take_expectation(FileCase& stored, const Operand& operand) {
    const bool by_bits = stored.info.comparison == Comparison::bits;
    const std::string name(operand.name);
    Expected<Tensor> tensor = take(stored, name, by_bits ? layout_of(operand) : exact_layout_of(operand));
    if (!tensor) return Problem{tensor.problem()};
    Expectation expectation{std::move(*tensor)};
    const std::string mask_name = name + std::string(mask_ending);
    if (!stored.arrays.contains(mask_name)) return expectation;
    if (!by_bits) return Problem{"has a mask although it is compared by the bound"};
    Expected<Tensor> mask = take(stored, mask_name, {Dtype::uint8, layout_of(operand).shape});
    if (!mask) return Problem{mask.problem()};
    expectation.mask = std::move(*mask);
    return expectation;
}

std::vector<std::string> names_of(const Contract& contract, Access access) {
    std::vector<std::string> names;
    for (const Slot& slot : contract.signature.slots)
        if (slot.access == access) names.emplace_back(slot.name);
    return names;
}

// One file's cases, those that are wanted.
void load_file(const fs::path& path, const Contract& contract, const CaseFilter& wanted, ContractVersion accepted,
               GoldenSet& set) {
    const std::string stem = stem_of(contract.op);
    const auto unread = [&](const std::string& what, const std::string& sentence) {
        set.unread.insert(what);
        set.problems.push_back(fmt::format("{} {}", path.string(), sentence));
    };
    Expected<GoldenFile> file = read_golden_file(path);
    if (!file) {
        set.unread.insert(stem);
        set.problems.push_back(file.problem());
        return;
    }
    const GoldenFile expected = empty_file_of(contract);
    if (file->op != expected.op || file->inputs != expected.inputs || file->outputs != expected.outputs)
        return unread(stem, fmt::format("says that it is of the op '{}', or names other operands than {}: {}",
                                        file->op, contract.op, contract.prototype()));
    std::size_t of_other_versions = 0;
    for (FileCase& stored : file->cases) {
        const std::string name = stored.info.name;
        if (!wanted(contract.op, name)) continue;
        if (accepted == ContractVersion::current && stored.info.contract_version != contract.version) {
            ++of_other_versions;
            set.unread.insert(stem + "/" + name);
            continue;
        }
        Expected<GoldenCase> golden = from_file_case(contract, std::move(stored));
        if (golden)
            set.cases.push_back(std::move(*golden));
        else
            unread(stem + "/" + name, fmt::format("has the case {}, which {}", name, golden.problem()));
    }
    if (of_other_versions > 0)
        set.problems.push_back(fmt::format(
            "{} has {} case{} of another version of the contract of {} than this brickproof, which has version {}; "
            "where "
            "the values still hold, 'brickproof golden update' takes them over",
            path.string(), of_other_versions, of_other_versions == 1 ? "" : "s", contract.op, contract.version));
}

// Every golden file in a folder, by its stem; a folder that cannot be read holds none.
std::map<std::string, fs::path> files_in(const fs::path& directory) {
    std::map<std::string, fs::path> files;
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
        if (at->path().extension() == file_ending) files[at->path().stem().string()] = at->path();
    return files;
}

bool holds_golden_files(const fs::path& directory) {
    std::error_code error;
    return fs::exists(directory / "index.txt", error) || !files_in(directory).empty();
}

}  // namespace

std::string stem_of(std::string_view op) {
    std::string stem(op);
    std::ranges::replace(stem, '.', '_');
    return stem;
}

const Contract* contract_of_stem(std::string_view stem) {
    for (const Contract* contract : all_contracts())
        if (stem_of(contract->op) == stem) return contract;
    return nullptr;
}

std::string id_of(const GoldenCase& golden) {
    return stem_of(golden.contract->op) + "/" + golden.info.name;
}

fs::path file_of_stem(const fs::path& directory, std::string_view stem) {
    return directory / (std::string(stem) + std::string(file_ending));
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
    for (const Size& size : contract.signature.sizes) {
        const auto at = sizes.find(std::string(size.name));
        if (at == sizes.end()) return Problem{fmt::format("lacks the size {} of {}", size.name, contract.op)};
        ordered.push_back(at->second);
        if (size.kind == Size::Kind::parameter) continue;
        const std::size_t factor = std::max<std::size_t>(at->second, 1);
        if (factor > most_values / values)
            return Problem{fmt::format("has sizes beyond what a golden case may have ({} values)", most_values)};
        values *= factor;
    }
    if (sizes.size() != ordered.size()) return Problem{fmt::format("has sizes that {} does not take", contract.op)};
    if (const std::string problem = contract.signature.why_not(ordered); !problem.empty())
        return Problem{"has " + problem};
    return brickproof::typical_case(contract, ordered, seed);
}

bool same_inputs(const GoldenCase& a, const GoldenCase& b) {
    return a.contract == b.contract && a.inputs.sizes == b.inputs.sizes &&
           std::ranges::equal(a.inputs.operands, b.inputs.operands, {}, &Operand::contents, &Operand::contents);
}

std::vector<double> doubles_of(const Tensor& tensor) {
    std::vector<double> values(tensor.bytes.size() / sizeof(double));
    if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    return values;
}

Expected<std::string> read_plain_file(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    if (status.type() == fs::file_type::not_found) return Problem{fmt::format("{} is missing", path.string())};
    if (status.type() != fs::file_type::regular)
        return Problem{fmt::format("{} is not a plain file; golden files are not links", path.string())};
    if (fs::file_size(path, error) > largest_file || error)
        return Problem{
            fmt::format("{} is larger than such a file may be ({} MiB)", path.string(), largest_file >> 20)};
    return read_file(path.string());
}

Expected<GoldenFile> read_golden_file(const fs::path& path) {
    const Expected<std::string> text = read_plain_file(path);
    if (!text) return Problem{text.problem()};
    Expected<GoldenFile> file = parse_golden_file(*text);
    if (!file) return Problem{fmt::format("{} {}", path.string(), file.problem())};
    return file;
}

FileCase to_file_case(const GoldenCase& golden) {
    FileCase stored{golden.info};
    std::size_t output = 0;
    for (const Operand& operand : golden.inputs.operands) {
        const std::string name(operand.name);
        if (operand.access == Access::input) {
            const Layout layout = layout_of(operand);
            const auto* bytes = reinterpret_cast<const char*>(operand.contents.data());
            stored.arrays[name] = {layout.dtype, layout.shape, std::string(bytes, operand.contents.size())};
            continue;
        }
        const Expectation& expectation = golden.expected[output++];
        stored.arrays[name] = expectation.tensor;
        if (expectation.mask) stored.arrays[name + std::string(mask_ending)] = *expectation.mask;
    }
    return stored;
}

Expected<GoldenCase> from_file_case(const Contract& contract, FileCase stored) {
    for (const std::string& name : stored.info.outside)
        if (std::ranges::find(contract.preconditions, name, &Precondition::name) == contract.preconditions.end())
            return Problem{fmt::format("lies outside '{}', which is not a precondition of {}", name, contract.op)};
    Expected<Case> inputs = typical_case(contract, stored.info.sizes, 0);
    if (!inputs) return Problem{inputs.problem()};
    GoldenCase golden{.contract = &contract, .info = stored.info, .inputs = std::move(*inputs), .expected = {}};
    for (Operand& operand : golden.inputs.operands) {
        if (operand.access == Access::output) {
            Expected<Expectation> expectation = take_expectation(stored, operand);
            if (!expectation) return Problem{expectation.problem()};
            golden.expected.push_back(std::move(*expectation));
            continue;
        }
        const Expected<Tensor> tensor = take(stored, std::string(operand.name), layout_of(operand));
        if (!tensor) return Problem{tensor.problem()};
        if (!tensor->bytes.empty())
            std::memcpy(operand.contents.data(), tensor->bytes.data(), tensor->bytes.size());
    }
    if (!stored.arrays.empty())
        return Problem{
            fmt::format("has the array {}, which {} does not take", stored.arrays.begin()->first, contract.op)};
    return golden;
}

GoldenFile empty_file_of(const Contract& contract) {
    return {.op = std::string(contract.op),
            .inputs = names_of(contract, Access::input),
            .outputs = names_of(contract, Access::output)};
}

GoldenSet load_golden_set(const fs::path& directory, const CaseFilter& wanted, ContractVersion accepted) {
    GoldenSet set;
    for (const auto& [stem, path] : files_in(directory)) {
        if (const Contract* contract = contract_of_stem(stem)) {
            load_file(path, *contract, wanted, accepted, set);
            continue;
        }
        set.unread.insert(stem);
        set.problems.push_back(fmt::format("{} is of an op that this brickproof does not know", path.string()));
    }
    return set;
}

Expected<fs::path> find_golden_directory(const std::string& given) {
    if (!given.empty()) {
        if (holds_golden_files(given)) return fs::path(given);
        return Problem{fmt::format("there are no golden files in {} (looked for OP{})", given, file_ending)};
    }
    std::error_code error;
    const fs::path executable = fs::read_symlink("/proc/self/exe", error);
    const fs::path beside = (executable.parent_path() / ".." / ".." / "golden").lexically_normal();
    for (const fs::path& candidate : {fs::path("golden"), beside})
        if (holds_golden_files(candidate)) return candidate;
    return Problem{fmt::format("there are no golden files in ./golden or {}; pass their folder as --golden DIR",
                               beside.string())};
}

}  // namespace brickproof::golden
