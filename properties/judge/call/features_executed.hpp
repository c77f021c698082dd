// Which CPU features instructions need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brickproof {

// Whether this build can decode instructions: on x86-64, with the library Zydis.
bool can_decode_instructions();

struct DecodedInstruction {
    std::string mnemonic{};
    // By the names of brick/isa.hpp, more than the architecture's baseline: "avx512vl", "avx512_vnni".
    std::vector<std::string> features{};
    std::size_t length = 0;     // bytes; 0 where these bytes are not an instruction
    bool asks_the_cpu = false;  // cpuid, xgetbv
};
DecodedInstruction decode_instruction(std::span<const std::uint8_t> bytes);

std::set<std::string> listed_features(std::string_view features);
// A comma-separated list with everything that it implies: no CPU has avx2 without avx, no compiler's -mavx2 leaves
// popcnt out.
std::set<std::string> with_implied_features(std::string_view features);

}  // namespace brickproof
