#include "engine/golden_update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>

#include "engine/fills.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

std::vector<Expectation> oracle_expectations(const Contract& contract, const Case& inputs) {
    const std::vector<OracleOutput> oracle = contract.oracle(inputs);
    std::vector<Expectation> expected;
    for (const Operand& operand : inputs.operands) {
        if (operand.access != Access::output) continue;
        const std::vector<double>& exact = oracle[expected.size()].exact;
        Layout layout = exact_layout_of(operand);
        const auto* bytes = reinterpret_cast<const char*>(exact.data());
        expected.push_back({{layout.dtype, layout.shape, std::string(bytes, exact.size() * sizeof(double))}});
    }
    return expected;
}

std::vector<double> doubles_of(const Tensor& tensor) {
    std::vector<double> values(tensor.bytes.size() / sizeof(double));
    if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    return values;
}

bool unchanged(double before, double after) {
    return std::bit_cast<std::uint64_t>(before) == std::bit_cast<std::uint64_t>(after) ||
           (std::isnan(before) && std::isnan(after));
}

// Any operand's value that a precondition speaks of.
struct Extremes {
    bool nonfinite = false;
    bool lowest_quant = false;
};
Extremes extremes_of(const Case& c) {
    Extremes extremes;
    for (std::size_t i = 0; i < c.operands.size(); ++i) {
        const Operand& operand = c.operands[i];
        if (operand.access != Access::input) continue;
        if (operand.element == Element::f32)
            for (const float x : c.input<float>(i)) extremes.nonfinite |= !std::isfinite(x);
        if (operand.element == Element::f16)
            for (const std::uint16_t half : c.input<std::uint16_t>(i))
                extremes.nonfinite |= !std::isfinite(half_value(half));
        if (operand.element == Element::i8)
            for (const std::int8_t quant : c.input<std::int8_t>(i)) extremes.lowest_quant |= quant == -128;
        if (operand.element == Element::q8_0)
            for (const brickproof_q8_0& block : c.input<brickproof_q8_0>(i)) {
                extremes.nonfinite |= !std::isfinite(half_value(block.d));
                extremes.lowest_quant |= std::ranges::count(block.qs, -128) > 0;
            }
    }
    return extremes;
}

std::vector<std::string> broken_preconditions(const Contract& contract, const Case& c) {
    const Extremes extremes = extremes_of(c);
    std::vector<std::string> broken;
    for (const Precondition& precondition : contract.preconditions) {
        if (precondition.name == "finite" && extremes.nonfinite) broken.emplace_back(precondition.name);
        if (precondition.name == "quants>-128" && extremes.lowest_quant) broken.emplace_back(precondition.name);
    }
    return broken;
}

Expected<TensorEntry> save_tensor(const fs::path& folder, Role role, const std::string& operand,
                                  const Tensor& tensor) {
    const std::string text = npy_text(tensor);
    const std::uint32_t crc32 = crc32_of(text);
    TensorEntry entry{.file = fmt::format("{}{}-{:08x}.npy", operand, role == Role::mask ? "-mask" : "", crc32),
                      .role = role,
                      .operand = operand,
                      .dtype = tensor.dtype,
                      .shape = tensor.shape,
                      .crc32 = crc32};
    if (const Expected<Done> done = write_file((folder / entry.file).string(), text); !done)
        return Problem{done.problem()};
    return entry;
}

Expected<std::vector<TensorEntry>> save_tensors(const GoldenCase& golden) {
    std::vector<TensorEntry> entries;
    std::size_t output = 0;
    const auto save = [&](Role role, const Operand& operand, const Tensor& tensor) -> std::optional<Problem> {
        Expected<TensorEntry> entry = save_tensor(golden.folder, role, std::string(operand.name), tensor);
        if (!entry) return Problem{entry.problem()};
        entries.push_back(std::move(*entry));
        return std::nullopt;
    };
    for (const Operand& operand : golden.inputs.operands) {
        std::optional<Problem> problem;
        if (operand.access == Access::input) {
            const Layout layout = layout_of(operand);
            const auto* bytes = reinterpret_cast<const char*>(operand.contents.data());
            problem = save(Role::input, operand,
                           {layout.dtype, layout.shape, std::string(bytes, operand.contents.size())});
        } else {
            const Expectation& expectation = golden.expected[output++];
            problem = save(Role::output, operand, expectation.tensor);
            if (!problem && expectation.mask) problem = save(Role::mask, operand, *expectation.mask);
        }
        if (problem) return *problem;
    }
    return entries;
}

