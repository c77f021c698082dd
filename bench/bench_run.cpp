#include "bench/bench_run.hpp"

#include <fmt/format.h>
#include <sys/time.h>

#include <algorithm>
#include <map>

#include "bench/bandwidth.hpp"
#include "bench/sampler.hpp"
#include "bench/workloads.hpp"
#include "engine/compare.hpp"
#include "judge/fault_trap.hpp"
#include "judge/plugin.hpp"

namespace brickproof::bench {
namespace {

// A call of a large workload takes long, with a sanitizer or an emulator longer still.
constexpr double call_limit = 20.0;  // seconds

// The fault trap's periodic alarm would interrupt what is timed.
class PausedAlarm {
  public:
    PausedAlarm() {
        const itimerval none{};
        setitimer(ITIMER_REAL, &none, &before_);
    }
    ~PausedAlarm() { setitimer(ITIMER_REAL, &before_, nullptr); }
    PausedAlarm(const PausedAlarm&) = delete;
    PausedAlarm& operator=(const PausedAlarm&) = delete;

  private:
    itimerval before_{};
};

// The compiler must take the memory for used.
void consume(const void* memory) {
    asm volatile("" : : "r"(memory) : "memory");
}

Batch calls_of(const Kernel& kernel, const PreparedWorkload& prepared) {
    return [&kernel, &prepared](std::size_t first, std::size_t calls) {
        const Buffers& buffers = prepared.buffers;
        std::size_t set = first % buffers.set_count();
        for (std::size_t i = 0; i < calls; ++i) {
            const auto operands = buffers.set(set);
            kernel.contract->invoke(kernel.fn, prepared.shape.sizes, operands);
            consume(operands.data());
            if (++set == buffers.set_count()) set = 0;
        }
    };
}

using Read = std::uint64_t(std::span<const std::byte>);

Batch reads_of(const PreparedWorkload& prepared, Read* read) {
    return [&prepared, read](std::size_t, std::size_t calls) {
        for (std::size_t i = 0; i < calls; ++i) {
            std::uint64_t folded = 0;
            const auto operands = prepared.buffers.set(0);
            for (std::size_t o = 0; o < operands.size(); ++o)
                folded ^= read({static_cast<const std::byte*>(operands[o]), prepared.shape.operands[o].bytes()});
            consume(&folded);
        }
    };
}

Outputs outputs_of(const PreparedWorkload& prepared) {
    Outputs outputs;
    for (std::size_t i = 0; i < prepared.shape.operands.size(); ++i) {
        const Operand& operand = prepared.shape.operands[i];
        if (operand.access != Access::output) continue;
        const auto* data = static_cast<const std::byte*>(prepared.buffers.set(0)[i]);
        outputs.arrays.emplace_back(data, data + operand.bytes());
    }
    return outputs;
}

void fill_outputs(const PreparedWorkload& prepared) {
    for (std::size_t i = 0; i < prepared.shape.operands.size(); ++i) {
        const Operand& operand = prepared.shape.operands[i];
        if (operand.access == Access::output)
            std::fill_n(static_cast<std::byte*>(prepared.buffers.set(0)[i]), operand.bytes(), std::byte{0xA5});
    }
}

// One run before anything is timed. Sets the row's state where the kernel must not be timed.
bool fit_to_time(const Kernel& kernel, const PreparedWorkload& prepared, Row& row) {
    if (const std::string reason = why_not_runnable(kernel); !reason.empty()) {
        row.state = Row::State::not_run;
        row.reason = fmt::format("{}: {}", kernel.variant, reason);
        return false;
    }
    fill_outputs(prepared);
    const Stop stop =
        call_trapped([&] { kernel.contract->invoke(kernel.fn, prepared.shape.sizes, prepared.buffers.set(0)); });
    if (stop.kind != Stop::Kind::none) {
        row.state = Row::State::stopped;
        row.reason = kernel.variant + ": " + describe(stop);
        return false;
    }
    if (prepared.expected.empty()) return true;
    const Outcome outcome = expect_outputs_within(prepared.shape, outputs_of(prepared), prepared.expected);
    if (outcome.kind != Outcome::Kind::fail) return true;
    row.state = Row::State::wrong;
    row.reason = kernel.variant + ": " + outcome.message;
    return false;
}

Timing timing_of(const Kernel& kernel) {
    return {.library = kernel.library, .variant = kernel.variant};
}

void evaluate(Timing& timing, const Samples& samples, std::size_t contestant) {
    const std::vector<double>& values = samples.nanoseconds[contestant];
    timing.nanoseconds = median(values);
    timing.interval = median_interval(values);
    timing.variation = coefficient_of_variation(values);
    timing.calls = samples.calls[contestant];
}

void evaluate(Row& row, const Samples& samples, std::span<const Contestant> contestants, std::uint64_t seed) {
    row.samples = samples.nanoseconds[0].size();
    row.voided = samples.voided;
    if (row.shows_numbers()) {
        evaluate(row.a, samples, 0);
        if (row.b) {
            evaluate(*row.b, samples, 1);
            const auto& a = samples.nanoseconds[0];
            const auto& b = samples.nanoseconds[1];
            const Interval interval = bootstrap_ratio(a, b, seed);
            row.comparison = Comparison{ratio_of_medians(a, b), interval, verdict_of(interval)};
        }
        for (std::size_t i = row.b ? 2 : 1; i < contestants.size(); ++i) {
            const double bandwidth = gigabytes_per_second(row.bytes, median(samples.nanoseconds[i]));
            row.read_loops.push_back(
                {contestants[i].name, bandwidth, gigabytes_per_second(row.bytes, row.a.nanoseconds) / bandwidth});
        }
    }
    row.reason = why_invalid(row);
    row.state = row.reason.empty() ? Row::State::valid : Row::State::invalid;
}

class BenchRun {
  public:
    BenchRun(const std::vector<Pairing>& pairings, const BenchOptions& options)
        : pairings_(pairings), options_(options) {}

