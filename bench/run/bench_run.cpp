#include "bench/run/bench_run.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/time.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "bench/machine/core_clock.hpp"
#include "bench/machine/perf_counters.hpp"
#include "bench/measure/memory_probe.hpp"
#include "bench/measure/sampler.hpp"
#include "bench/run/contestants.hpp"
#include "judge/fault_trap.hpp"

namespace brickproof::bench {
namespace {

// A call of a large workload takes long, with a sanitizer or an emulator longer still.
constexpr double call_limit = 3.0;  // seconds of CPU time

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

// One row to be.
struct Job {
    const Contract* contract = nullptr;
    Pairing pairing;
    SizedWorkload workload;
    std::string not_run{};  // why there is no such workload here
};

// Workload by workload, so that each is prepared once.
std::vector<Job> list_jobs(const std::vector<Pairing>& pairings, const BenchOptions& options,
                           const Caches& caches) {
    std::vector<Job> jobs;
    for (const Contract* contract : all_contracts()) {
        std::vector<Pairing> of_op;
        std::ranges::copy_if(pairings, std::back_inserter(of_op),
                             [&](const Pairing& pairing) { return pairing.kernel->contract == contract; });
        if (of_op.empty()) continue;
        WorkloadList list = workloads_of(*contract, caches, available_memory());
        for (const SizedWorkload& workload : list.workloads)
            for (const Pairing& pairing : of_op)
                if (options.wants_workload(workload.name)) jobs.push_back({contract, pairing, workload});
        if (list.without_dram.empty() || !options.wants_workload("DRAM")) continue;
        SizedWorkload missing;
        missing.name = "DRAM";
        missing.level = Level::dram;
        for (const Pairing& pairing : of_op) jobs.push_back({contract, pairing, missing, list.without_dram});
    }
    std::vector<Job> wanted;
    for (const std::size_t i : spread_evenly(jobs.size(), options.rows)) wanted.push_back(jobs[i]);
    return wanted;
}

std::vector<Level> levels_of(const std::vector<Job>& jobs) {
    std::vector<Level> levels;
    for (const Level level : {Level::l1, Level::l2, Level::l3, Level::dram})
        if (std::ranges::any_of(jobs, [&](const Job& job) { return job.workload.level == level; }))
            levels.push_back(level);
    return levels;
}

void count_cycles(const PerfCounters& counters, const Batch& batch, Timing& timing) {
    const auto counts = counters.count([&] { batch(0, timing.calls); });
    if (!counts || timing.calls == 0) return;
    timing.cycles = static_cast<double>(counts->cycles) / static_cast<double>(timing.calls);
    timing.instructions = static_cast<double>(counts->instructions) / static_cast<double>(timing.calls);
}

MemoryRate rate_of(const MemoryEvidence& evidence, double bytes) {
    const auto rates = [bytes](const std::vector<double>& times) {
        std::vector<double> found;
        for (const double time : times) found.push_back(bytes / time);
        return found;
    };
    return {.quiet = bytes / evidence.quiet,
            .counted = rates(evidence.counted),
            .voided = rates(evidence.voided),
            .varies = evidence.variation() > largest_variation};
}

class BenchRun {
  public:
    BenchRun(const std::vector<Job>& jobs, const BenchOptions& options, const Clock& clock,
             const PerfCounters& counters, BenchReport report)
        : jobs_(jobs), options_(options), clock_(clock), counters_(counters), report_(std::move(report)) {}

    BenchReport run() && {
        for (const Job& job : jobs_) {
            if (must_stop()) break;
            if (std::optional<Row> row = row_of(job)) {
                options_.on_row(*row);
                report_.rows.push_back(std::move(*row));
            }
        }
        report_.interrupted = must_stop();
        return std::move(report_);
    }

  private:
    MemoryProbe& probe() {
        if (!probe_) probe_.emplace(cache_multiple * report_.machine.caches.last_level);
        return *probe_;
    }

    bool must_stop() const { return options_.stop != nullptr && options_.stop->load(); }

    const PreparedWorkload* prepared_for(const Job& job) {
        const SizedWorkload& wanted = job.workload;
        if (prepared_ && prepared_contract_ == job.contract && prepared_->workload.name == wanted.name)
            return &*prepared_;
        prepared_.reset();  // frees its memory first
        prepared_ = prepare(*job.contract, wanted, options_.seed, options_.stop);
        prepared_contract_ = job.contract;
        if (prepared_) overhead_ = call_overhead(clock_, *prepared_);
        return prepared_ ? &*prepared_ : nullptr;
    }

