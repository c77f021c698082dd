#include "judge/child_process.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "judge/fault_trap.hpp"

namespace brickproof {
namespace {

constexpr std::size_t longest_line = std::size_t{1} << 20;  // of a child in its right mind: some hundred bytes

// What the work throws ends the child here: further up is the parent's code.
[[noreturn]] void be_child(const std::function<void()>& work) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    install_fault_trap();
    work();
    _exit(0);
}

}  // namespace

pid_t start_child(const std::function<void()>& work) {
    std::fflush(nullptr);  // else the child would print it, too
    const pid_t child = fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "starting a process");
    if (child == 0) be_child(work);
    return child;
}

TellingChild start_telling_child(const std::function<void(int pipe)>& work) {
    int ends[2];
    if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "making a pipe");
    try {
        const pid_t child = start_child([&] {
            close(ends[0]);
            work(ends[1]);
        });
        close(ends[1]);
        return {child, ends[0]};
    } catch (...) {
        close(ends[0]);
        close(ends[1]);
        throw;
    }
}

void tell_parent(int pipe, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(pipe, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) _exit(3);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

bool LineReader::read_from(int pipe, const std::function<void(const std::string& line)>& on_line) {
    char buffer[1 << 14];
    const ssize_t count = read(pipe, buffer, sizeof(buffer));
    if (count <= 0) return count < 0 && errno == EINTR;
    pending_.append(buffer, static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', begin)) {
        on_line(pending_.substr(begin, end - begin));
        begin = end + 1;
    }
    pending_.erase(0, begin);
    if (pending_.size() > longest_line) {
        on_line(pending_);
        pending_.clear();
    }
    return true;
}

std::string describe_end(int status) {
    if (WIFSIGNALED(status))
        return fmt::format("ended its process by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return fmt::format("ended its process with exit code {}", WEXITSTATUS(status));
}

}  // namespace brickproof
