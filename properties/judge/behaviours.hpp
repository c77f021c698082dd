// What every kernel of every op must do and not do, whatever it computes.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "engine/contract.hpp"
#include "judge/probe.hpp"

namespace brickproof {

struct Behaviour {
    // What the judge itself has to say of a kernel that leaves its process, or does not come back.
    enum class Role { of_its_own, no_crash, terminates };

    std::string_view name;
    std::string_view says;
    Outcome (*check)(const Case&, Probe&);
    // Judged on finite data only: what a kernel makes of a NaN may differ in the NaN's bits.
    bool finite = false;
    // Costs a thread or many runs a case: fewer cases.
    bool costly = false;
    Role role = Role::of_its_own;
};

// The name of the one with this role.
std::string_view name_of(Behaviour::Role role);

const std::vector<Behaviour>& behaviours();

// judge/thread_safety.cpp
Outcome same_result_on_two_threads(const Case& c, Probe& probe);

}  // namespace brickproof
