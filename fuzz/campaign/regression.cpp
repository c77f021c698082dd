#include "fuzz/campaign/regression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/replay_token.hpp"
#include "fuzz/corpus/corpus_files.hpp"
#include "judge/fault_trap.hpp"
#include "judge/plugin.hpp"
#include "report/shell_word.hpp"

namespace brickproof::fuzz {
namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string words_of(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return !is_word(c); }, '_');
    return text;
}

// "Q80DotAvx2ExactSum": GoogleTest's names have no underscores.
std::string camel_case(std::string_view words) {
    std::string name;
    bool begins = true;
    for (const char c : words) {
        if (c != '_') name += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        begins = c == '_';
    }
    return name;
}

// As a comment takes it: one line, nothing that would continue it on the next.
std::string one_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\') c = ' ';
    return text;
}

std::string literal(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\"";
}

// Tests run in folders of their own.
std::string absolute_path(const std::string& path) {
    return path.empty() ? "" : std::filesystem::absolute(path).string();
}

// The preconditions of --assume are a part of the case: its bytes mean other values without them.
std::string assumption_member(const Finding& finding) {
    std::string names;
    for (const std::string& name : finding.assumed) names += (names.empty() ? "" : ", ") + literal(name);
    return names.empty() ? "" : fmt::format("                  .assume = {{{}}},\n", names);
}

std::string judge_statement(const Kernel& kernel, const Regression& regression, const Bytes& bytes) {
    const std::string& name = regression.statement;
    StatementRunner runner(kernel, regression.assume);
    for (const JudgedStatement& statement : runner.statements()) {
        if (statement.name != name) continue;
        const Judgement judgement =
            runner.judge(statement, decode_case(*kernel.contract, bytes, statement.holding));
        return judgement.outcome.kind == Outcome::Kind::fail ? judgement.outcome.message : "";
    }
    return fmt::format("{} has no statement {} that is searched; see 'brickproof explain {}'", kernel.contract->op,
                       name, kernel.contract->op);
}

}  // namespace

std::string failure_of(const Regression& regression) {
    const Expected<ReplayToken> token = parse_token(regression.token);
    if (!token) return token.problem();
    const Expected<std::vector<Kernel>> kernels =
        regression.kernels.empty() ? Expected(own_kernels()) : load_plugin(regression.kernels);
    if (!kernels) return kernels.problem();
    install_fault_trap();
    for (const Kernel& kernel : *kernels) {
        if (kernel.contract != token->contract || kernel.variant != regression.variant) continue;
        if (!why_not_runnable(kernel).empty()) return "";
        return judge_statement(kernel, regression, token->bytes);
    }
    return fmt::format("there is no kernel {} / {}{}{}", token->contract->op, regression.variant,
                       regression.kernels.empty() ? "" : " in ", regression.kernels);
}

std::string name_of(const Finding& finding) {
    const std::string library =
        finding.plugin_path.empty() ? "" : std::filesystem::path(finding.plugin_path).stem().string() + "_";
    return words_of(fmt::format("{}{}_{}_{}", library, finding.op, finding.variant, finding.statement));
}

std::string replay_command(const Finding& finding) {
    std::string command = fmt::format("brickproof replay {}", finding.token);
    if (!finding.plugin_path.empty()) command += fmt::format(" --kernels {}", shell_word(finding.plugin_path));
    command += fmt::format(" --variant {}", shell_word(finding.variant));
    for (const std::string& name : finding.assumed)
        command += fmt::format(" --assume {}", shell_word(fmt::format("{}:{}", finding.op, name)));
    return command;
}

std::string regression_source(const Finding& finding) {
    return fmt::format(
        R"(// Found by 'brickproof fuzz' in {op} / {variant} of {library}, {sizes}. The statement {statement} failed:
// {message}
// To see it: {replay}
#include <gtest/gtest.h>

#include "fuzz/campaign/regression.hpp"

TEST(Regression, {test}) {{
    EXPECT_EQ(brickproof::fuzz::failure_of({{
                  .token = {token_literal},
                  .kernels = {kernels_literal},
                  .variant = {variant_literal},
                  .statement = {statement_literal},
{assume}              }}),
              "");
}}
)",
        fmt::arg("op", finding.op), fmt::arg("variant", one_line(finding.variant)),
        fmt::arg("library", one_line(finding.library)), fmt::arg("sizes", finding.sizes),
        fmt::arg("statement", finding.statement), fmt::arg("message", one_line(finding.message)),
        fmt::arg("replay", one_line(replay_command(finding))), fmt::arg("assume", assumption_member(finding)),
        fmt::arg("test", camel_case(name_of(finding))), fmt::arg("token_literal", literal(finding.token)),
        fmt::arg("kernels_literal", literal(absolute_path(finding.plugin_path))),
        fmt::arg("variant_literal", literal(finding.variant)),
        fmt::arg("statement_literal", literal(finding.statement)));
}

}  // namespace brickproof::fuzz
