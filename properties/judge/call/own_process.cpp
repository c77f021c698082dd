#include "judge/call/own_process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "judge/child_pool.hpp"

namespace brickproof {

OwnProcessBytes run_in_own_process(Probe& probe, const std::function<std::string()>& work) {
    OwnProcessBytes told;
    // A call that hangs and does not let itself be interrupted hangs where others call it, too, and is waited for
    // there, with the size at which it does.
    const double patience = blocked_factor * probe.limits().call() + 0.3;
    run_child({.work =
                   [&](int pipe) {
                       // What it prints, and the time of calls that hang, are seen where others call it.
                       const int nowhere = open("/dev/null", O_WRONLY);
                       for (const int output : {STDOUT_FILENO, STDERR_FILENO}) dup2(nowhere, output);
                       Pulse pulse;
                       probe.watch(pulse, probe.limits());
                       tell_parent(pipe, work());
                   },
               .on_bytes = [&](std::string_view bytes) { told.bytes += bytes; },
               .is_overdue = [&](const ChildTime& time) { return time.age > patience; },
               .on_end =
                   [&](const ChildEnd& end) {
                       told.was_ended = end.why == ChildEnd::Why::overdue || end.why == ChildEnd::Why::stopped;
                       return false;
                   }});
    return told;
}

}  // namespace brickproof
