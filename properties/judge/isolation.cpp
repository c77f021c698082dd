#include "judge/isolation.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <new>
#include <system_error>

#include "judge/child_process.hpp"
#include "judge/flight_recorder.hpp"
#include "judge/plugin.hpp"
#include "report/json_report.hpp"

namespace brickproof {
namespace {

using Clock = std::chrono::steady_clock;

FlightRecorder* shared_recorder() {
    void* memory = mmap(nullptr, sizeof(FlightRecorder), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "making the flight recorder");
    return new (memory) FlightRecorder;
}

// The child: judges, and tells each verdict as soon as it stands.
void judge_in_child(const Kernel& kernel, const JudgeOptions& options, FlightRecorder& recorder, int pipe) {
    const Observer observer{
        .on_statement = [&](std::string_view name) { recorder.record_statement(name); },
        .on_case = [&](const Bytes& bytes) { recorder.record_case(bytes); },
        .heartbeat = &recorder.heartbeat,
        .on_verdict =
            [&](const StatementVerdict& verdict) {
                tell_parent(pipe,
                            to_json(verdict).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
            },
    };
    judge_kernel(kernel, options, observer);
    tell_parent(pipe, "done\n");
}

// One kernel in the making.
class Job {
  public:
    Job(const Kernel& kernel, JudgeOptions options, std::size_t index)
        : kernel_(&kernel), options_(std::move(options)), index_(index), recorder_(shared_recorder()) {}
    ~Job() { munmap(recorder_, sizeof(FlightRecorder)); }
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    void start() {
        const TellingChild child =
            start_telling_child([this](int pipe) { judge_in_child(*kernel_, options_, *recorder_, pipe); });
        child_ = child.id;
        pipe_ = child.pipe;
        lines_.forget();
        last_sign_ = Clock::now();
    }

    int pipe_end() const { return pipe_; }
    std::size_t index() const { return index_; }
    bool done() const { return done_; }

    // Reads what is there. False at the end of the pipe.
    bool read_verdicts() {
        last_sign_ = Clock::now();
        return lines_.read_from(pipe_, [&](const std::string& line) { take_line(line); });
    }

    // The kernel was not called and no verdict told for too long: no signal reaches the child any more.
    bool is_silent(double limit) {
        const std::uint64_t beats = recorder_->heartbeat.load();
        if (beats != last_beats_) {
            last_beats_ = beats;
            last_sign_ = Clock::now();
        }
        return std::chrono::duration<double>(Clock::now() - last_sign_).count() > limit;
    }
    void kill_silent() {
        silent_ = true;
        stop();
    }
    void stop() { kill(child_, SIGKILL); }

    // The child is gone. True where it has to be started again, for the statements that are left.
    bool reap() {
        close(pipe_);
        int status = 0;
        waitpid(child_, &status, 0);
        if (done_) return false;
        const std::string statement = recorder_->last_statement();
        const StatementVerdict stopped =
            stopped_verdict(*kernel_, options_, statement, recorder_->last_case(), silent_, describe_stop(status));
        silent_ = false;
        ruined_ = false;
        const bool progress = is_statement(statement) && options_.skip.insert(statement).second;
        take(stopped);
        return progress;
    }

    KernelVerdict verdict() const {
        KernelVerdict verdict{
            .library = kernel_->library, .op = std::string(kernel_->contract->op), .variant = kernel_->variant};
        verdict.assumptions = kernel_->assumes;
        verdict.assumptions.insert(verdict.assumptions.end(), options_.assume.begin(), options_.assume.end());
        verdict.read_slack = kernel_->read_slack;
        verdict.plugin_path = kernel_->plugin_path;
        verdict.statements = statements_of(*kernel_, options_);
        for (StatementVerdict& statement : verdict.statements) {
            const auto told = std::ranges::find(verdicts_, statement.name, &StatementVerdict::name);
            if (told != verdicts_.end())
                statement = *told;
            else
                statement.message = "not judged: the kernel ended the process";
        }
        verdict.verdict = overall(verdict.statements);
        verdict.seconds = seconds();
        verdict.seconds_to_fail = seconds_to_fail_;
        return verdict;
    }

  private:
    double seconds() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }
    std::string describe_stop(int status) const {
        if (silent_) return "it does not return, and does not let itself be interrupted";
        if (ruined_) return "it wrote where it must not: what its process told of a verdict cannot be read";
        return "it " + describe_end(status);
    }

    void take_line(const std::string& line) {
        if (ruined_) return;
        if (line == "done") {
            done_ = true;
            return;
        }
        const Expected<StatementVerdict> told = statement_from_json(nlohmann::json::parse(line, nullptr, false));
        if (told && is_statement(told->name)) return take(*told);
        // Nothing that this child says can be trusted any more; another judges what is left.
        ruined_ = true;
        stop();
    }
    bool is_statement(const std::string& name) const {
        return std::ranges::any_of(statements_of(*kernel_, options_),
                                   [&](const StatementVerdict& statement) { return statement.name == name; });
    }
    // What was seen later counts where it is worse: no_crash holds until something crashes.
    void take(const StatementVerdict& verdict) {
        options_.skip.insert(verdict.name);
        const auto told = std::ranges::find(verdicts_, verdict.name, &StatementVerdict::name);
        if (told == verdicts_.end())
            verdicts_.push_back(verdict);
        else if (verdict.verdict == Verdict::fail)
            *told = verdict;
        if (verdict.verdict == Verdict::fail && seconds_to_fail_ == 0.0) seconds_to_fail_ = seconds();
    }

    const Kernel* kernel_;
    JudgeOptions options_;
    std::size_t index_;
    FlightRecorder* recorder_;
    std::vector<StatementVerdict> verdicts_;
    LineReader lines_;
    pid_t child_ = -1;
    int pipe_ = -1;
    bool done_ = false;
    bool silent_ = false;
    bool ruined_ = false;
    std::uint64_t last_beats_ = 0;
    Clock::time_point last_sign_{};
    double seconds_to_fail_ = 0.0;
    Clock::time_point begun_ = Clock::now();
};

KernelVerdict not_run(const Kernel& kernel, const std::string& reason) {
    KernelVerdict verdict{
        .library = kernel.library, .op = std::string(kernel.contract->op), .variant = kernel.variant};
    verdict.plugin_path = kernel.plugin_path;
    verdict.reason = reason;
    return verdict;
}

class Pool {
  public:
    Pool(const std::vector<Kernel>& kernels, const std::function<JudgeOptions(const Kernel&)>& options,
         const IsolationOptions& isolation)
        : kernels_(kernels), options_(options), isolation_(isolation), verdicts_(kernels.size()) {}

