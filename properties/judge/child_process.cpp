#include "judge/child_process.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "judge/fault_trap.hpp"

namespace brickproof {
namespace {

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

}  // namespace brickproof
