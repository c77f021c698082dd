// What can be compared without the statement that found a fault: a call of the kernel with what its results must
// be, or two calls whose results must be the same.
#pragma once

#include <vector>

#include "engine/contract.hpp"
#include "judge/kernel.hpp"
#include "judge/probe.hpp"
#include "judge/statement_list.hpp"

namespace brickproof {

// A call, and what the kernel gave; no outputs where it was stopped.
struct DumpedCall {
    Case c;
    Outputs got{};
    Outputs expected{};  // the definition's
};

struct WrongCall {
    std::vector<DumpedCall> calls;  // one, or two that must give the same; none: nothing is known
    std::vector<OracleOutput>
        promises{};  // of one call: for each output the values and how far it may be from them
};

// Checks the statement on the case and looks at each call that it makes.
WrongCall find_wrong_call(const JudgedStatement& statement, const Case& c, Probe& probe);

}  // namespace brickproof
