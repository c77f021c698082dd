// golden/index.txt: a line for each golden case, its digest and its name. What was once there and is gone, or has
// changed, is noticed by it, and a review shows by lines of text which cases a change touched.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cases/golden_case.hpp"
#include "engine/expected.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

using Index = std::map<std::string, std::string>;  // digests, by "STEM/CASE"

// A missing file is an empty index. The problem names the file and the line.
Expected<Index> read_index(const std::filesystem::path& directory);
Expected<Done> write_index(const std::filesystem::path& directory, const Index& index);

// What the index and the set disagree about. A name without a case ("softmax") speaks of a whole file.
struct Disagreement {
    std::string name;
    std::string sentence;
};
// Of the ops and cases that are wanted. Files that could not be read are no disagreement: they are problems of the
// set.
std::vector<Disagreement> disagreements(const std::filesystem::path& directory, const Index& index,
                                        const GoldenSet& set, const CaseFilter& wanted);

}  // namespace brickproof::golden
