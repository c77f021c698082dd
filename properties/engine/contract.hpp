// The contract: everything that is true of an op, in one place. Every engine (properties, fuzzing, golden values,
// benchmarks, explain) works from it and from nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "brickproof/kernel_abi.h"
#include "engine/argument_registers.hpp"
#include "engine/case.hpp"
#include "engine/case_facts.hpp"
#include "engine/choice_reader.hpp"
#include "engine/work.hpp"

namespace brickproof {

using KernelFunction = void (*)();

// Names of preconditions that hold: they narrow a domain. A kernel declares some ("assumes"), the command line adds
// some (--assume), and a statement may need some ("exact").
class Preconditions {
  public:
    Preconditions() = default;
    explicit Preconditions(std::vector<std::string> names) : names_(std::move(names)) {}

    bool hold(std::string_view name) const {
        for (const std::string& have : names_)
            if (have == name) return true;
        return false;
    }
    void add(std::string_view name) {
        if (!hold(name)) names_.emplace_back(name);
    }
    const std::vector<std::string>& names() const { return names_; }

  private:
    std::vector<std::string> names_;
};

// A precondition as a contract offers it.
struct Precondition {
    std::string_view name;
    std::string_view says;
    // Part of how a statement makes its cases ("exact", "ties"): no kernel may assume it.
    bool internal = false;
};

// Which values of an output are not as they should be; a block's values are its scale, then its quants.
struct WrongElements {
    std::string output;                                     // the operand's name
    std::size_t elements = 0;                               // values that the output has
    std::vector<std::pair<std::size_t, std::size_t>> runs;  // first and last of each, ascending

    void add(std::size_t i) {
        if (!runs.empty() && runs.back().second + 1 == i)
            runs.back().second = i;
        else
            runs.emplace_back(i, i);
    }
};

// What a statement found on one case.
struct Outcome {
    enum class Kind { pass, fail, note, discard };
    Kind kind = Kind::pass;
    std::string message{};
    double share_of_bound = 0.0;           // of a bound: the largest error over its bound
    std::optional<WrongElements> wrong{};  // where the statement compares an output element by element

    static Outcome pass(double share = 0.0) { return {Kind::pass, {}, share, {}}; }
    static Outcome fail(std::string message, std::optional<WrongElements> wrong = {}) {
        return {Kind::fail, std::move(message), 0.0, std::move(wrong)};
    }
    static Outcome note(std::string message) { return {Kind::note, std::move(message), 0.0, {}}; }
    // The case cannot be judged under this statement (a law's precondition does not hold); why, if no case can.
    static Outcome discard(std::string why = {}) { return {Kind::discard, std::move(why), 0.0, {}}; }
};

// Runs the kernel under test on any case of its op, as often as a law needs.
// A kernel that crashes or does not end throws out of run(); the statement need not care.
class Trial {
  public:
    virtual ~Trial() = default;
    virtual Outputs run(const Case& c) = 0;
    // The same case by the library's scalar kernel, which is the op's definition.
    virtual Outputs definition(const Case& c) = 0;

    // of(c), which depends on the case alone: the same for all statements and kernels, where the trial remembers.
    template <typename T>
    T derived(const Case& c, T (*of)(const Case&)) {
        CaseFacts* facts = facts_about(c);
        return facts == nullptr ? of(c) : facts->get(c, of);
    }

  private:
    // Null where c is not the case that is judged, but one that a law made of it.
    virtual CaseFacts* facts_about(const Case&) { return nullptr; }
};

enum class StatementKind { exact, bound, law, behaviour, character };
std::string_view name_of(StatementKind kind);

// One statement about every correct kernel of the op. It is judged on its own, so that two faults do not mask
// each other.
struct Statement {
    std::string_view name;
    StatementKind kind{};
    std::string_view says;  // one sentence, what holds
    // Preconditions under which the domain decodes this statement's cases.
    std::vector<std::string_view> needs{};
    // A kernel that assumes one of these is not judged by this statement.
    std::vector<std::string_view> excluded_by{};
    std::function<Outcome(const Case&, Trial&)> check{};
    // Judged only when asked for (--exhaustive): too long for every day.
    bool on_demand = false;
    // Of a character: the library's own kernels promise it, so that a NOTE is a FAIL for them.
    bool promised_by_own = false;
    // Not searched: the check makes all its cases itself, from one empty byte string.
    bool single_case = false;
};

// The oracle's result for one output operand: the exact values, and how far a correct kernel may be from each.
// Blocks are flattened: scale first, then the quants.
struct OracleOutput {
    Array<double> exact;
    Array<double> bound;
};

// A size at which `bench` times the op.
struct Workload {
    std::string_view name;           // such as "L1"
    std::vector<std::size_t> sizes;  // as in Case
};

struct Contract {
    std::string_view op;
    unsigned version = 1;   // of what operands and results mean: a golden case of another version is refused
    unsigned encoding = 1;  // of what decode makes of bytes: a replay token of another encoding is refused
    std::string_view summary;
    std::string_view signature;
    std::string_view formula;
    std::vector<std::string_view> references;
    std::vector<std::string_view> size_names;
    // Those of size_names that size no array, such as a position.
    std::vector<std::string_view> parameters{};
    // Of an op whose elements or rows do not depend on each other: the index of the size that counts them.
    std::optional<std::size_t> independent_size{};
    std::vector<Precondition> preconditions;
    std::string_view bound_derivation;

    // The domain: total, every byte string is a case.
    void (*decode)(ChoiceReader& choices, const Preconditions& holding, Case& c) = nullptr;
    // A case with everyday data at given sizes, for benchmarks and golden values.
    void (*typical)(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) = nullptr;
    // Of the op's function type.
    ArgumentRegisters arguments{};
    // Casts fn to the op's type and calls it; one pointer per operand.
    void (*invoke)(KernelFunction fn, std::span<const std::size_t> sizes,
                   std::span<void* const> operands) = nullptr;
    // Of an op in place, on which invoke copies the input first: the call alone, on what the output holds already.
    // Null for other ops.
    void (*invoke_in_place)(KernelFunction fn, std::span<const std::size_t> sizes,
                            std::span<void* const> operands) = nullptr;
    // The exact result and the derived bound.
    std::vector<OracleOutput> (*oracle)(const Case& c) = nullptr;
    // The arithmetic of a call at sizes as in Case: with the bytes that it moves, its place under the roofline.
    // Null: none is known, and memory alone limits the op.
    Work (*work)(std::span<const double> sizes) = nullptr;

    std::vector<Statement> statements;  // exact, bound, law, character; the behaviours are every op's
    std::vector<Workload> workloads;
};

Case decode_case(const Contract& contract, std::span<const std::uint8_t> bytes, const Preconditions& holding);

Work work_of(const Contract& contract, std::span<const std::size_t> sizes);

Case typical_case(const Contract& contract, std::span<const std::size_t> sizes, std::uint64_t seed);

// The sizes that the op's domain picks, in the order of its choices: not those that it makes of others, and no
// parameters.
std::vector<SizeChoice> size_choices(const Contract& contract);
// How many values a size grows by: 1, or a block's where the op takes whole blocks. By the order of size_names.
std::vector<std::size_t> size_units(const Contract& contract);
// Each size at most `most`, or one unit where that is more: what was a valid size is one still.
std::vector<std::size_t> clipped_sizes(const Contract& contract, std::span<const std::size_t> sizes,
                                       std::size_t most);

std::vector<const Contract*> all_contracts();
const Contract* find_contract(std::string_view op);

}  // namespace brickproof
