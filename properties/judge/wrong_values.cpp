#include "judge/wrong_values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace brickproof {
namespace {

constexpr std::byte poison = Placement{}.poison;
constexpr std::byte other_poison{0x5A};
constexpr std::size_t most_runs = 64;  // a statement over all values has thousands

struct EnoughSeen {};

// Of the first output that has one.
std::optional<std::string> first_unwritten(const Case& c, const Outputs& first, const Outputs& second) {
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

// A block's scale and quants lie in one array of values: the quants are told of, or the scales where only these are
// wrong.
WrongElements of_blocks(const WrongElements& wrong) {
    constexpr std::size_t quants = BRICKPROOF_Q8_0_BLOCK;
    const std::size_t blocks = wrong.elements / (quants + 1);
    WrongElements scales{wrong.output + ".d", blocks, {}};
    WrongElements codes{wrong.output + ".qs", blocks * quants, {}};
    for (const auto& [first, last] : wrong.runs)
        for (std::size_t i = first; i <= last; ++i) {
            const std::size_t block = i / (quants + 1);
            const std::size_t place = i % (quants + 1);
            if (place == 0)
                scales.add(block);
            else
                codes.add(block * quants + place - 1);
        }
    return codes.runs.empty() ? scales : codes;
}

bool holds_blocks(const Case& c, const WrongElements& wrong) {
    const auto operand = std::ranges::find(c.operands, wrong.output, &Operand::name);
    return operand != c.operands.end() && operand->count * (BRICKPROOF_Q8_0_BLOCK + 1) == wrong.elements;
}

}  // namespace

std::optional<std::string> unwritten_elements(Probe& probe, const std::function<void(Probe&)>& check) {
    std::optional<std::string> found;
    std::size_t runs = 0;
    probe.set_watcher([&](const Case& c, const Outputs& first) {
        const Run second = probe.run_placed(c, {.poison = other_poison});
        if (!second.stopped) found = first_unwritten(c, first, second.outputs);
        if (found || ++runs == most_runs) throw EnoughSeen{};
    });
    try {
        check(probe);
    } catch (const EnoughSeen&) {
    } catch (const KernelStopped&) {
    }
    probe.set_watcher(nullptr);
    return found;
}

ElementMap map_of_wrong(const Contract& contract, const Case& c, const WrongElements& wrong) {
    ElementRows rows;
    const bool blocks = holds_blocks(c, wrong);
    if (blocks) rows = {BRICKPROOF_Q8_0_BLOCK, "block", "quant"};
    for (std::size_t i = 0; i < c.sizes.size() && i < contract.size_names.size(); ++i)
        if (contract.size_names[i] == "head_dim") rows = {c.sizes[i], "head", "column"};
    ElementMap map = element_map(blocks ? of_blocks(wrong) : wrong, rows);
    map.of_case = describe_sizes(c, contract.size_names);
    return map;
}

}  // namespace brickproof
