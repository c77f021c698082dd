// The statements that a search looks at, run one at a time on one kernel.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/byte_search.hpp"
#include "judge/probe.hpp"
#include "judge/statement_list.hpp"

namespace brickproof::fuzz {

// A failure, as it is shown, stored and told to another process.
struct Finding {
    std::string library;
    std::string op;
    std::string variant;
    std::string plugin_path;
    std::string statement;
    std::string message;
    std::string sizes;  // "n = 64"
    Bytes bytes;
    std::string token;
    std::vector<std::string> assumed{};  // what --assume imposed on the search
};

// What a statement found on a case. A crash or an endless loop inside a law is blamed on no_crash or terminates.
struct Judgement {
    Outcome outcome;
    std::string_view statement;
};

class StatementRunner {
  public:
    // `kernel` must outlive the runner.
    StatementRunner(const Kernel& kernel, const std::vector<std::string>& assume);

    // Left out: what the kernel's assumptions exclude, statements on demand or with cases of their own, and
    // characters that the kernel does not promise.
    const std::vector<JudgedStatement>& statements() const { return statements_; }

    Judgement judge(const JudgedStatement& statement, const Case& c);

    // For whoever watches the kernel's calls from outside.
    void watch(Pulse& pulse) { probe_.watch(pulse, {}); }
    // Calls hung for so long that no more are made.
    bool has_given_up() const { return probe_.has_given_up(); }

    // The smallest case found with the same failure.
    Finding shrink(const JudgedStatement& statement, const Bytes& bytes, const Judgement& judgement);

    const Kernel& kernel() const { return kernel_; }

  private:
    const Kernel& kernel_;
    Probe probe_;
    std::vector<JudgedStatement> statements_;
};

Finding make_finding(const Kernel& kernel, std::string_view blamed, const Preconditions& holding,
                     const Found& found);

}  // namespace brickproof::fuzz
