// Verdicts: what the judge found, and all that a report prints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/contract.hpp"
#include "report/element_map.hpp"

namespace brickproof {

// In ascending order of concern.
enum class Verdict {
    pass,
    note,     // a true, characterised difference within the contract
    known,    // a FAIL that the baseline lists
    fixed,    // the baseline lists it, and it no longer fails
    not_run,  // not judged: never shown as passed
    fail,
};
std::string_view name_of(Verdict verdict);

struct StatementVerdict {
    std::string name;
    StatementKind kind{};
    std::string says;
    Verdict verdict = Verdict::not_run;
    std::size_t cases = 0;
    std::size_t discarded = 0;
    double largest_share = 0.0;  // of a bound
    std::string message{};
    std::string sizes{};  // of the smallest counterexample: "n = 64"
    std::string token{};
    std::vector<std::string> operands{};  // of a small counterexample: "x = 1 (8 times)", a line for each input
    ElementMap map{};                     // which elements of an output are wrong
    std::string consequence_of{};         // the statement that names the cause: "outputs_written"
};

struct KernelVerdict {
    std::string library;
    std::string op;
    std::string variant;
    std::vector<std::string> assumptions{};  // the kernel's own and the command line's
    std::size_t read_slack = 0;
    std::string plugin_path{};
    std::string apart{};  // as in Kernel
    Verdict verdict = Verdict::not_run;
    std::string reason{};     // of a NOT RUN, and of what is unfinished
    bool unfinished = false;  // its time was over, or the run's, before all was judged
    std::vector<StatementVerdict> statements{};
    double seconds = 0.0;
    double seconds_to_fail = 0.0;  // until the first FAIL stood
    std::string output{};          // what the kernel printed by itself
};

struct Report {
    std::uint64_t seed = 0;
    std::string effort;
    std::vector<KernelVerdict> kernels{};
    std::size_t selected = 0;  // kernels that were to be judged
    bool interrupted = false;
};

// The variant, and what tells it apart: "avx2 (mine.so)".
std::string full_variant(const KernelVerdict& kernel);

// The worst of the statements: FAIL, else KNOWN or FIXED, else NOTE, else PASS.
Verdict overall(const std::vector<StatementVerdict>& statements);
// The same of a kernel: what is unfinished is FAIL or NOT RUN.
Verdict overall(const KernelVerdict& kernel);

// The statements in the order in which their failures explain each other: crashes and hangs, outputs not written,
// accesses out of bounds, then exact, bound, law, other behaviours, characters.
std::vector<const StatementVerdict*> by_cause(const KernelVerdict& kernel);

// Whether the failure or the note follows from the failure of another statement of the kernel.
bool is_consequence(const KernelVerdict& kernel, const StatementVerdict& statement);

// Kernels with a verdict other than NOT RUN.
std::size_t judged(const Report& report);

}  // namespace brickproof
