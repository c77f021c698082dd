// What libFuzzer prints while it searches, read line by line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace brickproof::fuzz {

class EngineOutput {
  public:
    void take_line(std::string_view line);

    // Nothing but libFuzzer says so: a target without it replays files and prints none of this.
    bool is_engine() const { return is_engine_; }
    std::size_t executions() const { return executions_; }
    // Of instrumentation; and those among them that corpus and seeds had.
    std::size_t features() const { return features_; }
    std::size_t features_of_corpus() const { return features_of_corpus_; }
    // The file that was run last, where files are run and nothing is searched.
    const std::string& running() const { return running_; }
    // Where libFuzzer put the input that failed; "" where it had none to put.
    const std::string& artifact() const { return artifact_; }

    // A sentence: the target's own complaint, or the summary of a sanitizer or of libFuzzer. "" where nothing
    // failed.
    std::string failure() const;
    // The same without what differs from input to input: findings with the same are one.
    std::string failed_statement() const;

  private:
    void take_status(std::string_view line);

    bool is_engine_ = false;
    bool report_begun_ = false;
    std::size_t executions_ = 0;
    std::size_t features_ = 0;
    std::size_t features_of_corpus_ = 0;
    std::string running_;
    std::string artifact_;
    std::string complaint_;
    std::string summary_;
};

}  // namespace brickproof::fuzz
