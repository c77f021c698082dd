#include "fuzz/campaign/program_pool.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "fuzz/campaign/engine_target.hpp"
#include "judge/child_pool.hpp"

namespace brickproof::fuzz {
namespace {

// What a program prints, and the program that prints it.
struct Program {
    std::vector<std::string> command{};
    EngineOutput output{};
    LineReader lines{};
};

ChildTask child_of(ProgramTask& task) {
    const auto program = std::make_shared<Program>();
    return {.on_start = [&task, program] { program->command = task.command(); },
            .work = [program](int pipe) { become(program->command, pipe); },
            .on_bytes =
                [&task, program](std::string_view bytes) {
                    program->lines.take(bytes, [&](const std::string& line) { program->output.take_line(line); });
                    task.progress(program->output);
                },
            .on_end =
                [&task, program](const ChildEnd& end) {
                    const EngineOutput output = std::exchange(program->output, {});
                    program->lines.forget();
                    return end.why != ChildEnd::Why::stopped && task.end(output, end.status);
                },
            .has_fault_trap = false};
}

// Keeps what the program printed.
class Once : public ProgramTask {
  public:
    explicit Once(const std::vector<std::string>& command) : command_(command) {}
    std::vector<std::string> command() override { return command_; }
    bool end(const EngineOutput& output, int) override {
        output_ = output;
        return false;
    }
    EngineOutput output_;

  private:
    const std::vector<std::string>& command_;
};

}  // namespace

void run_programs(const std::vector<std::unique_ptr<ProgramTask>>& tasks, std::size_t jobs,
                  const std::function<bool()>& stopped) {
    std::size_t next = 0;
    run_children(
        [&]() -> std::optional<ChildTask> {
            if (next == tasks.size()) return std::nullopt;
            return child_of(*tasks[next++]);
        },
        {.jobs = jobs, .stopped = stopped});
}

EngineOutput run_program(const std::vector<std::string>& command, double seconds,
                         const std::function<bool()>& stopped) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begun = Clock::now();
    std::vector<std::unique_ptr<ProgramTask>> task;
    task.push_back(std::make_unique<Once>(command));
    run_programs(task, 1, [&] {
        return stopped() || std::chrono::duration<double>(Clock::now() - begun).count() > seconds;
    });
    return static_cast<const Once&>(*task.front()).output_;
}

}  // namespace brickproof::fuzz
