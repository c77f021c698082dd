// Which elements of an output are wrong, in a sentence and as a picture: the pattern often names the fault (a lane,
// a tail, a tile).
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

struct ElementMap {
    std::string output;        // the operand's name; empty: there is no map
    std::string of_case{};     // sizes of the case that it is of: "n = 256"
    bool first_found = false;  // the case first found, not the smallest
    std::size_t elements = 0;
    std::size_t wrong = 0;
    // First and last of each run of wrong elements, ascending; the first `most_runs` of them.
    std::vector<std::pair<std::size_t, std::size_t>> runs{};
    std::size_t runs_left_off = 0;
    std::string says{};                  // "elements with index 7 modulo 8"; empty where no pattern is seen
    std::vector<std::string> picture{};  // lines of cells, '#' wrong and '.' right
    int telling = 0;                     // of two maps of one fault, the one with the larger number says more

    static constexpr std::size_t most_runs = 256;
    bool operator==(const ElementMap&) const = default;
};

// `row` is how many elements belong together: columns of a matrix, or values of a block; 0 where none do.
// `row_name` and `column_name` are what they are called: "head" and "column".
struct ElementRows {
    std::size_t length = 0;
    std::string_view row_name = "row";
    std::string_view column_name = "column";
};

// An empty map where the output has fewer than two elements.
ElementMap element_map(const WrongElements& wrong, const ElementRows& rows);

}  // namespace brickproof
