#include "fuzz/share_survey.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/features.hpp"
#include "fuzz/statement_runner.hpp"
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

void survey_in_child(const Kernel& kernel, const std::vector<std::string>& assume, std::span<const Bytes> cases,
                     std::size_t first, int pipe) {
    StatementRunner runner(kernel, assume);
    for (std::size_t i = first; i < cases.size(); ++i) survey_case(runner, cases[i], i, pipe);
}

// Surveys from case `next` on; returns the case to go on with after a child's end.
std::size_t survey_from(std::size_t next, const Kernel& kernel, const std::vector<std::string>& assume,
                        std::span<const Bytes> cases, std::vector<Approach>& approaches) {
    const TellingChild child =
        start_telling_child([&](int pipe) { survey_in_child(kernel, assume, cases, next, pipe); });
    Approach approach{};
    while (read(child.pipe, &approach, sizeof(approach)) == sizeof(approach)) {
        if (approach.statement != begins)
            approaches.push_back(approach);
        else
            next = approach.index + 1;
    }
    close(child.pipe);
    int status = 0;
    waitpid(child.id, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? cases.size() : next;
}

}  // namespace

std::vector<Approach> survey_shares(const Kernel& kernel, const std::vector<std::string>& assume,
                                    std::span<const Bytes> cases) {
    std::vector<Approach> approaches;
    for (std::size_t next = 0, last = cases.size() + 1; next < cases.size() && next != last;) {
        last = next;
        next = survey_from(next, kernel, assume, cases, approaches);
    }
    return approaches;
}

}  // namespace brickproof::fuzz
