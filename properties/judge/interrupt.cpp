#include "judge/interrupt.hpp"

#include <unistd.h>

#include <csignal>

namespace brickproof {
namespace {

std::atomic<bool> interrupted{false};

void on_interrupt(int signal) {
    if (interrupted.exchange(true)) _exit(128 + signal);
}

}  // namespace

RememberInterrupts::RememberInterrupts() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, on_interrupt);
}

RememberInterrupts::~RememberInterrupts() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
}

const std::atomic<bool>& was_interrupted() {
    return interrupted;
}

}  // namespace brickproof
