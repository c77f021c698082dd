#include "fuzz/campaign/program_pool.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "fuzz/campaign/engine_target.hpp"
#include "judge/child_process.hpp"

namespace brickproof::fuzz {
namespace {

constexpr int tick_ms = 100;

class Program {
  public:
    explicit Program(ProgramTask& task) : task_(task) { start(); }
    ~Program() {
        if (child_ > 0) wait();
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    int pipe_end() const { return pipe_; }

    // Reads what is there. False where the program has ended and none takes its place.
    bool serve() {
        if (lines_.read_from(pipe_, [&](const std::string& line) { output_.take_line(line); })) {
            task_.progress(output_);
            return true;
        }
        const int status = wait();
        if (!task_.end(output_, status)) return false;
        start();
        return true;
    }

  private:
    void start() {
        output_ = {};
        lines_.forget();
        const std::vector<std::string> command = task_.command();
        const TellingChild child = start_telling_child([&](int pipe) { become(command, pipe); });
        child_ = child.id;
        pipe_ = child.pipe;
    }

    // libFuzzer starts programs of its own for some jobs: the whole group ends.
    int wait() {
        kill(-child_, SIGKILL);
        kill(child_, SIGKILL);  // which may not have left our group yet
        int status = 0;
        waitpid(child_, &status, 0);
        close(pipe_);
        child_ = -1;
        return status;
    }

    ProgramTask& task_;
    EngineOutput output_;
    LineReader lines_;
    pid_t child_ = -1;
    int pipe_ = -1;
};

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
    std::vector<std::unique_ptr<Program>> programs;
    for (std::size_t next = 0; (next < tasks.size() || !programs.empty()) && !stopped();) {
        while (programs.size() < jobs && next < tasks.size())
            programs.push_back(std::make_unique<Program>(*tasks[next++]));
        std::vector<pollfd> ends;
        for (const auto& program : programs) ends.push_back({program->pipe_end(), POLLIN, 0});
        poll(ends.data(), ends.size(), tick_ms);
        for (std::size_t i = programs.size(); i-- > 0;)
            if (ends[i].revents != 0 && !programs[i]->serve())
                programs.erase(programs.begin() + static_cast<std::ptrdiff_t>(i));
    }
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
