// The forms of lib/support/exp.hpp on arrays; a test calls each only on a CPU that has what it is compiled for.
#pragma once

#include <cstddef>

namespace brick {

// n is a multiple of 8.
using ExpOfArray = void(const float* x, float* y, std::size_t n);

ExpOfArray exp_scalar;
ExpOfArray exp_avx2;  // x86-64, in exp_avx2.cpp, which is compiled with AVX2 and FMA
ExpOfArray exp_neon;  // aarch64

}  // namespace brick
