#include "cases/golden_run.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>
#include <system_error>

#include "judge/child_process.hpp"
#include "judge/plugin.hpp"

namespace brickproof::golden {
namespace {

using Cases = std::span<const GoldenCase* const>;

// Cases that one child runs: few enough that all processes have work, many enough that starting one is cheap.
constexpr std::size_t cases_of_a_child = 24;

// A reply in the pipe: its length as 8 bytes, then itself.
void run_in_child(const Kernel& kernel, Cases cases, const Work& work, int pipe) {
    KernelRunner runner(kernel);
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
    Piece(const Kernel& kernel, Cases cases, std::vector<Reply>& all, std::size_t first)
        : kernel_(&kernel), cases_(cases), all_(&all), first_(first) {}

    void start(const Work& work) {
        const TellingChild child =
            start_telling_child([&](int pipe) { run_in_child(*kernel_, cases_.subspan(done_), work, pipe); });
        child_ = child.id;
        pipe_ = child.pipe;
        pending_.clear();
    }

    int pipe_end() const { return pipe_; }

    // Reads what is there. False at the end of the pipe.
    bool read_replies() {
        char buffer[1 << 14];
        const ssize_t count = read(pipe_, buffer, sizeof(buffer));
        if (count < 0) return errno == EINTR;
        if (count == 0) return false;
        pending_.append(buffer, static_cast<std::size_t>(count));
        std::uint64_t size = 0;
        std::size_t at = 0;
        while (pending_.size() - at >= sizeof(size)) {
            std::memcpy(&size, pending_.data() + at, sizeof(size));
            if (pending_.size() - at - sizeof(size) < size) break;
            take({false, pending_.substr(at + sizeof(size), size)});
            at += sizeof(size) + size;
        }
        pending_.erase(0, at);
        return true;
    }

    // The child is gone. True where cases are left.
    bool reap() {
        close(pipe_);
        int status = 0;
        while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
        }
        if (done_ < cases_.size()) take({true, "it " + describe_end(status)});
        return done_ < cases_.size();
    }

  private:
    void take(Reply reply) {
        if (done_ < cases_.size()) (*all_)[first_ + done_++] = std::move(reply);
    }

    const Kernel* kernel_;
    Cases cases_;
    std::vector<Reply>* all_;
    std::size_t first_;
    std::size_t done_ = 0;
    std::string pending_;
    pid_t child_ = -1;
    int pipe_ = -1;
};

std::deque<Piece> pieces_of(std::span<const Job> jobs, std::vector<std::vector<Reply>>& replies) {
    std::deque<Piece> pieces;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const Cases cases(jobs[i].cases);
        for (std::size_t first = 0; first < cases.size(); first += cases_of_a_child)
            pieces.emplace_back(*jobs[i].kernel,
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
    return run.violation == Run::Violation::none ? "." + outputs_text(run) : "!" + run.what;
}

}  // namespace

std::vector<std::vector<Reply>> run_jobs(std::span<const Job> jobs, const Work& work, std::size_t processes) {
    std::vector<std::vector<Reply>> replies;
    for (const Job& job : jobs) replies.emplace_back(job.cases.size());
    std::deque<Piece> waiting = pieces_of(jobs, replies);
    std::vector<Piece> running;
    while (!waiting.empty() || !running.empty()) {
        while (!waiting.empty() && running.size() < std::max<std::size_t>(processes, 1)) {
            running.push_back(std::move(waiting.front()));
            waiting.pop_front();
            running.back().start(work);
        }
        std::vector<pollfd> ends;
        for (const Piece& piece : running) ends.push_back({piece.pipe_end(), POLLIN, 0});
        if (poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "waiting for child processes");
        for (std::size_t i = running.size(); i-- > 0;) {
            if (ends[i].revents == 0 || running[i].read_replies()) continue;
            if (running[i].reap()) {
                running[i].start(work);
                continue;
            }
            running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
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
    const std::vector<std::vector<Reply>> replies = run_jobs(jobs, run_once, processes);
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
