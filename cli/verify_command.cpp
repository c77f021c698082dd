// brickproof verify: judges kernels, prints what was found, writes reports.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "commands.hpp"
#include "judge/behaviours.hpp"
#include "judge/interrupt.hpp"
#include "judge/isolation.hpp"
#include "judge/plugin.hpp"
#include "kernel_selection.hpp"
#include "progress_line.hpp"
#include "report/atomic_file.hpp"
#include "report/baseline.hpp"
#include "report/html_report.hpp"
#include "report/json_report.hpp"
#include "report/junit_report.hpp"
#include "report/text_report.hpp"
#include "seed.hpp"

namespace brickproof::cli {
namespace {

constexpr double usual_run_seconds = 3600.0;

struct VerifyOptions {
    KernelSelection selection;
    std::vector<std::string> require;
    std::string effort = "standard";
    std::string seed = "1";
    std::vector<std::string> sizes;
    std::size_t jobs = std::max(1u, std::thread::hardware_concurrency());
    std::optional<double> timeout;
    std::optional<double> run_timeout;
    bool exhaustive = false;
    bool strict = false;
    std::string baseline;
    std::string write_baseline;
    std::string json;
    std::string junit;
    std::string html;
};

bool is_long(const VerifyOptions& options) {
    return options.effort == "thorough" || options.exhaustive;
}

struct SizeRequest {
    std::string op;  // "" for each
    StatedSize size;
};

// [OP:][NAME=]N
Expected<SizeRequest> parse_size(const std::string& text) {
    SizeRequest request;
    std::string rest = text;
    if (const std::size_t colon = rest.rfind(':'); colon != std::string::npos) {
        request.op = rest.substr(0, colon);
        rest = rest.substr(colon + 1);
    }
    if (const std::size_t equals = rest.find('='); equals != std::string::npos) {
        request.size.name = rest.substr(0, equals);
        rest = rest.substr(equals + 1);
    }
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), request.size.value);
    if (rest.empty() || error != std::errc() || end != rest.data() + rest.size())
        return Problem{
            fmt::format("--sizes takes N, NAME=N or OP:NAME=N, such as 14336 or cols=14336, not '{}'", text)};
    return request;
}

// Those of one op.
std::vector<StatedSize> sizes_for(const Contract& contract, const std::vector<SizeRequest>& requests) {
    std::vector<StatedSize> sizes;
    for (const SizeRequest& request : requests)
        if (request.op.empty() || request.op == contract.op) sizes.push_back(request.size);
    return sizes;
}

// Each request, checked: some size of a selected kernel's op can be so large.
Expected<std::vector<SizeRequest>> size_requests(const std::vector<std::string>& texts,
                                                 const std::vector<Kernel>& kernels) {
    std::vector<SizeRequest> requests;
    for (const std::string& text : texts) {
        const Expected<SizeRequest> request = parse_size(text);
        if (!request) return Problem{request.problem()};
        const auto takes = [&](const Kernel& kernel) {
            if (!request->op.empty() && request->op != kernel.contract->op) return false;
            return std::ranges::any_of(size_choices(*kernel.contract), [&](const SizeChoice& size) {
                return (request->size.name.empty() || request->size.name == size.name) &&
                       can_be(size, request->size.value);
            });
        };
        if (std::ranges::none_of(kernels, takes))
            return Problem{
                fmt::format("--sizes {}: no selected op has a size that can be so (see 'brickproof explain'; "
                            "a size of blocks is a multiple of one, and a case has at most 1,048,576 values)",
                            text)};
        requests.push_back(*request);
    }
    return requests;
}

Effort effort_of(const std::string& name) {
    if (name == "quick") return quick_effort;
    return name == "thorough" ? thorough_effort : standard_effort;
}

// Counts the kernels that are judged.
class Progress {
  public:
    explicit Progress(std::size_t total) : total_(total) {}
    void show(const std::string& what) { line_.show(fmt::format("[{}/{}] {}", ++done_, total_, what)); }
    void clear() const { line_.clear(); }

  private:
    ProgressLine line_;
    std::size_t total_;
    std::size_t done_ = 0;
};

