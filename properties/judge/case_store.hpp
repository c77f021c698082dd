// Decodes cases, and keeps those that several statements share: making them costs more than running most kernels.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

class CaseStore {
  public:
    // Bytes of operands, beyond which no more cases are kept: a child process each for some jobs must fit in
    // memory.
    static constexpr std::size_t default_room = std::size_t{96} << 20;

    explicit CaseStore(const Contract& contract, std::size_t room = default_room)
        : contract_(contract), room_(room) {}

    // Valid until the next call.
    const Case& decoded(const Bytes& bytes, const Preconditions& holding);
    // The same, and kept while there is room, for whoever asks for it again.
    const Case& kept(const Bytes& bytes, const Preconditions& holding);

  private:
    using Key = std::pair<std::vector<std::string>, Bytes>;  // the preconditions' names

    const Contract& contract_;
    std::size_t room_;
    Case latest_;
    std::map<Key, Case> kept_;
};

}  // namespace brickproof
