// Programs of libFuzzer's, several at once.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/campaign/engine_output.hpp"

namespace brickproof::fuzz {

// What a program is started for.
class ProgramTask {
  public:
    virtual ~ProgramTask() = default;
    virtual std::vector<std::string> command() = 0;
    // The program has ended, with this wait status. True where another is to be started.
    virtual bool end(const EngineOutput& output, int status) = 0;
    // While it runs.
    virtual void progress(const EngineOutput&) {}
};

// Runs all tasks, `jobs` at once. `stopped` is asked all the time: all programs are killed, and no end is told.
void run_programs(const std::vector<std::unique_ptr<ProgramTask>>& tasks, std::size_t jobs,
                  const std::function<bool()>& stopped);

// Runs one, killed after so many seconds or where `stopped` says so.
EngineOutput run_program(const std::vector<std::string>& command, double seconds,
                         const std::function<bool()>& stopped);

}  // namespace brickproof::fuzz
