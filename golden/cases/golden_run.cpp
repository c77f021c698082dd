#include "cases/golden_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>

#include "judge/call_watch.hpp"
#include "judge/child_pool.hpp"
#include "judge/interrupt.hpp"
#include "judge/plugin.hpp"
#include "judge/pulse.hpp"
#include "judge/shared.hpp"
#include "judge/time_limits.hpp"

namespace brickproof::golden {
namespace {

using Cases = std::span<const GoldenCase* const>;

// Cases that one child runs: few enough that all processes have work, many enough that starting one is cheap.
constexpr std::size_t cases_of_a_child = 24;
// What is known of a kernel over all its children.
struct KernelTime {
    double used = 0.0;  // seconds, of children that have ended
    double hung = 0.0;  // of them, waiting for calls that hang
};

// A reply in the pipe: its length as 8 bytes, then itself.
void run_in_child(const Kernel& kernel, Cases cases, const Work& work, Pulse& pulse, const TimeLimits& limits,
                  int pipe) {
    KernelRunner runner(kernel);
    runner.watch(pulse, limits);
    for (const GoldenCase* golden : cases) {
        const std::string reply = work(runner, kernel, *golden);
        const std::uint64_t size = reply.size();
        char head[sizeof(size)];
        std::memcpy(head, &size, sizeof(size));
        tell_parent(pipe, {head, sizeof(head)});
        tell_parent(pipe, reply);
    }
}

// Consecutive cases of a job, run by one child after another until all have a reply.
class Piece {
  public:
    Piece(const Kernel& kernel, KernelTime& time, const TimeLimits& limits, Cases cases, std::vector<Reply>& all,
          std::size_t first)
        : kernel_(kernel), time_(time), limits_(limits), cases_(cases), all_(all), first_(first) {}

    ChildTask task(const Work& work) {
        return {
            .on_start = [this] { pulse_->hung_seconds = hung_before_ = time_.hung; },
            .work = [this, &work](
                        int pipe) { run_in_child(kernel_, cases_.subspan(done_), work, *pulse_, limits_, pipe); },
            .on_bytes = [this](std::string_view bytes) { take_bytes(bytes); },
            .beats = [this] { return watch_.beats(); },
            .is_overdue =
                [this](const ChildTime& time) {
                    return watch_.is_hanging(time) || time_.used + time.age > limits_.kernel;
                },
            .on_end = [this](const ChildEnd& end) { return take_end(end); }};
    }

    // Of what its kernel has no time for, nothing is run.
    bool is_given_up() {
        if (time_.hung < limits_.all_hangs() && time_.used < limits_.kernel) return false;
        while (done_ < cases_.size())
            take({true,
                  fmt::format("it was not run: the kernel had taken {:.1f} s before, of which {:.1f} s in calls "
                              "that hang",
                              time_.used, time_.hung)});
        return true;
    }

  private:
    void take_bytes(std::string_view bytes) {
        pending_ += bytes;
        std::uint64_t size = 0;
        std::size_t at = 0;
        while (pending_.size() - at >= sizeof(size)) {
            std::memcpy(&size, pending_.data() + at, sizeof(size));
            if (pending_.size() - at - sizeof(size) < size) break;
            take({false, pending_.substr(at + sizeof(size), size)});
            at += sizeof(size) + size;
        }
        pending_.erase(0, at);
    }

    // The child is gone. True where cases are left.
    bool take_end(const ChildEnd& end) {
        pending_.clear();
        const bool hung = watch_.take_end(end);
        time_.used += end.time.age;
        time_.hung += pulse_->hung_seconds - hung_before_;
        if (end.why == ChildEnd::Why::stopped || done_ == cases_.size()) return false;
        take({true, hung                                ? watch_.describe(end.time)
                    : end.why == ChildEnd::Why::overdue ? fmt::format("it took longer than {} s", limits_.kernel)
                                                        : "it " + describe_end(end.status)});
        return done_ < cases_.size() && !is_given_up();
    }

    void take(Reply reply) {
        if (done_ < cases_.size()) all_[first_ + done_++] = std::move(reply);
    }

