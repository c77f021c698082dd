// brickproof explain OP: the contract in words.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "commands.hpp"
#include "engine/contract.hpp"
#include "judge/behaviours.hpp"
#include "kernel_selection.hpp"

namespace brickproof::cli {
namespace {

std::string list_of(std::span<const std::string_view> names) {
    std::string text;
    for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

// Breaks a paragraph at words, below a margin.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 100) {
    std::string out(indent, ' ');
    std::size_t column = indent;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (column > indent && column + 1 + (end - at) > width) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += text.substr(at, end - at);
        column += end - at;
        at = end + 1;
    }
    return out + "\n";
}

void explain_domain(const Contract& contract) {
    fmt::print("\ndomain: sizes {}; a kernel may assume, and --assume may impose:\n",
               list_of(contract.signature.size_names()));
    for (const Precondition& precondition : contract.preconditions)
        if (!precondition.internal) fmt::print("  {:<16} {}\n", precondition.name, precondition.says);
    if (std::ranges::any_of(contract.preconditions, &Precondition::internal))
        fmt::print("  the statements narrow it further:\n");
    for (const Precondition& precondition : contract.preconditions)
        if (precondition.internal) fmt::print("  {:<16} {}\n", precondition.name, precondition.says);
}

void explain_statements(const Contract& contract) {
    fmt::print("\nstatements about every correct kernel:\n");
    for (const Statement& statement : contract.statements) {
        fmt::print("  {} ({}{})\n{}", statement.name, name_of(statement.kind),
                   statement.on_demand ? ", on demand: --exhaustive" : "", wrapped(statement.says, 6));
        if (!statement.needs.empty()) fmt::print("      on cases that are: {}\n", list_of(statement.needs));
        if (!statement.excluded_by.empty())
            fmt::print("      not judged for a kernel that assumes: {}\n", list_of(statement.excluded_by));
    }
    fmt::print("\nand about every kernel of every op (behaviour):\n");
    for (const Behaviour& behaviour : behaviours()) fmt::print("  {:<22} {}\n", behaviour.name, behaviour.says);
}

void explain(const Contract& contract) {
    fmt::print("{}  (contract version {})\n{}\n{}\n\n  {}\n", contract.op, contract.version, contract.summary,
               contract.prototype(), contract.formula);
    explain_domain(contract);
    explain_statements(contract);
    fmt::print("\nbound:\n{}", wrapped(contract.bound_derivation, 2));
    fmt::print("\nreferences:\n");
    for (const std::string_view reference : contract.references) fmt::print("{}", wrapped(reference, 2));
}

int explain_all(const std::string& glob) {
    bool any = false;
    for (const Contract* contract : all_contracts()) {
        if (!matches(glob, contract->op)) continue;
        if (any) fmt::print("\n----\n\n");
        explain(*contract);
        any = true;
    }
    return any ? exit_pass : usage_error(fmt::format("there is no op '{}'; see 'brickproof list'", glob));
}

}  // namespace

void add_explain_command(CLI::App& app, int& exit_code) {
    auto glob = std::make_shared<std::string>();
    CLI::App* command =
        app.add_subcommand("explain", "What is true of an op: domain, statements, bound and its derivation");
    command->add_option("op", *glob, "The op, or a glob")->required()->type_name("OP");
    command->callback([glob, &exit_code] { exit_code = explain_all(*glob); });
}

}  // namespace brickproof::cli
