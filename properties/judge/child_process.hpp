// Child processes in which kernels run, since a kernel may ruin the process that it runs in.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

namespace brickproof {

// Starts a child that has the fault trap, does the work and ends with exit status 0. It is killed when its parent
// ends. Throws std::system_error where the system gives no process.
pid_t start_child(const std::function<void()>& work);

// The same with a pipe: work gets the end to write to, the parent has the one to read, and closes it.
struct TellingChild {
    pid_t id = -1;
    int pipe = -1;
};
TellingChild start_telling_child(const std::function<void(int pipe)>& work);

// For the child: writes all, or ends the process where nobody reads it any more.
void tell_parent(int pipe, std::string_view bytes);

// What a child tells in lines.
class LineReader {
  public:
    // Reads what is there and hands over each line that is whole, or longer than any should be. False at the end of
    // the pipe.
    bool read_from(int pipe, const std::function<void(const std::string& line)>& on_line);
    // Half a line of a child that died.
    void forget() { pending_.clear(); }

  private:
    std::string pending_;
};

// "ended its process by signal 9 (Killed)", of a wait status.
std::string describe_end(int status);

}  // namespace brickproof
