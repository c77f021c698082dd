// What is timed: the contract's workloads, one beyond the last-level cache, and their buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/machine.hpp"
#include "engine/contract.hpp"

namespace brickproof::bench {

struct SizedWorkload {
    std::string name;
    std::vector<std::size_t> sizes;
    bool beyond_cache = false;
};

// Bytes of all operands of a typical case at these sizes: what one call reads and writes.
std::size_t bytes_at(const Contract& contract, const std::vector<std::size_t>& sizes);

// How an op's operands grow with the first size of its largest workload: fixed + first / unit * per_unit bytes.
struct Growth {
    std::vector<std::size_t> sizes;  // of the largest workload
    std::size_t unit = 1;            // the first size of the contract's smallest: what first sizes are multiples of
    std::size_t per_unit = 0;        // bytes
    std::size_t fixed = 0;           // bytes

    std::size_t bytes_of_largest() const;
    // "DRAM": the first size at which the operands take at least `bytes`.
    SizedWorkload workload_of(std::size_t bytes) const;
};
// Of a contract with workloads. Measured on two small cases: a large one takes long to fill.
Growth growth_of(const Contract& contract);

inline constexpr std::size_t cache_multiple = 4;  // DRAM: so many times the last-level cache
// Case, buffers and oracle together take about ten times the operands.
inline constexpr std::size_t memory_share = 16;

struct WorkloadList {
    std::vector<SizedWorkload> workloads;
    std::string without_dram{};  // why there is none
};
// The contract's workloads, then "DRAM". A workload of the contract that takes more than half of the last-level
// cache is left to the latter: here it would be neither in the cache nor safely beyond it.
WorkloadList workloads_of(const Contract& contract, const Caches& caches, std::size_t available_memory);

// How many sets of buffers one rotates through: as many as stay in half of the smallest cache whose half holds one,
// up to 8; beyond the cache there is one set of inputs and two of outputs.
std::size_t input_sets(std::size_t bytes, const Caches& caches);

// The operands' memory: each operand begins on a cache line, and on another line of its page than the others do, so
// that no load is taken for depending on a store 4,096 bytes away.
class Buffers {
  public:
    // `input_cases` has the same sizes throughout; their contents are copied.
    Buffers(const std::vector<Case>& input_cases, std::size_t output_sets);

    std::size_t set_count() const { return sets_.size(); }
    // One pointer per operand. Inputs and outputs rotate with periods of their own.
    std::span<void* const> set(std::size_t i) const { return sets_[i]; }

  private:
    struct Free {
        void operator()(std::byte* memory) const;
    };
    using Memory = std::unique_ptr<std::byte, Free>;
    std::byte* allocate(std::size_t bytes, std::size_t operand);

    std::vector<Memory> memory_;
    std::vector<std::vector<void*>> sets_;
};

// Whether a result can break these bounds at all. A derived bound may be infinite for very long sums.
bool can_be_checked(const std::vector<OracleOutput>& expected);

// Everything of one workload that its kernels share.
struct PreparedWorkload {
    SizedWorkload workload;
    Case shape;                 // without contents
    std::size_t bytes = 0;      // read and written by one call
    std::size_t elements = 0;   // values of the largest operand
    bool mostly_reads = false;  // outputs are less than 5% of the bytes
    Buffers buffers;
    std::vector<OracleOutput> expected{};  // of set 0; empty where the contract has no oracle
};
PreparedWorkload prepare(const Contract& contract, const SizedWorkload& workload, const Caches& caches,
                         std::uint64_t seed);

}  // namespace brickproof::bench
