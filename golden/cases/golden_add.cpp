#include "cases/golden_add.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "cases/golden_run.hpp"
#include "cases/golden_update.hpp"
#include "engine/compare.hpp"
#include "engine/fills.hpp"
#include "judge/plugin.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

// Any operand's value that a precondition speaks of.
struct Extremes {
    bool nonfinite = false;  // other than -Inf
    bool negative_infinite = false;
    bool lowest_quant = false;

    void see(double x) {
        if (std::isfinite(x)) return;
        (x < 0.0 ? negative_infinite : nonfinite) = true;
    }
};

Extremes extremes_of(const Case& c) {
    Extremes extremes;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::input) continue;
        const Array<double> values = output_values(*operand.type, operand.contents);
        for (std::size_t at = 0; at < values.size();)
            for (const Field& field : operand.type->fields)
                for (std::size_t k = 0; k < field.count; ++k, ++at) {
                    extremes.see(values[at]);
                    extremes.lowest_quant |= field.number == &int8_number && values[at] == INT8_MIN;
                }
    }
    return extremes;
}

std::vector<std::string> broken_preconditions(const Contract& contract, const Case& c) {
    const Extremes extremes = extremes_of(c);
    // Where an op gives -Inf a meaning of its own, a precondition speaks of that alone.
    const bool has_masks =
        std::ranges::find(contract.preconditions, "unmasked", &Precondition::name) != contract.preconditions.end();
    const bool nonfinite = extremes.nonfinite || (extremes.negative_infinite && !has_masks);
    std::vector<std::string> broken;
    for (const Precondition& precondition : contract.preconditions)
        if ((precondition.name == "finite" && nonfinite) ||
            (precondition.name == "quants>-128" && extremes.lowest_quant) ||
            (precondition.name == "unmasked" && extremes.negative_infinite))
            broken.emplace_back(precondition.name);
    return broken;
}

std::string describe(const Tensor& tensor) {
    return fmt::format("{} {}", name_of(tensor.dtype), show_shape(tensor.shape));
}

// The array in the shape that golden cases have.
Expected<Tensor> fitted(const Tensor& given, std::string_view name, const Layout& wanted) {
    if (given.dtype != wanted.dtype || element_count(given.shape) != element_count(wanted.shape))
        return Problem{fmt::format("{} is {}; these sizes need {} {}", name, describe(given), name_of(wanted.dtype),
                                   show_shape(wanted.shape))};
    return Tensor{wanted.dtype, wanted.shape, given.bytes};
}

// A kernel's own format as float64: the same values.
Tensor widened(const Operand& operand, const Tensor& tensor) {
    const std::vector<double> values = output_values(*operand.type, std::as_bytes(std::span(tensor.bytes)));
    const Layout layout = exact_layout_of(operand);
    const auto* bytes = reinterpret_cast<const char*>(values.data());
    return {layout.dtype, layout.shape, std::string(bytes, values.size() * sizeof(double))};
}

Expected<Sizes> sizes_of(const Contract& contract, const Given& given) {
    if (!given.sizes.empty()) return given.sizes;
    if (contract.signature.sizes.size() != 1)
        return Problem{fmt::format("{} has the sizes {}; give them as --sizes", contract.op,
                                   fmt::join(contract.signature.size_names(), ","))};
    for (const Slot& slot : contract.signature.slots) {
        const auto at = given.inputs.find(std::string(slot.name));
        if (slot.access != Access::input || slot.shape.empty() || at == given.inputs.end()) continue;
        const std::size_t elements = at->second.bytes.size() / slot.type->bytes;
        return Sizes{{std::string(contract.signature.sizes[0].name), elements * slot.type->values}};
    }
    return Problem{
        fmt::format("there is no input by which to tell the size of {}: {}", contract.op, contract.prototype())};
}

std::optional<Problem> refuse_unknown(const Contract& contract, const Case& skeleton, const Given& given) {
    const auto known = [&](const std::string& name, Access access) {
        return std::ranges::any_of(skeleton.operands, [&](const Operand& operand) {
            return operand.name == name && operand.access == access;
        });
    };
    for (const auto& [name, tensor] : given.inputs)
        if (!known(name, Access::input))
            return Problem{fmt::format("{} has no input {}: {}", contract.op, name, contract.prototype())};
    for (const auto* arrays : {&given.outputs, &given.masks})
        for (const auto& [name, tensor] : *arrays)
            if (!known(name, Access::output))
                return Problem{fmt::format("{} has no output {}: {}", contract.op, name, contract.prototype())};
    return std::nullopt;
}

