// Children that run kernels: what they tell arrives whole, what they throw stays with them, and nothing that they
// have started outlives them.
#include "judge/child_pool.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include "judge/shared.hpp"

namespace brickproof {
namespace {

struct Told {
    std::string text;
    ChildEnd end{};
};

Told told_by(const std::function<void(int)>& work, double limit = 30.0) {
    Told told;
    run_child({.work = work,
               .on_bytes = [&](std::string_view bytes) { told.text += bytes; },
               .is_overdue = [limit](const ChildTime& time) { return time.age > limit; },
               .on_end =
                   [&](const ChildEnd& end) {
                       told.end = end;
                       return false;
                   }});
    return told;
}

bool is_alive(pid_t process) {
    return kill(process, 0) == 0;
}

[[noreturn]] void sleep_for_ever() {
    for (;;) pause();
}

TEST(ChildPool, TellsMoreThanAPipeHolds) {
    const std::string text(1u << 20, 'x');
    const Told told = told_by([&](int pipe) { tell_parent(pipe, text); });
    EXPECT_EQ(told.text, text);
    EXPECT_TRUE(told.end.ended_well());
}

TEST(ChildPool, WhatItsWorkThrowsEndsTheChild) {
    const pid_t parent = getpid();
    try {
        const Told told = told_by([](int) {
            close(STDERR_FILENO);  // where the C++ library would say it
            throw std::runtime_error("thrown on purpose");
        });
        EXPECT_EQ(told.text, "");
        EXPECT_TRUE(WIFSIGNALED(told.end.status));
    } catch (const std::runtime_error&) {
        if (getpid() != parent) _exit(0);  // the child in its parent's code
        throw;
    }
}

TEST(ChildPool, RunsAllTasksAndAsManyAtOnceAsItMay) {
    const Shared<std::atomic<int>> now;
    const Shared<std::atomic<int>> most;
    int begun = 0;
    int ended = 0;
    run_children(
        [&]() -> std::optional<ChildTask> {
            if (begun++ == 7) return std::nullopt;
            return ChildTask{.work =
                                 [&](int) {
                                     const int at_once = ++*now;
                                     if (at_once > *most) *most = at_once;
                                     usleep(20'000);
                                     --*now;
                                 },
                             .on_end =
                                 [&](const ChildEnd&) {
                                     ++ended;
                                     return false;
                                 }};
        },
        {.jobs = 3});
    EXPECT_EQ(ended, 7);
    EXPECT_LE(*most, 3);
}

TEST(ChildPool, StartsAnotherChildForATaskThatWantsOne) {
    int starts = 0;
    std::string text;
    run_child({.on_start = [&] { ++starts; },
               .work =
                   [&](int pipe) {
                       tell_parent(pipe, std::to_string(starts));
                       if (starts < 3) _exit(1);
                   },
               .on_bytes = [&](std::string_view bytes) { text += bytes; },
               .on_end = [&](const ChildEnd& end) { return !end.ended_well(); }});
    EXPECT_EQ(text, "123");
}

TEST(ChildPool, AChildThatStopsItselfOrBlocksAllSignalsIsKilledAtItsLimit) {
    for (const auto& work : std::vector<std::function<void(int)>>{[](int) { raise(SIGSTOP); },
                                                                  [](int) {
                                                                      sigset_t all;
                                                                      sigfillset(&all);
                                                                      sigprocmask(SIG_BLOCK, &all, nullptr);
                                                                      sleep_for_ever();
                                                                  }}) {
        const Told told = told_by(work, 0.3);
        EXPECT_EQ(told.end.why, ChildEnd::Why::overdue);
        EXPECT_GT(told.end.time.age, 0.3);
    }
}

TEST(ChildPool, BeatsAreSignsOfLife) {
    const Shared<std::atomic<std::uint64_t>> beats;
    ChildEnd end;
    run_child({.work =
                   [&](int) {
                       for (int i = 0; i < 20; ++i) {
                           usleep(50'000);
                           ++*beats;
                       }
                   },
               .beats = [&] { return beats->load(); },
               .is_overdue = [](const ChildTime& time) { return time.silence > 0.7; },
               .on_end =
                   [&](const ChildEnd& how) {
                       end = how;
                       return false;
                   }});
    EXPECT_TRUE(end.ended_well());
}

// The pipe stays open in what a child has started: its end is seen nevertheless, and what it has started ends with
// it, in its process group and out of it.
TEST(ChildPool, NothingThatAChildHasStartedOutlivesIt) {
#ifdef BRICKPROOF_EMULATED
    GTEST_SKIP() << "a process that is emulated is the child of its emulator's, and does not see it in /proc";
#endif
    for (const bool leaves_its_group : {false, true}) {
        const Shared<std::atomic<pid_t>> grandchild;
        const Told told = told_by([&](int) {
            const pid_t started = fork();
            if (started == 0) {
                if (leaves_its_group) setsid();
                *grandchild = getpid();
                sleep_for_ever();
            }
            while (*grandchild == 0) usleep(1000);
        });
        EXPECT_TRUE(told.end.ended_well());
        ASSERT_GT(*grandchild, 0);
        EXPECT_FALSE(is_alive(*grandchild)) << "leaves its group: " << leaves_its_group;
    }
}

TEST(ChildPool, SparesTheOtherChildrenOfTheProcess) {
    const pid_t other = fork();
    if (other == 0) sleep_for_ever();
    told_by([](int) {});
    EXPECT_TRUE(is_alive(other));
    kill(other, SIGKILL);
    waitpid(other, nullptr, 0);
}

TEST(ChildPool, AChildWithoutItsPipeIsKilled) {
    const Told told = told_by([](int pipe) {
        close(pipe);
        sleep_for_ever();
    });
    EXPECT_EQ(told.end.why, ChildEnd::Why::unheard);
}

TEST(ChildPool, WhereItIsStoppedAllChildrenEnd) {
    const Shared<std::atomic<pid_t>> child;
    std::vector<ChildEnd::Why> ends;
    run_child({.work =
                   [&](int) {
                       *child = getpid();
                       sleep_for_ever();
                   },
               .on_end =
                   [&](const ChildEnd& end) {
                       ends.push_back(end.why);
                       return true;
                   }},
              [&] { return *child != 0; });
    EXPECT_EQ(ends, std::vector{ChildEnd::Why::stopped});
    EXPECT_FALSE(is_alive(*child));
}

}  // namespace
}  // namespace brickproof
