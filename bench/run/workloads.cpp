#include "bench/run/workloads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <numeric>

namespace brickproof::bench {
namespace {

std::size_t values_of(const Operand& operand) {
    return operand.count * operand.type->values;
}

std::string mebibytes(std::size_t bytes) {
    return fmt::format("{} MiB", bytes >> 20);
}

Case without_contents(Case c) {
    for (Operand& operand : c.operands) operand.contents = {};
    return c;
}

}  // namespace

Growth growth_of(const Contract& contract) {
    const auto values = [](const Workload& workload) {
        return std::accumulate(workload.sizes.begin(), workload.sizes.end(), std::size_t{1}, std::multiplies<>());
    };
    const auto first_size = [](const Workload& workload) { return workload.sizes[0]; };
    Growth growth{.sizes = std::ranges::max_element(contract.workloads, {}, values)->sizes,
                  .unit = std::ranges::min(contract.workloads, {}, first_size).sizes[0]};
    std::vector<std::size_t> sizes = growth.sizes;
    sizes[0] = growth.unit;
    const std::size_t once = contract.signature.bytes(sizes);
    sizes[0] = 2 * growth.unit;
    growth.per_unit = contract.signature.bytes(sizes) - once;
    growth.fixed = once - growth.per_unit;
    return growth;
}

std::vector<std::size_t> Growth::sizes_for(std::size_t bytes) const {
    std::vector<std::size_t> grown = sizes;
    grown[0] = unit * std::max<std::size_t>(1, (bytes - std::min(bytes, fixed) + per_unit - 1) / per_unit);
    return grown;
}

namespace {

// By a unit of the first size.
std::size_t bytes_written(const Contract& contract, const Growth& growth) {
    std::vector<std::size_t> sizes = growth.sizes;
    sizes[0] = growth.unit;
    const std::size_t once = contract.signature.bytes(sizes, Access::output);
    sizes[0] = 2 * growth.unit;
    return contract.signature.bytes(sizes, Access::output) - once;
}

// Of an op whose long calls may write past the caches: more than a twentieth of what it moves is written, and
// elsewhere than where it is read.
std::optional<SizedWorkload> large_calls(const Contract& contract, const Growth& growth, const Caches& caches) {
    if (contract.signature.is_in_place()) return std::nullopt;
    const std::size_t written = bytes_written(contract, growth);
    if (20 * written < growth.per_unit) return std::nullopt;
    const std::size_t units = (std::min(large_output, caches.last_level) + written - 1) / written;
    const std::vector<std::size_t> sizes = growth.sizes_for(growth.fixed + units * growth.per_unit);
    const std::size_t sets = set_count(Level::dram, contract.signature.bytes(sizes), caches);
    return SizedWorkload{"DRAM, large calls", sizes, Level::dram, sets};
}

void add_streamed(const Contract& contract, const Caches& caches, std::size_t available_memory,
                  WorkloadList& list) {
    const std::size_t working_set = cache_multiple * caches.last_level;
    if (2 * working_set > available_memory) {
        list.without_dram = fmt::format("DRAM needs {} of free memory, {} are there", mebibytes(2 * working_set),
                                        mebibytes(available_memory));
        return;
    }
    const Growth growth = growth_of(contract);
    if (growth.per_unit == 0) {
        list.without_dram = fmt::format("the operands of {} do not grow with its first size", contract.op);
        return;
    }
    const std::vector<std::size_t> sizes = growth.sizes_for(streamed_call);
    const std::size_t bytes = contract.signature.bytes(sizes);
    const bool has_l3 =
        std::ranges::any_of(list.workloads, [](const SizedWorkload& w) { return w.level == Level::l3; });
    const std::size_t in_l3 = set_count(Level::l3, bytes, caches);
    if (!has_l3 && level_of(in_l3 * bytes, caches) == Level::l3 && in_l3 * bytes >= 2 * caches.l2)
        list.workloads.push_back({"L3", sizes, Level::l3, in_l3});
    list.workloads.push_back({"DRAM", sizes, Level::dram, set_count(Level::dram, bytes, caches)});
    if (std::optional<SizedWorkload> large = large_calls(contract, growth, caches))
        list.workloads.push_back(std::move(*large));
}

}  // namespace

WorkloadList workloads_of(const Contract& contract, const Caches& caches, std::size_t available_memory) {
    WorkloadList list;
    for (const Workload& workload : contract.workloads) {
        const std::size_t bytes = bytes_at(contract, workload.sizes);
        if (bytes > caches.last_level / 2) continue;
        const Level own = level_of(bytes + bytes / 3, caches);  // a quarter is left to code and stack
        const std::size_t sets = set_count(own, bytes, caches);
        list.workloads.push_back(
            {std::string(workload.name), workload.sizes, level_of(sets * bytes, caches), sets});
    }
    if (contract.workloads.empty())
        list.without_dram = fmt::format("the contract of {} names no workloads", contract.op);
    else
        add_streamed(contract, caches, available_memory, list);
    return list;
}

std::size_t set_count(Level level, std::size_t bytes, const Caches& caches) {
    constexpr std::size_t many = 8;
    const auto sets_in = [bytes](std::size_t memory) { return std::max<std::size_t>(1, memory / bytes); };
    const auto sets_beyond = [bytes](std::size_t memory) { return (memory + bytes - 1) / bytes; };
    if (bytes == 0) return 1;
    switch (level) {
        case Level::l1:
            return std::min(many, sets_in(caches.l1_data / 2));
        case Level::l2:
            return std::min(std::max(many, sets_beyond(2 * caches.l1_data)), sets_in(caches.l2 / 2));
        case Level::l3:
            return std::min(std::max<std::size_t>(2, sets_beyond(4 * caches.l2)), sets_in(caches.last_level / 2));
        case Level::dram:
            return std::max<std::size_t>(2, sets_beyond(cache_multiple * caches.last_level));
    }
    return 1;
}

void Buffers::Free::operator()(std::byte* memory) const {
    std::free(memory);
}

std::byte* Buffers::allocate(std::size_t bytes, std::size_t operand) {
    constexpr std::size_t page = 4096;
    constexpr std::size_t line = 64;
    const std::size_t offset = line * (1 + 17 * operand) % page;
    const std::size_t total = (offset + bytes + 2 * page - 1) / page * page;  // a page of slack for read_slack
    Memory memory(static_cast<std::byte*>(std::aligned_alloc(page, total)));
    if (memory == nullptr) throw std::bad_alloc();
    std::memset(memory.get(), 0xA5, total);  // mapped now, not while timed
    memory_.push_back(std::move(memory));
    return memory_.back().get() + offset;
}

Buffers::Buffers(const std::vector<Case>& cases, std::size_t sets, const std::atomic<bool>* stop) {
    for (std::size_t i = 0; i < sets; ++i) {
        if (stop != nullptr && stop->load()) return;
        const auto& operands = cases[i % cases.size()].operands;
        std::vector<void*> pointers;
        for (std::size_t operand = 0; operand < operands.size(); ++operand) {
            std::byte* memory = allocate(operands[operand].bytes(), operand);
            const std::span<const std::byte> contents =
                operands[operand].access == Access::input
                    ? operands[operand].contents
                    : old_contents(cases[i % cases.size()], operands[operand]);
            std::ranges::copy(contents, memory);
            pointers.push_back(operands[operand].argument(memory));
        }
        sets_.push_back(std::move(pointers));
    }
    is_complete_ = true;
}

bool can_be_checked(const std::vector<OracleOutput>& expected) {
    const auto finite = [](const OracleOutput& output) {
        return std::ranges::all_of(output.bound, [](double bound) { return std::isfinite(bound); });
    };
    return !expected.empty() && std::ranges::all_of(expected, finite);
}

std::optional<PreparedWorkload> prepare(const Contract& contract, const SizedWorkload& workload, std::uint64_t seed,
                                        const std::atomic<bool>* stop) {
    constexpr std::size_t most_cases = 8;  // different data; more sets hold copies of these
    std::vector<Case> cases(std::min(most_cases, workload.sets));
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (stop != nullptr && stop->load()) return std::nullopt;
        cases[i] = typical_case(contract, workload.sizes, seed + 1000 * i);
    }
    const Case& first = cases.front();
    PreparedWorkload prepared{
        .workload = workload, .shape = without_contents(first), .buffers = Buffers(cases, workload.sets, stop)};
    if (!prepared.buffers.is_complete()) return std::nullopt;
    for (const Operand& operand : first.operands) {
        prepared.elements = std::max(prepared.elements, values_of(operand));
        (operand.access == Access::output ? prepared.bytes_written : prepared.bytes_read) += operand.bytes();
    }
    prepared.in_place = contract.signature.is_in_place();
    if (contract.oracle != nullptr) prepared.expected = contract.oracle(first);
    return prepared;
}

}  // namespace brickproof::bench
