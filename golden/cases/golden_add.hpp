// Makes golden cases: of the contract's oracle, of arrays that somebody computed elsewhere, of a guest's outputs.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases/golden_case.hpp"
#include "engine/expected.hpp"
#include "judge/kernel.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::golden {

// "96" or "3,64", in the order of the op's signature. The problem is a sentence.
Expected<Sizes> parse_sizes(const Contract& contract, std::string_view text);

// What a person gives for a case: where it comes from, and arrays by the names of the op's signature.
struct Given {
    std::string name;
    Origin origin = Origin::independent;
    std::string source;
    Comparison comparison = Comparison::bound;
    std::optional<Comparison> guest_comparison{};  // as comparison
    std::vector<std::string> outside{};            // beside what is found from the inputs
    Sizes sizes{};                                 // of an op with one size: else from its first input
    std::map<std::string, Tensor> inputs{};
    std::map<std::string, Tensor> outputs{};
    std::map<std::string, Tensor> masks{};
};

// Arrays may have any shape of the right number of elements. An output that is compared by the bound may be float64
// (exact values, rounded once) or in the kernel's own format (rounded once to that). Problems, one sentence each: a
// size or an array that is missing, too much, or does not fit.
Expected<GoldenCase> case_of_arrays(const Contract& contract, Given given);
// The inputs alone, with the arrays checked as above.
Expected<Case> inputs_of_arrays(const Contract& contract, const Given& given);

// Expectation: the oracle's exact values.
Expected<GoldenCase> case_of_oracle(const Contract& contract, Case inputs, std::string name, std::string source);

// Expectation: the bits of our own scalar kernel, to see later whether anything moved.
Expected<GoldenCase> case_of_pin(const Contract& contract, Case inputs, std::string name, std::string source);

// Expectation: what this kernel of another library gives. Problems: a kernel of our own (expectations never come
// from the kernels that they check), one that cannot run here or does not return.
Expected<GoldenCase> case_of_guest(const Kernel& kernel, Case inputs, std::string name, std::string source);

// A golden file's cases, as golden/tools and numpy.savez write them, to be added: independent and standard ones,
// with any shape and with outputs as above. A problem of one case does not stop the others.
struct CaseList {
    std::vector<GoldenCase> cases;
    std::vector<std::string> problems;
};
Expected<CaseList> cases_of_list(const std::filesystem::path& list);

// An array file of a person: any array that golden cases can hold.
Expected<Tensor> read_array(const std::filesystem::path& path);

}  // namespace brickproof::golden
