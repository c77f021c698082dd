// The statements of a contract and the behaviours of every kernel, as they apply to one kernel.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/contract.hpp"
#include "judge/behaviours.hpp"
#include "judge/kernel.hpp"
#include "judge/probe.hpp"

namespace brickproof {

// A statement of either sort, as the judge runs it.
struct JudgedStatement {
    std::string name;
    StatementKind kind{};
    std::string says;
    Preconditions holding;  // under which its cases are decoded
    std::function<Outcome(const Case&, Probe&)> check;
    std::string excluded_by{};  // the assumption that takes it out of judgement
    bool single_case = false;
    bool costly = false;
    bool promised = false;  // a NOTE counts as a FAIL
    // The same cases as all other statements that share theirs and need the same preconditions. A behaviour is
    // broken by faults of its own kind, which no other statement would meet on cases of its own; a wrong value
    // shows in most laws.
    bool shares_cases = false;
    Behaviour::Role role = Behaviour::Role::of_its_own;
    bool first = false;  // judged before the kernel was called by any other statement
};

// What holds of every case of this kernel: what it assumes, and what the command line adds.
Preconditions assumptions_of(const Kernel& kernel, const std::vector<std::string>& assume);

JudgedStatement from_statement(const Statement& statement, const Kernel& kernel, const Preconditions& assumed);

struct Lengthy {
    bool exhaustive = false;   // statements that go through every input
    bool large_sizes = false;  // behaviours that take long
};

// The contract's first: they find most faults, and soonest. Those that take long only where they are asked for.
std::vector<JudgedStatement> all_statements(const Kernel& kernel, const std::vector<std::string>& assume,
                                            Lengthy lengthy = {});

}  // namespace brickproof
