//! A guest in Rust: two Q8_0 kernels and the table that hands them to Brickproof, without any crate.
//!
//!     rustc --edition 2021 --crate-type cdylib -O src/lib.rs -o example.so
//!     brickproof verify --kernels example.so
//!
//! or, from this folder, `cargo build --release --offline`, which makes target/release/libbrickproof_example.so.

use std::os::raw::c_char;

/// The C ABI, version 1: lib/include/brickproof/kernel_abi.h, line by line.
const ABI_VERSION: u32 = 1;
const BLOCK: usize = 32;

/// 32 small integers and their scale, the bits of an IEEE 754 half: 34 bytes, aligned to 2.
#[repr(C)]
pub struct Q8_0 {
    d: u16,
    qs: [i8; BLOCK],
}

#[repr(C)]
pub struct Kernel {
    op: *const c_char,
    variant: *const c_char,
    cpu_features: *const c_char,
    assumes: *const c_char,
    read_slack: usize,
    function: *const (),
}

#[repr(C)]
pub struct KernelTable {
    abi_version: u32,
    library: *const c_char,
    count: usize,
    kernels: *const Kernel,
}

// Pointers to constants: any thread may read them.
unsafe impl Sync for Kernel {}
unsafe impl Sync for KernelTable {}

/// Every half is an f32 too, so this is exact.
fn f32_from_half(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let exponent = u32::from(half >> 10) & 0x1f;
    let fraction = u32::from(half) & 0x3ff;
    match exponent {
        // Zero or subnormal: fraction times 2^-24, the smallest half, whose bits as an f32 are these.
        0 => f32::from_bits(sign | (fraction as f32 * f32::from_bits(103 << 23)).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        // The exponent's bias is 15 in a half and 127 in an f32.
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// q8_0.dequantize: x[n/32] -> y[n]
///
/// # Safety
/// `x` has n/32 blocks and `y` has room for n values.
unsafe extern "C" fn dequantize(x: *const Q8_0, y: *mut f32, n: usize) {
    // With n = 0 a pointer may be anything, which a slice must not be made of.
    if n == 0 {
        return;
    }
    let blocks = std::slice::from_raw_parts(x, n / BLOCK);
    // Through a pointer: what `y` points to is not initialised yet, so there may be no slice of it.
    for (i, block) in blocks.iter().enumerate() {
        let scale = f32_from_half(block.d);
        for (j, &q) in block.qs.iter().enumerate() {
            y.add(i * BLOCK + j).write(scale * f32::from(q));
        }
    }
}

/// q8_0.dot: within a block the sum is one of integers and exact; only the sum over the blocks rounds.
///
/// # Safety
/// `a` and `b` have n/32 blocks each.
unsafe extern "C" fn dot(a: *const Q8_0, b: *const Q8_0, n: usize) -> f32 {
    if n == 0 {
        return 0.0;
    }
    let a = std::slice::from_raw_parts(a, n / BLOCK);
    let b = std::slice::from_raw_parts(b, n / BLOCK);
    let mut sum = 0.0;
    for (a, b) in a.iter().zip(b) {
        let products: i32 = a.qs.iter().zip(&b.qs).map(|(&p, &q)| i32::from(p) * i32::from(q)).sum();
        sum += f32_from_half(a.d) * f32_from_half(b.d) * products as f32;
    }
    sum
}

/// A C string of a literal that ends in \0.
const fn c(text: &'static str) -> *const c_char {
    text.as_ptr() as *const c_char
}

static KERNELS: [Kernel; 2] = [
    Kernel {
        op: c("q8_0.dequantize\0"),
        variant: c("rust\0"),
        cpu_features: c("\0"), // none: these kernels run on any CPU
        assumes: c("\0"),      // nothing
        read_slack: 0,         // bytes read past the end of an input
        function: dequantize as *const (),
    },
    Kernel {
        op: c("q8_0.dot\0"),
        variant: c("rust\0"),
        cpu_features: c("\0"),
        assumes: c("\0"),
        read_slack: 0,
        function: dot as *const (),
    },
];

static TABLE: KernelTable = KernelTable {
    abi_version: ABI_VERSION,
    library: c("example in Rust\0"),
    count: KERNELS.len(),
    kernels: &KERNELS as *const Kernel,
};

/// The one function that Brickproof looks for.
#[no_mangle]
pub extern "C" fn brickproof_kernels() -> *const KernelTable {
    &TABLE
}
