#include "report/text_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "report/shell_word.hpp"

namespace brickproof {
namespace {

std::string painted(Verdict verdict, std::string text, bool colour) {
    if (!colour) return text;
    const char* code = "32";
    switch (verdict) {
        case Verdict::pass:
            code = "32";
            break;
        case Verdict::note:
            code = "36";
            break;
        case Verdict::known:
        case Verdict::fixed:
        case Verdict::not_run:
            code = "33";
            break;
        case Verdict::fail:
            code = "1;31";
            break;
    }
    return fmt::format("\033[{}m{}\033[0m", code, text);
}

std::string replay_command(const KernelVerdict& kernel, const std::string& token, const TextOptions& options) {
    std::string command = fmt::format("{} replay {}", options.program, token);
    if (!kernel.plugin_path.empty()) command += fmt::format(" --kernels {}", shell_word(kernel.plugin_path));
    command += fmt::format(" --variant {}", shell_word(kernel.variant));
    for (const std::string& name : kernel.assumptions) command += fmt::format(" --assume '{}:{}'", kernel.op, name);
    return command;
}

// A case that was found is worth a line to replay it by; one that was given is known.
enum class CaseIs { found, given };

std::string statement_text(const KernelVerdict& kernel, const StatementVerdict& statement,
                           const TextOptions& options, CaseIs case_is) {
    const std::string label =
        painted(statement.verdict, fmt::format("{:<7}", name_of(statement.verdict)), options.colour);
    std::string text =
        fmt::format("  {} {} ({}): {}\n", label, statement.name, name_of(statement.kind), statement.says);
    if (!statement.message.empty()) text += fmt::format("          {}\n", statement.message);
    if (!statement.sizes.empty())
        text += fmt::format("          {}: {}\n", case_is == CaseIs::found ? "smallest case found" : "the case has",
                            statement.sizes);
    if (!statement.token.empty() && case_is == CaseIs::found)
        text += fmt::format("          {}\n", replay_command(kernel, statement.token, options));
    if (statement.largest_share > 0.0 && statement.verdict != Verdict::fail)
        text += fmt::format("          largest error: {:.3g} of the bound\n", statement.largest_share);
    return text;
}

// What the kernel was not held to, said beside every verdict on it.
std::string allowances(const KernelVerdict& kernel) {
    std::string text;
    for (const std::string& name : kernel.assumptions) text += fmt::format("  assuming {}", name);
    if (kernel.read_slack > 0)
        text += fmt::format("  allowed to read {} bytes behind its inputs", kernel.read_slack);
    return text;
}

std::string unfinished_text(const KernelVerdict& kernel) {
    if (!kernel.unfinished) return "";
    const auto open = std::ranges::count(kernel.statements, Verdict::not_run, &StatementVerdict::verdict);
    return fmt::format("  not judged to the end ({} of {} statements are NOT RUN): {}\n", open,
                       kernel.statements.size(), kernel.reason);
}

std::string heading(const KernelVerdict& kernel, const TextOptions& options) {
    std::string text = fmt::format("{} {} / {}  [{}]",
                                   painted(kernel.verdict, std::string(name_of(kernel.verdict)), options.colour),
                                   kernel.op, full_variant(kernel), kernel.library);
    return text + allowances(kernel) + "\n";
}

// "7/9": passed (or noted) of judged statements of a kind.
std::string kind_cell(const KernelVerdict& kernel, StatementKind kind) {
    std::size_t good = 0;
    std::size_t all = 0;
    for (const StatementVerdict& statement : kernel.statements) {
        if (statement.kind != kind || statement.verdict == Verdict::not_run) continue;
        ++all;
        if (statement.verdict != Verdict::fail && statement.verdict != Verdict::known) ++good;
    }
    return all == 0 ? "-" : fmt::format("{}/{}", good, all);
}

constexpr std::array table_kinds = {StatementKind::exact, StatementKind::bound, StatementKind::law,
                                    StatementKind::behaviour};

std::string table_row(const KernelVerdict& kernel, std::size_t variant_width, const TextOptions& options) {
    std::string row =
        fmt::format("{:<18} {:<{}}  {}", kernel.op, full_variant(kernel), variant_width,
                    painted(kernel.verdict, fmt::format("{:<7}", name_of(kernel.verdict)), options.colour));
    if (kernel.statements.empty()) return row + "  " + kernel.reason + "\n";
    for (const StatementKind kind : table_kinds) row += fmt::format("  {:>9}", kind_cell(kernel, kind));
    std::string findings;
    for (const StatementVerdict& statement : kernel.statements)
        if (statement.verdict == Verdict::fail || statement.verdict == Verdict::known)
            findings += (findings.empty() ? "" : ", ") + statement.name;
    if (!kernel.reason.empty()) findings += (findings.empty() ? "" : "; ") + kernel.reason;
    if (!findings.empty()) row += "  " + findings;
    return row + allowances(kernel) + "\n";
}

}  // namespace

std::string findings_text(const KernelVerdict& kernel, const TextOptions& options) {
    std::string text;
    for (const StatementVerdict& statement : kernel.statements) {
        const bool worth_saying = statement.verdict != Verdict::pass && statement.verdict != Verdict::not_run;
        if (worth_saying) text += statement_text(kernel, statement, options, CaseIs::found);
    }
    text += unfinished_text(kernel);
    return text.empty() ? text : heading(kernel, options) + text + "\n";
}

std::string statements_text(const KernelVerdict& kernel, const TextOptions& options) {
    std::string text = heading(kernel, options);
    for (const StatementVerdict& statement : kernel.statements)
        text += statement_text(kernel, statement, options, CaseIs::given);
    return text + unfinished_text(kernel);
}

std::string table_text(const Report& report, const TextOptions& options) {
    std::size_t variant_width = 7;
    for (const KernelVerdict& kernel : report.kernels)
        variant_width = std::max(variant_width, full_variant(kernel).size());
    std::string text;
    std::string library;
    for (const KernelVerdict& kernel : report.kernels) {
        if (kernel.library != library) {
            library = kernel.library;
            text += fmt::format("{}{}\n{:<18} {:<{}}  {:<7}", text.empty() ? "" : "\n", library, "op", "variant",
                                variant_width, "verdict");
            for (const StatementKind kind : table_kinds) text += fmt::format("  {:>9}", name_of(kind));
            text += "\n";
        }
        text += table_row(kernel, variant_width, options);
    }
    std::map<Verdict, std::size_t> counts;
    for (const KernelVerdict& kernel : report.kernels) ++counts[kernel.verdict];
    text += fmt::format("\n{}{} of {} kernels judged", report.interrupted ? "interrupted: " : "", judged(report),
                        report.selected);
    const char* separator = ": ";
    for (const auto& [verdict, count] : counts) {
        text += fmt::format("{}{} {}", separator, count,
                            painted(verdict, std::string(name_of(verdict)), options.colour));
        separator = ", ";
    }
    return text + fmt::format("  (seed {}, effort {})\n", report.seed, report.effort);
}

}  // namespace brickproof
