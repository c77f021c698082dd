#include "judge/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>

#include "engine/hash.hpp"
#include "engine/replay_token.hpp"
#include "judge/case_store.hpp"
#include "judge/statement_list.hpp"

namespace brickproof {
namespace {

// A replay is of one case: statements that make their own have no part in it.
std::vector<JudgedStatement> statements_for(const Kernel& kernel, const JudgeOptions& options) {
    std::vector<JudgedStatement> all = all_statements(kernel, options.assume, options.exhaustive);
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

// Shrinking what costs a thread, single steps or a time limit is dear.
std::size_t shrink_budget(const JudgedStatement& statement) {
    if (statement.name == "terminates") return 6;
    return statement.costly ? 16 : 400;
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

// Statements that may take incidents over: they are settled last.
bool takes_incidents(std::string_view statement) {
    constexpr std::array names = {"no_crash", "terminates", "keeps_registers", "fp_environment"};
    return std::ranges::find(names, statement) != names.end();
}

class Judge {
  public:
    Judge(const Kernel& kernel, const JudgeOptions& options, const Observer& observer)
        : kernel_(kernel),
          options_(options),
          observer_(observer),
          probe_(kernel, assumptions_of(kernel, options.assume)),
          cases_(*kernel.contract) {
        set_call_limit(default_call_limit);
        probe_.set_heartbeat(observer.heartbeat);
    }

    std::vector<StatementVerdict> judge_all() {
        std::vector<StatementVerdict> verdicts;
        std::vector<JudgedStatement> statements = statements_for(kernel_, options_);
        std::ranges::stable_partition(statements, &JudgedStatement::first);
        for (const JudgedStatement& statement : statements) {
            if (options_.skip.contains(statement.name)) continue;
            observer_.on_statement(statement.name);
            verdicts.push_back(search(statement));
            if (held_back(verdicts.back())) continue;
            observer_.on_verdict(verdicts.back());
        }
        for (StatementVerdict& verdict : verdicts) {
            if (!held_back(verdict)) continue;
            take_incident(verdict);
            observer_.on_verdict(verdict);
        }
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
        observer_.on_case(bytes);
        const Case& c = statement.shares_cases ? cases_.kept(bytes, statement.holding)
                                               : cases_.decoded(bytes, statement.holding);
        Outcome outcome = Outcome::discard();
        try {
            outcome = statement.check(c, probe_);
        } catch (const KernelStopped& stopped) {
            if (stopped.run.violation == Run::Violation::crashed)
                note("no_crash", stopped.run.what, statement, bytes);
            if (stopped.run.violation == Run::Violation::did_not_end)
                note("terminates", stopped.run.what, statement, bytes);
        }
        for (const auto& [name, what] : probe_.take_misconduct()) note(name, what, statement, bytes);
        if (outcome.kind == Outcome::Kind::discard) why_discarded_ = outcome.message;
        return outcome;
    }

  private:
    void note(const std::string& about, const std::string& what, const JudgedStatement& statement,
              const Bytes& bytes) {
        incidents_.try_emplace(about, Incident{bytes, statement.holding, what});
    }

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
        if (result.found)
            settle(statement, result.found->outcome, result.found->bytes, verdict);
        else
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
                StatementVerdict& verdict) const {
        using Kind = Outcome::Kind;
        if (outcome.kind == Kind::discard) {
            verdict.message = outcome.message.empty() ? "no case could be judged" : outcome.message;
            return;
        }
        verdict.verdict = outcome.kind == Kind::pass                          ? Verdict::pass
                          : outcome.kind == Kind::note && !statement.promised ? Verdict::note
                                                                              : Verdict::fail;
        if (outcome.kind == Kind::pass) return;
        verdict.message = outcome.message;
        const Case c = decode_case(*kernel_.contract, bytes, statement.holding);
        verdict.sizes = describe_sizes(c, kernel_.contract->signature);
        if (!statement.single_case) verdict.token = make_token(*kernel_.contract, bytes);
    }

    // Another statement may still meet what their own cases did not.
    static bool held_back(const StatementVerdict& verdict) {
        return verdict.verdict != Verdict::fail && takes_incidents(verdict.name);
    }

    void take_incident(StatementVerdict& verdict) const {
        const auto found = incidents_.find(verdict.name);
        if (found == incidents_.end()) return;
        const Incident& incident = found->second;
        verdict.verdict = Verdict::fail;
        verdict.message = incident.what;
        verdict.sizes = describe_sizes(decode_case(*kernel_.contract, incident.bytes, incident.holding),
                                       kernel_.contract->signature);
        verdict.token = make_token(*kernel_.contract, incident.bytes);
    }

    const Kernel& kernel_;
    const JudgeOptions& options_;
    const Observer& observer_;
    Probe probe_;
    CaseStore cases_;
    std::map<std::string, Incident, std::less<>> incidents_;  // the first of each statement's
    std::string why_discarded_;
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
                                 const Bytes& bytes, bool hung, const std::string& what) {
    for (const JudgedStatement& judged : statements_for(kernel, options)) {
        if (judged.name != (hung ? "terminates" : "no_crash")) continue;
        StatementVerdict verdict = unjudged(judged);
        verdict.verdict = Verdict::fail;
        verdict.cases = 1;
        verdict.message = fmt::format("{} (while {} was judged)", what, statement);
        verdict.token = make_token(*kernel.contract, bytes);
        verdict.sizes =
            describe_sizes(decode_case(*kernel.contract, bytes, judged.holding), kernel.contract->signature);
        return verdict;
    }
    return {};
}

}  // namespace brickproof
