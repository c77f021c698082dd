#include "judge/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>

#include "engine/hash.hpp"
#include "engine/replay_token.hpp"
#include "judge/case_store.hpp"
#include "judge/statement_list.hpp"
#include "judge/wrong_values.hpp"
#include "report/case_text.hpp"

namespace brickproof {
namespace {

// A replay is of one case: statements that make their own have no part in it.
std::vector<JudgedStatement> statements_for(const Kernel& kernel, const JudgeOptions& options) {
    std::vector<JudgedStatement> all =
        all_statements(kernel, options.assume, {options.exhaustive, options.effort.common_sizes});
    if (options.only_case) std::erase_if(all, [](const JudgedStatement& s) { return s.single_case; });
    return all;
}

StatementVerdict unjudged(const JudgedStatement& statement) {
    return {.name = statement.name, .kind = statement.kind, .says = statement.says};
}

// The same for every kernel of an op, so that all of them see the same cases.
std::uint64_t statement_seed(const Contract& contract, const JudgedStatement& statement, std::uint64_t seed) {
    const std::string_view whose = statement.shares_cases ? "behaviours" : std::string_view(statement.name);
    Fnv1a hash(seed);
    hash.add(contract.op);
    hash.add(whose);
    return hash.value();
}

// Shrinking is expensive where a case costs a thread, single steps or a time limit.
std::size_t shrink_budget(const JudgedStatement& statement) {
    if (statement.role == Behaviour::Role::terminates) return 6;
    return statement.costly ? 12 : 400;
}

// Of the command line; and at thorough effort, for each size that comes in hundreds: the hidden and feed-forward
// sizes of common models, beyond 16 and 17 bits, and every remainder modulo 64 beyond 8,192.
std::vector<StatedSize> sizes_to_try(const Contract& contract, const JudgeOptions& options) {
    constexpr std::size_t common[] = {2048,  2560,  3072,  3584,  4096,  5120,  5632,  8192,   8960,   11008,
                                      13824, 14336, 18944, 27648, 28672, 65537, 65600, 131104, 262176, 1048544};
    std::vector<StatedSize> sizes = options.sizes;
    if (!options.effort.common_sizes) return sizes;
    for (const SizeChoice& size : size_choices(contract)) {
        if (size.table.back() * size.unit < 500) continue;
        for (const std::size_t value : common) sizes.push_back({std::string(size.name), value});
        for (std::size_t n = 8193; n <= 8193 + 63 * 65; n += 65)
            if (size.unit == 1) sizes.push_back({std::string(size.name), n});
    }
    return sizes;
}

// What a kernel did while a statement was judged that is about something else.
struct Incident {
    Bytes bytes;
    Preconditions holding;
    std::string what;
};

class Judge {
  public:
    Judge(const Kernel& kernel, const JudgeOptions& options, const Observer& observer)
        : kernel_(kernel),
          options_(options),
          observer_(observer),
          probe_(kernel, assumptions_of(kernel, options.assume)),
          cases_(*kernel.contract) {
        probe_.watch(observer.pulse != nullptr ? *observer.pulse : own_pulse_, options.limits);
    }

    std::vector<StatementVerdict> judge_all() {
        std::vector<JudgedStatement> statements = statements_for(kernel_, options_);
        std::erase_if(statements, [&](const JudgedStatement& s) { return options_.skip.contains(s.name); });
        std::vector<StatementVerdict> verdicts;
        std::stable_partition(statements.begin(), statements.end(),
                              [](const JudgedStatement& s) { return s.first; });
        std::vector<std::size_t> cut_short;
        for (const JudgedStatement& statement : statements) {
            observer_.on_statement(statement.name);
            give_time(statements.size() - verdicts.size());
            verdicts.push_back(search(statement));
            if (is_cut_short_)
                cut_short.push_back(verdicts.size() - 1);
            else if (!is_held_back(statement, verdicts.back()))
                observer_.on_verdict(verdicts.back());
        }
        judge_again(statements, cut_short, verdicts);
        for (std::size_t i = 0; i < statements.size(); ++i) {
            if (!is_held_back(statements[i], verdicts[i])) continue;
            take_incident(statements[i], verdicts[i]);
            observer_.on_verdict(verdicts[i]);
        }
        if (!why_unfinished_.empty()) observer_.on_unfinished(why_unfinished_);
        return verdicts;
    }