void remove_unnamed_tensors(const fs::path& folder, const std::vector<TensorEntry>& entries) {
    std::set<std::string> named;
    for (const TensorEntry& entry : entries) named.insert(entry.file);
    std::vector<fs::path> unnamed;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        if (at->path().extension() == ".npy" && !named.contains(at->path().filename().string()))
            unnamed.push_back(at->path());
    for (const fs::path& path : unnamed) fs::remove(path, error);
}

}  // namespace

Expected<Change> recompute(const GoldenCase& golden) {
    if (golden.manifest.origin != Origin::oracle)
        return Problem{fmt::format("{}/{} is not the oracle's: its expectation is {} ({}) and is not recomputed",
                                   stem_of(golden.manifest.op), golden.manifest.name,
                                   name_of(golden.manifest.origin), golden.manifest.source)};
    Change change{.recomputed = golden};
    change.recomputed.expected = oracle_expectations(*golden.contract, golden.inputs);
    for (std::size_t i = 0; i < golden.expected.size(); ++i) {
        const std::vector<double> before = doubles_of(golden.expected[i].tensor);
        const std::vector<double> after = doubles_of(change.recomputed.expected[i].tensor);
        change.values += after.size();
        for (std::size_t j = 0; j < after.size(); ++j) {
            if (unchanged(before[j], after[j])) continue;
            ++change.changed;
            const double distance = std::fabs(after[j] - before[j]);
            if (std::isfinite(distance)) change.largest_change = std::max(change.largest_change, distance);
        }
    }
    return change;
}

Expected<Done> save_golden_case(GoldenCase golden) {
    std::error_code error;
    fs::create_directories(golden.folder, error);
    if (error) return Problem{fmt::format("{} cannot be made: {}", golden.folder.string(), error.message())};
    Expected<std::vector<TensorEntry>> entries = save_tensors(golden);
    if (!entries) return Problem{entries.problem()};
    golden.manifest.tensors = std::move(*entries);
    Expected<Done> done = write_file((golden.folder / manifest_name).string(), manifest_text(golden.manifest));
    if (done) remove_unnamed_tensors(golden.folder, golden.manifest.tensors);
    return done;
}

Expected<Sizes> parse_sizes(const Contract& contract, std::string_view text) {
    Sizes sizes;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (const std::string_view name : contract.size_names) {
        std::size_t size = 0;
        const auto [stop, error] = std::from_chars(at, end, size);
        const bool last = sizes.size() + 1 == contract.size_names.size();
        if (error != std::errc{} || (last ? stop != end : stop == end || *stop != ','))
            return Problem{fmt::format("{} takes the sizes {}, such as --sizes {}; '{}' is not that", contract.op,
                                       fmt::join(contract.size_names, ","),
                                       contract.size_names.size() == 1 ? "96" : "3,64", text)};
        sizes[std::string(name)] = size;
        at = last ? stop : stop + 1;
    }
    return sizes;
}

Expected<GoldenCase> oracle_case(const Contract& contract, Case inputs, std::string name, std::string source,
                                 const fs::path& golden_directory) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (name.empty() || name.find_first_not_of(allowed) != std::string::npos)
        return Problem{
            fmt::format("'{}' is no name of a golden case: letters, digits, '_' and '-' make one", name)};
    const fs::path folder = golden_directory / stem_of(contract.op) / name;
    if (std::error_code error; fs::exists(folder, error))
        return Problem{fmt::format("{} is there already", folder.string())};
    GoldenCase golden{.contract = &contract,
                      .manifest = {.op = std::string(contract.op),
                                   .contract_version = contract.version,
                                   .name = std::move(name),
                                   .origin = Origin::oracle,
                                   .source = std::move(source),
                                   .comparison = Comparison::bound,
                                   .guest_comparison = Comparison::bound,
                                   .outside = broken_preconditions(contract, inputs),
                                   .sizes = {},
                                   .tensors = {}},
                      .folder = folder,
                      .inputs = std::move(inputs),
                      .expected = {}};
    for (std::size_t i = 0; i < contract.size_names.size(); ++i)
        golden.manifest.sizes[std::string(contract.size_names[i])] = golden.inputs.sizes[i];
    golden.expected = oracle_expectations(contract, golden.inputs);
    return golden;
}

}  // namespace brickproof::golden
