// What is timed: the contract's workloads, one in the last-level cache, one beyond it, and their buffers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/machine/level.hpp"
#include "engine/contract.hpp"

namespace brickproof::bench {

struct SizedWorkload {
    std::string name;
    std::vector<std::size_t> sizes;
    Level level = Level::l1;  // where the rotating sets lie
    std::size_t sets = 1;     // of buffers that calls rotate through
};

// How an op's operands grow with the first size of its largest workload: fixed + first / unit * per_unit bytes.
struct Growth {
    std::vector<std::size_t> sizes;  // of the largest workload
    std::size_t unit = 1;            // the first size of the contract's smallest: what first sizes are multiples of
    std::size_t per_unit = 0;        // bytes
    std::size_t fixed = 0;           // bytes

    // The first size at which the operands take at least `bytes`.
    std::vector<std::size_t> sizes_for(std::size_t bytes) const;
};
// Of a contract with workloads.
Growth growth_of(const Contract& contract);

// A call on operands of L3 or DRAM: long enough that it hardly matters how it begins, short enough for many
// samples, and for sums whose bounds are finite.
inline constexpr std::size_t streamed_call = 2 << 20;  // bytes
// What a large call writes at least, or the last-level cache's size if that is less: from here on kernels write
// past the caches (lib/support/stream_avx2.hpp). No more than that: a hundred calls of a slow kernel take their
// time.
inline constexpr std::size_t large_output = 8 << 20;  // bytes

struct WorkloadList {
    std::vector<SizedWorkload> workloads;
    std::string without_dram{};  // why there is none
};
// The contract's workloads, then "L3" if it names none that lies there and there is such a cache, then "DRAM", and
// for ops that write much "DRAM, large calls": kernels that write past the caches do so where a call writes so much
// that the caches would not keep it. A workload of the contract that takes more than half of the last-level cache
// is left to the latter: here it would be neither in the cache nor safely beyond it.
WorkloadList workloads_of(const Contract& contract, const Caches& caches, std::size_t available_memory);

// How many sets of buffers of so many bytes calls rotate through, so that the working set is the level's: up to
// half of L1; of L2, more than L1 where that is no more than half of L2; four times L2, and no more than half of
// the last level; cache_multiple times the last level.
std::size_t set_count(Level level, std::size_t bytes, const Caches& caches);

// The operands' memory: each operand begins on a cache line, and on another line of its page than the others do, so
// that no load is taken for depending on a store 4,096 bytes away.
class Buffers {
  public:
    // Set i holds the inputs of case i modulo their number; all cases have the same sizes. Gives up between two
    // sets once `stop` is set: is_complete() is false then.
    Buffers(const std::vector<Case>& cases, std::size_t sets, const std::atomic<bool>* stop = nullptr);

    bool is_complete() const { return is_complete_; }
    std::size_t set_count() const { return sets_.size(); }
    // One pointer per operand.
    std::span<void* const> set(std::size_t i) const { return sets_[i]; }

  private:
    struct Free {
        void operator()(std::byte* memory) const;
    };
    using Memory = std::unique_ptr<std::byte, Free>;
    std::byte* allocate(std::size_t bytes, std::size_t operand);

    std::vector<Memory> memory_;
    std::vector<std::vector<void*>> sets_;
    bool is_complete_ = false;
};

// Whether a result can break these bounds at all. A derived bound may be infinite for very long sums.
bool can_be_checked(const std::vector<OracleOutput>& expected);

// Everything of one workload that its kernels share.
struct PreparedWorkload {
    SizedWorkload workload;
    Case shape{};                   // without contents
    std::size_t bytes_read = 0;     // by one call
    std::size_t bytes_written = 0;  // by one call
    std::size_t elements = 0;       // values of the largest operand
    bool in_place = false;
    Buffers buffers;
    std::vector<OracleOutput> expected{};  // of set 0; empty where the contract has no oracle

    std::size_t bytes() const { return bytes_read + bytes_written; }
    bool mostly_reads() const { return 20 * bytes_written < bytes(); }
    // Of an op in place what is read is written, too.
    std::size_t call_set() const { return bytes() - (in_place ? bytes_written : 0); }
    std::size_t working_set() const { return call_set() * buffers.set_count(); }
    double share_written() const { return static_cast<double>(bytes_written) / static_cast<double>(call_set()); }
};
// Nothing once `stop` is set.
std::optional<PreparedWorkload> prepare(const Contract& contract, const SizedWorkload& workload, std::uint64_t seed,
                                        const std::atomic<bool>* stop = nullptr);

}  // namespace brickproof::bench
