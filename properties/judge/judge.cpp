#include "judge/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "engine/replay_token.hpp"
#include "judge/behaviours.hpp"

namespace brickproof {
namespace {

// A statement of either sort, as the judge runs it.
struct Judged {
    std::string name;
    StatementKind kind{};
    std::string says;
    Preconditions holding;
    std::function<Outcome(const Case&, Probe&)> check;
    std::string excluded_by{};  // the assumption that takes it out of judgement
    bool single_case = false;
    bool costly = false;
    bool promised = false;  // a NOTE counts as a FAIL
};

Preconditions assumptions_of(const Kernel& kernel, const JudgeOptions& options) {
    Preconditions holding;
    for (const std::string& name : kernel.assumes) holding.add(name);
    for (const std::string& name : options.assume) holding.add(name);
    return holding;
}

Judged from_statement(const Statement& statement, const Kernel& kernel, const Preconditions& assumed) {
    Judged judged{.name = std::string(statement.name),
                  .kind = statement.kind,
                  .says = std::string(statement.says),
                  .holding = assumed,
                  .check = statement.check,
                  .single_case = statement.single_case};
    for (const std::string_view need : statement.needs) judged.holding.add(need);
    for (const std::string_view name : statement.excluded_by)
        if (assumed.hold(name)) judged.excluded_by = name;
    judged.promised = std::ranges::find(kernel.promises, statement.name) != kernel.promises.end();
    return judged;
}

Judged from_behaviour(const Behaviour& behaviour, const Contract& contract, const Preconditions& assumed) {
    Judged judged{.name = std::string(behaviour.name),
                  .kind = StatementKind::behaviour,
                  .says = std::string(behaviour.says),
                  .holding = assumed,
                  .check = behaviour.check,
                  .costly = behaviour.costly};
    const bool offered =
        std::ranges::any_of(contract.preconditions, [](const Precondition& p) { return p.name == "finite"; });
    if (behaviour.finite && offered) judged.holding.add("finite");
    return judged;
}

std::vector<Judged> all_statements(const Kernel& kernel, const JudgeOptions& options) {
    const Preconditions assumed = assumptions_of(kernel, options);
    std::vector<Judged> all;
    for (const Behaviour& behaviour : behaviours())
        all.push_back(from_behaviour(behaviour, *kernel.contract, assumed));
    for (const Statement& statement : kernel.contract->statements)
        if ((!statement.on_demand || options.exhaustive) && !(statement.single_case && options.only_case))
            all.push_back(from_statement(statement, kernel, assumed));
    return all;
}

StatementVerdict unjudged(const Judged& statement) {
    return {.name = statement.name, .kind = statement.kind, .says = statement.says};
}

// The same for every kernel of an op, so that all of them see the same cases.
std::uint64_t statement_seed(const Contract& contract, const std::string& statement, std::uint64_t seed) {
    std::uint64_t hash = 0xCBF29CE484222325u ^ seed;  // FNV-1a
    for (const std::string_view text : {contract.op, std::string_view(statement)})
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return hash;
}

std::size_t random_cases(const Judged& statement, Effort effort) {
    const std::size_t base = statement.costly ? 8 : 250;
    switch (effort) {
        case Effort::quick:
            return base / 4;
        case Effort::standard:
            return base;
        case Effort::thorough:
            return base * 20;
    }
    return base;
}

// A stop of the kernel where some law wanted a result: kept for no_crash and terminates.
struct Incident {
    Bytes bytes;
    Preconditions holding;
    Run run;
};

class Judge {
  public:
    Judge(const Kernel& kernel, const JudgeOptions& options, const Observer& observer)
        : kernel_(kernel), options_(options), observer_(observer), probe_(kernel) {
        set_call_limit(default_call_limit);
    }

