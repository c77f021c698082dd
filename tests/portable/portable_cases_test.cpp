// The same bytes are the same case on every machine and compiler: a replay token, a corpus file and a finding mean
// nothing without that. Most easily lost where one expression draws twice: C++ leaves open which draw is first.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <span>
#include <string_view>

#include "engine/contract.hpp"
#include "engine/hash.hpp"
#include "random_bytes.hpp"

namespace brickproof {
namespace {

void add_bytes(Fnv1a& hash, std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) hash.add(std::to_integer<std::uint64_t>(byte));
}

void add_case(Fnv1a& hash, const Case& c) {
    add_bytes(hash, std::as_bytes(std::span(c.sizes)));
    for (const Operand& operand : c.operands) add_bytes(hash, operand.contents);
}

// No precondition, all together, and each alone.
std::vector<Preconditions> some_preconditions(const Contract& contract) {
    std::vector<Preconditions> some(2);
    for (const Precondition& precondition : contract.preconditions) {
        some[1].add(precondition.name);
        some.emplace_back().add(precondition.name);
    }
    return some;
}

std::uint64_t hash_of_cases(const Contract& contract) {
    Fnv1a hash;
    Random random(11);
    for (const Preconditions& holding : some_preconditions(contract))
        for (int i = 0; i < 60; ++i) add_case(hash, decode_case(contract, random_bytes(random, 96), holding));
    for (const Workload& workload : contract.workloads)
        add_case(hash, typical_case(contract, clipped_sizes(contract, workload.sizes, 64), 7));
    return hash.value();
}

// A new number here is a new meaning of every token of that op: raise the contract's encoding with it.
const std::map<std::string_view, std::uint64_t> pinned = {
    {"q8_0.quantize", 0x8d5cbdd3d8b8580fu},  {"q8_0.dequantize", 0x983d11a5bd51df40u},
    {"q8_0.dot", 0x9d04ca4f9d1253e0u},       {"q8_0.gemv", 0x69fdbeb035699b46u},
    {"q8_0f.quantize", 0x5cf0c7a1dd67a20fu}, {"q8_0f.dequantize", 0x0cc80b82b4a9fbd0u},
    {"f16.from_f32", 0xd938d278c427e998u},   {"f16.to_f32", 0xb35d946b80c883d2u},
    {"rms_norm", 0xb37c67d7295dc2d3u},       {"gemv", 0xbd09e96f7f7f34a6u},
    {"swiglu", 0xa25e541d9295ed0fu},         {"softmax", 0x8b13356d1d631b1fu},
    {"rope", 0x6a0dd51cae8aef1bu},           {"attention", 0x1dbf4df9893f8779u},
};

TEST(PortableCases, SameBytesAreTheSameCaseEverywhere) {
    for (const Contract* contract : all_contracts()) {
        const std::uint64_t hash = hash_of_cases(*contract);
        const auto pin = pinned.find(contract->op);
        ASSERT_NE(pin, pinned.end()) << fmt::format("a new op: pin {{\"{}\", {:#018x}u}}", contract->op, hash);
        EXPECT_EQ(hash, pin->second) << fmt::format("{}: {:#018x}", contract->op, hash);
    }
}

}  // namespace
}  // namespace brickproof