bool wants_colour() {
    const char* no_colour = std::getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

// --require: a kernel of that ISA (as variant or CPU feature) that did not run, or none at all, is a failure.
// --strict: any that did not run.
std::vector<std::string> unmet_requirements(const VerifyOptions& options, const std::vector<Kernel>& kernels,
                                            const Report& report) {
    std::vector<std::string> unmet;
    for (const KernelVerdict& kernel : report.kernels)
        if (options.strict && kernel.verdict == Verdict::not_run)
            unmet.push_back(fmt::format("--strict: {} / {} was not judged: {}", kernel.op, full_variant(kernel),
                                        kernel.reason));
    for (const std::string& isa : options.require) {
        bool any = false;
        for (std::size_t i = 0; i < kernels.size(); ++i) {
            const std::string features = "," + kernels[i].cpu_features + ",";
            if (kernels[i].variant != isa && features.find("," + isa + ",") == std::string::npos) continue;
            any = true;
            if (report.kernels[i].verdict == Verdict::not_run)
                unmet.push_back(fmt::format("--require {}: {} / {} was not judged: {}", isa, report.kernels[i].op,
                                            kernels[i].variant, report.kernels[i].reason));
        }
        if (!any)
            unmet.push_back(fmt::format("--require {}: no selected kernel has this variant or CPU feature", isa));
    }
    return unmet;
}

KernelVerdict not_run(const UnknownKernel& kernel) {
    return {.library = kernel.library,
            .op = kernel.op,
            .variant = kernel.variant,
            .plugin_path = kernel.where,
            .reason = kernel.why};
}

Report judge(const VerifyOptions& options, const std::vector<Kernel>& kernels,
             const std::vector<SizeRequest>& sizes, std::uint64_t seed) {
    Report report{.seed = seed, .effort = options.effort, .selected = kernels.size()};
    Progress progress(kernels.size());
    const RememberInterrupts remembering;
    const IsolationOptions isolation{
        .jobs = options.jobs,
        .interrupted = &was_interrupted(),
        .on_kernel =
            [&](const KernelVerdict& k) {
                progress.show(fmt::format("{} / {}: {}", k.op, k.variant, name_of(k.verdict)));
            },
        .limits = options.selection.limits,
        .run_seconds = seconds_or(options.run_timeout, is_long(options) ? unlimited : usual_run_seconds)};
    report.kernels = judge_isolated(
        kernels,
        [&](const Kernel& kernel) {
            return JudgeOptions{.seed = seed,
                                .effort = effort_of(options.effort),
                                .exhaustive = options.exhaustive,
                                .assume = options.selection.assumptions_for(kernel.contract->op),
                                .sizes = sizes_for(*kernel.contract, sizes)};
        },
        isolation);
    report.interrupted = was_interrupted();
    progress.clear();
    return report;
}

// What no verdict of this brickproof can ever match: a name that was mistyped, or is of another version.
std::vector<std::string> strange_entries(const std::vector<KnownFailure>& known, const std::string& baseline) {
    std::vector<std::string> strange;
    for (const KnownFailure& entry : known) {
        const Contract* contract = find_contract(entry.op);
        const bool has_statement =
            contract != nullptr &&
            (std::ranges::count(contract->statements, entry.statement, &Statement::name) > 0 ||
             std::ranges::count(behaviours(), entry.statement, &Behaviour::name) > 0);
        if (!has_statement)
            strange.push_back(
                fmt::format("--baseline {}: {} / {}: {}; take it off the list", baseline, entry.op, entry.variant,
                            contract == nullptr ? "there is no such op"
                                                : fmt::format("the op has no statement '{}'", entry.statement)));
    }
    return strange;
}

void print(const Report& report) {
    const TextOptions text{.colour = wants_colour()};
    for (const KernelVerdict& kernel : report.kernels) fmt::print("{}", findings_text(kernel, text));
    fmt::print("{}", table_text(report, text));
}

bool any_unfinished(const Report& report) {
    return std::ranges::any_of(report.kernels, &KernelVerdict::unfinished);
}

// Asked before minutes of judging, not after.
Expected<Done> check_files(const VerifyOptions& options) {
    std::set<std::string> paths;
    for (const std::string* path : {&options.json, &options.junit, &options.html, &options.write_baseline})
        if (!path->empty() && !is_written_into(*path) && !paths.insert(*path).second)
            return Problem{fmt::format("two reports are to be written to {}; give each a file of its own", *path)};
    for (const std::string* path : {&options.json, &options.junit, &options.html, &options.write_baseline})
        if (!path->empty())
            if (auto done = check_writable(*path); !done) return done;
    return Done{};
}

Expected<Done> write_files(const VerifyOptions& options, const Report& report) {
    if (!options.json.empty()) {
        const std::string json =
            to_json(report, BRICKPROOF_VERSION).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
            "\n";
        if (auto done = write_file(options.json, json); !done) return done;
    }
    if (!options.junit.empty())
        if (auto done = write_file(options.junit, junit_text(report)); !done) return done;
    if (!options.html.empty())
        if (auto done = write_file(options.html, html_of(report, BRICKPROOF_VERSION)); !done) return done;
    // A part of the findings would make the rest of them look new.
    if (!options.write_baseline.empty() && !any_unfinished(report))
        if (auto done = write_file(options.write_baseline, baseline_text(report)); !done) return done;
    return Done{};
}

// "mine.json: 3 FAILs of 2 kernels written"
std::string about_the_baseline(const std::string& path, const Report& report) {
    if (path.empty()) return "";
    if (any_unfinished(report)) return fmt::format("{}: not written, since not all was judged\n", path);
    std::size_t failures = 0;
    std::size_t kernels = 0;
    for (const KernelVerdict& kernel : report.kernels) {
        const auto of_kernel = std::ranges::count_if(kernel.statements, [](const StatementVerdict& statement) {
            return statement.verdict == Verdict::fail || statement.verdict == Verdict::known;
        });
        failures += static_cast<std::size_t>(of_kernel);
        kernels += of_kernel > 0;
    }
    return fmt::format("{}: {} FAIL{} of {} kernel{} written, of {} judged\n", path, failures,
                       failures == 1 ? "" : "s", kernels, kernels == 1 ? "" : "s", judged(report));
}

int verify(VerifyOptions options) {
    const Expected<std::uint64_t> seed = seed_of(options.seed);
    if (!seed) return usage_error(seed.problem());
    std::vector<KnownFailure> known;
    if (!options.baseline.empty()) {
        const auto read = read_baseline(options.baseline);
        if (!read) return usage_error(read.problem());
        known = *read;
    }
    options.selection.limits = {seconds_or(options.timeout, is_long(options) ? unlimited : usual_kernel_seconds)};
    std::vector<UnknownKernel> unknown;
    const Expected<std::vector<Kernel>> kernels = options.selection.select(&unknown);
    if (!kernels) return usage_error(kernels.problem());
    const Expected<std::vector<SizeRequest>> sizes = size_requests(options.sizes, *kernels);
    if (!sizes) return usage_error(sizes.problem());
    if (const auto writable = check_files(options); !writable) return usage_error(writable.problem());

    Report report = judge(options, *kernels, *sizes, *seed);
    for (const UnknownKernel& kernel : unknown) report.kernels.push_back(not_run(kernel));
    report.selected = report.kernels.size();
    apply_baseline(known, report);
    // Files first: who reads the output may end the command (| head).
    const auto written = write_files(options, report);
    print(report);
    const std::vector<std::string> unmet = unmet_requirements(options, *kernels, report);
    for (const std::string& sentence : unmet) fmt::print("{}\n", sentence);
    for (const std::string& sentence : strange_entries(known, options.baseline)) fmt::print("{}\n", sentence);
    if (written) fmt::print("{}", about_the_baseline(options.write_baseline, report));
    std::fflush(stdout);
    if (!written) return usage_error(written.problem());

    if (report.interrupted) return exit_interrupted;
    const bool failed =
        std::ranges::any_of(report.kernels, [](const KernelVerdict& k) { return k.verdict == Verdict::fail; });
    if (!unmet.empty() || any_unfinished(report) || (failed && options.write_baseline.empty())) return exit_fail;
    const bool none_ran =
        std::ranges::all_of(report.kernels, [](const KernelVerdict& k) { return k.verdict == Verdict::not_run; });
    return none_ran ? no_kernel_could_be("judged") : exit_pass;
}

}  // namespace

