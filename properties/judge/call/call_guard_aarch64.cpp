// The guard around a kernel's call, for the Procedure Call Standard of A64 (AAPCS64 2023Q3, 6.1).
//
// It puts an address of its own into the link register, so that arguments on the stack stay where they are, and
// comes back there with nothing but the thread pointer to rely on.
#if defined(__aarch64__)

asm(R"(
    .set frame_target, 0
    .set frame_return_address, 8
    .set frame_canaries, 16
    .set frame_saved, 168
    .set frame_saved_stack, 320
    .set frame_seen, 328
    .set frame_seen_stack, 480
    .set frame_stack, 488
    .set frame_keep, 496
    .set frame_fill, 560
    .set frame_garbage, 624
    .set frame_pattern, 640
    .set frame_vector_keep, 656
    .set frame_vector_fill, 784

    .macro brickproof_frame_address
    mrs x9, tpidr_el0
    adrp x10, :gottprel:brickproof_call_frame
    ldr x10, [x10, :gottprel_lo12:brickproof_call_frame]
    add x9, x9, x10
    .endm
    .macro brickproof_store_preserved at
    stp x19, x20, [x9, \at]
    stp x21, x22, [x9, \at+16]
    stp x23, x24, [x9, \at+32]
    stp x25, x26, [x9, \at+48]
    stp x27, x28, [x9, \at+64]
    str x29, [x9, \at+80]
    str d8, [x9, \at+88]
    str d9, [x9, \at+96]
    str d10, [x9, \at+104]
    str d11, [x9, \at+112]
    str d12, [x9, \at+120]
    str d13, [x9, \at+128]
    str d14, [x9, \at+136]
    str d15, [x9, \at+144]
    mov x10, sp
    str x10, [x9, \at+152]
    .endm
    .macro brickproof_load_general at
    ldp x19, x20, [x9, \at]
    ldp x21, x22, [x9, \at+16]
    ldp x23, x24, [x9, \at+32]
    ldp x25, x26, [x9, \at+48]
    ldp x27, x28, [x9, \at+64]
    ldr x29, [x9, \at+80]
    .endm

    .text
    .p2align 4
    .globl brickproof_call_guard
    .hidden brickproof_call_guard
    .type brickproof_call_guard, %function
brickproof_call_guard:
    .cfi_startproc
    brickproof_frame_address
    brickproof_store_preserved frame_saved
    str x30, [x9, frame_return_address]

    // Another stack gets a copy of the arguments that lie on this one.
    ldr x10, [x9, frame_stack]
    cbz x10, 1f
    ldp q16, q17, [sp]
    stp q16, q17, [x10]
    ldp q16, q17, [sp, #32]
    stp q16, q17, [x10, #32]
    mov sp, x10
1:
    // Vector registers: of those that carry an argument, all but the argument's bits.
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7
    ldr q16, [x9, frame_vector_keep+16*\i]
    ldr q17, [x9, frame_vector_fill+16*\i]
    and v\i\().16b, v\i\().16b, v16.16b
    orr v\i\().16b, v\i\().16b, v17.16b
    .endr
    ldr q16, [x9, frame_pattern]
    .irp i, 8, 9, 10, 11, 12, 13, 14, 15
    mov v\i\().16b, v16.16b
    ldr x10, [x9, frame_canaries+88+8*(\i-8)]
    mov v\i\().d[0], x10
    .endr
    .irp i, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    mov v\i\().16b, v16.16b
    .endr

    // General registers. x18 is the platform's.
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7
    ldr x10, [x9, frame_keep+8*\i]
    ldr x11, [x9, frame_fill+8*\i]
    and x\i, x\i, x10
    orr x\i, x\i, x11
    .endr
    brickproof_load_general frame_canaries
    ldr x16, [x9, frame_target]
    ldr x10, [x9, frame_garbage]
    .irp i, 8, 9, 11, 12, 13, 14, 15, 17
    mov x\i, x10
    .endr
    adr x30, 9f
    br x16

    // An unwinder ends here: an exception that a kernel lets out is its end, as it would be in C.
    .cfi_undefined x30
    nop
9:  brickproof_frame_address
    brickproof_store_preserved frame_seen
    brickproof_load_general frame_saved
    .irp i, 8, 9, 10, 11, 12, 13, 14, 15
    ldr d\i, [x9, frame_saved+88+8*(\i-8)]
    .endr
    ldr x10, [x9, frame_saved_stack]
    mov sp, x10
    ldr x30, [x9, frame_return_address]
    ret
    .cfi_endproc
    .size brickproof_call_guard, . - brickproof_call_guard

    .globl brickproof_call_guard_end
    .hidden brickproof_call_guard_end
brickproof_call_guard_end:
)");

#endif
