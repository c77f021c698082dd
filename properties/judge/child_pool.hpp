// Child processes in which kernels run, since a kernel may ruin the process that it runs in: several at once, each
// with its limits of time. When a child ends, everything that it has started ends with it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "judge/interrupt.hpp"

namespace brickproof {

// Seconds. They go on with the pool: not while the machine sleeps, or this process is stopped.
struct ChildTime {
    double age = 0.0;      // since the child was started
    double silence = 0.0;  // since it last wrote, or its beats changed
};

struct ChildEnd {
    enum class Why {
        ended,    // by itself
        unheard,  // killed since it went on after it had closed its pipe
        overdue,  // killed at a limit
        stopped,  // killed since the pool was stopped
    };
    Why why = Why::ended;
    int status = 0;  // as waitpid() has it
    ChildTime time{};

    bool ended_well() const { return why == Why::ended && status == 0; }
};

// "ended its process by signal 9 (Killed)", of a wait status.
std::string describe_end(int status);

// What a child is started for.
struct ChildTask {
    // In this process, before each child is started.
    std::function<void()> on_start = [] {};
    // In the child: writes to `pipe`. Where it returns the child ends with status 0.
    std::function<void(int pipe)> work;
    // In this process, with what has come through the pipe.
    std::function<void(std::string_view bytes)> on_bytes = [](std::string_view) {};
    // Changes while all is well.
    std::function<std::uint64_t()> beats = [] { return std::uint64_t{0}; };
    // Asked again and again: whether the child is to be killed.
    std::function<bool(const ChildTime&)> is_overdue = [](const ChildTime&) { return false; };
    // The child is gone. True where another is to be started for the same task.
    std::function<bool(const ChildEnd&)> on_end = [](const ChildEnd&) { return false; };
    bool has_fault_trap = true;
};

struct PoolOptions {
    std::size_t jobs = 1;
    // Asked again and again: all children are killed, and no more are started.
    std::function<bool()> stopped = [] { return was_interrupted().load(); };
    std::function<void()> on_tick = [] {};  // some ten times a second
};

// Runs all tasks, `jobs` at once, until `next` has no more. A task's functions are called in this thread. What a
// child has started and that is still there when it ends is killed: its process group, and what has left that
// group, for which this process adopts orphans (PR_SET_CHILD_SUBREAPER). So no other thread may start processes
// meanwhile. Throws std::system_error where the system gives no process or no pipe.
void run_children(const std::function<std::optional<ChildTask>()>& next, const PoolOptions& options);

// The same of one task.
void run_child(
    ChildTask task, const std::function<bool()>& stopped = [] { return was_interrupted().load(); });

// In a child, after a call of a kernel: kills the processes that it has left. True where there were any. One that a
// fork() in the kernel has made of the judge itself ends here. In a process that is no pool's child it does
// nothing.
bool end_what_a_call_left();

// 0 where the system does not say.
std::size_t threads_of_this_process();

// In a child: writes all, or ends the process where nobody reads any more.
void tell_parent(int pipe, std::string_view bytes);

// What comes through a pipe, in lines.
class LineReader {
  public:
    // Hands over each line that is whole, or longer than any should be.
    void take(std::string_view bytes, const std::function<void(const std::string& line)>& on_line);
    // Half a line of a child that died.
    void forget() { pending_.clear(); }

  private:
    std::string pending_;
};

}  // namespace brickproof
