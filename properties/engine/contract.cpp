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
    Case c = contract.signature.shape(contract.signature.valid(sizes));
    contract.fill_typical(seed, c);
    return c;
}

Outputs definition_of(const Contract& contract, const Case& c) {
    Outputs outputs;
    outputs.arrays.reserve(c.operands.size());
    std::vector<void*> arguments;
    Case inputs = c;
    for (Operand& operand : inputs.operands) {
        if (operand.access == Access::output) {
            Array<std::byte>& array = outputs.arrays.emplace_back(operand.bytes());
            std::ranges::copy(old_contents(c, operand), array.begin());
            arguments.push_back(array.data());
        } else {
            arguments.push_back(operand.argument(operand.contents.data()));
        }
    }
    contract.function.call(contract.function.definition, c.sizes, arguments);
    return outputs;
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

std::vector<std::size_t> clipped_sizes(const Contract& contract, std::span<const std::size_t> sizes,
                                       std::size_t most) {
    std::vector<std::size_t> clipped(sizes.begin(), sizes.end());
    for (std::size_t i = 0; i < clipped.size(); ++i) {
        const std::size_t unit = contract.signature.sizes[i].unit;
        clipped[i] = std::min(clipped[i], std::max(most / unit, std::size_t{1}) * unit);
    }
    return clipped;
}

const Contract* find_contract(std::string_view op) {
    for (const Contract* contract : all_contracts())
        if (contract->op == op) return contract;
    return nullptr;
}

}  // namespace brickproof
