#include "judge/child_pool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
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
#include <utility>
#include <vector>

#include "judge/fault_trap.hpp"
#include "report/atomic_file.hpp"

namespace brickproof {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_line = std::size_t{1} << 20;  // of a child in its right mind: some hundred bytes
constexpr int tick_ms = 100;
constexpr double longest_tick = 0.5;  // what takes longer was a pause of this process, or of the machine
constexpr int most_reads_of_a_full_pipe = 100;
pid_t pool_child = 0;  // this process, where it is one

[[noreturn]] void throw_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// There may be too many processes for a moment: those of a kernel that has just been killed.
pid_t fork_with_patience() {
    for (int i = 0; i < 20; ++i) {
        const pid_t child = fork();
        if (child >= 0 || errno != EAGAIN) return child;
        usleep(100'000);
    }
    return fork();
}

// What the work throws ends the child here: further up is the parent's code.
[[noreturn]] void be_child(const ChildTask& task, int pipe, pid_t parent) noexcept {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pool_child = getpid();
    if (getppid() != parent) _exit(3);  // it ended before it could be said to matter
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
    if (task.has_fault_trap) install_fault_trap();
    task.work(pipe);
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

// Kills the child processes of this one and waits for them, save those that are spared.
void end_child_processes(const std::function<bool(pid_t)>& is_spared) {
    // The children of what is killed are children of this process then.
    for (bool any = true; any;) {
        any = false;
        for (const pid_t child : child_processes()) {
            if (is_spared(child)) continue;
            kill(child, SIGKILL);
            any = waitpid(child, nullptr, 0) == child || any;
        }
    }
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

    // Reads what is there, and looks at the time. False where the task is done with.
    bool serve(bool readable, double now) {
        if (readable) take_bytes(now);
        if (const std::uint64_t beats = task_.beats(); beats != beats_) {
            beats_ = beats;
            last_sign_ = now;
        }
        if (pipe_ >= 0 && !has_ended()) {
            if (!task_.is_overdue(time(now))) return true;
            return finish(ChildEnd::Why::overdue, now);
        }
        return finish(has_ended_soon() ? ChildEnd::Why::ended : ChildEnd::Why::unheard, now);
    }

    void stop(double now) { take_leave(ChildEnd::Why::stopped, now); }

  private:
    ChildTime time(double now) const { return {now - started_, now - last_sign_}; }

    void start(double now) {
        task_.on_start();
        std::fflush(nullptr);  // else the child would print it, too
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw_errno("making a pipe");
        const pid_t parent = getpid();
        child_ = fork_with_patience();
        if (child_ == 0) {
            close(ends[0]);
            be_child(task_, ends[1], parent);
        }
        const int reason = errno;
        close(ends[1]);
        pipe_ = ends[0];
        if (child_ < 0) {
            close_pipe();
            errno = reason;
            throw_errno("starting a process");
        }
        setpgid(child_, child_);  // whoever of the two comes first
        fcntl(pipe_, F_SETFL, O_NONBLOCK);
        started_ = last_sign_ = now;
        beats_ = task_.beats();
    }

    // False where there is nothing more now. At its end the pipe is closed.
    bool take_bytes(double now) {
        char buffer[1 << 14];
        const ssize_t count = read(pipe_, buffer, sizeof(buffer));
        if (count > 0) {
            last_sign_ = now;
            task_.on_bytes({buffer, static_cast<std::size_t>(count)});
            return true;
        }
        if (count == 0 || (errno != EINTR && errno != EAGAIN)) close_pipe();
        return false;
    }

    void close_pipe() {
        if (pipe_ >= 0) close(pipe_);
        pipe_ = -1;
    }

    // What the child has started may hold the pipe open, so that the pipe's end is not the child's.
    bool has_ended() const {
        siginfo_t info{};
        return waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               info.si_pid == child_;
    }

    // A process closes its files a moment before it has ended. One that goes on without a pipe can say nothing
    // more.
    bool has_ended_soon() const {
        for (int i = 0; i < 100 && !has_ended(); ++i) usleep(1000);
        return has_ended();
    }

    int end() {
        kill(-child_, SIGKILL);
        kill(child_, SIGKILL);  // which may not have made its group yet
        int status = 0;
        while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
        }
        child_ = -1;
        return status;
    }

    bool take_leave(ChildEnd::Why why, double now) {
        const ChildTime at = time(now);
        const int status = end();
        for (int i = 0; i < most_reads_of_a_full_pipe && pipe_ >= 0 && take_bytes(now); ++i) {
        }
        close_pipe();
        return task_.on_end({why, status, at});
    }

    bool finish(ChildEnd::Why why, double now) {
        if (!take_leave(why, now)) return false;
        start(now);
        return true;
    }

    ChildTask task_;
    pid_t child_ = -1;
    int pipe_ = -1;
    double started_ = 0.0;
    double last_sign_ = 0.0;
    std::uint64_t beats_ = 0;
};

class Pool {
  public:
    Pool(const std::function<std::optional<ChildTask>()>& next, const PoolOptions& options)
        : next_(next), options_(options), others_(child_processes()) {}

    void run() {
        while (!options_.stopped()) {
            fill();
            if (running_.empty()) return;
            wait();
            for (std::size_t i = running_.size(); i-- > 0;) serve(i);
            options_.on_tick();
        }
        for (const auto& running : running_) running->stop(now_);
        running_.clear();
        end_strays();
    }

  private:
    void fill() {
        while (more_ && running_.size() < std::max<std::size_t>(options_.jobs, 1)) {
            std::optional<ChildTask> task = next_();
            more_ = task.has_value();
            if (more_) running_.push_back(std::make_unique<Running>(std::move(*task), now_));
        }
    }

    void wait() {
        ends_.clear();
        for (const auto& running : running_) ends_.push_back({running->pipe_end(), POLLIN, 0});
        poll(ends_.data(), ends_.size(), tick_ms);
        const Clock::time_point at = Clock::now();
        now_ += std::min(std::chrono::duration<double>(at - last_).count(), longest_tick);
        last_ = at;
    }

    void serve(std::size_t i) {
        Running& running = *running_[i];
        const pid_t before = running.child();
        const bool goes_on = running.serve(ends_[i].revents != 0, now_);
        if (goes_on && running.child() == before) return;
        if (!goes_on) running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
        end_strays();
    }

    void end_strays() const {
        end_child_processes([this](pid_t child) {
            return others_.contains(child) ||
                   std::ranges::any_of(running_, [child](const auto& r) { return r->child() == child; });
        });
    }

    const std::function<std::optional<ChildTask>()>& next_;
    const PoolOptions& options_;
    std::set<pid_t> others_;  // that this process had before
    std::vector<std::unique_ptr<Running>> running_;
    std::vector<pollfd> ends_;
    bool more_ = true;
    double now_ = 0.0;
    Clock::time_point last_ = Clock::now();
};

}  // namespace

std::string describe_end(int status) {
    if (WIFSIGNALED(status))
        return fmt::format("ended its process by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return fmt::format("ended its process with exit code {}", WEXITSTATUS(status));
}

void run_children(const std::function<std::optional<ChildTask>()>& next, const PoolOptions& options) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    Pool(next, options).run();
}

void run_child(ChildTask task, const std::function<bool()>& stopped) {
    std::optional<ChildTask> one = std::move(task);
    run_children([&] { return std::exchange(one, std::nullopt); }, {.stopped = stopped});
}

bool end_what_a_call_left() {
    if (pool_child == 0) return false;
    if (getpid() != pool_child) _exit(0);
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return false;
    end_child_processes([](pid_t) { return false; });
    return true;
}

std::size_t threads_of_this_process() {
    struct stat folder {};
    return stat("/proc/self/task", &folder) == 0 && folder.st_nlink > 2 ? folder.st_nlink - 2 : 0;
}

void tell_parent(int pipe, std::string_view bytes) {
    if (!write_all(pipe, bytes)) _exit(3);
}

void LineReader::take(std::string_view bytes, const std::function<void(const std::string& line)>& on_line) {
    pending_ += bytes;
    std::size_t begin = 0;
    for (std::size_t end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', begin)) {
        on_line(pending_.substr(begin, end - begin));
        begin = end + 1;
    }
    pending_.erase(0, begin);
    if (pending_.size() <= longest_line) return;
    on_line(pending_);
    pending_.clear();
}

}  // namespace brickproof
