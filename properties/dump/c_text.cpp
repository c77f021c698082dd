#include "dump/c_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

namespace brickproof {
namespace {

// A parameter of the signature: "const float *x" is of type "const float *" and has the name "x".
struct Parameter {
    std::string type;
    std::string name;

    bool is_pointer() const { return type.find('*') != std::string::npos; }
    bool is_const() const { return type.starts_with("const "); }
    // "brickproof_q8_0" of "const brickproof_q8_0 *".
    std::string element() const {
        std::string text = is_const() ? type.substr(6) : type;
        return text.substr(0, text.find_first_of(" *"));
    }
};

std::vector<Parameter> parameters_of(std::string_view list) {
    std::vector<Parameter> parameters;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view one = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        while (one.starts_with(' ')) one.remove_prefix(1);
        const std::size_t name = one.find_last_of(" *") + 1;
        parameters.push_back({std::string(one.substr(0, name)), std::string(one.substr(name))});
    }
    return parameters;
}

template <typename Names, typename Projection>
std::optional<std::size_t> index_of(const Names& names, const std::string& name, Projection projection) {
    const auto found = std::ranges::find(names, name, projection);
    if (found == std::ranges::end(names)) return std::nullopt;
    return static_cast<std::size_t>(found - std::ranges::begin(names));
}

std::size_t first_output(const Case& c) {
    return static_cast<std::size_t>(std::ranges::find(c.operands, Access::output, &Operand::access) -
                                    c.operands.begin());
}

std::string_view c_number(const Number& number) {
    return number.name == "float32" ? "float" : number.name == "float16" ? "uint16_t" : "int8_t";
}

// "typedef struct { uint16_t d; int8_t qs[32]; } brickproof_q8_0;" of an operand that is of blocks.
std::string structure_text(const Type& type, const std::string& name) {
    std::string fields;
    for (const Field& field : type.fields)
        fields += fmt::format("{} {}{}; ", c_number(*field.number), field.name,
                              field.count > 1 ? fmt::format("[{}]", field.count) : "");
    return fmt::format("typedef struct {{ {}}} {};\n", fields, name);
}

}  // namespace

Expected<CFunction> c_function_of(const Contract& contract, const Case& c) {
    const std::string_view signature = contract.signature;
    const std::size_t open = signature.find('(');
    const std::size_t close = signature.find(')');
    const std::string result(signature.substr(0, signature.find(' ')));
    CFunction function;
    function.type = fmt::format("{} kernel_fn({})", result, signature.substr(open + 1, close - open - 1));
    std::string arguments;
    std::string before;
    const auto name_itself = [](std::string_view name) { return std::string(name); };
    for (const Parameter& p : parameters_of(signature.substr(open + 1, close - open - 1))) {
        const auto operand = index_of(c.operands, p.name, [](const Operand& o) { return std::string(o.name); });
        const auto size = index_of(contract.size_names, p.name, name_itself);
        std::string argument;
        if (operand && p.is_pointer()) {
            const Operand& o = c.operands[*operand];
            argument = fmt::format("o[{}]", *operand);
            if (!p.is_const() && o.access == Access::input) {  // in place: the output begins as a copy of it
                argument = fmt::format("o[{}]", first_output(c));
                before = fmt::format("memcpy({}, o[{}], bytes_of(&operands[k][{}]));\n    ", argument, *operand,
                                     *operand);
            }
            if (size) argument = fmt::format("sizes[k][{}] ? {} : NULL", *size, argument);
            const std::string structure = o.type->is_block() ? structure_text(*o.type, p.element()) : "";
            if (function.types.find(structure) == std::string::npos) function.types += structure;
        } else if (operand) {
            argument = fmt::format("*(const {}*)o[{}]", p.type, *operand);
        } else if (size) {
            argument = p.type == "size_t " ? fmt::format("sizes[k][{}]", *size)
                                           : fmt::format("({})sizes[k][{}]", p.element(), *size);
        } else {
            return Problem{
                fmt::format("the signature of {} has a parameter '{}' that is neither an operand nor a size",
                            contract.op, p.name)};
        }
        arguments += (arguments.empty() ? "" : ", ") + argument;
    }
    const std::string assigned = result == "void" ? "" : fmt::format("*({} *)o[{}] = ", result, first_output(c));
    function.call = fmt::format("{}{}kernel({});", before, assigned, arguments);
    return function;
}

std::string c_string(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '"' || c == '\\') escaped += '\\';
        escaped += std::iscntrl(static_cast<unsigned char>(c)) != 0 ? '?' : c;
    }
    return escaped;
}

std::string c_comment(std::string_view text) {
    std::string kept;
    for (const char c : text) kept += c == '/' && kept.ends_with('*') ? std::string(" /") : std::string(1, c);
    return kept;
}

}  // namespace brickproof