    StatementVerdict judge_one(const JudgedStatement& statement, const Bytes& bytes) {
        StatementVerdict verdict = unjudged(statement);
        const Outcome outcome = evaluate(statement, bytes);
        verdict.cases = outcome.kind == Outcome::Kind::discard ? 0 : 1;
        verdict.largest_share = outcome.share_of_bound;
        settle(statement, outcome, bytes, verdict);
        return verdict;
    }

    Outcome evaluate(const JudgedStatement& statement, const Bytes& bytes) {
        if (spent() >= statement_share_) {
            is_cut_short_ = true;
            why_unfinished_ = where_time_went();
            return Outcome::discard();
        }
        observer_.on_case(bytes);
        const Case& c = statement.shares_cases ? cases_.kept(bytes, statement.holding)
                                               : cases_.decoded(bytes, statement.holding);
        Outcome outcome = Outcome::discard();
        try {
            outcome = statement.check(c, probe_);
            // Of what was not called any more nothing is known; that a call hung is.
            if (probe_.has_given_up() && statement.role != Behaviour::Role::terminates)
                outcome = Outcome::discard();
        } catch (const KernelStopped& stopped) {
            if (const auto role = role_of(stopped.run.violation))
                keep_incident(name_of(*role), stopped.run.what, statement, bytes);
        }
        for (const auto& [name, what] : probe_.take_misconduct()) keep_incident(name, what, statement, bytes);
        if (outcome.kind == Outcome::Kind::discard) why_discarded_ = outcome.message;
        return outcome;
    }

  private:
    StatementVerdict search(const JudgedStatement& statement) {
        StatementVerdict verdict = unjudged(statement);
        if (exclude(statement, verdict)) return verdict;
        if (options_.only_case) return judge_one(statement, *options_.only_case);
        if (statement.single_case) return judge_one(statement, {});
        const SearchResult result =
            search_bytes([&](const Bytes& bytes) { return evaluate(statement, bytes); },
                         [&](const Bytes& bytes) { return choices_of(statement, bytes); }, plan_of(statement));
        verdict.cases = result.cases;
        verdict.discarded = result.discarded;
        verdict.largest_share = result.largest_share;
        if (result.found) {
            settle(statement, result.found->outcome, result.found->bytes, verdict);
            take_map_of_first(statement, *result.first, verdict);
        } else
            settle(statement, result.cases > 0 ? Outcome::pass() : Outcome::discard(why_discarded_), {}, verdict);
        return verdict;
    }

    SearchPlan plan_of(const JudgedStatement& statement) const {
        const Effort& effort = options_.effort;
        return {.seed = statement_seed(*kernel_.contract, statement, options_.seed),
                .random_cases = statement.costly ? effort.costly_cases : effort.random_cases,
                .sweep = effort.sweep && !statement.costly,
                .magnitudes = effort.sweep && statement.costly ? effort.magnitudes : 0,
                .sizes = sizes_to_try(*kernel_.contract, options_),
                .cases_a_size = statement.costly         ? 1
                                : options_.sizes.empty() ? 1
                                                         : effort.cases_a_size,
                .shrink_budget = shrink_budget(statement)};
    }

    static bool exclude(const JudgedStatement& statement, StatementVerdict& verdict) {
        if (statement.excluded_by.empty()) return false;
        verdict.message =
            fmt::format("not judged: the kernel is judged under the assumption {}", statement.excluded_by);
        return true;
    }

    std::vector<Choice> choices_of(const JudgedStatement& statement, const Bytes& bytes) const {
        std::vector<Choice> log;
        ChoiceReader choices(bytes, &log);
        Case c;
        kernel_.contract->decode(choices, statement.holding, c);
        return log;
    }

