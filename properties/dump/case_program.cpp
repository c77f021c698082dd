#include "dump/case_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dump/c_text.hpp"

namespace brickproof {

extern const std::string_view case_program_text;  // case_program.c.in, by the build
extern const std::string_view checks_text;        // checks.c.in

namespace {

using Values = std::map<std::string_view, std::string>;

// The text, with the value of each name that stands between two '@'.
std::string filled(std::string_view text, const Values& values) {
    std::string result;
    for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@')) {
        const std::size_t end = text.find('@', at + 1);
        result.append(text.substr(0, at)).append(values.at(text.substr(at + 1, end - at - 1)));
        text.remove_prefix(end + 1);
    }
    return result.append(text);
}

// A part of checks.c.in: from its "//@ name" to the next.
std::string_view part_named(std::string_view name) {
    const std::string mark = fmt::format("//@ {}\n", name);
    const std::size_t begin = checks_text.find(mark) + mark.size();
    return checks_text.substr(begin, checks_text.find("//@ ", begin) - begin);
}

std::string check_text(std::string_view check) {
    std::string text;
    if (check == "values") text += part_named("numbers");
    if (check == "repeats" || check == "alignments" || check == "threads") text += part_named("same");
    return text.append(part_named(check));
}

char kind_of(const Number& number) {
    return number.name == "float32" ? 'f' : number.name == "float16" ? 'h' : 'i';
}

std::string operand_row(const Operand& operand, std::size_t k, bool is_promised) {
    std::string fields;
    for (const Field& field : operand.type->fields)
        fields += fmt::format("{}{{\"{}\", '{}', {}, {}}}", fields.empty() ? "" : ", ", field.name,
                              kind_of(*field.number), field.offset, field.count);
    const auto file = [&](std::string_view what, bool is_there) {
        return is_there ? fmt::format("\"{}\"", file_name(operand, k, what)) : std::string("NULL");
    };
    const bool is_output = operand.access == Access::output;
    return fmt::format("{{\"{}\", {}, {:d}, {}, {}, {}, {{{}}}, {}, {}}}", operand.name, file("", !is_output),
                       is_output, operand.count, operand.type->bytes, operand.type->align, fields,
                       file("exact", is_output && is_promised), file("bound", is_output && is_promised));
}

std::string operand_rows(const WrongCall& call) {
    std::string rows;
    for (std::size_t k = 0; k < call.calls.size(); ++k) {
        rows += "    {";
        for (const Operand& operand : call.calls[k].c.operands)
            rows += fmt::format("{}{}", rows.ends_with('{') ? "" : ",\n     ",
                                operand_row(operand, k, k == 0 && !call.promises.empty()));
        rows += "},\n";
    }
    return rows;
}

std::string sizes_text(const WrongCall& call) {
    std::string text;
    for (const DumpedCall& one : call.calls)
        text += fmt::format("{}{{{}}}", text.empty() ? "" : ", ",
                            fmt::join(one.c.sizes.begin(), one.c.sizes.end(), ", "));
    return text;
}

std::string heading(const Kernel& kernel, const StatementVerdict& finding, const WrongCall& call) {
    const std::string sizes = describe_sizes(call.calls.front().c, kernel.contract->size_names);
    return fmt::format(
        "{0}, without Brickproof.\n *\n"
        " *   {1} / {2}  [{3}] fails {4}: {5}\n *   {6}\n *   {7}\n *\n"
        " *   gcc -O2 case.c -o case && ./case [PLUGIN [VARIANT]]\n"
        " *   gcc -O2 -DKERNEL=my_kernel case.c my_kernel.o -o case && ./case\n *\n"
        " * The kernel is that of a plug-in's table, or one that is linked in and has the name KERNEL.\n"
        " * The exit code is 1 where the fault shows, 0 where it does not, 2 where the kernel was not called. */\n",
        program_mark, kernel.contract->op, c_comment(kernel.variant), c_comment(kernel.library), finding.name,
        c_comment(finding.says), c_comment(finding.message), sizes);
}

}  // namespace

CaseCheck check_of_behaviour(std::string_view behaviour) {
    static const std::map<std::string_view, CaseCheck> checks = {{"no_crash", {"returns"}},
                                                                 {"terminates", {"returns"}},
                                                                 {"reads_in_bounds", {"bounds"}},
                                                                 {"writes_in_bounds", {"bounds"}},
                                                                 {"inputs_unchanged", {"read_only"}},
                                                                 {"outputs_written", {"written"}},
                                                                 {"deterministic", {"repeats", true}},
                                                                 {"alignment_independent", {"alignments"}},
                                                                 {"fp_environment", {"environment"}},
                                                                 {"thread_safe", {"threads", true}}};
    const auto found = checks.find(behaviour);
    return found == checks.end() ? CaseCheck{} : found->second;
}

std::string file_name(const Operand& operand, std::size_t k, std::string_view what) {
    return fmt::format("{}{}{}{}.npy", k == 0 ? "" : "second_", operand.name, what.empty() ? "" : ".", what);
}

Expected<std::string> case_program(const Kernel& kernel, const StatementVerdict& finding, std::string_view check,
                                   const WrongCall& call) {
    const Case& c = call.calls.front().c;
    const Expected<CFunction> function = c_function_of(*kernel.contract, c);
    if (!function) return Problem{function.problem()};
    const Values values = {{"types", function->types},
                           {"function_type", function->type},
                           {"op", std::string(kernel.contract->op)},
                           {"variant", c_string(kernel.variant)},
                           {"plugin", c_string(kernel.plugin_path)},
                           {"calls", fmt::format("{}", call.calls.size())},
                           {"operands", fmt::format("{}", c.operands.size())},
                           {"read_slack", fmt::format("{}", kernel.read_slack)},
                           {"sizes", sizes_text(call)},
                           {"operand_rows", operand_rows(call)},
                           {"call", function->call},
                           {"check", check_text(check)}};
    return heading(kernel, finding, call) + filled(case_program_text, values);
}

}  // namespace brickproof
