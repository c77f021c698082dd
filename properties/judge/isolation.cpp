#include "judge/isolation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <string>

#include "judge/call_watch.hpp"
#include "judge/child_pool.hpp"
#include "judge/flight_recorder.hpp"
#include "judge/kernel_output.hpp"
#include "judge/plugin.hpp"
#include "judge/shared.hpp"
#include "report/json_report.hpp"

namespace brickproof {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view unfinished_line = "unfinished: ";

double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

KernelVerdict verdict_on(const Kernel& kernel) {
    return {.library = kernel.library,
            .op = std::string(kernel.contract->op),
            .variant = kernel.variant,
            .plugin_path = kernel.plugin_path,
            .apart = kernel.apart};
}

// The child: judges, and tells each verdict as soon as it stands.
void judge_in_child(const Kernel& kernel, const JudgeOptions& options, FlightRecorder& recorder, int pipe) {
    const Observer observer{
        .on_statement = [&](std::string_view name) { recorder.record_statement(name); },
        .on_case = [&](const Bytes& bytes) { recorder.record_case(bytes); },
        .pulse = &recorder.pulse,
        .on_verdict =
            [&](const StatementVerdict& verdict) {
                tell_parent(pipe,
                            to_json(verdict).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
            },
        .on_unfinished =
            [&](std::string_view why) { tell_parent(pipe, fmt::format("{}{}\n", unfinished_line, why)); },
    };
    judge_kernel(kernel, options, observer);
    tell_parent(pipe, "done\n");
}

// One kernel in the making, by one child after another.
class Job {
  public:
    Job(const Kernel& kernel, JudgeOptions options, const TimeLimits& limits)
        : kernel_(kernel), options_(std::move(options)), watch_(recorder_->pulse, limits) {
        options_.limits = limits;
        for (StatementVerdict& statement : statements_of(kernel_, options_)) names_.insert(statement.name);
    }

    // `why_stopped` says why the pool is, where it is.
    ChildTask task(std::function<std::string()> why_stopped, std::function<void(const Job&)> when_done) {
        return {
            .work =
                [this](int pipe) {
                    output_.take_over();
                    judge_in_child(kernel_, options_, *recorder_, pipe);
                },
            .on_bytes =
                [this](std::string_view bytes) {
                    lines_.take(bytes, [this](const std::string& line) { take_line(line); });
                },
            .beats = [this] { return watch_.beats(); },
            .is_overdue =
                [this](const ChildTime& time) {
                    return is_ruined_ || watch_.is_hanging(time) || is_time_over(time);
                },
            .on_end =
                [this, why_stopped = std::move(why_stopped),
                 when_done = std::move(when_done)](const ChildEnd& end) {
                    if (take_end(end, why_stopped())) return true;
                    when_done(*this);
                    return false;
                },
        };
    }

    KernelVerdict verdict() const {
        KernelVerdict verdict = verdict_on(kernel_);
        verdict.assumptions = kernel_.assumes;
        verdict.assumptions.insert(verdict.assumptions.end(), options_.assume.begin(), options_.assume.end());
        verdict.read_slack = kernel_.read_slack;
        verdict.statements = statements_of(kernel_, options_);
        for (StatementVerdict& statement : verdict.statements) {
            const auto told = std::ranges::find(verdicts_, statement.name, &StatementVerdict::name);
            if (told != verdicts_.end())
                statement = *told;
            else
                statement.message =
                    "not judged: " + (cut_short_.empty() ? "the kernel ended the process" : cut_short_);
        }
        verdict.output = output_.text();
        verdict.reason = cut_short_;
        verdict.unfinished = !cut_short_.empty();
        verdict.verdict = overall(verdict);
        verdict.seconds = seconds_since(begun_);
        verdict.seconds_to_fail = seconds_to_fail_;
        return verdict;
    }

  private:
    // The child looks at the time itself, and is given some more to say what it has.
    bool is_time_over(const ChildTime& time) const {
        return options_.seconds_used + time.age >
               options_.limits.kernel + std::min(2.0, options_.limits.kernel / 10.0);
    }

    // The child is gone. True where another has to judge the statements that are left.
    bool take_end(const ChildEnd& end, const std::string& why_stopped) {
        options_.seconds_used += end.time.age;
        lines_.forget();
        const bool hung = watch_.take_end(end);
        if (is_done_) return false;
        const bool stopped = end.why == ChildEnd::Why::stopped;
        const bool overdue = end.why == ChildEnd::Why::overdue && !is_ruined_;
        if (stopped)
            cut_short_ = why_stopped;
        else if (watch_.has_given_up())
            cut_short_ = watch_.why_given_up();
        else if ((overdue && !hung) || is_time_over({}))
            cut_short_ = options_.limits.time_is_over();
        const std::string statement = recorder_->last_statement();
        const bool is_new = names_.contains(statement) && options_.skip.insert(statement).second;
        if (hung || !(stopped || overdue))
            take(stopped_verdict(kernel_, options_, statement, recorder_->last_case(),
                                 hung ? Behaviour::Role::terminates : Behaviour::Role::no_crash,
                                 describe_stop(end, hung)),
                 Replacing::no_fail);
        is_ruined_ = false;
        return is_new && cut_short_.empty();
    }

    std::string describe_stop(const ChildEnd& end, bool hung) const {
        if (hung) return watch_.describe(end.time);
        if (is_ruined_) return "it wrote where it must not: what its process told of a verdict cannot be read";
        if (end.why == ChildEnd::Why::unheard) return "it closed the pipe by which its process tells the verdicts";
        return "it " + describe_end(end.status);
    }

    void take_line(const std::string& line) {
        if (is_ruined_) return;
        if (line == "done") {
            is_done_ = true;
            return;
        }
        if (line.starts_with(unfinished_line)) {
            cut_short_ = line.substr(unfinished_line.size());
            return;
        }
        const Expected<StatementVerdict> told = statement_from_json(nlohmann::json::parse(line, nullptr, false));
        if (told && names_.contains(told->name)) return take(*told, Replacing::another_fail);
        // Nothing that this child says can be trusted any more; another judges what is left.
        is_ruined_ = true;
    }
    // What was seen later counts where it is worse: no_crash holds until something crashes. Where a statement was
    // told to fail by what another met, its own case is told later, and is smaller.
    enum class Replacing { no_fail, another_fail };
    void take(const StatementVerdict& verdict, Replacing replacing) {
        options_.skip.insert(verdict.name);
        const auto told = std::ranges::find(verdicts_, verdict.name, &StatementVerdict::name);
        if (told == verdicts_.end())
            verdicts_.push_back(verdict);
        else if (verdict.verdict == Verdict::fail &&
                 (told->verdict != Verdict::fail || replacing == Replacing::another_fail))
            *told = verdict;
        if (verdict.verdict == Verdict::fail && seconds_to_fail_ == 0.0) seconds_to_fail_ = seconds_since(begun_);
    }

    const Kernel& kernel_;
    JudgeOptions options_;
    std::set<std::string> names_;  // of the statements
    Shared<FlightRecorder> recorder_;
    CallWatch watch_;
    KernelOutput output_;
    std::vector<StatementVerdict> verdicts_;
    LineReader lines_;
    bool is_done_ = false;
    bool is_ruined_ = false;
    std::string cut_short_{};  // why not all was judged
    double seconds_to_fail_ = 0.0;
    Clock::time_point begun_ = Clock::now();
};

KernelVerdict not_run(const Kernel& kernel, const std::string& reason, bool unfinished) {
    KernelVerdict verdict = verdict_on(kernel);
    verdict.reason = reason;
    verdict.unfinished = unfinished;
    return verdict;
}

class AllKernels {
  public:
    AllKernels(const std::vector<Kernel>& kernels, const std::function<JudgeOptions(const Kernel&)>& options,
               const IsolationOptions& isolation)
        : kernels_(kernels), options_(options), isolation_(isolation), verdicts_(kernels.size()) {}

    std::vector<KernelVerdict> verdicts() {
        run_children([this] { return next_task(); },
                     {.jobs = isolation_.jobs, .stopped = [this] { return !why_stopped().empty(); }});
        for (; next_ < kernels_.size(); ++next_) verdicts_[next_] = not_run(kernels_[next_], why_stopped(), true);
        return std::move(verdicts_);
    }

  private:
    std::string why_stopped() const {
        if (isolation_.interrupted != nullptr && isolation_.interrupted->load()) return "interrupted";
        if (seconds_since(begun_) > isolation_.run_seconds)
            return fmt::format("the time of the run was over: {:.4g} s, --run-timeout gives it more",
                               isolation_.run_seconds);
        return "";
    }

    std::optional<ChildTask> next_task() {
        while (next_ < kernels_.size() && why_stopped().empty()) {
            const std::size_t index = next_++;
            const Kernel& kernel = kernels_[index];
            if (const std::string reason = why_not_runnable(kernel); !reason.empty()) {
                settle(index, not_run(kernel, reason, false));
                continue;
            }
            jobs_.emplace_back(kernel, options_(kernel), isolation_.limits);
            return jobs_.back().task([this] { return why_stopped(); },
                                     [this, index](const Job& job) { settle(index, job.verdict()); });
        }
        return std::nullopt;
    }

    void settle(std::size_t index, KernelVerdict verdict) {
        verdicts_[index] = std::move(verdict);
        isolation_.on_kernel(verdicts_[index]);
    }

    const std::vector<Kernel>& kernels_;
    const std::function<JudgeOptions(const Kernel&)>& options_;
    const IsolationOptions& isolation_;
    std::vector<KernelVerdict> verdicts_;
    std::deque<Job> jobs_;
    std::size_t next_ = 0;
    Clock::time_point begun_ = Clock::now();
};

}  // namespace

std::vector<KernelVerdict> judge_isolated(const std::vector<Kernel>& kernels,
                                          const std::function<JudgeOptions(const Kernel&)>& options,
                                          const IsolationOptions& isolation) {
    return AllKernels(kernels, options, isolation).verdicts();
}

}  // namespace brickproof
