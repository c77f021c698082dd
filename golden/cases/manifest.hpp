// A golden case's manifest.json: what the case is, where its expectation comes from, how it is compared, and which
// files hold its tensors. golden/README.md describes the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expected.hpp"
#include "cases/npy_file.hpp"

namespace brickproof::golden {

inline constexpr std::string_view manifest_name = "manifest.json";

// Where an expectation comes from. `golden update` recomputes an oracle's, and nothing else.
enum class Origin {
    oracle,          // the contract's
    independent,     // other arithmetic of many digits, rounded once
    standard,        // a standard's definition or test case
    implementation,  // what another library gave: its own error is up to the contract's bound
};

// To what an expectation that is compared by the bound was rounded: its own error, beside the bound.
enum class Rounded { float64, float32 };

enum class Comparison {
    bits,   // equal values; every NaN is one, +0 equals -0
    bound,  // within the contract's bound
};

// What a tensor is to its case. A mask has a 1 for each element of its output that is compared.
enum class Role { input, output, mask };

struct TensorEntry {
    std::string file;  // a plain name, in the case's folder
    Role role{};
    std::string operand;
    Dtype dtype{};
    std::vector<std::size_t> shape;
    std::uint32_t crc32 = 0;  // of the whole file: against accidents, not against intent
};

struct Manifest {
    std::string op;
    unsigned contract_version = 0;
    std::string name;
    Origin origin{};
    std::string source;     // of the expectation, for people
    std::string library{};  // of an implementation's: its own kernels are not held to it
    Comparison comparison{};
    Rounded rounded = Rounded::float64;
    // How a guest's kernel is compared, whose library need not have made the same choices as ours.
    Comparison guest_comparison{};
    // The contract's preconditions that the inputs break: a kernel that assumes one is not judged by this case.
    std::vector<std::string> outside;
    std::map<std::string, std::size_t> sizes;
    std::vector<TensorEntry> tensors;
};

std::string_view name_of(Origin origin);
std::string_view name_of(Comparison comparison);
std::string_view name_of(Role role);
std::string_view name_of(Rounded rounded);
std::optional<Origin> origin_named(std::string_view name);
std::optional<Comparison> comparison_named(std::string_view name);
std::optional<Rounded> rounded_named(std::string_view name);

// CRC-32 as in zlib and PNG.
std::uint32_t crc32_of(std::string_view bytes);

// The text ends with a checksum of all that it says. Problems, half a sentence each that follows the file's name:
// no JSON, a field that is missing, unknown or of the wrong kind, a file name that leaves the folder, a checksum
// that does not fit.
std::string manifest_text(const Manifest& manifest);
// The checksum that the text ends with; it covers the tensors' checksums, and so the whole case.
std::string checksum_of(const Manifest& manifest);
Expected<Manifest> parse_manifest(std::string_view text);

}  // namespace brickproof::golden