    void settle(const JudgedStatement& statement, const Outcome& outcome, const Bytes& bytes,
                StatementVerdict& verdict) {
        using Kind = Outcome::Kind;
        if (is_cut_short_ && outcome.kind != Kind::fail) {
            verdict.message =
                fmt::format("not judged to the end: {}; {} cases show no fault", why_unfinished_, verdict.cases);
            return;
        }
        if (outcome.kind == Kind::discard) {
            verdict.message = outcome.message.empty() ? "no case could be judged" : outcome.message;
            return;
        }
        verdict.verdict = outcome.kind == Kind::pass                          ? Verdict::pass
                          : outcome.kind == Kind::note && !statement.promised ? Verdict::note
                                                                              : Verdict::fail;
        if (outcome.kind == Kind::pass) return;
        verdict.message = outcome.message;
        const SecondLook look = look_again(statement, bytes);
        if (look.unwritten) {
            verdict.message = *look.unwritten;
            verdict.consequence_of = "outputs_written";
        }
        // What makes all its cases itself has none that could be shown, or given again.
        if (statement.single_case) return;
        const Case c = decode_case(*kernel_.contract, bytes, statement.holding);
        verdict.sizes = describe_sizes(c, kernel_.contract->size_names);
        verdict.token = make_token(*kernel_.contract, bytes);
        verdict.operands = operand_lines(c);
        if (look.last_call && !verdict.operands.empty()) add_last_call(c, *look.last_call, verdict);
        if (verdict.consequence_of.empty()) verdict.map = map_of(c, outcome);
        if (verdict.consequence_of.empty() && !outcome.wrong && look.beyond_bound)
            verdict.map = map_of_wrong(*kernel_.contract, look.beyond_bound->first, look.beyond_bound->second);
    }

    ElementMap map_of(const Case& c, const Outcome& outcome) const {
        return outcome.wrong ? map_of_wrong(*kernel_.contract, c, *outcome.wrong) : ElementMap{};
    }

    // A small case may have no room for a pattern: then the case first found says more.
    void take_map_of_first(const JudgedStatement& statement, const Found& first, StatementVerdict& verdict) const {
        if (verdict.verdict == Verdict::pass || !verdict.consequence_of.empty()) return;
        ElementMap map = map_of(decode_case(*kernel_.contract, first.bytes, statement.holding), first.outcome);
        // A few elements of a short array are no pattern: which they are is chance.
        const bool tells =
            map.telling >= 4 || (map.telling == 3 && map.elements >= 16 && 2 * map.wrong <= map.elements);
        if (!tells || map.telling < verdict.map.telling || map.elements <= verdict.map.elements) return;
        map.first_found = true;
        verdict.map = std::move(map);
    }

    // A value that the kernel did not write is poison of ours: it must not be shown as one of its results. And a
    // law may have made another case of the one that it was given.
    SecondLook look_again(const JudgedStatement& statement, const Bytes& bytes) {
        if (statement.shares_cases) return {};
        return brickproof::look_again(probe_, [&](Probe& probe) {
            statement.check(decode_case(*kernel_.contract, bytes, statement.holding), probe);
        });
    }

    void add_last_call(const Case& c, const Case& called, StatementVerdict& verdict) const {
        const std::vector<std::string> lines = operand_lines(called);
        if (lines.empty() || (called.sizes == c.sizes && lines == verdict.operands)) return;
        verdict.operands.push_back(fmt::format("the last call of the kernel was of {}:",
                                               describe_sizes(called, kernel_.contract->size_names)));
        verdict.operands.insert(verdict.operands.end(), lines.begin(), lines.end());
    }

    // While there is time, a statement may take what it wants; when half of it is gone, it gets its share of the
    // rest, so that of a slow kernel something is known by every statement.
    void give_time(std::size_t statements_left) {
        const double used = spent();
        is_cut_short_ = false;
        statement_share_ = std::max(0.5, used + (1.0 - used) / static_cast<double>(statements_left));
    }

    // With what time the others have left.
    void judge_again(const std::vector<JudgedStatement>& statements, const std::vector<std::size_t>& cut_short,
                     std::vector<StatementVerdict>& verdicts) {
        if (spent() < 1.0) why_unfinished_.clear();
        for (const std::size_t i : cut_short) {
            if (spent() < 1.0) {
                is_cut_short_ = false;
                statement_share_ = 1.0;
                observer_.on_statement(statements[i].name);
                verdicts[i] = search(statements[i]);
            } else {
                why_unfinished_ = where_time_went();
            }
            if (!is_held_back(statements[i], verdicts[i])) observer_.on_verdict(verdicts[i]);
        }
    }

    // Shares of what there is.
    double share_of_time() const {
        const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
        return (options_.seconds_used + seconds) / options_.limits.kernel;
    }
    double share_of_hangs() const { return probe_.hung_seconds() / options_.limits.all_hangs(); }
    // A kernel that hangs may be slow, too: both together are waited for no longer.
    double share_of_slow_calls() const {
        const double slow = probe_.slow_seconds();
        return slow == 0.0 ? 0.0 : (slow + probe_.hung_seconds()) / options_.limits.all_slow_calls();
    }
    double share_of_threads() const { return static_cast<double>(probe_.left_threads()) / TimeLimits::all_threads; }
    double spent() const {
        return std::max({share_of_time(), share_of_hangs(), share_of_slow_calls(), share_of_threads()});
    }

