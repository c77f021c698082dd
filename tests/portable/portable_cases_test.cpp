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
    {"q8_0.quantize", 0x1fd16b7e05293a36u},  {"q8_0.dequantize", 0x06eefd4aa53d41e6u},
    {"q8_0.dot", 0x6866e65638b6a63du},       {"q8_0.gemv", 0xc8e1ae71c4cb8e92u},
    {"q8_0f.quantize", 0x2215ef6f7aec577eu}, {"q8_0f.dequantize", 0x766b65f999b44ba8u},
    {"f16.from_f32", 0x311bfe67f7b80923u},   {"f16.to_f32", 0xd083d3262798f15au},
    {"rms_norm", 0x20f7b8742a3c1aeeu},       {"gemv", 0xd1c8e3577642ef87u},
    {"swiglu", 0x1ea12cbec52509bdu},         {"softmax", 0xafbec4dfecd42212u},
    {"rope", 0xcc8bf9c647bd245fu},           {"attention", 0x6ed1ef402b75c6b4u},
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
