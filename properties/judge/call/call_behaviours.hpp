// What a kernel must leave as it found it in the registers and the state of the thread that calls it, and what is
// good to know about that.
#pragma once

#include "engine/contract.hpp"
#include "judge/probe.hpp"

namespace brickproof {

Outcome keeps_registers(const Case& c, Probe& probe);
Outcome keeps_signals(const Case& c, Probe& probe);
// Notes.
Outcome clears_upper_halves(const Case& c, Probe& probe);
Outcome raises_no_exception(const Case& c, Probe& probe);
Outcome needs_little_stack(const Case& c, Probe& probe);

// judge/call/first_call.cpp
Outcome first_call_is_like_others(const Case& c, Probe& probe);
// judge/call/features_executed.cpp
Outcome executes_declared_features(const Case& c, Probe& probe);

}  // namespace brickproof
