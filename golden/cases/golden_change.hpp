// A change to golden cases: what it moves, why it may be refused, and how it is written.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "cases/golden_case.hpp"
#include "cases/movement.hpp"
#include "engine/expected.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

struct Change {
    std::optional<GoldenCase> before{};  // nothing where the case is new
    GoldenCase after;
    std::optional<Movement> from_old{};  // nothing where there are no old values of the same inputs
    Movement from_oracle{};              // how far the new values are from what the contract's oracle says
};

// Measures the change.
Change change_of(std::optional<GoldenCase> before, GoldenCase after);

// The same but for the reasons of the change.
bool changes_nothing(const Change& change);

// "softmax/n33: 3 of 33 values moved, ...", with a histogram where values moved.
std::string show(const Change& change);

// Why a change is not written without a reason given: values lie farther from the old ones, or from the oracle's,
// than the contract's bound. One sentence.
std::optional<std::string> refusal(const Change& change);

struct ChangeReason {
    std::string why;
    std::string forced{};  // stored where a change would be refused
};

// Writes the cases to their files, then their lines to the index. Every file is written to a temporary and renamed,
// so that each is old or new whenever this ends; the other cases are those that lie there now. The problem names a
// file that is damaged or cannot be written.
Expected<Done> write_changes(const std::filesystem::path& directory, std::span<const Change> changes,
                             const ChangeReason& reason);

// Takes cases ("STEM/CASE") out of their files, which go with their last case, and their lines out of the index;
// also lines of what is gone already.
Expected<Done> remove_cases(const std::filesystem::path& directory, const std::set<std::string>& names);

}  // namespace brickproof::golden
