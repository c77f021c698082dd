// The floating-point environment that a kernel must leave as it found it.
#pragma once

#include <cstdint>
#include <string>

namespace brickproof {

// Control bits only: exception flags are sticky and may change.
struct FpEnvironment {
    std::uint64_t control = 0;  // MXCSR without its flags; FPCR
    std::uint64_t x87 = 0;      // control word and tag word (an MMX kernel without emms); 0 elsewhere
    bool operator==(const FpEnvironment&) const = default;
};

// What a process begins with, by the ABI: rounding to nearest, subnormals kept, exceptions masked.
FpEnvironment standard_fp_environment();
FpEnvironment read_fp_environment();
void restore_fp_environment(const FpEnvironment& environment);

// "the rounding mode", "flush-to-zero", ... as a sentence's object; empty where nothing differs.
std::string describe_change(const FpEnvironment& before, const FpEnvironment& after);

}  // namespace brickproof
