#include "engine/contract.hpp"

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

const Contract* find_contract(std::string_view op) {
    for (const Contract* contract : all_contracts())
        if (contract->op == op) return contract;
    return nullptr;
}

}  // namespace brickproof
