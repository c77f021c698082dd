// Code that is compiled once for each ISA lies in an inline namespace of its ISA: two copies of an inline function,
// or of a template, have two names then, and the linker cannot take the one that was compiled with AVX2 for
// everybody's. The build names the ISA of a file (cmake/BrickproofOps.cmake); a file without one is for every CPU.
// tests/layout looks at the symbols.
#pragma once

#ifndef BRICK_TARGET
#define BRICK_TARGET baseline
#endif
