#include "judge/child_pool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <system_error>
#include <vector>

#include "judge/fault_trap.hpp"
#include "report/atomic_file.hpp"

namespace brickproof {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_line = std::size_t{1} << 20;  // of a child in its right mind: some hundred bytes
constexpr int tick_ms = 100;
constexpr double longest_tick = 0.5;  // what takes longer was a pause of this process, or of the machine

[[noreturn]] void throw_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// What the work throws ends the child here: further up is the parent's code.
[[noreturn]] void be_child(const std::function<void(int)>& work, int pipe, pid_t parent) noexcept {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(3);  // it ended before it could be said to matter
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
    install_fault_trap();
    work(pipe);
    _exit(0);
}

// The children of all threads of this process.
std::set<pid_t> child_processes() {
    std::set<pid_t> children;
    std::error_code error;
    for (std::filesystem::directory_iterator thread("/proc/self/task", error), end; !error && thread != end;
         thread.increment(error)) {
        std::ifstream file(thread->path() / "children");
        for (pid_t child = 0; file >> child;) children.insert(child);
    }
    return children;
}

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

// A task and the child that is at work on it.
class Running {
  public:
    Running(ChildTask task, double now) : task_(std::move(task)) { start(now); }
    ~Running() {
        if (child_ > 0) end();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    int pipe_end() const { return pipe_; }
    pid_t child() const { return child_; }

    // Reads what is there. False where the task is done with.
    bool serve(bool readable, double now) {
        if (readable) take_bytes(now);
        const std::uint64_t beats = task_.beats();
        if (beats != beats_) {
            beats_ = beats;
            last_sign_ = now;
        }
        if (pipe_ >= 0 && !has_ended()) {
            if (!task_.is_overdue(time(now))) return true;
            why_ = ChildEnd::Why::overdue;
        }
        const bool again = finish(now);
        if (again) start(now);
        return again;
    }

    void stop(double now) {
        why_ = ChildEnd::Why::stopped;
        finish(now);
    }

  private:
    ChildTime time(double now) const { return {now - started_, now - last_sign_}; }

    void start(double now) {
        std::fflush(nullptr);  // else the child would print it, too
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw_errno("making a pipe");
        const pid_t parent = getpid();
        const pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            be_child(task_.work, ends[1], parent);
        }
        const int reason = errno;
        close(ends[1]);
        if (child < 0) {
            close(ends[0]);
            errno = reason;
            throw_errno("starting a process");
        }
        setpgid(child, child);  // whoever of the two comes first
        child_ = child;
        pipe_ = ends[0];
        fcntl(pipe_, F_SETFL, O_NONBLOCK);
        why_ = ChildEnd::Why::ended;
        started_ = last_sign_ = now;
        beats_ = task_.beats();
    }

    // False at the end of the pipe, and where there is nothing more now.
    bool take_bytes(double now) {
        char buffer[1 << 14];
        const ssize_t count = read(pipe_, buffer, sizeof(buffer));
        if (count > 0) {
            last_sign_ = now;
            task_.on_bytes({buffer, static_cast<std::size_t>(count)});
            return true;
        }
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) return false;
        close(pipe_);
        pipe_ = -1;
        return false;
    }

    // What it has started may hold the pipe open, so that its end is no sign of the child's.
    bool has_ended() const {
        siginfo_t info{};
        return waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               info.si_pid == child_;
    }

    int end() {
        kill(-child_, SIGKILL);
        kill(child_, SIGKILL);  // which may not have made its group yet
        const int status = wait_for(child_);
        child_ = -1;
        if (pipe_ >= 0) close(pipe_);
        pipe_ = -1;
        return status;
    }

    bool finish(double now) {
        const ChildTime at = time(now);
        if (why_ == ChildEnd::Why::ended) grant_exit();
        kill(-child_, SIGKILL);
        const int status = why_ == ChildEnd::Why::ended ? status_of_ended() : 0;
        while (pipe_ >= 0 && take_bytes(now)) {
        }
        return task_.on_end({why_, why_ == ChildEnd::Why::ended ? status : end(), at});
    }

    ChildTask task_;
    pid_t child_ = -1;
    int pipe_ = -1;
    ChildEnd::Why why_ = ChildEnd::Why::ended;
    double started_ = 0.0;
    double last_sign_ = 0.0;
    std::uint64_t beats_ = 0;
};

}  // namespace
}  // namespace brickproof