    std::vector<KernelVerdict> run() {
        while ((next_ < kernels_.size() && !interrupted()) || !jobs_.empty()) {
            if (interrupted()) {
                stop_all();
                break;
            }
            fill();
            serve();
        }
        for (; next_ < kernels_.size(); ++next_) verdicts_[next_] = not_run(kernels_[next_], "interrupted");
        return std::move(verdicts_);
    }

  private:
    bool interrupted() const { return isolation_.interrupted != nullptr && isolation_.interrupted->load(); }

    void fill() {
        while (jobs_.size() < isolation_.jobs && next_ < kernels_.size()) {
            const Kernel& kernel = kernels_[next_];
            const std::string reason = why_not_runnable(kernel);
            if (!reason.empty()) {
                settle(next_++, not_run(kernel, reason));
                continue;
            }
            jobs_.push_back(std::make_unique<Job>(kernel, options_(kernel), next_++));
            jobs_.back()->start();
        }
    }

    void serve() {
        std::vector<pollfd> ends;
        for (const auto& job : jobs_) ends.push_back({job->pipe_end(), POLLIN, 0});
        constexpr int tick_ms = 100;
        poll(ends.data(), ends.size(), tick_ms);
        for (std::size_t i = jobs_.size(); i-- > 0;) {
            Job& job = *jobs_[i];
            if (ends[i].revents == 0) {
                if (job.is_silent(isolation_.child_limit_seconds)) job.kill_silent();
                continue;
            }
            if (job.read_verdicts()) continue;
            if (job.reap()) {
                job.start();
                continue;
            }
            settle(job.index(), job.verdict());
            jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }

    void stop_all() {
        for (const auto& job : jobs_) {
            job->stop();
            job->reap();
            verdicts_[job->index()] = not_run(kernels_[job->index()], "interrupted");
        }
        jobs_.clear();
    }

    void settle(std::size_t index, KernelVerdict verdict) {
        verdicts_[index] = std::move(verdict);
        isolation_.on_kernel(verdicts_[index]);
    }

    const std::vector<Kernel>& kernels_;
    const std::function<JudgeOptions(const Kernel&)>& options_;
    const IsolationOptions& isolation_;
    std::vector<KernelVerdict> verdicts_;
    std::vector<std::unique_ptr<Job>> jobs_;
    std::size_t next_ = 0;
};

}  // namespace

std::vector<KernelVerdict> judge_isolated(const std::vector<Kernel>& kernels,
                                          const std::function<JudgeOptions(const Kernel&)>& options,
                                          const IsolationOptions& isolation) {
    return Pool(kernels, options, isolation).run();
}

}  // namespace brickproof
