// A fuzz target of an op, made from its contract: every statement about every kernel, on one byte string.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fuzz/search/heap_trial.hpp"
#include "judge/kernel.hpp"

namespace brickproof::fuzz {

struct Violation {
    std::string variant;
    std::string statement;
    std::string message;
    std::string token;
};

// The exact, bound and law statements of the contract, the characters that a kernel promises, and of the behaviours
// those that sanitizers do not see. Accesses outside of buffers, crashes and hangs are for sanitizer and engine.
class OpTarget {
  public:
    // Kernels of other ops, and those that this CPU cannot run, are left out.
    OpTarget(const Contract& contract, std::vector<Kernel> kernels);

    // The first statement that fails.
    std::optional<Violation> check(std::span<const std::uint8_t> bytes);

    std::size_t kernel_count() const { return kernels_.size(); }
    std::size_t statement_count() const;

  private:
    struct Entry {
        std::size_t kernel;
        const Statement* statement;
        bool promised;
    };
    // Statements whose cases are decoded alike.
    struct Group {
        Preconditions holding;
        std::vector<Entry> entries;
        bool shows_behaviour = false;
    };
    void add_statements(std::size_t kernel);
    Group& group_for(const Preconditions& holding);
    std::optional<Violation> check_behaviour(const Group& group, const Case& c,
                                             std::span<const std::uint8_t> bytes);
    Violation violation_of(std::size_t kernel, std::string_view statement, std::string message,
                           std::span<const std::uint8_t> bytes) const;

    const Contract& contract_;
    std::vector<Kernel> kernels_;
    std::vector<HeapTrial> trials_;
    JudgedCase judged_;
    std::vector<Group> groups_;
};

// The target of the library's own kernels.
OpTarget own_target(const Contract& contract);

}  // namespace brickproof::fuzz
