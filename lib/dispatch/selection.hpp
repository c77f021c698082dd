// Which ISA was asked for, by select_isa or by BRICKPROOF_ISA. Shared by ActiveKernel and the public functions.
#pragma once

#include <cstdint>
#include <span>

#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick {

// A number that changes with every choice; 0 as long as none was made.
std::uint64_t selection_generation();

// The index of the row that the current choice runs, and the generation of that choice.
struct SelectedRow {
    std::uint64_t generation;
    std::size_t index;
};
Result<SelectedRow> select_row(std::span<const brickproof_kernel> rows);

}  // namespace brick