void add_verify_command(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<VerifyOptions>();
    CLI::App* command = app.add_subcommand("verify", "Judge kernels: the library's own, or plug-ins'");
    options->selection.add_options(*command);
    command
        ->add_option("--require", options->require,
                     "Variants or CPU features whose NOT RUN is a failure, such as avx2")
        ->delimiter(',')
        ->type_name("ISA,...");
    command->add_flag("--strict", options->strict,
                      "Every NOT RUN is a failure: ops that are not known, CPU features");
    command->add_option("--effort", options->effort, "How many cases")
        ->check(CLI::IsMember({"quick", "standard", "thorough"}))
        ->capture_default_str();
    command->add_flag("--exhaustive", options->exhaustive,
                      "Also the statements that go through every value (minutes)");
    command
        ->add_option("--sizes", options->sizes,
                     "Sizes at which every statement is judged too: for each size of the op, or NAME=N, OP:NAME=N")
        ->delimiter(',')
        ->type_name("N,...");
    command->add_option("--seed", options->seed, "Seed of the cases, or 'random'; it is printed")
        ->capture_default_str();
    command->add_option("--jobs", options->jobs, "Kernels judged at once")
        ->check(CLI::Range(1, 1024))
        ->type_name("N");
    add_timeout_option(*command, options->timeout,
                       fmt::format("{:.0f}, or none with --effort thorough or --exhaustive", usual_kernel_seconds));
    command
        ->add_option(
            "--run-timeout", options->run_timeout,
            fmt::format("The same for the whole run: what is left then is NOT RUN, and the run fails. Default: "
                        "{:.0f}, or none with --effort thorough or --exhaustive",
                        usual_run_seconds))
        ->check(CLI::Range(0.0, 1e7))
        ->type_name("SECONDS");
    command->add_option("--baseline", options->baseline, "Known FAILs: they are shown as KNOWN and do not fail")
        ->check(not_empty())
        ->type_name("FILE");
    command
        ->add_option("--write-baseline", options->write_baseline,
                     "Write the FAILs of this run as a baseline; exit 0")
        ->check(not_empty())
        ->type_name("FILE");
    command->add_option("--json", options->json, "Write the report as JSON")->check(not_empty())->type_name("FILE");
    command->add_option("--junit", options->junit, "Write the report as JUnit XML")
        ->check(not_empty())
        ->type_name("FILE");
    command->add_option("--html", options->html, "Write the report as a page for a browser")
        ->check(not_empty())
        ->type_name("FILE");
    command->callback([options, &exit_code] { exit_code = verify(*options); });
}

}  // namespace brickproof::cli
