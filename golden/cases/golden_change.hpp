// A change to golden cases: what it moves, why it may be refused, and how it is written, all cases at once.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "engine/expected.hpp"
#include "cases/golden_case.hpp"
#include "cases/movement.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

struct Change {
    std::optional<GoldenCase> before{};  // nothing where the case is new
    GoldenCase after;
    std::string kind;                    // of the provenance line: "added", "updated", "replaced", "recorded"
    std::string by;                      // what gives the new values
    std::optional<Movement> from_old{};  // nothing where there are no old values of the same inputs
    Movement from_oracle{};              // how far the new values are from what the contract's oracle says
};

// Measures the change; `kind` and `by` are for its provenance line.
Change change_of(std::optional<GoldenCase> before, GoldenCase after, std::string kind, std::string by);

// Nothing to write: the same inputs, values, comparison and source.
bool changes_nothing(const Change& change);

// "softmax/n33: 3 of 33 values moved, ...", with a histogram where values moved.
std::string show(const Change& change);

// Why a change is not written without a reason given: values lie farther from the old ones, or from the oracle's,
// than the contract's bound. One sentence.
std::optional<std::string> refusal(const Change& change);

struct ChangeReason {
    std::string why;
    std::string forced{};  // the reason of --force
};

// Writes all cases and their provenance lines in one transaction. A tensor that changes gets a name that holds its
// checksum, so that each case is whole at every moment, even for a reader who knows of no transaction. Problems: a
// folder that cannot be written, a case that somebody else changed meanwhile.
Expected<Done> write_changes(const std::filesystem::path& directory, std::span<const Change> changes,
                             const ChangeReason& reason, const std::function<void()>& on_step = {});

}  // namespace brickproof::golden