Expected<GoldenCase> unfilled(const Contract& contract, Case inputs, std::string name, Origin origin,
                              std::string source) {
    if (const auto named = case_name(name); !named) return Problem{named.problem()};
    GoldenCase golden{.contract = &contract,
                      .info = {.name = std::move(name),
                               .contract_version = contract.version,
                               .origin = origin,
                               .source = std::move(source),
                               .comparison = Comparison::bound,
                               .guest_comparison = Comparison::bound,
                               .outside = broken_preconditions(contract, inputs)},
                      .inputs = std::move(inputs),
                      .expected = {}};
    for (std::size_t i = 0; i < contract.signature.sizes.size(); ++i)
        golden.info.sizes[std::string(contract.signature.sizes[i].name)] = golden.inputs.sizes[i];
    return golden;
}

// One output, and its mask: fitted, and widened where it is compared by the bound.
Expected<Expectation> expectation_of(const Operand& operand, const Given& given, Rounded& rounded) {
    const std::string name(operand.name);
    const auto at = given.outputs.find(name);
    if (at == given.outputs.end()) return Problem{fmt::format("there is no output {}", name)};
    const bool exact = given.comparison == Comparison::bound && at->second.dtype == Dtype::float64;
    Expected<Tensor> tensor = fitted(at->second, name, exact ? exact_layout_of(operand) : layout_of(operand));
    if (!tensor) return Problem{tensor.problem()};
    Expectation expectation{std::move(*tensor)};
    if (given.comparison == Comparison::bound && !exact) {
        expectation.tensor = widened(operand, expectation.tensor);
        rounded = Rounded::float32;
    }
    const auto mask = given.masks.find(name);
    if (mask == given.masks.end()) return expectation;
    if (given.comparison == Comparison::bound)
        return Problem{fmt::format("{} has a mask, which is for a comparison by bits only", name)};
    Expected<Tensor> fitting = fitted(mask->second, name + "'s mask", {Dtype::uint8, layout_of(operand).shape});
    if (!fitting) return Problem{fitting.problem()};
    expectation.mask = std::move(*fitting);
    return expectation;
}

Expected<GoldenCase> listed_case(const Contract& contract, const GoldenFile& file, FileCase stored) {
    const CaseInfo& info = stored.info;
    if (info.origin != Origin::independent && info.origin != Origin::standard)
        return Problem{
            "its kind must be \"independent\" or \"standard\"; what an oracle or a kernel gives is computed, not "
            "listed"};
    if (info.source.empty()) return Problem{"its source is empty: say where its values come from"};
    Given given{.name = info.name,
                .origin = info.origin,
                .source = info.source,
                .comparison = info.comparison,
                .guest_comparison = info.guest_comparison,
                .outside = info.outside,
                .sizes = info.sizes};
    constexpr std::string_view mask = "-mask";
    for (auto& [name, tensor] : stored.arrays) {
        if (std::ranges::count(file.inputs, name) > 0)
            given.inputs[name] = std::move(tensor);
        else if (name.ends_with(mask))
            given.masks[name.substr(0, name.size() - mask.size())] = std::move(tensor);
        else
            given.outputs[name] = std::move(tensor);
    }
    return case_of_arrays(contract, std::move(given));
}

}  // namespace

Expected<Sizes> parse_sizes(const Contract& contract, std::string_view text) {
    Sizes sizes;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (const std::string_view name : contract.signature.size_names()) {
        std::size_t size = 0;
        const auto [stop, error] = std::from_chars(at, end, size);
        const bool last = sizes.size() + 1 == contract.signature.sizes.size();
        if (error != std::errc{} || (last ? stop != end : stop == end || *stop != ','))
            return Problem{fmt::format("{} takes the sizes {}, such as --sizes {}; '{}' is not that", contract.op,
                                       fmt::join(contract.signature.size_names(), ","),
                                       contract.signature.sizes.size() == 1 ? "96" : "3,64", text)};
        sizes[std::string(name)] = size;
        at = last ? stop : stop + 1;
    }
    return sizes;
}

Expected<Tensor> read_array(const fs::path& path) {
    const Expected<std::string> text = read_plain_file(path);
    if (!text) return Problem{text.problem()};
    Expected<Tensor> tensor = parse_npy(*text);
    if (!tensor) return Problem{fmt::format("{} {}", path.string(), tensor.problem())};
    return tensor;
}

