// What a failure shows of the outputs: elements that the kernel did not write, and the map of those that are wrong.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "engine/contract.hpp"
#include "judge/probe.hpp"
#include "report/element_map.hpp"

namespace brickproof {

// What lies in the outputs before a second run whose results are compared with those of a first, over the poison
// that a Placement has by itself.
inline constexpr std::byte other_poison{0x5A};

// What two such runs did not write, in the first output that has it: "y[3] was not written: it still holds the
// poison 0xA5".
std::optional<std::string> unwritten_elements(const Case& c, const Outputs& first, const Outputs& second);

// A failure looked at once more.
struct SecondLook {
    std::optional<std::string> unwritten{};  // of the first call that leaves something unwritten
    std::optional<Case> last_call{};         // before the check failed
    // Of the first call of which some value is beyond its bound: its case, and which values.
    std::optional<std::pair<Case, WrongElements>> beyond_bound{};
};
SecondLook look_again(Probe& probe, const std::function<void(Probe&)>& check);

// Rows are the rows, heads or blocks that the output has.
ElementMap map_of_wrong(const Contract& contract, const Case& c, const WrongElements& wrong);

}  // namespace brickproof