    std::vector<StatementVerdict> judge_all() {
        std::vector<StatementVerdict> verdicts;
        for (const Judged& statement : all_statements(kernel_, options_)) {
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

    StatementVerdict judge_one(const Judged& statement, const Bytes& bytes) {
        StatementVerdict verdict = unjudged(statement);
        const Outcome outcome = evaluate(statement, bytes);
        verdict.cases = outcome.kind == Outcome::Kind::discard ? 0 : 1;
        verdict.largest_share = outcome.share_of_bound;
        settle(statement, outcome, bytes, verdict);
        return verdict;
    }

    Outcome evaluate(const Judged& statement, const Bytes& bytes) {
        observer_.on_case(bytes);
        const Case c = decode_case(*kernel_.contract, bytes, statement.holding);
        try {
            return statement.check(c, probe_);
        } catch (const KernelStopped& stopped) {
            const bool worth_keeping = stopped.run.violation == Run::Violation::crashed ||
                                       stopped.run.violation == Run::Violation::did_not_end;
            if (worth_keeping && !incident_) incident_ = Incident{bytes, statement.holding, stopped.run};
            return Outcome::discard();
        }
    }

  private:
    StatementVerdict search(const Judged& statement) {
        StatementVerdict verdict = unjudged(statement);
        if (exclude(statement, verdict)) return verdict;
        if (options_.only_case) return judge_one(statement, *options_.only_case);
        if (statement.single_case) return judge_one(statement, {});
        const SearchPlan plan{.seed = statement_seed(*kernel_.contract, statement.name, options_.seed),
                              .random_cases = random_cases(statement, options_.effort),
                              .sweep = !statement.costly,
                              .shrink_budget = statement.name == "terminates" ? std::size_t{6} : std::size_t{400}};
        const SearchResult result =
            search_bytes([&](const Bytes& bytes) { return evaluate(statement, bytes); },
                         [&](const Bytes& bytes) { return choices_of(statement, bytes); }, plan);
        verdict.cases = result.cases;
        verdict.discarded = result.discarded;
        verdict.largest_share = result.largest_share;
        if (result.found)
            settle(statement, result.found->outcome, result.found->bytes, verdict);
        else
            settle(statement, result.cases > 0 ? Outcome::pass() : Outcome::discard(), {}, verdict);
        return verdict;
    }

    static bool exclude(const Judged& statement, StatementVerdict& verdict) {
        if (statement.excluded_by.empty()) return false;
        verdict.message =
            fmt::format("not judged: the kernel is judged under the assumption {}", statement.excluded_by);
        return true;
    }

    std::vector<Choice> choices_of(const Judged& statement, const Bytes& bytes) const {
        std::vector<Choice> log;
        ChoiceReader choices(bytes, &log);
        Case c;
        kernel_.contract->decode(choices, statement.holding, c);
        return log;
    }

    void settle(const Judged& statement, const Outcome& outcome, const Bytes& bytes,
                StatementVerdict& verdict) const {
        using Kind = Outcome::Kind;
        if (outcome.kind == Kind::discard) {
            verdict.message = "no case could be judged";
            return;
        }
        verdict.verdict = outcome.kind == Kind::pass                          ? Verdict::pass
                          : outcome.kind == Kind::note && !statement.promised ? Verdict::note
                                                                              : Verdict::fail;
        if (outcome.kind == Kind::pass) return;
        verdict.message = outcome.message;
        const Case c = decode_case(*kernel_.contract, bytes, statement.holding);
        verdict.sizes = describe_sizes(c, kernel_.contract->size_names);
        if (!statement.single_case) verdict.token = make_token(*kernel_.contract, bytes);
    }

    // no_crash and terminates are settled last: a law may still meet a crash that their own cases did not.
    static bool held_back(const StatementVerdict& verdict) {
        return verdict.verdict != Verdict::fail && (verdict.name == "no_crash" || verdict.name == "terminates");
    }

    void take_incident(StatementVerdict& verdict) const {
        if (!incident_) return;
        const bool hung = incident_->run.violation == Run::Violation::did_not_end;
        if (hung != (verdict.name == "terminates")) return;
        verdict.verdict = Verdict::fail;
        verdict.message = incident_->run.what;
        verdict.sizes = describe_sizes(decode_case(*kernel_.contract, incident_->bytes, incident_->holding),
                                       kernel_.contract->size_names);
        verdict.token = make_token(*kernel_.contract, incident_->bytes);
    }

    const Kernel& kernel_;
    const JudgeOptions& options_;
    const Observer& observer_;
    Probe probe_;
    std::optional<Incident> incident_;
};

}  // namespace

std::vector<StatementVerdict> judge_kernel(const Kernel& kernel, const JudgeOptions& options,
                                           const Observer& observer) {
    return Judge(kernel, options, observer).judge_all();
}

std::vector<StatementVerdict> statements_of(const Kernel& kernel, const JudgeOptions& options) {
    std::vector<StatementVerdict> all;
    for (const Judged& statement : all_statements(kernel, options)) all.push_back(unjudged(statement));
    return all;
}

StatementVerdict stopped_verdict(const Kernel& kernel, const JudgeOptions& options, const std::string& statement,
                                 const Bytes& bytes, bool hung, const std::string& what) {
    for (const Judged& judged : all_statements(kernel, options)) {
        if (judged.name != (hung ? "terminates" : "no_crash")) continue;
        StatementVerdict verdict = unjudged(judged);
        verdict.verdict = Verdict::fail;
        verdict.cases = 1;
        verdict.message = fmt::format("{} (while {} was judged)", what, statement);
        verdict.token = make_token(*kernel.contract, bytes);
        verdict.sizes =
            describe_sizes(decode_case(*kernel.contract, bytes, judged.holding), kernel.contract->size_names);
        return verdict;
    }
    return {};
}

}  // namespace brickproof