    const Kernel& kernel_;
    KernelTime& time_;
    TimeLimits limits_;  // of all children of the kernel together
    Cases cases_;
    std::vector<Reply>& all_;
    std::size_t first_;
    Shared<Pulse> pulse_{};
    CallWatch watch_{*pulse_, limits_};
    double hung_before_ = 0.0;
    std::size_t done_ = 0;
    std::string pending_;
};

std::deque<Piece> pieces_of(std::span<const Job> jobs, const TimeLimits& limits, std::deque<KernelTime>& times,
                            std::vector<std::vector<Reply>>& replies) {
    std::deque<Piece> pieces;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const Cases cases(jobs[i].cases);
        KernelTime& time = times.emplace_back();
        for (std::size_t first = 0; first < cases.size(); first += cases_of_a_child)
            pieces.emplace_back(*jobs[i].kernel, time, limits,
                                cases.subspan(first, std::min(cases_of_a_child, cases.size() - first)), replies[i],
                                first);
    }
    return pieces;
}

std::string outputs_text(const Run& run) {
    std::string text;
    for (const Array<std::byte>& array : run.outputs.arrays)
        text.append(reinterpret_cast<const char*>(array.data()), array.size());
    return text;
}

Outputs parse_outputs(const GoldenCase& golden, std::string_view text) {
    Outputs outputs;
    for (const Operand& operand : golden.inputs.operands) {
        if (operand.access != Access::output) continue;
        Array<std::byte>& array = outputs.arrays.emplace_back(operand.bytes());
        const std::size_t there = std::min(array.size(), text.size());
        if (there > 0) std::memcpy(array.data(), text.data(), there);
        text.remove_prefix(there);
    }
    return outputs;
}

// '.' and the outputs, or '!' and why there are none.
std::string run_once(KernelRunner& runner, const Kernel&, const GoldenCase& golden) {
    const Run run = runner.run(golden.inputs, {});
    return run.violation == Run::Violation::none && !run.stopped ? "." + outputs_text(run) : "!" + run.what;
}

}  // namespace

std::vector<std::vector<Reply>> run_jobs(std::span<const Job> jobs, const Work& work, std::size_t processes,
                                         const TimeLimits& limits) {
    std::vector<std::vector<Reply>> replies;
    for (const Job& job : jobs) replies.emplace_back(job.cases.size());
    std::deque<KernelTime> times;
    std::deque<Piece> pieces = pieces_of(jobs, limits, times, replies);
    std::size_t next = 0;
    const auto next_task = [&]() -> std::optional<ChildTask> {
        while (next < pieces.size())
            if (Piece& piece = pieces[next++]; !piece.is_given_up()) return piece.task(work);
        return std::nullopt;
    };
    const RememberInterrupts remembering;
    run_children(next_task, {.jobs = processes});
    if (was_interrupted()) throw Interrupted();
    return replies;
}

std::vector<KernelRun> run_kernels(std::span<const Kernel> kernels, std::span<const GoldenCase> cases,
                                   std::size_t processes) {
    std::vector<Job> jobs;
    for (const Kernel& kernel : kernels) {
        Job& job = jobs.emplace_back(Job{&kernel, {}});
        if (!why_not_runnable(kernel).empty()) continue;
        for (const GoldenCase& golden : cases)
            if (golden.contract == kernel.contract) job.cases.push_back(&golden);
    }
    const std::vector<std::vector<Reply>> replies = run_jobs(jobs, run_once, processes, {usual_kernel_seconds});
    std::vector<KernelRun> runs;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        KernelRun& run = runs.emplace_back(KernelRun{.op = std::string(kernels[i].contract->op),
                                                     .library = kernels[i].library,
                                                     .variant = kernels[i].variant,
                                                     .not_runnable = why_not_runnable(kernels[i])});
        for (std::size_t j = 0; j < jobs[i].cases.size(); ++j) {
            const GoldenCase& golden = *jobs[i].cases[j];
            const Reply& reply = replies[i][j];
            CaseRun& one = run.cases.emplace_back(CaseRun{.golden = &golden});
            if (reply.lost)
                one.failure = reply.text;
            else if (reply.text.starts_with('!'))
                one.failure = reply.text.substr(1);
            else
                one.outputs = parse_outputs(golden, std::string_view(reply.text).substr(1));
        }
    }
    return runs;
}

KernelRun run_kernel(const Kernel& kernel, std::span<const GoldenCase> cases, std::size_t processes) {
    return std::move(run_kernels(std::span(&kernel, 1), cases, processes).front());
}

}  // namespace brickproof::golden
