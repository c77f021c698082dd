// Ctrl-C and SIGTERM: work comes to an end, with what it has. The second one ends the process at once.
#pragma once

#include <atomic>
#include <exception>

namespace brickproof {

// While it lives, a signal is remembered; else it ends the process, and its children with it.
class RememberInterrupts {
  public:
    RememberInterrupts();
    ~RememberInterrupts();
    RememberInterrupts(const RememberInterrupts&) = delete;
    RememberInterrupts& operator=(const RememberInterrupts&) = delete;
};

const std::atomic<bool>& was_interrupted();

// Thrown where work was ended that is worth nothing by half.
struct Interrupted : std::exception {
    const char* what() const noexcept override { return "interrupted"; }
};

}  // namespace brickproof