    // Nothing where the user stopped it before there was anything to say.
    std::optional<Row> row_of(const Job& job) {
        Row row{.op = std::string(job.contract->op), .workload = job.workload.name, .level = job.workload.level};
        const auto name = [](const Kernel& kernel) {
            Timing timing;
            timing.library = kernel.library;
            timing.variant = kernel.variant;
            return timing;
        };
        row.a = name(*job.pairing.kernel);
        if (job.pairing.peer != nullptr) row.b = name(*job.pairing.peer);
        if (!job.not_run.empty()) {
            row.state = Row::State::not_run;
            row.reason = job.not_run;
            return row;
        }
        const PreparedWorkload* prepared = prepared_for(job);
        if (prepared == nullptr) return std::nullopt;
        describe(*job.contract, *prepared, row);
        if (!time(job.pairing, *prepared, row)) return std::nullopt;
        return row;
    }

    void describe(const Contract& contract, const PreparedWorkload& prepared, Row& row) const {
        row.sizes = describe_sizes(prepared.shape, contract.size_names);
        row.working_set = prepared.working_set();
        row.bytes_read = prepared.bytes_read;
        row.bytes_written = prepared.bytes_written;
        row.elements = prepared.elements;
        row.unchecked = !can_be_checked(prepared.expected);
        row.call_overhead = overhead_;
        row.work = work_of(contract, prepared.shape.sizes);
        row.bound =
            bound_of(report_.limits, row.level, row.bytes_read, row.bytes_written, row.work, prepared.in_place);
    }

    // A kernel that was wrong at one size is not timed at another either, where nobody might notice; one that hung
    // there would cost the same again.
    bool is_right(const Kernel& kernel, const PreparedWorkload& prepared, Row& row) {
        if (const auto known = unfit_.find(&kernel); known != unfit_.end()) {
            std::tie(row.state, row.reason) = known->second;
            return false;
        }
        const bool fit = fit_to_time(kernel, prepared, row);
        if (row.state == Row::State::wrong || row.state == Row::State::stopped)
            unfit_[&kernel] = {row.state, fmt::format("{} (at {})", row.reason, prepared.workload.name)};
        return fit;
    }

    bool time(const Pairing& pairing, const PreparedWorkload& prepared, Row& row) {
        if (!is_right(*pairing.kernel, prepared, row)) return true;
        if (pairing.peer != nullptr && !is_right(*pairing.peer, prepared, row)) {
            row.by_peer = true;
            return true;
        }
        std::vector<Contestant> contestants{
            {pairing.kernel->variant, calls_of(*pairing.kernel, prepared), overhead_}};
        if (pairing.peer != nullptr)
            contestants.push_back({pairing.peer->variant, calls_of(*pairing.peer, prepared), overhead_});
        if (row.level == Level::dram && prepared.mostly_reads())
            contestants.push_back({"a loop that only reads", reads_of(prepared), 0.0, false});
        const double share_written = prepared.share_written();
        const double memory_nanoseconds =
            bound_of(report_.limits, row.level, row.bytes_read, row.bytes_written, {}, prepared.in_place)
                .nanoseconds;
        const PausedAlarm paused;
        const double before = core_gigahertz(clock_);
        const Meter meter = [this](const Batch& batch, std::size_t first, std::size_t calls) {
            return measure(clock_, batch, first, calls);
        };
        const Samples samples =
            sample(contestants,
                   {.seconds = options_.seconds_per_row,
                    .least_measured = std::min(0.05, options_.seconds_per_row / 10.0),
                    .shortest_sample = shortest_sample_for(report_.sample_overhead),
                    .sample_overhead = report_.sample_overhead,
                    .interrupts_show = report_.interrupts_show,
                    .memory_probe = row.level == Level::dram ? probe().passes(share_written) : Batch(),
                    .memory_nanoseconds = memory_nanoseconds,
                    .seed = options_.seed,
                    .stop = options_.stop},
                   meter);
        if (samples.dead) {
            row.state = Row::State::stopped;
            row.reason = samples.died;
            row.by_peer = *samples.dead != 0;
            return true;
        }
        if (samples.memory) row.memory = rate_of(*samples.memory, MemoryProbe::bytes_moved(share_written));
        evaluate(samples, {before, core_gigahertz(clock_)}, row);
        count_cycles(counters_, contestants[0].batch, row.a);
        if (row.b && row.side_by_side()) count_cycles(counters_, contestants[1].batch, *row.b);
        return !samples.user_stopped || row.shows_numbers();
    }

