// The brickproof command: thin. Each subcommand is a file of its own.
#include <fmt/format.h>

#include <cstdio>

#include "commands.hpp"

namespace brickproof::cli {

int usage_error(const std::string& sentence) {
    fmt::print(stderr, "brickproof: {}\n", sentence);
    return exit_usage;
}

namespace {

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
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_pass : exit_usage;
    }
    return exit_code;
}

}  // namespace
}  // namespace brickproof::cli

int main(int argc, char** argv) {
    try {
        return brickproof::cli::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "brickproof: %s\n", error.what());
        return brickproof::cli::exit_usage;
    }
}