Expected<Case> inputs_of_arrays(const Contract& contract, const Given& given) {
    const Expected<Sizes> sizes = sizes_of(contract, given);
    if (!sizes) return Problem{sizes.problem()};
    Expected<Case> inputs = typical_case(contract, *sizes, 0);
    if (!inputs) return Problem{fmt::format("the case {}", inputs.problem())};
    if (const std::optional<Problem> problem = refuse_unknown(contract, *inputs, given)) return *problem;
    for (Operand& operand : inputs->operands) {
        if (operand.access != Access::input) continue;
        const auto at = given.inputs.find(std::string(operand.name));
        if (at == given.inputs.end()) return Problem{fmt::format("there is no input {}", operand.name)};
        const Expected<Tensor> tensor = fitted(at->second, operand.name, layout_of(operand));
        if (!tensor) return Problem{tensor.problem()};
        if (!tensor->bytes.empty())
            std::memcpy(operand.contents.data(), tensor->bytes.data(), tensor->bytes.size());
    }
    return inputs;
}

Expected<GoldenCase> case_of_arrays(const Contract& contract, Given given) {
    Expected<Case> inputs = inputs_of_arrays(contract, given);
    if (!inputs) return Problem{inputs.problem()};
    Expected<GoldenCase> golden = unfilled(contract, std::move(*inputs), given.name, given.origin, given.source);
    if (!golden) return golden;
    golden->info.comparison = given.comparison;
    golden->info.guest_comparison = given.guest_comparison.value_or(given.comparison);
    for (const std::string& name : given.outside)
        if (std::ranges::count(golden->info.outside, name) == 0) golden->info.outside.push_back(name);
    for (const Operand& operand : golden->inputs.operands) {
        if (operand.access != Access::output) continue;
        Expected<Expectation> expectation = expectation_of(operand, given, golden->info.rounded);
        if (!expectation) return Problem{expectation.problem()};
        golden->expected.push_back(std::move(*expectation));
    }
    return golden;
}

Expected<GoldenCase> case_of_oracle(const Contract& contract, Case inputs, std::string name, std::string source) {
    Expected<GoldenCase> golden =
        unfilled(contract, std::move(inputs), std::move(name), Origin::oracle, std::move(source));
    if (golden) golden->expected = oracle_expectations(contract, golden->inputs);
    return golden;
}

Expected<GoldenCase> case_of_pin(const Contract& contract, Case inputs, std::string name, std::string source) {
    Expected<GoldenCase> golden =
        unfilled(contract, std::move(inputs), std::move(name), Origin::pinned, std::move(source));
    if (!golden) return golden;
    golden->info.comparison = golden->info.guest_comparison = Comparison::bits;
    return renewed(*golden);
}

Expected<GoldenCase> case_of_guest(const Kernel& kernel, Case inputs, std::string name, std::string source) {
    if (kernel.plugin_path.empty())
        return Problem{
            "expectations never come from the kernels that they check: pass --kernels of another library, "
            "or pin our own with --bits"};
    if (const std::string reason = why_not_runnable(kernel); !reason.empty())
        return Problem{fmt::format("{} / {} cannot run: {}", kernel.library, kernel.variant, reason)};
    Expected<GoldenCase> golden =
        unfilled(*kernel.contract, std::move(inputs), std::move(name), Origin::implementation, std::move(source));
    if (!golden) return golden;
    golden->info.library = kernel.library;
    golden->info.rounded = Rounded::float32;
    const KernelRun run = run_kernel(kernel, std::span(&*golden, 1), 1);
    if (const std::string& failure = run.cases.front().failure; !failure.empty())
        return Problem{fmt::format("{} / {} gives no outputs: {}", kernel.library, kernel.variant, failure)};
    for (const Operand& operand : golden->inputs.operands) {
        if (operand.access != Access::output) continue;
        const Array<std::byte>& array = run.cases.front().outputs.arrays[golden->expected.size()];
        const auto* bytes = reinterpret_cast<const char*>(array.data());
        golden->expected.push_back({widened(operand, {{}, {}, std::string(bytes, array.size())})});
    }
    return golden;
}

Expected<CaseList> cases_of_list(const fs::path& list) {
    Expected<GoldenFile> file = read_golden_file(list);
    if (!file) return Problem{file.problem()};
    const Contract* contract = find_contract(file->op);
    if (contract == nullptr)
        return Problem{
            fmt::format("{} is of the op '{}', which this brickproof does not know", list.string(), file->op)};
    CaseList cases;
    for (FileCase& stored : file->cases) {
        const std::string name = stored.info.name;
        Expected<GoldenCase> golden = listed_case(*contract, *file, std::move(stored));
        if (golden)
            cases.cases.push_back(std::move(*golden));
        else
            cases.problems.push_back(fmt::format("{}: {}: {}", list.string(), name, golden.problem()));
    }
    return cases;
}

}  // namespace brickproof::golden
