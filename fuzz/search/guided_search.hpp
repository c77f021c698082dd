// The search that needs no instrumentation: byte strings are mutated, and kept where they show a feature of the
// contract that was not seen before or bring a statement nearer to its bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/random.hpp"
#include "fuzz/search/dealer.hpp"
#include "fuzz/search/features.hpp"
#include "fuzz/search/statement_runner.hpp"

namespace brickproof::fuzz {

// Told before a case is tried, and of what comes of it.
struct SearchListener {
    std::function<void(std::string_view)> on_statement = [](std::string_view) {};
    std::function<void(const Bytes&)> on_case = [](const Bytes&) {};
    std::function<void(const Bytes&)> on_kept = [](const Bytes&) {};
    // A case brings a statement nearer to its bound than any before: to this share_level.
    std::function<void(std::string_view statement, std::size_t level, const Bytes&)> on_nearer =
        [](std::string_view, std::size_t, const Bytes&) {};
    // A statement has failed, and the case is not shrunk yet.
    std::function<void(std::string_view)> on_failure = [](std::string_view) {};
    std::function<void(const Finding&)> on_finding = [](const Finding&) {};
};

struct SearchSetup {
    std::vector<std::string> assume{};
    std::uint64_t seed = 1;
    std::set<std::string> skip{};  // statements that are not to be searched (again)
    std::vector<Bytes> corpus{};   // tried first
    bool guided = true;            // false: every byte string is random; for comparison
};

class GuidedSearch {
  public:
    // `kernel` must outlive the search.
    GuidedSearch(const Kernel& kernel, const SearchSetup& setup, SearchListener listener);

    // Tries one byte string by every statement that has not failed yet. The same seed gives the same steps.
    void step();

    std::size_t executions() const { return executions_; }
    std::size_t kept() const { return pool_.size(); }
    // Told apart so far; and those among them that the corpus already had.
    std::size_t features() const { return seen_.size(); }
    std::size_t features_of_corpus() const { return features_of_corpus_; }
    // All of the corpus has been tried.
    bool been_through_corpus() const { return executions_ >= corpus_size_; }
    // No statement is left to be searched, or calls hang and no more are made.
    bool exhausted() const { return open_statements_ == 0 || runner_.has_given_up(); }
    // For whoever watches the kernel's calls from outside.
    void watch(Pulse& pulse) { runner_.watch(pulse); }

  private:
    struct Kept {
        Bytes bytes;
        std::vector<Choice> choices;
        std::size_t cost;
    };
    // Statements whose cases are decoded alike.
    struct Domain {
        Preconditions holding;
        std::vector<const JudgedStatement*> statements;
    };

    void group_statements();
    void execute(const Bytes& bytes);
    bool note_features(const DecodedCase& decoded, std::size_t domain);
    bool judge(Domain& domain, const DecodedCase& decoded, const Bytes& bytes);
    void report(const JudgedStatement& statement, const Bytes& bytes, const Judgement& judgement);
    Bytes next_input();
    const Kept& pick_parent();

    StatementRunner runner_;
    SearchListener listener_;
    Random random_;
    bool guided_;
    std::set<std::string> closed_;  // statements that failed, or are to be skipped
    std::vector<Domain> domains_;
    std::deque<Bytes> waiting_;
    std::optional<Dealer> dealer_;  // of a guided search
    std::vector<Kept> pool_;
    std::unordered_set<Feature> seen_;
    std::map<std::string, std::size_t> best_level_;   // of a statement's share of its bound
    std::map<std::string, std::size_t> best_holder_;  // and the kept case that reached it
    std::size_t open_statements_ = 0;
    std::size_t executions_ = 0;
    std::size_t corpus_size_ = 0;
    std::size_t features_of_corpus_ = 0;
};

}  // namespace brickproof::fuzz
