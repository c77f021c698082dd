#include "fuzz/campaign/worker.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <new>
#include <system_error>

#include "engine/replay_token.hpp"
#include "fuzz/campaign/messages.hpp"
#include "judge/child_process.hpp"

namespace brickproof::fuzz {
namespace {

using Clock = Worker::Clock;

constexpr std::size_t shrink_budget = 60;     // a process each
constexpr double longest_case_seconds = 3.0;  // in such a process

SearchRecord* shared_record() {
    void* memory = mmap(nullptr, sizeof(SearchRecord), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "making the flight recorder");
    return new (memory) SearchRecord;
}

void leave_interrupts_to_parent() {
    std::signal(SIGINT, SIG_IGN);
}

void search_in_child(const Kernel& kernel, const SearchSetup& setup, SearchRecord& recorder, int pipe,
                     Clock::time_point deadline) {
    leave_interrupts_to_parent();
    const SearchListener listener{
        .on_statement = [&](std::string_view name) { recorder.record_statement(name); },
        .on_case = [&](const Bytes& bytes) { recorder.record_case(bytes); },
        .on_kept = [&](const Bytes& bytes) { write_message(pipe, kept_message(kernel, bytes)); },
        .on_nearer =
            [&](std::string_view statement, std::size_t level, const Bytes& bytes) {
                write_message(pipe, nearer_message(kernel, statement, level, bytes));
            },
        .on_finding = [&](const Finding& finding) { write_message(pipe, finding_message(finding)); },
    };
    GuidedSearch search(kernel, setup, listener);
    while (!search.exhausted() && Clock::now() < deadline) {
        search.step();
        recorder.features.store(search.features(), std::memory_order_relaxed);
        recorder.features_of_corpus.store(search.features_of_corpus(), std::memory_order_relaxed);
        if (search.been_through_corpus()) recorder.been_through_corpus.store(true, std::memory_order_relaxed);
    }
    write_message(pipe, done_message());
}

void judge_in_child(const Kernel& kernel, const SearchSetup& setup, const std::string& name, const Bytes& bytes) {
    leave_interrupts_to_parent();
    StatementRunner runner(kernel, setup.assume);
    for (const JudgedStatement& statement : runner.statements())
        if (statement.name == name)
            runner.judge(statement, decode_case(*kernel.contract, bytes, statement.holding));
}

// The wait status of a child that was given long enough; nothing where it had to be killed.
std::optional<int> wait_for(pid_t child, double seconds, const std::atomic<bool>& interrupted) {
    const Clock::time_point begun = Clock::now();
    for (int status = 0;; usleep(500)) {
        if (waitpid(child, &status, WNOHANG) == child) return status;
        const bool late = std::chrono::duration<double>(Clock::now() - begun).count() > seconds;
        if (!late && !interrupted) continue;
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        return std::nullopt;
    }
}

}  // namespace

Worker::Worker(const Kernel& kernel, SearchSetup setup, double seconds)
    : kernel_(kernel), setup_(std::move(setup)), seconds_(seconds), recorder_(shared_record()) {}

Worker::~Worker() {
    munmap(recorder_, sizeof(SearchRecord));
}

void Worker::start() {
    if (!deadline_)
        deadline_ =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_));
    wants_restart_ = false;
    const TellingChild child =
        start_telling_child([this](int pipe) { search_in_child(kernel_, setup_, *recorder_, pipe, *deadline_); });
    child_ = child.id;
    pipe_ = child.pipe;
    last_sign_ = Clock::now();
}

bool Worker::read_messages(const SearchListener& listener) {
    last_sign_ = Clock::now();
    return lines_.read_from(pipe_, [&](const std::string& line) { take_line(line, listener); });
}

void Worker::take_line(const std::string& line, const SearchListener& listener) {
    const Expected<Message> told = parse_message(line, kernel_);
    // A kernel may have ruined the child's memory, and with it what it says; how it ends is told by others.
    if (!told) return;
    const Message& message = *told;
    switch (message.kind) {
        case Message::Kind::done:
            done_ = true;
            break;
        case Message::Kind::kept:
            setup_.corpus.push_back(message.kept);
            listener.on_kept(message.kept);
            break;
        case Message::Kind::nearer:
            listener.on_nearer(message.statement, message.level, message.kept);
            break;
        case Message::Kind::finding:
            setup_.skip.insert(message.finding.statement);
            listener.on_finding(message.finding);
            break;
    }
}

bool Worker::is_silent(double seconds) {
    const std::uint64_t cases = recorder_->cases.load();
    if (cases != last_cases_) {
        last_cases_ = cases;
        last_sign_ = Clock::now();
    }
    silent_ = std::chrono::duration<double>(Clock::now() - last_sign_).count() > seconds;
    return silent_;
}

void Worker::stop() {
    kill(child_, SIGKILL);
}

std::optional<Finding> Worker::reap(const std::atomic<bool>& interrupted) {
    close(pipe_);
    int status = 0;
    waitpid(child_, &status, 0);
    lines_.forget();
    if (done_ || interrupted) return std::nullopt;
    const std::string statement = recorder_->last_statement();
    const bool hung = silent_;
    silent_ = false;
    const bool progress = setup_.skip.insert(statement).second;
    wants_restart_ = progress && Clock::now() < *deadline_;
    const std::string blamed = hung ? "terminates" : "no_crash";
    if (setup_.skip.contains(blamed) && blamed != statement) return std::nullopt;
    setup_.skip.insert(blamed);
    const std::string what =
        hung ? "it does not return, and does not let itself be interrupted" : "it " + describe_end(status);
    return shrink_end(statement, hung, what, interrupted);
}

Finding Worker::shrink_end(const std::string& statement, bool hung, const std::string& what,
                           const std::atomic<bool>& interrupted) const {
    Found found{recorder_->last_case(), Outcome::fail(fmt::format("{} (while {} was judged)", what, statement))};
    const auto ends_its_process = [&](const Bytes& bytes) {
        if (interrupted) return Outcome::pass();
        const pid_t child = start_child([&] { judge_in_child(kernel_, setup_, statement, bytes); });
        const std::optional<int> status = wait_for(child, longest_case_seconds, interrupted);
        return status && *status == 0 ? Outcome::pass() : found.outcome;
    };
    if (!hung) found = shrink_bytes(found, ends_its_process, shrink_budget);
    Preconditions holding = assumptions_of(kernel_, setup_.assume);
    for (const JudgedStatement& judged : all_statements(kernel_, setup_.assume, false))
        if (judged.name == statement) holding = judged.holding;
    return make_finding(kernel_, hung ? "terminates" : "no_crash", holding, found);
}

}  // namespace brickproof::fuzz
