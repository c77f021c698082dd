#include "judge/wrong_values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/compare.hpp"

namespace brickproof {
namespace {

constexpr std::byte poison = Placement{}.poison;
constexpr std::size_t most_runs = 64;  // a statement over all values has thousands

struct EnoughSeen {};

// Of blocks, whose numbers lie in one array: those of the largest field that has wrong ones, such as the quants, or
// the scales where only these are wrong.
WrongElements of_field(const WrongElements& wrong, const Type& type, std::size_t& field_length) {
    const std::size_t numbers = type.numbers();
    WrongElements found;
    std::size_t before = 0;
    for (const Field& field : type.fields) {
        WrongElements of{
            fmt::format("{}.{}", wrong.output, field.name), wrong.elements / numbers * field.count, {}};
        for (const auto& [first, last] : wrong.runs)
            for (std::size_t i = first; i <= last; ++i)
                if (const std::size_t k = i % numbers; k >= before && k < before + field.count)
                    of.add(i / numbers * field.count + k - before);
        before += field.count;
        if (of.runs.empty() || (!found.runs.empty() && of.elements <= found.elements)) continue;
        found = std::move(of);
        field_length = field.count;
    }
    return found;
}

const Type* block_type_of(const Case& c, const WrongElements& wrong) {
    const auto operand = std::ranges::find(c.operands, wrong.output, &Operand::name);
    if (operand == c.operands.end() || !operand->type->is_block()) return nullptr;
    return operand->count * operand->type->numbers() == wrong.elements ? operand->type : nullptr;
}

// Values that no correct kernel gives; none where the definition does not keep to the bound either.
std::optional<WrongElements> values_beyond_bound(const Case& c, const Outputs& got, Probe& probe) {
    const std::vector<OracleOutput> oracle = probe.kernel().contract->oracle(c);
    Outcome outcome = expect_outputs_within(c, got, oracle);
    if (!outcome.wrong || expect_outputs_within(c, probe.definition(c), oracle).wrong) return std::nullopt;
    return outcome.wrong;
}

}  // namespace

std::optional<std::string> unwritten_elements(const Case& c, const Outputs& first, const Outputs& second) {
    std::size_t output = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::output) continue;
        const auto& a = first.arrays[output];
        const auto& b = second.arrays[output++];
        const std::size_t size = operand.count == 0 ? 1 : a.size() / operand.count;
        std::optional<std::size_t> at;
        std::size_t count = 0;
        for (std::size_t i = 0; i < a.size(); i += size) {
            bool kept = false;
            for (std::size_t k = i; k < i + size; ++k) kept = kept || (a[k] == poison && b[k] == other_poison);
            if (!kept) continue;
            if (count++ == 0) at = i / size;
        }
        if (!at) continue;
        const std::string text = fmt::format("{}[{}] was not written: it still holds the poison 0x{:02X}",
                                             operand.name, *at, std::to_integer<unsigned>(poison));
        return operand.count == 1
                   ? text
                   : text + fmt::format("; {} of {} elements were not written", count, operand.count);
    }
    return std::nullopt;
}

SecondLook look_again(Probe& probe, const std::function<void(Probe&)>& check) {
    SecondLook look;
    std::size_t runs = 0;
    probe.set_watcher([&](const Case& c, const Outputs& first) {
        look.last_call = c;
        if (++runs > most_runs) return;
        if (!look.beyond_bound)
            if (auto wrong = values_beyond_bound(c, first, probe)) look.beyond_bound = {c, std::move(*wrong)};
        const Run second = probe.run_placed(c, {.poison = other_poison});
        if (!second.stopped) look.unwritten = unwritten_elements(c, first, second.outputs);
        if (look.unwritten) throw EnoughSeen{};
    });
    try {
        check(probe);
    } catch (const EnoughSeen&) {
    } catch (const KernelStopped&) {
    }
    probe.set_watcher(nullptr);
    return look;
}

ElementMap map_of_wrong(const Contract& contract, const Case& c, const WrongElements& wrong) {
    ElementRows rows;
    for (std::size_t i = 0; i < c.sizes.size() && i < contract.size_names.size(); ++i)
        if (contract.size_names[i] == "head_dim") rows = {c.sizes[i], "head", "column"};
    WrongElements of_numbers = wrong;
    if (const Type* type = block_type_of(c, wrong)) {
        rows = {1, "block", "number"};
        of_numbers = of_field(wrong, *type, rows.length);
    }
    ElementMap map = element_map(of_numbers, rows);
    map.of_case = describe_sizes(c, contract.size_names);
    return map;
}

}  // namespace brickproof
