#include "judge/call/second_thread.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>

namespace brickproof {

SecondThread::SecondThread(KernelRunner& runner, const Case& c, std::function<bool(const Run&)> is_right)
    : runner_(runner), case_(c), is_right_(std::move(is_right)) {
    sem_init(&wanted_, 0, 0);
    sem_init(&finished_, 0, 0);
    thread_ = std::thread([this] { serve(); });
}

SecondThread::~SecondThread() {
    leaving_ = true;
    sem_post(&wanted_);
    thread_.join();
    sem_destroy(&wanted_);
    sem_destroy(&finished_);
}

void SecondThread::start(int calls) {
    calls_ = calls;
    sem_post(&wanted_);
}

bool SecondThread::wait(std::chrono::milliseconds patience) {
    timespec until{};
    clock_gettime(CLOCK_REALTIME, &until);
    constexpr long second = 1'000'000'000;  // ns
    const long nanoseconds = until.tv_nsec + std::chrono::nanoseconds(patience).count();
    until.tv_sec += nanoseconds / second;
    until.tv_nsec = nanoseconds % second;
    while (sem_timedwait(&finished_, &until) != 0)
        if (errno != EINTR) return false;
    return true;
}

void SecondThread::serve() {
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarms, nullptr);
    while (true) {
        while (sem_wait(&wanted_) != 0) {
        }
        if (leaving_) return;
        for (int i = calls_; i > 0; --i) {
            const Run result = runner_.run(case_, {});
            if (result.stopped && what_stopped_.empty()) what_stopped_ = result.what;
            if (result.stopped || !is_right_(result)) differed_ = true;
        }
        sem_post(&finished_);
    }
}

}  // namespace brickproof
