// A second thread that calls a kernel on a case of its own whenever it is started: also from a signal handler, in
// the middle of a call of the first.
#pragma once

#include <semaphore.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <utility>

#include "judge/kernel_runner.hpp"

namespace brickproof {

class SecondThread {
  public:
    // `is_right` is asked about each call's result, on that thread.
    SecondThread(KernelRunner& runner, const Case& c, std::function<bool(const Run&)> is_right);
    ~SecondThread();
    SecondThread(const SecondThread&) = delete;
    SecondThread& operator=(const SecondThread&) = delete;

    // Safe in a signal handler.
    void start(int calls);
    // The same. Waits until the calls are through, but not for ever: a kernel that takes a lock is right too, and
    // in the middle of a call this thread waits for the one that waits here. False where it gave up.
    bool wait(std::chrono::milliseconds patience);

    // A call gave a result that is not right.
    bool differed() const { return differed_; }
    // The first call that was stopped, as a sentence; to be read after wait(). "" where none was.
    const std::string& what_stopped() const { return what_stopped_; }

  private:
    void serve();

    KernelRunner& runner_;
    const Case& case_;
    std::function<bool(const Run&)> is_right_;
    sem_t wanted_{};
    sem_t finished_{};
    std::atomic<int> calls_{0};
    std::atomic<bool> leaving_{false};
    std::atomic<bool> differed_{false};
    std::string what_stopped_;
    std::thread thread_;
};

}  // namespace brickproof
