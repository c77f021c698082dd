// What a failure shows of the outputs: elements that the kernel did not write, and the map of those that are wrong.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/contract.hpp"
#include "judge/probe.hpp"
#include "report/element_map.hpp"

namespace brickproof {

// A failure looked at once more.
struct SecondLook {
    // Of the first call that leaves in an output what lay there before, over two poisons: "y[3] was not written: it
    // still holds the poison 0xA5".
    std::optional<std::string> unwritten{};
    std::optional<Case> last_call{};  // before the check failed
};
SecondLook look_again(Probe& probe, const std::function<void(Probe&)>& check);

// Rows are the rows, heads or blocks that the output has.
ElementMap map_of_wrong(const Contract& contract, const Case& c, const WrongElements& wrong);

}  // namespace brickproof
