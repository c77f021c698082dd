// check_kernel: the cases are run in a child process, which reports each result as a line of JSON.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "engine/golden_check.hpp"
#include "judge/fault_trap.hpp"
#include "judge/plugin.hpp"

namespace brickproof::golden {
namespace {

using Json = nlohmann::json;

struct CaseResult {
    bool passed = false;
    std::string message{};  // of a failure
};

bool lies_outside(const GoldenCase& golden, const Kernel& kernel, std::span<const std::string> assumed) {
    return std::ranges::any_of(golden.manifest.outside, [&](const std::string& broken) {
        return std::ranges::find(kernel.assumes, broken) != kernel.assumes.end() ||
               std::ranges::find(assumed, broken) != assumed.end();
    });
}

void write_line(int file, const CaseResult& result) {
    const Json json{{"passed", result.passed}, {"message", result.message}};
    const std::string line = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    for (std::size_t at = 0; at < line.size();) {
        const ssize_t count = write(file, line.data() + at, line.size() - at);
        if (count < 0) _exit(1);
        at += static_cast<std::size_t>(count);
    }
}

using Cases = std::span<const GoldenCase* const>;

[[noreturn]] void run_in_child(const Kernel& kernel, Cases cases, int file) {
    install_fault_trap();
    KernelRunner runner(kernel);
    for (const GoldenCase* golden : cases) {
        const Outcome outcome = check_case(runner, kernel, *golden);
        write_line(file, {outcome.kind == Outcome::Kind::pass, outcome.message});
    }
    _exit(0);
}

std::vector<CaseResult> parse_results(const std::string& text) {
    std::vector<CaseResult> results;
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        const Json json = Json::parse(text.substr(begin, end - begin));
        results.push_back({json["passed"].get<bool>(), json["message"].get<std::string>()});
        begin = end + 1;
    }
    return results;
}

std::string describe_end(int status) {
    if (WIFSIGNALED(status))
        return fmt::format("it ends its process by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return fmt::format("it ends its process with exit status {}", WEXITSTATUS(status));
}

// The results of the first cases, as far as one child gets; the one that it does not survive is the last.
std::vector<CaseResult> results_of_child(const Kernel& kernel, Cases cases) {
    int ends[2];
    if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "making a pipe");
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "starting a process");
    if (child == 0) {
        close(ends[0]);
        run_in_child(kernel, cases, ends[1]);
    }
    close(ends[1]);
    std::string text;
    char buffer[1 << 12];
    for (ssize_t count = 0; (count = read(ends[0], buffer, sizeof(buffer))) != 0;) {
        if (count > 0)
            text.append(buffer, static_cast<std::size_t>(count));
        else if (errno != EINTR)
            break;
    }
    close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    std::vector<CaseResult> results = parse_results(text);
    if (results.size() < cases.size()) results.push_back({false, describe_end(status)});
    return results;
}

}  // namespace

KernelCheck check_kernel(const Kernel& kernel, std::span<const GoldenCase> all,
                         std::span<const std::string> assumed) {
    KernelCheck check{.op = std::string(kernel.contract->op),
                      .library = kernel.library,
                      .variant = kernel.variant,
                      .not_runnable = why_not_runnable(kernel)};
    if (!check.not_runnable.empty()) return check;
    std::vector<const GoldenCase*> cases;
    for (const GoldenCase& golden : all) {
        if (golden.contract != kernel.contract) continue;
        if (lies_outside(golden, kernel, assumed))
            ++check.outside;
        else
            cases.push_back(&golden);
    }
    std::vector<CaseResult> results;
    while (results.size() < cases.size())
        std::ranges::move(results_of_child(kernel, Cases(cases).subspan(results.size())),
                          std::back_inserter(results));
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (comparison_for(kernel, *cases[i]) != cases[i]->manifest.comparison) ++check.by_bound;
        if (results[i].passed)
            ++check.passed;
        else
            check.failures.push_back({cases[i]->manifest.name, results[i].message});
    }
    return check;
}

}  // namespace brickproof::golden
