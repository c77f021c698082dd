#include "engine/contract.hpp"

#include <algorithm>

namespace brickproof {

std::string_view name_of(StatementKind kind) {
    switch (kind) {
        case StatementKind::exact:
            return "exact";
        case StatementKind::bound:
            return "bound";
        case StatementKind::law:
            return "law";
        case StatementKind::behaviour:
            return "behaviour";
        case StatementKind::character:
            return "character";
    }
    return "?";
}

Case decode_case(const Contract& contract, std::span<const std::uint8_t> bytes, const Preconditions& holding) {
    ChoiceReader choices(bytes);
    Case c;
    contract.decode(choices, holding, c);
    return c;
}

Work work_of(const Contract& contract, std::span<const std::size_t> sizes) {
    if (contract.work == nullptr) return {};
    const std::vector<double> numbers(sizes.begin(), sizes.end());
    return contract.work(numbers);
}

Case typical_case(const Contract& contract, std::span<const std::size_t> sizes, std::uint64_t seed) {
    Case c;
    contract.typical(sizes, seed, c);
    return c;
}

std::vector<SizeChoice> size_choices(const Contract& contract) {
    std::vector<Choice> log;
    ChoiceReader choices({}, &log);
    Case c;
    contract.decode(choices, {}, c);
    std::vector<SizeChoice> sizes;
    for (const Choice& choice : log)
        if (!choice.size.name.empty()) sizes.push_back(choice.size);
    return sizes;
}

std::vector<std::size_t> size_units(const Contract& contract) {
    std::vector<std::size_t> units(contract.size_names.size(), 1);
    for (const SizeChoice& size : size_choices(contract))
        for (std::size_t i = 0; i < units.size(); ++i)
            if (contract.size_names[i] == size.name) units[i] = size.unit;
    return units;
}

std::vector<std::size_t> clipped_sizes(const Contract& contract, std::span<const std::size_t> sizes,
                                       std::size_t most) {
    const std::vector<std::size_t> units = size_units(contract);
    std::vector<std::size_t> clipped(sizes.begin(), sizes.end());
    for (std::size_t i = 0; i < clipped.size(); ++i)
        clipped[i] = std::min(clipped[i], std::max(most / units[i], std::size_t{1}) * units[i]);
    return clipped;
}

const Contract* find_contract(std::string_view op) {
    for (const Contract* contract : all_contracts())
        if (contract->op == op) return contract;
    return nullptr;
}

}  // namespace brickproof
