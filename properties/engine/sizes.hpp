// Sizes that favour tails: every small one, every remainder modulo a vector's width at several magnitudes, then the
// neighbours of vector widths, blocks and powers of two.
#pragma once

#include <cstddef>
#include <span>

#include "engine/choice_reader.hpp"

namespace brickproof {

// Ascending tables. The first entry is 0: an empty call is a case.
std::span<const std::size_t> element_counts();  // 0..160, remainders modulo 64 in each octave, to 16,385
std::span<const std::size_t> block_counts();    // 0..96, remainders modulo 32, to 513 (of 32 values each)
std::span<const std::size_t> row_counts();      // 0..17, tiles of 32 to 512 and their neighbours

// The number of values that an op's only size is: any, or whole blocks of `unit`.
std::size_t pick_count(ChoiceReader& choices, std::string_view name);
std::size_t pick_blocks(ChoiceReader& choices, std::string_view name, std::size_t unit);

// What is left to the other factor of `most`, where one is `kept`.
inline std::size_t room_beside(std::size_t kept, std::size_t most) {
    return kept == 0 ? most : std::max<std::size_t>(most / kept, 1);
}

// Makes rows * columns at most `most`, but for a single row or column: rows are left out of one matrix and columns
// of the next, so that each number of either comes as it was picked, with half of the numbers that the other can
// be. A number that is stated stays, and the matrix may be eight times as large.
void limit_matrix(PickedSize& rows, PickedSize& columns, std::size_t most);

}  // namespace brickproof
