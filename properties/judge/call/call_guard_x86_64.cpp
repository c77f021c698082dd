// The guard around a kernel's call, for the System V ABI of x86-64 (version 1.0, 3.2.1 and 3.2.3).
//
// It puts an address of its own in the place of the return address, so that arguments on the stack stay where they
// are, and comes back there with nothing but the thread pointer to rely on.
#if defined(__x86_64__)

asm(R"(
    .set frame_target, 0
    .set frame_return_address, 8
    .set frame_canaries, 16
    .set frame_saved, 64
    .set frame_saved_stack, 112
    .set frame_seen, 120
    .set frame_seen_stack, 168
    .set frame_seen_flags, 176
    .set frame_stack, 184
    .set frame_keep, 192
    .set frame_fill, 240
    .set frame_registers, 288
    .set frame_look, 296
    .set frame_garbage, 304
    .set frame_filled, 312
    .set frame_pattern, 320
    .set frame_vector_keep, 384
    .set frame_vector_fill, 512
    .set frame_vectors, 640

    .text
    .p2align 4
    .globl brickproof_call_guard
    .hidden brickproof_call_guard
    .type brickproof_call_guard, @function
brickproof_call_guard:
    .cfi_startproc
    movq brickproof_call_frame@gottpoff(%rip), %r11
    addq %fs:0, %r11
    movq %rbx, frame_saved(%r11)
    movq %rbp, frame_saved+8(%r11)
    movq %r12, frame_saved+16(%r11)
    movq %r13, frame_saved+24(%r11)
    movq %r14, frame_saved+32(%r11)
    movq %r15, frame_saved+40(%r11)
    leaq 8(%rsp), %rax
    movq %rax, frame_saved_stack(%r11)
    movq (%rsp), %rax
    movq %rax, frame_return_address(%r11)

    # Another stack gets a copy of the arguments that lie on this one.
    movq frame_stack(%r11), %r10
    testq %r10, %r10
    je 1f
    .irp at, 8, 24, 40, 56
    movups \at(%rsp), %xmm15
    movups %xmm15, \at(%r10)
    .endr
    movq %r10, %rsp
1:  leaq 9f(%rip), %rax
    movq %rax, (%rsp)

    # Vector registers: of those that carry an argument, all but the argument's bits.
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7
    andps frame_vector_keep+16*\i(%r11), %xmm\i
    orps frame_vector_fill+16*\i(%r11), %xmm\i
    .endr
    .irp i, 8, 9, 10, 11, 12, 13, 14, 15
    movaps frame_pattern(%r11), %xmm\i
    .endr
    cmpq $1, frame_filled(%r11)
    jb 3f
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7
    vinsertf128 $1, frame_pattern(%r11), %ymm\i, %ymm\i
    .endr
    .irp i, 8, 9, 10, 11, 12, 13, 14, 15
    vmovaps frame_pattern(%r11), %ymm\i
    .endr
    cmpq $2, frame_filled(%r11)
    jb 3f
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7
    vinsertf64x4 $1, frame_pattern(%r11), %zmm\i, %zmm\i
    kmovq frame_pattern(%r11), %k\i
    .endr
    .irp i, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    vmovaps frame_pattern(%r11), %zmm\i
    .endr
3:
    # General registers.
    andq frame_keep(%r11), %rdi
    orq frame_fill(%r11), %rdi
    andq frame_keep+8(%r11), %rsi
    orq frame_fill+8(%r11), %rsi
    andq frame_keep+16(%r11), %rdx
    orq frame_fill+16(%r11), %rdx
    andq frame_keep+24(%r11), %rcx
    orq frame_fill+24(%r11), %rcx
    andq frame_keep+32(%r11), %r8
    orq frame_fill+32(%r11), %r8
    andq frame_keep+40(%r11), %r9
    orq frame_fill+40(%r11), %r9
    movq frame_canaries(%r11), %rbx
    movq frame_canaries+8(%r11), %rbp
    movq frame_canaries+16(%r11), %r12
    movq frame_canaries+24(%r11), %r13
    movq frame_canaries+32(%r11), %r14
    movq frame_canaries+40(%r11), %r15
    movq frame_garbage(%r11), %rax
    movq %rax, %r10
    jmp *frame_target(%r11)

    # An unwinder ends here: an exception that a kernel lets out is its end, as it would be in C.
    .cfi_undefined rip
    nop
9:  movq brickproof_call_frame@gottpoff(%rip), %r11
    addq %fs:0, %r11
    movq %rbx, frame_seen(%r11)
    movq %rbp, frame_seen+8(%r11)
    movq %r12, frame_seen+16(%r11)
    movq %r13, frame_seen+24(%r11)
    movq %r14, frame_seen+32(%r11)
    movq %r15, frame_seen+40(%r11)
    movq %rsp, frame_seen_stack(%r11)
    movq frame_saved_stack(%r11), %rsp
    pushfq
    popq frame_seen_flags(%r11)
    cld
    movq frame_saved(%r11), %rbx
    movq frame_saved+8(%r11), %rbp
    movq frame_saved+16(%r11), %r12
    movq frame_saved+24(%r11), %r13
    movq frame_saved+32(%r11), %r14
    movq frame_saved+40(%r11), %r15

    cmpq $0, frame_registers(%r11)
    je 7f
    cmpq $0, frame_look(%r11)
    je 6f
    cmpq $2, frame_registers(%r11)
    je 5f
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups %ymm\i, frame_vectors+64*\i(%r11)
    .endr
    jmp 6f
5:
    .irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups %zmm\i, frame_vectors+64*\i(%r11)
    .endr
6:  vzeroupper
7:  jmp *frame_return_address(%r11)
    .cfi_endproc
    .size brickproof_call_guard, . - brickproof_call_guard

    .globl brickproof_call_guard_end
    .hidden brickproof_call_guard_end
brickproof_call_guard_end:
)");

#endif
