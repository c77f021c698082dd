// Pins: the bits that our own scalar kernels give on some cases. They answer "did anything move?", and nothing
// about right or wrong: a pin that moves is reported as MOVED. Expectations never come from here.
//
// golden/pins/<op stem>.json: {"format": 1, "op", "contract_version", "variant", "pins": [{"case", "inputs":
// checksum, "outputs": {NAME: {"crc32", "values": [...]}}}]}; of a long output the first values, the checksum is of
// all.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/expected.hpp"
#include "cases/golden_case.hpp"
#include "cases/golden_run.hpp"
#include "cases/movement.hpp"

namespace brickproof::golden {

inline constexpr std::string_view pins_folder = "pins";
inline constexpr std::string_view pinned_variant = "scalar";

struct PinnedOutput {
    std::string crc32;           // of all values' bits, every NaN as one
    std::vector<double> values;  // the first of them, exactly
};

struct Pin {
    std::string case_name;
    std::string inputs;  // checksum of the case's inputs
    std::map<std::string, PinnedOutput> outputs;
};

struct PinFile {
    std::string op;
    unsigned contract_version = 0;
    std::vector<Pin> pins;
};

// Problems, one sentence that names the file: damaged, of another op.
Expected<PinFile> read_pins(const std::filesystem::path& directory, const Contract& contract);
std::string pins_text(const PinFile& file);

Pin pin_of(const CaseRun& run);

// What became of a pin: nothing where it holds, else a sentence.
std::optional<std::string> moved(const Pin& pin, const CaseRun& run);

// All pins of the cases' ops, against what our scalar kernels give now.
struct PinCheck {
    std::size_t held = 0;
    std::vector<std::string> moved{};     // one sentence a pin
    std::vector<std::string> problems{};  // files that cannot be read
};
PinCheck check_pins(const std::filesystem::path& directory, std::span<const GoldenCase> cases,
                    std::size_t processes);

// Pins these cases as our scalar kernels compute them now, in one transaction with a line of provenance for each
// pin that is new or moved. Returns what it did, a sentence a pin; nothing where every pin holds.
Expected<std::vector<std::string>> write_pins(const std::filesystem::path& directory,
                                              std::span<const GoldenCase> cases, const std::string& why,
                                              std::size_t processes);

}  // namespace brickproof::golden
