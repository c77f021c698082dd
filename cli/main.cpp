// The brickproof command: thin. Each subcommand is a file of its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "commands.hpp"
#include "judge/interrupt.hpp"

namespace brickproof::cli {

int usage_error(const std::string& sentence) {
    fmt::print(stderr, "brickproof: {}\n", sentence);
    return exit_usage;
}

namespace {

// CLI11 says no more than "A subcommand is required".
std::string what_is_no_command(const CLI::App& app, int argc, char** argv) {
    const CLI::App* level = &app;
    for (int i = 1; !level->get_subcommands({}).empty(); ++i) {
        std::vector<std::string> names;
        for (const CLI::App* command : level->get_subcommands({})) names.push_back(command->get_name());
        const std::string word = i < argc ? argv[i] : "";
        if (level->get_option_no_throw(word) != nullptr) return "";
        const auto known = std::ranges::find(names, word);
        if (known == names.end())
            return fmt::format(
                "{}; {} is followed by one of {}; --help says what they do",
                word.empty() ? "a command is missing" : fmt::format("there is no command '{}'", word),
                level == &app ? "brickproof" : "brickproof " + level->get_name(), fmt::join(names, ", "));
        level = level->get_subcommand(word);
    }
    return "";
}

int run(int argc, char** argv) {
    CLI::App app{"Proves compute kernels of quantised transformer inference right."};
    app.name("brickproof");
    app.set_version_flag("--version", "brickproof " BRICKPROOF_VERSION);
    app.require_subcommand(1);
    app.footer("Exit code: 0 all pass (notes and known findings allowed), 1 a FAIL, 2 wrong usage or environment.");

    int exit_code = exit_pass;
    add_list_command(app, exit_code);
    add_verify_command(app, exit_code);
    add_replay_command(app, exit_code);
    add_explain_command(app, exit_code);
    add_fuzz_command(app, exit_code);
    add_golden_command(app, exit_code);
    add_bench_command(app, exit_code);
    if (const std::string problem = what_is_no_command(app, argc, argv); !problem.empty())
        return usage_error(problem);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_pass : exit_usage;
    }
    return exit_code;
}

// Without standard streams (>&-) the next file or pipe that is opened would take their place and be printed into.
void open_missing_streams() {
    while (true) {
        const int file = open("/dev/null", O_RDWR);
        if (file > 2 || file < 0) {
            if (file > 2) close(file);
            return;
        }
    }
}

// A report that went to a full disk is no report, whatever the verdict was.
int with_output_written(int exit_code) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
    return usage_error(fmt::format("standard output cannot be written: {}", std::strerror(errno)));
}

}  // namespace
}  // namespace brickproof::cli

int main(int argc, char** argv) {
    using namespace brickproof::cli;
    open_missing_streams();
    try {
        return with_output_written(run(argc, argv));
    } catch (const brickproof::Interrupted&) {
        std::fprintf(stderr, "brickproof: interrupted\n");
        return exit_interrupted;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "brickproof: %s\n", error.what());
        return exit_usage;
    }
}
