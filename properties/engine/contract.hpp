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
#include <vector>

#include "engine/case.hpp"
#include "engine/case_facts.hpp"
#include "engine/choice_reader.hpp"
#include "engine/function.hpp"
#include "engine/signature.hpp"
#include "engine/work.hpp"

namespace brickproof {

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

// What a statement found on one case.
struct Outcome {
    enum class Kind { pass, fail, note, discard };
    Kind kind = Kind::pass;
    std::string message{};
    double share_of_bound = 0.0;  // of a bound: the largest error over its bound

    static Outcome pass(double share = 0.0) { return {Kind::pass, {}, share}; }
    static Outcome fail(std::string message) { return {Kind::fail, std::move(message), 0.0}; }
    static Outcome note(std::string message) { return {Kind::note, std::move(message), 0.0}; }
    // The case cannot be judged under this statement (a law's precondition does not hold); why, if no case can.
    static Outcome discard(std::string why = {}) { return {Kind::discard, std::move(why), 0.0}; }
};

struct Contract;

// Runs the kernel under test on any case of its op, as often as a law needs.
// A kernel that crashes or does not end throws out of run(); the statement need not care.
class Trial {
  public:
    virtual ~Trial() = default;
    virtual Outputs run(const Case& c) = 0;
    virtual const Contract& contract() const = 0;
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
    Signature signature;
    Function function;  // of each kernel of the op
    std::string_view formula;
    std::vector<std::string_view> references;
    std::vector<Precondition> preconditions;
    std::string_view bound_derivation;

    // The domain: total, every byte string is a case.
    std::function<void(ChoiceReader& choices, const Preconditions& holding, Case& c)> decode{};
    // Fills the inputs of a case with everyday data, for benchmarks and golden values.
    std::function<void(std::uint64_t seed, Case& c)> fill_typical{};
    // The exact result and the derived bound.
    std::function<std::vector<OracleOutput>(const Case& c)> oracle{};
    // The arithmetic of a call at sizes as in Case: with the bytes that it moves, its place under the roofline.
    // Null: none is known, and memory alone limits the op.
    std::function<Work(std::span<const double> sizes)> work{};

    std::vector<Statement> statements;  // exact, bound, law, character; the behaviours are every op's
    std::vector<Workload> workloads;

    std::string prototype() const { return brickproof::prototype(function, op, signature); }
};

Case decode_case(const Contract& contract, std::span<const std::uint8_t> bytes, const Preconditions& holding);

Work work_of(const Contract& contract, std::span<const std::size_t> sizes);

// Everyday data at the valid sizes that are nearest to these.
Case typical_case(const Contract& contract, std::span<const std::size_t> sizes, std::uint64_t seed);

// What the kernel that defines the op makes of a case.
Outputs definition_of(const Contract& contract, const Case& c);

// The sizes that the op's domain picks, in the order of its choices: not those that it makes of others, and no
// parameters.
std::vector<SizeChoice> size_choices(const Contract& contract);
// Each size at most `most`, or one unit where that is more: what was a valid size is one still.
std::vector<std::size_t> clipped_sizes(const Contract& contract, std::span<const std::size_t> sizes,
                                       std::size_t most);

std::vector<const Contract*> all_contracts();
const Contract* find_contract(std::string_view op);

}  // namespace brickproof
