// golden/<op stem>.npz: all golden cases of an op, as an archive that numpy.load() reads. `cases.json` in it says
// what the cases are; "CASE/OPERAND.npy" are their arrays. golden/README.md describes the format.
//
// Here a file is read for itself; golden_case.hpp holds it to the op's contract.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases/npy_file.hpp"
#include "engine/expected.hpp"

namespace brickproof::golden {

// Where an expectation comes from. `golden update` recomputes those of an oracle and the pinned ones, and no
// others.
enum class Origin {
    oracle,          // the contract's
    independent,     // other arithmetic of many digits, rounded once
    standard,        // a standard's definition or test case
    implementation,  // what another library gave: its own error is up to the contract's bound
    pinned,          // the bits of our own scalar kernel: whether anything moved, not whether it is right
};

// To what an expectation that is compared by the bound was rounded: its own error, beside the bound.
enum class Rounded { float64, float32 };

enum class Comparison {
    bits,   // equal values; every NaN is one, +0 equals -0
    bound,  // within the contract's bound
};

using Sizes = std::map<std::string, std::size_t>;  // by the contract's names

struct CaseInfo {
    std::string name{};  // letters, digits, '_' and '-'
    unsigned contract_version = 0;
    Origin origin{};
    std::string source{};   // of the expectation, for people
    std::string library{};  // of an implementation's: its own kernels are not held to it
    Comparison comparison{};
    // How a guest's kernel is compared, whose library need not have made the same choices as ours.
    Comparison guest_comparison{};
    Rounded rounded = Rounded::float64;
    // The contract's preconditions that the inputs break: a kernel that assumes one is not judged by this case.
    std::vector<std::string> outside{};
    Sizes sizes{};
    std::string why{};     // the reason of the last change
    std::string forced{};  // the reason for values outside the bound
};

struct FileCase {
    CaseInfo info;
    std::map<std::string, Tensor> arrays{};  // by operand; "OPERAND-mask" has a 1 for each element that is compared
};

struct GoldenFile {
    std::string op;
    std::vector<std::string> inputs;  // operands, in the signature's order
    std::vector<std::string> outputs;
    std::vector<FileCase> cases{};
};

std::string_view name_of(Origin origin);
std::string_view name_of(Comparison comparison);
std::string_view name_of(Rounded rounded);
std::optional<Origin> origin_named(std::string_view name);
std::optional<Comparison> comparison_named(std::string_view name);

// The problem says what a name is made of.
Expected<std::string> case_name(std::string_view name);

// Eight hexadecimal digits that change with anything in the case: against accidents, not against intent.
std::string digest_of(const FileCase& one);

// The whole file, and back. Problems, half a sentence each that follows the file's name: those of parse_npz() and
// parse_npy(), no cases.json, a field that is missing, unknown or of the wrong kind, an array of no case, a case
// that is there twice.
std::string golden_file_text(const GoldenFile& file);
Expected<GoldenFile> parse_golden_file(std::string_view text);

// What `git diff` shows of a file: each case with what is said of it, its outputs' values, its inputs' digests and
// first values.
std::string readable_text(const GoldenFile& file);

}  // namespace brickproof::golden
