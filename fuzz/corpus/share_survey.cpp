#include "fuzz/corpus/share_survey.hpp"

#include <cstring>
#include <deque>
#include <optional>

#include "fuzz/search/features.hpp"
#include "fuzz/search/statement_runner.hpp"
#include "judge/call_watch.hpp"
#include "judge/child_pool.hpp"
#include "judge/shared.hpp"

namespace brickproof::fuzz {
namespace {

// Told before each case, so that the parent knows which one ended the child.
constexpr std::size_t begins = ~std::size_t{0};

void tell(int pipe, const Approach& approach) {
    tell_parent(pipe, {reinterpret_cast<const char*>(&approach), sizeof(approach)});
}

void survey_case(StatementRunner& runner, const Bytes& bytes, std::size_t index, int pipe) {
    tell(pipe, {index, begins, 0});
    for (std::size_t i = 0; i < runner.statements().size(); ++i) {
        const JudgedStatement& statement = runner.statements()[i];
        if (statement.kind == StatementKind::behaviour) continue;
        const Case c = decode_case(*runner.kernel().contract, bytes, statement.holding);
        const std::size_t level = share_level(runner.judge(statement, c).outcome.share_of_bound);
        if (level > 0) tell(pipe, {index, i, level});
    }
}

// One kernel's, by one child after another until all cases have been tried.
class Survey {
  public:
    Survey(const SurveyedKernel& kernel, std::span<const Bytes> cases, std::vector<Approach>& approaches)
        : kernel_(kernel), cases_(cases), approaches_(approaches) {}

    ChildTask task() {
        return {.on_start = [this] { first_ = next_; },
                .work =
                    [this](int pipe) {
                        StatementRunner runner(*kernel_.kernel, kernel_.assume);
                        runner.watch(*pulse_);
                        for (std::size_t i = first_; i < cases_.size() && !runner.has_given_up(); ++i)
                            survey_case(runner, cases_[i], i, pipe);
                    },
                .on_bytes = [this](std::string_view bytes) { take(bytes); },
                .beats = [this] { return watch_.beats(); },
                .is_overdue = [this](const ChildTime& time) { return watch_.is_hanging(time); },
                .on_end = [this](const ChildEnd& end) { return take_end(end); }};
    }

  private:
    // Pieces of approaches: what a pipe brings need not end where one does.
    void take(std::string_view bytes) {
        pending_ += bytes;
        std::size_t at = 0;
        for (Approach approach{}; pending_.size() - at >= sizeof(approach); at += sizeof(approach)) {
            std::memcpy(&approach, pending_.data() + at, sizeof(approach));
            if (approach.statement != begins)
                approaches_.push_back(approach);
            else
                next_ = approach.index + 1;
        }
        pending_.erase(0, at);
    }

    // The case that ended a child is left out.
    bool take_end(const ChildEnd& end) {
        pending_.clear();
        watch_.take_end(end);
        return end.why != ChildEnd::Why::stopped && !end.ended_well() && next_ != first_ && next_ < cases_.size() &&
               !watch_.has_given_up();
    }

    const SurveyedKernel& kernel_;
    std::span<const Bytes> cases_;
    std::vector<Approach>& approaches_;
    Shared<Pulse> pulse_;
    CallWatch watch_{*pulse_, {}};
    std::string pending_;
    std::size_t first_ = 0;
    std::size_t next_ = 0;
};

}  // namespace

std::vector<std::vector<Approach>> survey_shares(std::span<const SurveyedKernel> kernels,
                                                 std::span<const Bytes> cases, std::size_t jobs) {
    std::vector<std::vector<Approach>> approaches(kernels.size());
    std::deque<Survey> surveys;
    run_children(
        [&]() -> std::optional<ChildTask> {
            const std::size_t next = surveys.size();
            if (next == kernels.size()) return std::nullopt;
            return surveys.emplace_back(kernels[next], cases, approaches[next]).task();
        },
        {.jobs = jobs});
    return approaches;
}

}  // namespace brickproof::fuzz
