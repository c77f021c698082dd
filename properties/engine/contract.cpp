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

std::vector<std::size_t> clipped_sizes(std::span<const std::size_t> sizes, std::size_t most) {
    std::vector<std::size_t> clipped(sizes.begin(), sizes.end());
    for (std::size_t& size : clipped) size = std::min(size, most);
    return clipped;
}

const Contract* find_contract(std::string_view op) {
    for (const Contract* contract : all_contracts())
        if (contract->op == op) return contract;
    return nullptr;
}

}  // namespace brickproof
