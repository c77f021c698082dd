// Ctrl-C: the first one is remembered, the second one ends the process.
#include "judge/interrupt.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace brickproof {
namespace {

int status_of(void (*work)()) {
    const pid_t child = fork();
    if (child == 0) {
        work();
        _exit(was_interrupted() ? 1 : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

TEST(Interrupt, TheFirstIsRememberedAndTheSecondEndsTheProcess) {
    const int once = status_of([] {
        const RememberInterrupts remembering;
        raise(SIGTERM);
    });
    EXPECT_TRUE(WIFEXITED(once) && WEXITSTATUS(once) == 1);
    const int twice = status_of([] {
        const RememberInterrupts remembering;
        raise(SIGINT);
        raise(SIGINT);
    });
    EXPECT_TRUE(WIFEXITED(twice) && WEXITSTATUS(twice) == 128 + SIGINT);
    const int after = status_of([] {
        { const RememberInterrupts remembering; }
        raise(SIGTERM);
    });
    EXPECT_TRUE(WIFSIGNALED(after) && WTERMSIG(after) == SIGTERM);
}

}  // namespace
}  // namespace brickproof