    BenchReport run(BenchReport report) {
        shortest_batch_ = batch_for_overhead(report.clock_overhead);
        for (const Contract* contract : all_contracts()) {
            const auto of_op = [&](const Pairing& pairing) { return pairing.kernel->contract == contract; };
            if (std::ranges::any_of(pairings_, of_op)) run_op(*contract, report);
        }
        report.interrupted = interrupted();
        return report;
    }

  private:
    bool interrupted() const { return options_.interrupted != nullptr && options_.interrupted->load(); }

    void add(BenchReport& report, Row row) const {
        options_.on_row(row);
        report.rows.push_back(std::move(row));
    }

    void run_op(const Contract& contract, BenchReport& report) {
        const WorkloadList list = workloads_of(contract, report.machine.caches, available_memory());
        for (const SizedWorkload& workload : list.workloads) {
            if (interrupted()) return;
            if (!options_.wants_workload(workload.name)) continue;
            const PreparedWorkload prepared = prepare(contract, workload, report.machine.caches, options_.seed);
            for (const Pairing& pairing : pairings_) {
                if (interrupted()) return;
                if (pairing.kernel->contract != &contract) continue;
                Row row = start(pairing, prepared);
                if (time(pairing, prepared, row)) add(report, std::move(row));
            }
        }
        if (list.without_dram.empty() || !options_.wants_workload("DRAM")) return;
        for (const Pairing& pairing : pairings_) {
            if (pairing.kernel->contract != &contract) continue;
            Row row{.op = std::string(contract.op), .workload = "DRAM", .sizes = "", .state = Row::State::not_run};
            row.reason = list.without_dram;
            row.a = timing_of(*pairing.kernel);
            if (pairing.peer != nullptr) row.b = timing_of(*pairing.peer);
            add(report, std::move(row));
        }
    }

    static Row start(const Pairing& pairing, const PreparedWorkload& prepared) {
        const Contract& contract = *pairing.kernel->contract;
        Row row{.op = std::string(contract.op),
                .workload = prepared.workload.name,
                .sizes = describe_sizes(prepared.shape, contract.size_names)};
        row.a = timing_of(*pairing.kernel);
        if (pairing.peer != nullptr) row.b = timing_of(*pairing.peer);
        row.bytes = prepared.bytes;
        row.elements = prepared.elements;
        return row;
    }

