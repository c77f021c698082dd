// From the name of one of ggml's CPU libraries: what to call it and which CPU it needs.
#pragma once

#include <string>
#include <string_view>

namespace brickproof::ggml {

// "dir/libggml-cpu-haswell.so" is "haswell"; a build without a variant, "libggml-cpu.so", is "cpu"; any other file
// is called by its name without "lib" and what follows the first ".so".
std::string variant_name(std::string_view path);

// The CPU features that ggml's build switches on for a variant, comma-separated; "" for the baseline of the
// architecture and for variants that ggml's build does not know.
std::string_view variant_cpu_features(std::string_view variant);

}  // namespace brickproof::ggml
