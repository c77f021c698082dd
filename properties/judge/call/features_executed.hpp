// Which CPU features instructions need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brickproof {

// Whether this build can decode instructions: on x86-64, with the library Zydis.
bool can_decode_instructions();

// What is executed after an instruction.
enum class Flow {
    on,      // the next one
    branch,  // the next one or the target: a conditional jump, a call
    jump,    // the target
    end,     // a return
};

struct DecodedInstruction {
    std::string mnemonic{};
    // By the names of brick/isa.hpp, more than the architecture's baseline: "avx512vl", "avx512_vnni".
    std::vector<std::string> features{};
    std::size_t length = 0;     // bytes; 0 where these bytes are not an instruction
    bool asks_the_cpu = false;  // cpuid, xgetbv
    Flow flow = Flow::on;
    // Of a branch or jump, from the instruction's first byte: where it goes, or where the pointer lies by which it
    // does. Neither where a register decides.
    std::optional<std::ptrdiff_t> target{};
    std::optional<std::ptrdiff_t> pointer{};
};
DecodedInstruction decode_instruction(std::span<const std::uint8_t> bytes);

std::set<std::string> listed_features(std::string_view features);
// A comma-separated list with everything that it implies: no CPU has avx2 without avx, no compiler's -mavx2 leaves
// popcnt out.
std::set<std::string> with_implied_features(std::string_view features);

}  // namespace brickproof
