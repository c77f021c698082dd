#include "plugin_trial.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string_view>

#include "judge/child_process.hpp"
#include "judge/plugin.hpp"

namespace brickproof::cli {
namespace {

// The largest engines load within two.
constexpr unsigned seconds_to_load = 30;

// A file without a name, for what the plug-in prints: it is told where the loading fails, and not twice where it
// does not.
class Output {
  public:
    Output() : file_(memfd_create("plug-in", MFD_CLOEXEC)) {}
    ~Output() {
        if (file_ >= 0) close(file_);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void take_streams() const {
        const int file = file_ >= 0 ? file_ : open("/dev/null", O_WRONLY);
        dup2(file, STDOUT_FILENO);
        dup2(file, STDERR_FILENO);
    }
    // The last line: what ends a process speaks last.
    std::string last_line() const {
        char text[512];
        const off_t size = lseek(file_, 0, SEEK_END);
        const ssize_t count = pread(file_, text, sizeof(text), std::max<off_t>(0, size - off_t{sizeof(text)}));
        if (count <= 0) return "";
        std::string_view all(text, static_cast<std::size_t>(count));
        while (all.ends_with('\n')) all.remove_suffix(1);
        return std::string(all.substr(all.rfind('\n') + 1));
    }

  private:
    int file_;
};

// One value that a child process can change for its parent.
class SharedFlag {
  public:
    SharedFlag() : page_(mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
    ~SharedFlag() {
        if (page_ != MAP_FAILED) munmap(page_, 1);
    }
    SharedFlag(const SharedFlag&) = delete;
    SharedFlag& operator=(const SharedFlag&) = delete;

    bool exists() const { return page_ != MAP_FAILED; }
    void set() { *static_cast<volatile bool*>(page_) = true; }
    bool is_set() const { return *static_cast<const volatile bool*>(page_); }

  private:
    void* page_;
};

// Not start_child(): its fault trap takes the signals that are to end this process, the alarm among them.
[[noreturn]] void load_and_end(const std::string& path, const Output& output, SharedFlag& loaded) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    output.take_streams();
    alarm(seconds_to_load);  // its signal ends the process
    (void)load_plugin(path);
    loaded.set();
    _exit(0);
}

std::string what_it_did(int status) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        return fmt::format("was not done within {} s", seconds_to_load);
    return describe_end(status);
}

}  // namespace

Expected<Done> try_plugin(const std::string& path) {
    SharedFlag loaded;
    if (!loaded.exists()) return Done{};
    const Output output;
    std::fflush(nullptr);  // else the child would print it, too
    const pid_t child = fork();
    if (child < 0) return Done{};  // the judge says so, who needs more of them
    if (child == 0) load_and_end(path, output, loaded);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (loaded.is_set()) return Done{};
    const std::string said = output.last_line();
    return Problem{fmt::format(
        "{} cannot be loaded: it {}, in a constructor or in brickproof_kernels(), or because its table or its file "
        "is damaged{}",
        path, what_it_did(status), said.empty() ? "" : fmt::format("; its last words are: {}", said))};
}

}  // namespace brickproof::cli
