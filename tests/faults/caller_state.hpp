#pragma once

// What a kernel takes from its caller's registers and stack without having set it, and what it takes away.

#if defined(__x86_64__)

/// brickproof_loses NAME, CALLS, REGISTER: a kernel NAME that ends as assembly does that forgot to put a register
/// back. CALLS is the rest of it, and returns whether the register is lost this time.
asm(R"(
    .macro brickproof_loses name, calls, register
    .text
\name:
    subq $8, %rsp
    call \calls
    addq $8, %rsp
    testb %al, %al
    je 1f
    movq $1, %\register
1:  ret
    .endm
)");

namespace brickproof::faults {

/// An accumulator in a register that is never cleared.
inline float accumulator_as_found() {
    float found;
    asm volatile("movaps %%xmm15, %0" : "=x"(found));
    return found;
}

/// An array on the stack that is never cleared.
template <std::size_t N>
void leave_as_found(float (&values)[N]) {
    asm volatile("" : "=m"(values));
}

}  // namespace brickproof::faults

#endif
