// What a failure shows of the outputs: elements that the kernel did not write, and the map of those that are wrong.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/contract.hpp"
#include "judge/probe.hpp"
#include "report/element_map.hpp"

namespace brickproof {

// Checks again and looks whether an output of its runs keeps what lay there before, over two poisons: a sentence
// about the first run in which one does, such as "y[3] was not written: it still holds the poison 0xA5".
std::optional<std::string> unwritten_elements(Probe& probe, const std::function<void(Probe&)>& check);

// Rows are the rows, heads or blocks that the output has.
ElementMap map_of_wrong(const Contract& contract, const Case& c, const WrongElements& wrong);

}  // namespace brickproof
