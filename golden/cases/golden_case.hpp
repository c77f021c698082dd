// One golden case as an op's contract has it: inputs and expected outputs. Golden files hold the cases of an op
// each.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cases/golden_file.hpp"
#include "engine/case.hpp"
#include "engine/contract.hpp"
#include "engine/expected.hpp"

namespace brickproof::golden {

// The expectation of one output operand.
struct Expectation {
    Tensor tensor;                 // by bits: the output itself; by bound: the exact values, float64
    std::optional<Tensor> mask{};  // by bits only: uint8, 1 where the output is compared
};

struct GoldenCase {
    const Contract* contract = nullptr;
    CaseInfo info;
    Case inputs;
    std::vector<Expectation> expected;  // one per output operand, in the signature's order
};

std::string stem_of(std::string_view op);  // "q8_0_dot" of "q8_0.dot"
const Contract* contract_of_stem(std::string_view stem);
std::string id_of(const GoldenCase& golden);  // "q8_0_dot/exact_n32"
std::filesystem::path file_of_stem(const std::filesystem::path& directory, std::string_view stem);

// How an operand of `count` elements lies in a file: a block is a row of its bytes, a half its 16 bits.
struct Layout {
    Dtype dtype;
    std::vector<std::size_t> shape;
};
Layout layout_of(const Operand& operand);
// The exact values of an output: float64, a block is its scale and its quants.
Layout exact_layout_of(const Operand& operand);

// The contract's everyday data at these sizes. Problems, half a sentence each: a size that the contract does not
// have, one that is missing, not a multiple of a block, or far too large.
Expected<Case> typical_case(const Contract& contract, const Sizes& sizes, std::uint64_t seed);

// The same op, sizes and input values, bit for bit.
bool same_inputs(const GoldenCase& a, const GoldenCase& b);

// The exact values of a float64 tensor.
std::vector<double> doubles_of(const Tensor& tensor);

// What is read is a plain file, not a link, and not larger than golden files are.
Expected<std::string> read_plain_file(const std::filesystem::path& path);
// The problem is a sentence that names the file.
Expected<GoldenFile> read_golden_file(const std::filesystem::path& path);

// Between what is stored and what the contract has. Problems, half a sentence each: sizes, arrays or preconditions
// that do not fit the op's signature.
FileCase to_file_case(const GoldenCase& golden);
Expected<GoldenCase> from_file_case(const Contract& contract, FileCase stored);
// A file of this op without cases.
GoldenFile empty_file_of(const Contract& contract);

using CaseFilter = std::function<bool(std::string_view op, std::string_view case_name)>;
enum class ContractVersion { current, any };

// A folder of golden files: every case that could be loaded, one sentence for each file, case or group of cases
// that could not. A case of another version of its contract is such a problem, unless any version is asked for.
struct GoldenSet {
    std::vector<GoldenCase> cases{};
    std::vector<std::string> problems{};
    std::set<std::string>
        unread{};  // "STEM" of a file, "STEM/CASE" of a case that is not among `cases` for a problem
};
GoldenSet load_golden_set(const std::filesystem::path& directory, const CaseFilter& wanted,
                          ContractVersion accepted = ContractVersion::current);

// The folder to use: `given` if it is not empty, else ./golden, else ../../golden from the executable. The problem
// says what to pass.
Expected<std::filesystem::path> find_golden_directory(const std::string& given);

}  // namespace brickproof::golden
