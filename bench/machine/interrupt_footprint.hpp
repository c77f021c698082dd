// Whether the CPU went into the kernel and came back by an interrupt: a timer tick, a device, another CPU's
// request, a page fault. No system call tells a thread that cheaply; x86 does by itself.
#pragma once

namespace brickproof::bench {

// On its way back to user code, iret clears every data segment register that holds a selector which user code may
// not hold (AMD64 Architecture Programmer's Manual, volume 3, IRET; Intel SDM, volume 2, IRET), and a null selector
// with a privilege level in its low bits counts as one. 64-bit code does not use ES: a 1 in it is gone after the
// first interrupt. (Zhang et al., SegScope: Probing Fine-grained Interrupts via Architectural Footprints, HPCA
// 2024.) On other CPUs no interrupt is ever seen.
inline void set_interrupt_footprint() {
#if defined(__x86_64__)
    asm volatile("movw %w0, %%es" : : "r"(1) : "memory");
#endif
}

inline bool saw_interrupt() {
#if defined(__x86_64__)
    unsigned short selector = 0;
    asm volatile("movw %%es, %w0" : "=r"(selector) : : "memory");
    return selector == 0;
#else
    return false;
#endif
}

}  // namespace brickproof::bench
