#include "judge/case_store.hpp"

namespace brickproof {
namespace {

std::size_t bytes_of(const Case& c) {
    std::size_t bytes = 0;
    for (const Operand& operand : c.operands) bytes += operand.contents.size();
    return bytes;
}

}  // namespace

const Case& CaseStore::decoded(const Bytes& bytes, const Preconditions& holding) {
    latest_ = decode_case(contract_, bytes, holding);
    return latest_;
}

const Case& CaseStore::kept(const Bytes& bytes, const Preconditions& holding) {
    Key key{holding.names(), bytes};
    if (const auto found = kept_.find(key); found != kept_.end()) return found->second;
    const std::size_t size = bytes_of(decoded(bytes, holding));
    if (size > room_) return latest_;
    room_ -= size;
    return kept_.emplace(std::move(key), std::move(latest_)).first->second;
}

}  // namespace brickproof
