// Makes golden cases of a contract's oracle, and recomputes them. What came from elsewhere is never touched.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/expected.hpp"
#include "engine/golden_case.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

// What recomputing would do to one case.
struct Change {
    std::size_t values = 0;
    std::size_t changed = 0;      // with other bits than before; a NaN that stays a NaN is unchanged
    double largest_change = 0.0;  // absolute, of those where both are finite
    GoldenCase recomputed;
};

// Refuses a case whose expectation does not come from the oracle: the problem names case and source.
Expected<Change> recompute(const GoldenCase& golden);

// Writes the case into its folder: tensors first, under names that hold their checksum, then the manifest, which
// is the one rename that counts; then removes tensors that no manifest names any more. Whenever it is
// interrupted, the folder holds the whole old case or the whole new one.
Expected<Done> save_golden_case(GoldenCase golden);

// "96" or "3,64", in the order of the op's signature. The problem is a sentence.
Expected<Sizes> parse_sizes(const Contract& contract, std::string_view text);

// A new case of the oracle, in golden_directory/<op stem>/<name>/, not yet written. Problems: a name that is no
// plain folder name, or that is taken.
Expected<GoldenCase> oracle_case(const Contract& contract, Case inputs, std::string name, std::string source,
                                 const std::filesystem::path& golden_directory);

}  // namespace brickproof::golden
