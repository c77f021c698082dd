// The machine code that a kernel has to answer for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "judge/kernel.hpp"

namespace brickproof {

// Executable memory of a library that is loaded.
struct Code {
    std::string library;  // its path; empty for the program itself
    std::span<const std::uint8_t> bytes;

    // Of an address in it, the code from there on; empty for any other.
    std::span<const std::uint8_t> from(std::uintptr_t address) const;
};

// Memory of a library that is loaded, in whole pages, that holds variables of static storage.
struct StaticData {
    std::byte* begin;
    std::size_t bytes;

    bool holds(const void* address) const {
        const auto* at = static_cast<const std::byte*>(address);
        return at >= begin && at < begin + bytes;
    }
};

// Of a plug-in, that of its own library and of those that it brings; of our own kernels, the program's.
std::vector<StaticData> static_data_of(const Kernel& kernel);

// Of a plug-in, its own and that of the libraries that it brings; of our own kernels, the program's. The system's
// libraries choose their instructions by the CPU themselves.
std::vector<Code> code_of(const Kernel& kernel);

// The code from an address on; empty where it is none of these.
std::span<const std::uint8_t> code_from(const std::vector<Code>& code, std::uintptr_t address);

// Whether there is an instruction in it that asks the CPU for its features: what is executed here need not be what
// is executed elsewhere.
bool asks_the_cpu(const Code& code);

// What can be executed, by the jumps and calls that stand in the code.
struct Reachable {
    std::set<std::string> features{};
    bool complete = true;  // no jump goes where a register says
};
Reachable reachable_from(const std::vector<Code>& code, std::uintptr_t entry);

}  // namespace brickproof
