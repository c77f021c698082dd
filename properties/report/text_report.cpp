#include "report/text_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
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

// A case that was found is worth a line to replay it by; one that was given is known.
enum class CaseIs { found, given };

// Which elements are wrong, and a picture of them: '#' is wrong, '.' is right.
std::string map_text(const StatementVerdict& statement) {
    const ElementMap& map = statement.map;
    if (map.output.empty()) return "";
    const std::string which =
        map.says.empty() ? "no pattern is seen in which elements are wrong" : fmt::format("wrong: {}", map.says);
    // A law may have made another case of the one that is shown.
    const std::string of = map.first_found ? ", in the case first found: " + map.of_case
                           : map.of_case.empty() || map.of_case == statement.sizes
                               ? ""
                               : ", in a call of " + map.of_case;
    std::string text = fmt::format("          {} ({} of the {} elements of {}{})\n", which, map.wrong, map.elements,
                                   map.output, of);
    for (const std::string& line : map.picture) text += fmt::format("            {}\n", line);
    return text;
}

// "8 further statements fail on unwritten elements: a, b."
std::string consequences_text(const KernelVerdict& kernel) {
    std::string names;
    std::size_t count = 0;
    for (const StatementVerdict& statement : kernel.statements) {
        const bool fails = statement.verdict == Verdict::fail || statement.verdict == Verdict::known;
        if (!fails || !is_consequence(kernel, statement)) continue;
        names += (count++ == 0 ? "" : ", ") + statement.name;
    }
    if (count == 0) return "";
    return fmt::format("          {} on unwritten elements: {}\n",
                       count == 1 ? "1 further statement fails" : fmt::format("{} further statements fail", count),
                       names);
}

std::string statement_text(const KernelVerdict& kernel, const StatementVerdict& statement,
                           const TextOptions& options, CaseIs case_is) {
    const std::string label =
        painted(statement.verdict, fmt::format("{:<7}", name_of(statement.verdict)), options.colour);
    std::string text =
        fmt::format("  {} {} ({}): {}\n", label, statement.name, name_of(statement.kind), statement.says);
    if (!statement.message.empty()) text += fmt::format("          {}\n", statement.message);
    text += map_text(statement);
    if (!statement.sizes.empty())
        text += fmt::format("          {}: {}\n", case_is == CaseIs::found ? "smallest case found" : "the case has",
                            statement.sizes);
    for (const std::string& line : statement.operands) text += fmt::format("            {}\n", line);
    if (!statement.token.empty() && case_is == CaseIs::found)
        text += fmt::format("          {}\n", replay_command(kernel, statement.token, options));
    // Of a statement that fails, the error of its finding says more than that of the cases that passed.
    const bool holds = statement.verdict == Verdict::pass || statement.verdict == Verdict::fixed;
    if (statement.largest_share > 0.0 && holds)
        text += fmt::format("          largest error: {:.3g} of the bound\n", statement.largest_share);
    return text;
}

// A line that a kernel printed, as no line of the report can be.
std::string printed_line(std::string_view line) {
    constexpr std::size_t longest = 160;
    std::string text = "    | ";
    for (const char c : line.substr(0, longest)) text += std::iscntrl(static_cast<unsigned char>(c)) != 0 ? '?' : c;
    return text + (line.size() > longest ? "...\n" : "\n");
}

std::string output_text(const KernelVerdict& kernel, std::size_t most_lines) {
    if (kernel.output.empty()) return "";
    std::string_view rest = kernel.output;
    if (rest.ends_with('\n')) rest.remove_suffix(1);
    const auto lines = static_cast<std::size_t>(std::ranges::count(rest, '\n')) + 1;
    std::string text = fmt::format("  the kernel printed {} line{}:\n", lines, lines == 1 ? "" : "s");
    for (std::size_t i = 0; i < std::min(lines, most_lines); ++i) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        text += printed_line(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (lines > most_lines) text += fmt::format("    and {} more\n", lines - most_lines);
    return text;
}

// What the kernel was not held to, said beside every verdict on it.
std::string allowances(const KernelVerdict& kernel) {
    std::string text;
    for (const std::string& name : kernel.assumptions) text += fmt::format("  assuming {}", name);
    if (kernel.read_slack > 0)
        text += fmt::format("  allowed to read {} bytes past the end of its inputs", kernel.read_slack);
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
    std::size_t consequences = 0;
    for (const StatementVerdict* statement : by_cause(kernel)) {
        const bool fails = statement->verdict == Verdict::fail || statement->verdict == Verdict::known;
        if (!fails) continue;
        if (is_consequence(kernel, *statement))
            ++consequences;
        else
            findings += (findings.empty() ? "" : ", ") + statement->name;
    }
    if (consequences > 0) findings += fmt::format(", and {} that follow", consequences);
    if (!kernel.reason.empty()) findings += (findings.empty() ? "" : "; ") + kernel.reason;
    if (!findings.empty()) row += "  " + findings;
    return row + allowances(kernel) + "\n";
}

}  // namespace

std::string replay_command(const KernelVerdict& kernel, const std::string& token, const TextOptions& options) {
    std::string command = fmt::format("{} replay {}", options.program, token);
    if (!kernel.plugin_path.empty()) command += fmt::format(" --kernels {}", shell_word(kernel.plugin_path));
    command += fmt::format(" --variant {}", shell_word(kernel.variant));
    for (const std::string& name : kernel.assumptions) command += fmt::format(" --assume '{}:{}'", kernel.op, name);
    return command;
}

std::string findings_text(const KernelVerdict& kernel, const TextOptions& options) {
    std::string text;
    for (const StatementVerdict* statement : by_cause(kernel)) {
        const bool worth_saying = statement->verdict != Verdict::pass && statement->verdict != Verdict::not_run;
        if (!worth_saying || is_consequence(kernel, *statement)) continue;
        text += statement_text(kernel, *statement, options, CaseIs::found);
        if (statement->name == "outputs_written") text += consequences_text(kernel);
    }
    text += unfinished_text(kernel) + output_text(kernel, 8);
    return text.empty() ? text : heading(kernel, options) + text + "\n";
}

std::string statements_text(const KernelVerdict& kernel, const TextOptions& options) {
    std::string text = heading(kernel, options);
    for (const StatementVerdict* statement : by_cause(kernel))
        text += statement_text(kernel, *statement, options, CaseIs::given);
    return text + unfinished_text(kernel) + output_text(kernel, 1000);
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