    std::string where_time_went() const {
        if (share_of_hangs() == spent())
            return fmt::format("calls that hang have cost {:.1f} s", probe_.hung_seconds());
        if (share_of_threads() == spent())
            return fmt::format("it leaves threads running, {} by now", probe_.left_threads());
        if (share_of_slow_calls() < spent()) return options_.limits.time_is_over();
        return fmt::format(
            "its calls are slow: they took {:.1f} s more than calls on so little data should; --timeout gives more",
            probe_.slow_seconds());
    }

    // These are settled last: another statement may still meet what their own cases did not.
    static bool is_held_back(const JudgedStatement& statement, const StatementVerdict& verdict) {
        return verdict.verdict != Verdict::fail && statement.role != Behaviour::Role::of_its_own;
    }

    // The first of its kind is told at once: the next may end this process before all is judged.
    void keep_incident(std::string_view name, const std::string& what, const JudgedStatement& judged,
                       const Bytes& bytes) {
        if (!incidents_.emplace(name, Incident{bytes, judged.holding, what}).second) return;
        for (const JudgedStatement& statement : statements_for(kernel_, options_)) {
            if (statement.name != name || options_.skip.contains(statement.name)) continue;
            StatementVerdict verdict = unjudged(statement);
            take_incident(statement, verdict);
            observer_.on_verdict(verdict);
        }
    }

    static std::optional<Behaviour::Role> role_of(Run::Violation violation) {
        if (violation == Run::Violation::crashed) return Behaviour::Role::no_crash;
        if (violation == Run::Violation::did_not_end) return Behaviour::Role::terminates;
        return std::nullopt;
    }

    void take_incident(const JudgedStatement& statement, StatementVerdict& verdict) const {
        const auto incident = incidents_.find(statement.name);
        if (incident == incidents_.end()) return;
        const auto& [bytes, holding, what] = incident->second;
        verdict.verdict = Verdict::fail;
        verdict.message = what;
        verdict.sizes =
            describe_sizes(decode_case(*kernel_.contract, bytes, holding), kernel_.contract->size_names);
        verdict.token = make_token(*kernel_.contract, bytes);
    }

    using Clock = std::chrono::steady_clock;

    const Kernel& kernel_;
    const JudgeOptions& options_;
    const Observer& observer_;
    Probe probe_;
    CaseStore cases_;
    std::map<std::string, Incident, std::less<>> incidents_;  // the first of each statement's
    std::string why_discarded_;
    Pulse own_pulse_{};
    Clock::time_point begun_ = Clock::now();
    double statement_share_ = 1.0;  // where the statement that is being judged ends
    bool is_cut_short_ = false;     // that statement
    std::string why_unfinished_{};
};

}  // namespace

std::vector<StatementVerdict> judge_kernel(const Kernel& kernel, const JudgeOptions& options,
                                           const Observer& observer) {
    return Judge(kernel, options, observer).judge_all();
}

std::vector<StatementVerdict> statements_of(const Kernel& kernel, const JudgeOptions& options) {
    std::vector<StatementVerdict> all;
    for (const JudgedStatement& statement : statements_for(kernel, options)) all.push_back(unjudged(statement));
    return all;
}

StatementVerdict stopped_verdict(const Kernel& kernel, const JudgeOptions& options, const std::string& statement,
                                 const Bytes& bytes, Behaviour::Role role, const std::string& what) {
    const std::vector<JudgedStatement> all = statements_for(kernel, options);
    const auto blamed = std::ranges::find(all, role, &JudgedStatement::role);
    const auto judged = std::ranges::find(all, statement, &JudgedStatement::name);
    const Preconditions& holding = (judged == all.end() ? blamed : judged)->holding;
    StatementVerdict verdict = unjudged(*blamed);
    verdict.verdict = Verdict::fail;
    verdict.cases = 1;
    verdict.message = fmt::format("{} (while {} was judged)", what, statement);
    verdict.token = make_token(*kernel.contract, bytes);
    verdict.sizes = describe_sizes(decode_case(*kernel.contract, bytes, holding), kernel.contract->size_names);
    return verdict;
}

}  // namespace brickproof
