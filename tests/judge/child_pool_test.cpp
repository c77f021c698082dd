// Children that run kernels: what they tell arrives whole, and what they throw stays with them.
#include "judge/child_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

namespace brickproof {
namespace {

std::string all_that_is_told(const TellingChild& child) {
    std::string told;
    char buffer[4096];
    for (ssize_t count = 0; (count = read(child.pipe, buffer, sizeof buffer)) > 0;)
        told.append(buffer, static_cast<std::size_t>(count));
    close(child.pipe);
    return told;
}

int status_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

TEST(ChildProcess, TellsMoreThanAPipeHolds) {
    const std::string text(1u << 20, 'x');
    const TellingChild child = start_telling_child([&](int pipe) { tell_parent(pipe, text); });
    EXPECT_EQ(all_that_is_told(child), text);
    const int status = status_of(child.id);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(ChildProcess, WhatItsWorkThrowsEndsIt) {
    const pid_t parent = getpid();
    TellingChild child;
    try {
        child = start_telling_child([](int) {
            close(STDERR_FILENO);  // where the C++ library would say it
            throw std::runtime_error("thrown on purpose");
        });
    } catch (const std::runtime_error&) {
        if (getpid() != parent) _exit(0);  // the child in its parent's code
        throw;
    }
    EXPECT_EQ(all_that_is_told(child), "");
    EXPECT_TRUE(WIFSIGNALED(status_of(child.id)));
}

TEST(ChildProcess, EndsWhereNobodyListens) {
    const TellingChild child = start_telling_child([](int pipe) {
        for (;;) tell_parent(pipe, "unheard");
    });
    close(child.pipe);
    const int status = status_of(child.id);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
}

}  // namespace
}  // namespace brickproof
