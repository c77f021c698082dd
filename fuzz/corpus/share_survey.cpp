#include "fuzz/corpus/share_survey.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "fuzz/search/features.hpp"
#include "fuzz/search/statement_runner.hpp"
#include "judge/child_process.hpp"

namespace brickproof::fuzz {
namespace {

// Told before each case, so that the parent knows which one ended the child.
constexpr std::size_t begins = ~std::size_t{0};

void tell(int pipe, const Approach& approach) {
    // Smaller than PIPE_BUF: written whole or not at all.
    if (write(pipe, &approach, sizeof(approach)) != sizeof(approach)) _exit(3);
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
        : kernel_(kernel), cases_(cases), approaches_(approaches) {
        start();
    }

    int pipe_end() const { return child_.pipe; }

    // Reads what is there. False once there is no more to come.
    bool serve() {
        std::array<Approach, 256> told;
        const ssize_t size = read(child_.pipe, told.data(), sizeof(told));
        if (size <= 0) return restarts();
        // Each was written whole, so that whole ones are read.
        for (const Approach& approach : std::span(told).first(static_cast<std::size_t>(size) / sizeof(Approach))) {
            if (approach.statement != begins)
                approaches_.push_back(approach);
            else
                next_ = approach.index + 1;
        }
        return true;
    }

  private:
    void start() {
        first_ = next_;
        child_ = start_telling_child([this](int pipe) {
            StatementRunner runner(*kernel_.kernel, kernel_.assume);
            for (std::size_t i = first_; i < cases_.size(); ++i) survey_case(runner, cases_[i], i, pipe);
        });
    }

    // The child is gone; the case that ended it is left out.
    bool restarts() {
        close(child_.pipe);
        int status = 0;
        waitpid(child_.id, &status, 0);
        const bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (ended_well || next_ == first_ || next_ >= cases_.size()) return false;
        start();
        return true;
    }

    const SurveyedKernel& kernel_;
    std::span<const Bytes> cases_;
    std::vector<Approach>& approaches_;
    TellingChild child_{};
    std::size_t first_ = 0;
    std::size_t next_ = 0;
};

}  // namespace

std::vector<std::vector<Approach>> survey_shares(std::span<const SurveyedKernel> kernels,
                                                 std::span<const Bytes> cases, std::size_t jobs) {
    std::vector<std::vector<Approach>> approaches(kernels.size());
    std::vector<std::unique_ptr<Survey>> surveys;
    for (std::size_t next = 0; next < kernels.size() || !surveys.empty();) {
        for (; surveys.size() < jobs && next < kernels.size(); ++next)
            surveys.push_back(std::make_unique<Survey>(kernels[next], cases, approaches[next]));
        std::vector<pollfd> ends;
        for (const auto& survey : surveys) ends.push_back({survey->pipe_end(), POLLIN, 0});
        poll(ends.data(), ends.size(), -1);
        for (std::size_t i = surveys.size(); i-- > 0;)
            if (ends[i].revents != 0 && !surveys[i]->serve())
                surveys.erase(surveys.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return approaches;
}

}  // namespace brickproof::fuzz
