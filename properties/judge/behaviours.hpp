// What every kernel of every op must do and not do, whatever it computes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/contract.hpp"
#include "judge/probe.hpp"

namespace brickproof {

struct Behaviour {
    std::string_view name;
    std::string_view says;
    Outcome (*check)(const Case&, Probe&);
    // Judged on finite data only: what a kernel makes of a NaN may differ in the NaN's bits.
    bool finite = false;
    // Costs a thread or many runs a case: fewer cases.
    bool costly = false;
    StatementKind kind = StatementKind::behaviour;  // or character: what it finds is a NOTE
    bool single_case = false;                       // it makes its cases itself
    bool first = false;                             // judged before the kernel was called by any other
};

const std::vector<Behaviour>& behaviours();

// The first element at which two runs of a case differ, as "y, element 3".
std::string first_difference(const Case& c, const Outputs& a, const Outputs& b);

// judge/thread_safety.cpp
Outcome same_result_on_two_threads(const Case& c, Probe& probe);

}  // namespace brickproof
