// One golden case: inputs and pinned outputs of an op, as files in golden/<op stem>/<case>/.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/case.hpp"
#include "engine/contract.hpp"
#include "engine/expected.hpp"
#include "cases/manifest.hpp"

namespace brickproof::golden {

// The expectation of one output operand.
struct Expectation {
    Tensor tensor;                 // by bits: the output itself; by bound: the exact values, float64
    std::optional<Tensor> mask{};  // by bits only: uint8, 1 where the output is compared
};

struct GoldenCase {
    const Contract* contract = nullptr;
    Manifest manifest;
    std::filesystem::path folder;
    Case inputs;
    std::vector<Expectation> expected;  // one per output operand, in the signature's order
};

std::string stem_of(std::string_view op);  // "q8_0_dot" of "q8_0.dot"

// How an operand of `count` elements lies in a file: a block of Q8_0 is a row of 34 bytes, a half its 16 bits.
struct Layout {
    Dtype dtype;
    std::vector<std::size_t> shape;
};
Layout layout_of(const Operand& operand);
// The exact values of an output: float64, a block is its scale and its 32 quants.
Layout exact_layout_of(const Operand& operand);

using Sizes = std::map<std::string, std::size_t>;  // by the contract's names

// The contract's everyday data at these sizes. Problems, half a sentence each: a size that the contract does not
// have, one that is missing, no multiple of a block, or far too large.
Expected<Case> typical_case(const Contract& contract, const Sizes& sizes, std::uint64_t seed);

// The same op, sizes and input values, bit for bit.
bool same_inputs(const GoldenCase& a, const GoldenCase& b);
// A checksum of all input values, eight hexadecimal digits.
std::string inputs_checksum(const GoldenCase& golden);

// The exact values of a float64 tensor.
std::vector<double> doubles_of(const Tensor& tensor);

// What is read is a plain file, no link, and no larger than golden files are.
Expected<std::string> read_plain_file(const std::filesystem::path& path);

// Problems, one sentence each that names folder and file: a file missing, cut off or damaged, a symbolic link, an
// unknown op, another version of its contract, tensors that do not fit the op's signature.
enum class ContractVersion { current, any };
Expected<GoldenCase> load_golden_case(const std::filesystem::path& folder,
                                      ContractVersion accepted = ContractVersion::current);

// A folder of golden cases: every case that could be loaded, one sentence for each that could not.
struct GoldenSet {
    std::vector<GoldenCase> cases;
    std::vector<std::string> problems;
};
// Of the ops that `wanted` accepts, by their names. An update that was interrupted is first carried to its end or
// thrown away.
GoldenSet load_golden_set(const std::filesystem::path& directory,
                          const std::function<bool(std::string_view)>& wanted);

// The folder to use: `given` if it is not empty, else ./golden, else ../../golden from the executable. The problem
// says what to pass.
Expected<std::filesystem::path> find_golden_directory(const std::string& given);

}  // namespace brickproof::golden
