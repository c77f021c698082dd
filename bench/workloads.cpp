#include "bench/workloads.hpp"

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

std::size_t bytes_of(const Case& c) {
    return std::accumulate(c.operands.begin(), c.operands.end(), std::size_t{0},
                           [](std::size_t sum, const Operand& operand) { return sum + operand.bytes(); });
}

std::size_t values_of(const Operand& operand) {
    return operand.element == Element::q8_0 ? operand.count * BRICKPROOF_Q8_0_BLOCK : operand.count;
}

std::string mebibytes(std::size_t bytes) {
    return fmt::format("{} MiB", bytes >> 20);
}

Case without_contents(Case c) {
    for (Operand& operand : c.operands) operand.contents = {};
    return c;
}

}  // namespace

std::size_t bytes_at(const Contract& contract, const std::vector<std::size_t>& sizes) {
    Case c;
    contract.typical(sizes, 0, c);
    return bytes_of(c);
}

Growth growth_of(const Contract& contract) {
    const auto values = [](const Workload& workload) {
        return std::accumulate(workload.sizes.begin(), workload.sizes.end(), std::size_t{1}, std::multiplies<>());
    };
    const auto first_size = [](const Workload& workload) { return workload.sizes[0]; };
    Growth growth{.sizes = std::ranges::max_element(contract.workloads, {}, values)->sizes,
                  .unit = std::ranges::min(contract.workloads, {}, first_size).sizes[0]};
    std::vector<std::size_t> sizes = growth.sizes;
    sizes[0] = growth.unit;
    const std::size_t once = bytes_at(contract, sizes);
    sizes[0] = 2 * growth.unit;
    growth.per_unit = bytes_at(contract, sizes) - once;
    growth.fixed = once - growth.per_unit;
    return growth;
}

std::size_t Growth::bytes_of_largest() const {
    return fixed + sizes[0] / unit * per_unit;
}

SizedWorkload Growth::workload_of(std::size_t bytes) const {
    SizedWorkload workload{"DRAM", sizes, true};
    workload.sizes[0] = unit * ((bytes - std::min(bytes, fixed) + per_unit - 1) / per_unit);
    return workload;
}

WorkloadList workloads_of(const Contract& contract, const Caches& caches, std::size_t available_memory) {
    WorkloadList list;
    for (const Workload& workload : contract.workloads)
        list.workloads.push_back({std::string(workload.name), workload.sizes, false});
    if (list.workloads.empty()) {
        list.without_dram = fmt::format("the contract of {} names no workloads", contract.op);
        return list;
    }
    const std::size_t bytes = cache_multiple * caches.last_level;
    if (bytes > available_memory / memory_share) {
        list.without_dram = fmt::format("DRAM needs {} of free memory, {} are there",
                                        mebibytes(memory_share * bytes), mebibytes(available_memory));
        return list;
    }
    const Growth growth = growth_of(contract);
    if (growth.per_unit == 0) {
        list.without_dram = fmt::format("the operands of {} do not grow with its first size", contract.op);
        return list;
    }
    if (growth.bytes_of_largest() > caches.last_level / 2)
        std::erase_if(list.workloads, [&](const SizedWorkload& w) { return w.sizes == growth.sizes; });
    list.workloads.push_back(growth.workload_of(std::max(bytes, growth.bytes_of_largest())));
    return list;
}

std::size_t input_sets(std::size_t bytes, const Caches& caches) {
    constexpr std::size_t most = 8;
    for (const std::size_t cache : {caches.l1_data, caches.l2, caches.last_level})
        if (bytes > 0 && bytes <= cache / 2) return std::min(most, cache / 2 / bytes);
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

Buffers::Buffers(const std::vector<Case>& input_cases, std::size_t output_sets) {
    const std::vector<Operand>& operands = input_cases.front().operands;
    const std::size_t input_count = input_cases.size();
    sets_.assign(std::lcm(input_count, output_sets), std::vector<void*>(operands.size()));
    for (std::size_t operand = 0; operand < operands.size(); ++operand) {
        const bool input = operands[operand].access == Access::input;
        const std::size_t copies = input ? input_count : output_sets;
        std::vector<std::byte*> pointers;
        for (std::size_t i = 0; i < copies; ++i) {
            pointers.push_back(allocate(operands[operand].bytes(), operand));
            const auto& contents = input_cases[input ? i : 0].operands[operand].contents;
            if (input && !contents.empty()) std::memcpy(pointers[i], contents.data(), contents.size());
        }
        for (std::size_t i = 0; i < sets_.size(); ++i) sets_[i][operand] = pointers[i % copies];
    }
}

bool can_be_checked(const std::vector<OracleOutput>& expected) {
    const auto finite = [](const OracleOutput& output) {
        return std::ranges::all_of(output.bound, [](double bound) { return std::isfinite(bound); });
    };
    return !expected.empty() && std::ranges::all_of(expected, finite);
}

PreparedWorkload prepare(const Contract& contract, const SizedWorkload& workload, const Caches& caches,
                         std::uint64_t seed) {
    std::vector<Case> cases(1);
    contract.typical(workload.sizes, seed, cases[0]);
    const std::size_t inputs = workload.beyond_cache ? 1 : input_sets(bytes_of(cases[0]), caches);
    cases.resize(inputs);
    for (std::size_t i = 1; i < inputs; ++i) contract.typical(workload.sizes, seed + 1000 * i, cases[i]);
    const Case& first = cases.front();
    PreparedWorkload prepared{.workload = workload,
                              .shape = without_contents(first),
                              .bytes = bytes_of(first),
                              .buffers = Buffers(cases, workload.beyond_cache ? 2 : inputs)};
    std::size_t written = 0;
    for (const Operand& operand : first.operands) {
        prepared.elements = std::max(prepared.elements, values_of(operand));
        if (operand.access == Access::output) written += operand.bytes();
    }
    prepared.mostly_reads = 20 * written < prepared.bytes;
    if (contract.oracle != nullptr) prepared.expected = contract.oracle(first);
    return prepared;
}

}  // namespace brickproof::bench
