#include "command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

namespace brickproof::cli_test {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

[[noreturn]] void become(const Arguments& arguments, const std::vector<std::string>& environment) {
    for (std::string setting : environment) {
        const std::size_t equals = setting.find('=');
        setenv(setting.substr(0, equals).c_str(), setting.substr(equals + 1).c_str(), 1);
    }
    Arguments all;
    if (const std::string emulator = BRICKPROOF_EMULATOR; !emulator.empty()) all.push_back(emulator);
    all.emplace_back(BRICKPROOF_COMMAND);
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& argument : all) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    execvp(pointers[0], pointers.data());
    _exit(127);
}

// Reads both ends until they close.
void gather(int out_end, std::string& out, int err_end, std::string& err) {
    pollfd ends[] = {{out_end, POLLIN, 0}, {err_end, POLLIN, 0}};
    std::string* texts[] = {&out, &err};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        if (poll(ends, 2, -1) < 0 && errno != EINTR) break;
        for (int i = 0; i < 2; ++i) {
            if (ends[i].fd < 0 || ends[i].revents == 0) continue;
            char buffer[4096];
            const ssize_t count = read(ends[i].fd, buffer, sizeof(buffer));
            if (count > 0)
                texts[i]->append(buffer, static_cast<std::size_t>(count));
            else
                ends[i].fd = -1;
        }
    }
}

int exit_code_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct Signal {
    int number;
    double after_seconds;
};

// A child's standard input: these bytes (fewer than a pipe holds), then its end.
int input_of(const std::string& text) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0 || write(ends[1], text.data(), text.size()) < 0)
        throw std::system_error(errno, std::generic_category(), "making a pipe");
    close(ends[1]);
    return ends[0];
}

Result run_with(const Arguments& arguments, const std::vector<std::string>& environment,
                std::optional<Signal> signal, const std::string& answer = "", const std::string& output = "") {
    const int in = input_of(answer);
    int out[2];
    int err[2];
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "making a pipe");
    const pid_t child = fork();
    if (child == 0) {
        dup2(in, STDIN_FILENO);
        dup2(output.empty() ? out[1] : open(output.c_str(), O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        become(arguments, environment);
    }
    close(in);
    close(out[1]);
    close(err[1]);
    Result result;
    Clock::time_point begin = Clock::now();
    std::thread sender([&] {
        if (!signal) return;
        std::this_thread::sleep_for(std::chrono::duration<double>(signal->after_seconds));
        begin = Clock::now();
        kill(child, signal->number);
    });
    gather(out[0], result.out, err[0], result.err);
    result.exit_code = exit_code_of(child);
    sender.join();
    result.seconds = seconds_since(begin);
    close(out[0]);
    close(err[0]);
    return result;
}

}  // namespace

Result run(const Arguments& arguments, const std::vector<std::string>& environment) {
    return run_with(arguments, environment, std::nullopt);
}

Result run_and_answer(const Arguments& arguments, const std::string& answer,
                      const std::vector<std::string>& environment) {
    return run_with(arguments, environment, std::nullopt, answer);
}

Result run_into(const std::string& output, const Arguments& arguments) {
    return run_with(arguments, {}, std::nullopt, "", output);
}

Result run_and_signal(const Arguments& arguments, int signal, double after_seconds) {
    return run_with(arguments, {}, Signal{signal, after_seconds});
}

Result run_on_terminal(const Arguments& arguments, const std::vector<std::string>& environment) {
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child < 0) throw std::system_error(errno, std::generic_category(), "making a terminal");
    if (child == 0) become(arguments, environment);
    Result result;
    std::string nothing;
    gather(terminal, result.out, -1, nothing);
    result.exit_code = exit_code_of(child);
    close(terminal);
    return result;
}

}  // namespace brickproof::cli_test
