#include "plugin_trial.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string_view>

#include "judge/child_pool.hpp"
#include "judge/plugin.hpp"
#include "judge/shared.hpp"

namespace brickproof::cli {
namespace {

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

}  // namespace

Expected<Done> try_plugin(const std::string& path, double seconds_to_load) {
    const Shared<std::atomic<bool>> loaded;
    const Output output;
    ChildEnd end;
    run_child({.work =
                   [&](int) {
                       output.take_streams();
                       (void)load_plugin(path);
                       *loaded = true;
                   },
               .is_overdue = [=](const ChildTime& time) { return time.age > seconds_to_load; },
               .on_end =
                   [&](const ChildEnd& how) {
                       end = how;
                       return false;
                   },
               .has_fault_trap = false});
    if (end.why == ChildEnd::Why::stopped) throw Interrupted();
    if (*loaded && end.ended_well()) return Done{};
    const std::string what = end.why == ChildEnd::Why::overdue
                                 ? fmt::format("was not done within {} s", seconds_to_load)
                                 : describe_end(end.status);
    const std::string said = output.last_line();
    return Problem{fmt::format(
        "{} cannot be loaded: it {}, in a constructor or in brickproof_kernels(), or because its table or its file "
        "is damaged{}",
        path, what, said.empty() ? "" : fmt::format("; its last words are: {}", said))};
}

}  // namespace brickproof::cli