    void evaluate(const Samples& samples, std::array<double, 2> gigahertz, Row& row) const {
        const auto of = [&samples](const Timing& named, std::size_t i) {
            return timed(named.library, named.variant, samples.nanoseconds[i], samples.voided[i], samples.calls[i]);
        };
        row.a = of(row.a, 0);
        if (row.b) row.b = of(*row.b, 1);
        row.attempts = samples.attempts;
        row.disturbances = samples.disturbances;
        row.warm_ups = samples.warm_ups;
        row.seconds = samples.seconds;
        row.gigahertz = (gigahertz[0] + gigahertz[1]) / 2.0;
        if (row.shows_numbers()) compare(samples, row);
        row.reason = why_invalid(row, samples.diagnoses, gigahertz);
        row.state = row.reason.empty() ? Row::State::valid : Row::State::invalid;
    }

    void compare(const Samples& samples, Row& row) const {
        if (row.b) {
            row.comparison = compare_pairs(row.a.samples, row.b->samples, options_.seed);
        } else if (const BaselineRow* earlier = options_.baseline ? options_.baseline->find(row) : nullptr) {
            row.b = earlier->timing;
            const Interval interval = bootstrap_ratio_unpaired(row.a.samples, row.b->samples, options_.seed);
            row.comparison =
                Comparison{ratio_of_medians(row.a.samples, row.b->samples), interval, verdict_of(interval), false};
        }
        const std::size_t contestants = row.b && row.side_by_side() ? 2 : 1;
        if (samples.nanoseconds.size() == contestants) return;
        const double loop = static_cast<double>(row.bytes()) / median(samples.nanoseconds.back());
        row.read_loop = ReadLoop{loop, row.gigabytes_per_second() / loop};
    }

    const std::vector<Job>& jobs_;
    const BenchOptions& options_;
    const Clock& clock_;
    const PerfCounters& counters_;
    BenchReport report_;
    std::optional<MemoryProbe> probe_{};
    std::optional<PreparedWorkload> prepared_{};
    const Contract* prepared_contract_ = nullptr;
    double overhead_ = 0.0;                                                // of a call on what is prepared, ns
    std::map<const Kernel*, std::pair<Row::State, std::string>> unfit_{};  // wrong or stopped, and why
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

std::vector<Pairing> pair_with_themselves(const std::vector<Kernel>& kernels) {
    std::vector<Pairing> pairings;
    pairings.reserve(kernels.size());
    for (const Kernel& kernel : kernels) pairings.push_back({&kernel, &kernel});
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

std::vector<std::size_t> spread_evenly(std::size_t count, std::size_t wanted) {
    std::vector<std::size_t> numbers(wanted == 0 ? count : wanted);
    for (std::size_t i = 0; i < numbers.size() && count > 0; ++i)
        numbers[i] = wanted == 0 ? i : wanted <= count ? i * count / wanted : i % count;
    if (count == 0) numbers.clear();
    return numbers;
}

BenchReport run_bench(const std::vector<Pairing>& pairings, const BenchOptions& options) {
    install_fault_trap();
    set_call_limit(call_limit);
    BenchReport report;
    report.version = options.version;
    report.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    report.against = options.against;
    report.seed = options.seed;
    report.seconds_per_row = options.seconds_per_row;
    report.machine = steady_and_describe();
    const Clock clock = Clock::best();
    const PerfCounters counters;
    report.clock = clock.name();
    report.nanoseconds_per_tick = clock.nanoseconds_per_tick();
    report.sample_overhead = sample_overhead(clock);
    report.interrupts_show = interrupts_show();
    report.without_counters = counters.why_not();
    if (options.baseline != nullptr)
        report.not_comparable = why_not_comparable(options.baseline->machine, report.machine);
    const std::vector<Job> jobs = list_jobs(pairings, options, report.machine.caches);
    report.limits = measure_limits(clock, report.machine.caches, available_memory(), levels_of(jobs), options.stop);
    options.on_start(report);
    return BenchRun(jobs, options, clock, counters, std::move(report)).run();
}

}  // namespace brickproof::bench
