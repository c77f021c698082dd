// Runs the brickproof command as a child and gathers what it said.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace brickproof::cli_test {

struct Result {
    int exit_code = -1;  // 128 + signal where one ended it
    std::string out;
    std::string err;
    double seconds = 0.0;
};

using Arguments = std::vector<std::string>;

// Standard output and error are no terminal, standard input is empty. `environment` adds NAME=VALUE.
Result run(const Arguments& arguments, const std::vector<std::string>& environment = {});

// Ditto, with `answer` on standard input.
Result run_and_answer(const Arguments& arguments, const std::string& answer,
                      const std::vector<std::string>& environment = {});

// Ditto, with standard output into the file or device `output`, which is there.
Result run_into(const std::string& output, const Arguments& arguments);

// Sends `signal` that long after the start; `seconds` counts from the signal on.
Result run_and_signal(const Arguments& arguments, int signal, double after_seconds);

// Ditto, with output and error on a pseudo-terminal; both arrive in `out`.
Result run_on_terminal(const Arguments& arguments, const std::vector<std::string>& environment = {});

}  // namespace brickproof::cli_test
