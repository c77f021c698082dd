// Where every expectation comes from, change by change: golden/<op stem>/provenance.jsonl, one line of JSON a
// change. A review reads these lines instead of binary files; git merges them line by line (golden/.gitattributes).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expected.hpp"
#include "cases/golden_case.hpp"
#include "cases/movement.hpp"
#include "cases/transaction.hpp"

namespace brickproof::golden {

inline constexpr std::string_view provenance_name = "provenance.jsonl";

struct ProvenanceLine {
    std::string date;    // UTC, "2026-11-23T18:00:00Z"
    std::string change;  // "added", "updated", "replaced", "recorded", "pinned"
    std::string case_name;
    std::string why;
    std::string by;                     // what gave the values
    std::optional<std::string> from{};  // the manifest's checksum before
    std::string to;                     // and behind
    std::size_t values = 0;
    std::size_t moved = 0;  // all of them where the case is new
    double largest_ulps = 0.0;
    double largest_share = 0.0;  // of the bound; infinite where the bound is 0
    // Against the old expectation, or of a new case against the oracle.
    std::string against{};
    std::string forced{};  // the reason given with --force
};

std::string provenance_text(const ProvenanceLine& line);  // with its line end
// The lines of an op, oldest first; an absent file has none. Problems name the file and the line.
Expected<std::vector<ProvenanceLine>> read_provenance(const std::filesystem::path& directory, std::string_view op);

// The checksum that a case's last line records; nothing where it has none, or the file cannot be read.
std::optional<std::string> recorded_checksum(const std::filesystem::path& directory, std::string_view op,
                                             std::string_view case_name);

// Now, or SOURCE_DATE_EPOCH where it is set (https://reproducible-builds.org/specs/source-date-epoch/).
std::string date_of_today();

void set_movement(ProvenanceLine& line, const Movement& movement);
// "2026-11-23 added by ...: 65 values, 0.31 of the bound from the oracle (reason)"
std::string show(const ProvenanceLine& line);

// Appends lines to the files of several ops, as part of a transaction.
class ProvenanceAppender {
  public:
    explicit ProvenanceAppender(std::filesystem::path directory) : directory_(std::move(directory)) {}
    Expected<Done> append(std::string_view op, std::string_view line);
    void write_to(Transaction& transaction);

  private:
    struct File {
        std::string text;
        std::optional<std::uint32_t> old_crc32;  // nothing where there is no file yet
    };
    std::filesystem::path directory_;
    std::map<std::string, File> files_;  // by the op's stem
};

// One sentence for each case whose manifest is not the one that its last line records: somebody changed it without
// a line.
std::vector<std::string> unrecorded_changes(const std::filesystem::path& directory,
                                            std::span<const GoldenCase> cases);

}  // namespace brickproof::golden
