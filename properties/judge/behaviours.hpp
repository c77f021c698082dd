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
    // What may be seen while another statement is judged: a kernel that leaves its process, does not come back, or
    // leaves registers or the environment changed.
    enum class Role { of_its_own, no_crash, terminates, seen_in_passing };

    std::string_view name;
    std::string_view says;
    Outcome (*check)(const Case&, Probe&);
    // Judged on finite data only: what a kernel makes of a NaN may differ in the NaN's bits.
    bool finite = false;
    // Costs a thread or many runs a case: fewer cases.
    bool costly = false;
    Role role = Role::of_its_own;
    StatementKind kind = StatementKind::behaviour;  // or character: what it finds is a NOTE
    bool single_case = false;                       // it makes its cases itself
    bool first = false;                             // judged before the kernel was called by any other
    bool takes_long = false;                        // only with --effort thorough
};

// The name of the first one with this role.
std::string_view name_of(Behaviour::Role role);

const std::vector<Behaviour>& behaviours();

// The first element at which two runs of a case differ, as "y[3]".
std::string first_difference(const Case& c, const Outputs& a, const Outputs& b);
// Two runs that must give the same bits do not.
Outcome other_bits(std::string_view what, const Case& c, const Outputs& a, const Outputs& b);

// judge/thread_safety.cpp
Outcome same_result_on_two_threads(const Case& c, Probe& probe);

}  // namespace brickproof
