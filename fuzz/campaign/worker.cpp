#include "fuzz/campaign/worker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/replay_token.hpp"
#include "fuzz/campaign/messages.hpp"

namespace brickproof::fuzz {
namespace {

using Clock = Worker::Clock;

constexpr std::size_t shrink_budget = 60;     // a process each
constexpr double longest_case_seconds = 3.0;  // in such a process
constexpr std::chrono::seconds longest_shrinking{10};
constexpr std::chrono::seconds grace{2};  // for a child to end its last step by itself

void search_in_child(const Kernel& kernel, const SearchSetup& setup, SearchRecord& recorder, int pipe,
                     Clock::time_point deadline) {
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
    search.watch(recorder.pulse);
    while (!search.exhausted() && Clock::now() < deadline) {
        search.step();
        recorder.features.store(search.features(), std::memory_order_relaxed);
        recorder.features_of_corpus.store(search.features_of_corpus(), std::memory_order_relaxed);
        if (search.been_through_corpus()) recorder.been_through_corpus.store(true, std::memory_order_relaxed);
    }
    write_message(pipe, done_message());
}

void judge_in_child(const Kernel& kernel, const SearchSetup& setup, const std::string& name, const Bytes& bytes) {
    StatementRunner runner(kernel, setup.assume);
    for (const JudgedStatement& statement : runner.statements())
        if (statement.name == name)
            runner.judge(statement, decode_case(*kernel.contract, bytes, statement.holding));
}

}  // namespace

Worker::Worker(const Kernel& kernel, SearchSetup setup, double seconds)
    : kernel_(kernel), setup_(std::move(setup)), seconds_(seconds) {}

ChildTask Worker::task(const SearchListener& listener, const std::atomic<bool>& interrupted) {
    return {
        .on_start =
            [this] {
                if (!deadline_)
                    deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                                   std::chrono::duration<double>(seconds_));
            },
        .work = [this](int pipe) { search_in_child(kernel_, setup_, *recorder_, pipe, *deadline_); },
        .on_bytes =
            [this, listener](std::string_view bytes) {
                lines_.take(bytes, [&](const std::string& line) { take_line(line, listener); });
            },
        .beats = [this] { return watch_.beats(); },
        .is_overdue =
            [this](const ChildTime& time) { return watch_.is_hanging(time) || Clock::now() > *deadline_ + grace; },
        .on_end = [this, listener,
                   &interrupted](const ChildEnd& end) { return take_end(end, listener, interrupted); }};
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

bool Worker::take_end(const ChildEnd& end, const SearchListener& listener, const std::atomic<bool>& interrupted) {
    lines_.forget();
    const bool overdue = end.why == ChildEnd::Why::overdue;
    const bool hung = watch_.take_end(end);
    if (done_ || (!hung && (overdue || end.why == ChildEnd::Why::stopped))) return false;
    const std::string statement = recorder_->last_statement();
    const bool is_new = setup_.skip.insert(statement).second;
    const std::string blamed(name_of(hung ? Behaviour::Role::terminates : Behaviour::Role::no_crash));
    if (!setup_.skip.contains(blamed) || blamed == statement) {
        setup_.skip.insert(blamed);
        const std::string what = hung ? watch_.describe(end.time) : "it " + describe_end(end.status);
        listener.on_finding(shrink_end(statement, hung, what, interrupted));
    }
    return is_new && !watch_.has_given_up() && !interrupted && Clock::now() < *deadline_;
}

Finding Worker::shrink_end(const std::string& statement, bool hung, const std::string& what,
                           const std::atomic<bool>& interrupted) const {
    Found found{recorder_->last_case(), Outcome::fail(fmt::format("{} (while {} was judged)", what, statement))};
    const Clock::time_point begun = Clock::now();
    const auto ends_its_process = [&](const Bytes& bytes) {
        bool ended_well = true;
        if (interrupted || Clock::now() - begun > longest_shrinking) return Outcome::pass();
        run_child({.work = [&](int) { judge_in_child(kernel_, setup_, statement, bytes); },
                   .is_overdue = [](const ChildTime& time) { return time.age > longest_case_seconds; },
                   .on_end =
                       [&](const ChildEnd& end) {
                           ended_well = end.why == ChildEnd::Why::stopped || end.ended_well();
                           return false;
                       }},
                  [&] { return interrupted.load(); });
        return ended_well ? Outcome::pass() : found.outcome;
    };
    if (!hung) found = shrink_bytes(found, ends_its_process, shrink_budget);
    Preconditions holding = assumptions_of(kernel_, setup_.assume);
    for (const JudgedStatement& judged : all_statements(kernel_, setup_.assume))
        if (judged.name == statement) holding = judged.holding;
    return make_finding(kernel_, name_of(hung ? Behaviour::Role::terminates : Behaviour::Role::no_crash), holding,
                        found);
}

}  // namespace brickproof::fuzz
