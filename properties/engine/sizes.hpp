// Sizes that favour tails: every small one, then the neighbours of vector widths, blocks and powers of two.
#pragma once

#include <cstddef>
#include <span>

#include "engine/choice_reader.hpp"

namespace brickproof {

// Ascending tables; pick with pick_size. The first entry is 0: an empty call is a case.
std::span<const std::size_t> element_counts();  // 0..160 all, multiples of 32 to 4,160 and neighbours, to 16,385
std::span<const std::size_t>
block_counts();  // 0..192 all, then neighbours of powers of two to 513 (of 32 values each)
std::span<const std::size_t> row_counts();  // 0..17 all, to 130

inline std::size_t pick_size(ChoiceReader& choices, std::span<const std::size_t> table) {
    return table[choices.pick(table.size())];
}

// Makes rows * columns at most `most`, but for a single row or column: rows are left out of one matrix and columns
// of the next, so that each number of either comes as it was picked, with half of the numbers that the other can
// be.
void limit_matrix(std::size_t& rows, std::size_t& columns, std::size_t most);

}  // namespace brickproof