    // A kernel that was wrong at one size is not timed at another either, where nobody might notice.
    bool is_right(const Kernel& kernel, const PreparedWorkload& prepared, Row& row) {
        if (const auto known = wrong_.find(&kernel); known != wrong_.end()) {
            row.state = Row::State::wrong;
            row.reason = known->second;
            return false;
        }
        const bool fit = fit_to_time(kernel, prepared, row);
        if (row.state == Row::State::wrong)
            wrong_[&kernel] = fmt::format("{} (at {})", row.reason, prepared.workload.name);
        return fit;
    }

    // False where the user stopped it before there was anything to say.
    bool time(const Pairing& pairing, const PreparedWorkload& prepared, Row& row) {
        row.unchecked = !can_be_checked(prepared.expected);
        if (!is_right(*pairing.kernel, prepared, row)) return true;
        if (pairing.peer != nullptr && !is_right(*pairing.peer, prepared, row)) {
            row.by_peer = true;
            return true;
        }
        std::vector<Contestant> contestants{{pairing.kernel->variant, calls_of(*pairing.kernel, prepared)}};
        if (pairing.peer != nullptr)
            contestants.push_back({pairing.peer->variant, calls_of(*pairing.peer, prepared)});
        if (prepared.workload.beyond_cache && prepared.mostly_reads) {
            contestants.push_back({"a loop that reads in order", reads_of(prepared, read_in_order)});
            contestants.push_back({"one that prefetches four streams", reads_of(prepared, read_in_streams)});
        }
        const PausedAlarm paused;
        const Samples samples = sample(contestants, {.seconds = options_.seconds_per_row,
                                                     .shortest_batch = shortest_batch_,
                                                     .seed = options_.seed,
                                                     .interrupted = options_.interrupted});
        if (samples.dead) {
            row.state = Row::State::stopped;
            row.reason = samples.died;
            row.by_peer = *samples.dead != 0;
        } else {
            evaluate(row, samples, contestants, options_.seed);
        }
        return !samples.user_stopped || row.shows_numbers();
    }

    const std::vector<Pairing>& pairings_;
    const BenchOptions& options_;
    double shortest_batch_ = 0.0;
    std::map<const Kernel*, std::string> wrong_{};  // and what was wrong
};

}  // namespace

std::vector<Pairing> pair_up(const std::vector<Kernel>& kernels, const std::vector<Kernel>* peers) {
    std::vector<Pairing> pairings;
    for (const Kernel& kernel : kernels) {
        if (peers == nullptr) {
            pairings.push_back({&kernel, nullptr});
            continue;
        }
        for (const Kernel& peer : *peers)
            if (peer.contract == kernel.contract) pairings.push_back({&kernel, &peer});
    }
    return pairings;
}

std::vector<std::string> ops_left_out(const std::vector<Kernel>& kernels, const std::vector<Pairing>& pairings) {
    std::vector<std::string> ops;
    for (const Kernel& kernel : kernels) {
        const std::string op(kernel.contract->op);
        const auto has_it = [&](const Pairing& pairing) { return pairing.kernel->contract == kernel.contract; };
        if (std::ranges::none_of(pairings, has_it) && std::ranges::find(ops, op) == ops.end()) ops.push_back(op);
    }
    return ops;
}

BenchReport run_bench(const std::vector<Pairing>& pairings, const BenchOptions& options) {
    install_fault_trap();
    set_call_limit(call_limit);
    BenchReport report;
    report.seed = options.seed;
    report.machine = pin_and_describe();
    report.clock_overhead = clock_overhead();
    report.against = std::ranges::any_of(pairings, [](const Pairing& p) { return p.peer != nullptr; });
    options.on_start(report);
    return BenchRun(pairings, options).run(std::move(report));
}

}  // namespace brickproof::bench
