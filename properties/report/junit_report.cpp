#include "report/junit_report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace brickproof {
namespace {

// Bytes of the UTF-8 character that `text` begins with; 0 where there is none (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4 || !follows(1)) return 0;
    if (first < 0xE0) return 2;
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool no_character = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
    if (overlong || no_character || !follows(2)) return 0;
    if (first < 0xF0) return 3;
    return follows(3) ? 4 : 0;
}

// Text for XML 1.0: markup escaped; control characters and bytes that are no UTF-8, which it cannot hold, as '?'.
std::string escaped(std::string_view text) {
    std::string xml;
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = utf8_length(text);
        const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
        if (c == '&')
            xml += "&amp;";
        else if (c == '<')
            xml += "&lt;";
        else if (c == '>')
            xml += "&gt;";
        else if (c == '"')
            xml += "&quot;";
        else if (length == 0 || control)
            xml += '?';
        else
            xml += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return xml;
}

std::string test_case(const KernelVerdict& kernel, const StatementVerdict& statement) {
    std::string xml = fmt::format("    <testcase classname=\"{}.{}\" name=\"{}\"", escaped(kernel.op),
                                  escaped(kernel.variant), escaped(statement.name));
    const std::string detail =
        escaped(fmt::format("{}\n{}\nreplay token: {}", statement.message, statement.sizes, statement.token));
    switch (statement.verdict) {
        case Verdict::fail:
            return xml + fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                                     escaped(statement.says), detail);
        case Verdict::not_run:
            return xml +
                   fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", escaped(statement.message));
        case Verdict::note:
        case Verdict::known:
        case Verdict::fixed:
            return xml + fmt::format(">\n      <system-out>{}: {}</system-out>\n    </testcase>\n",
                                     name_of(statement.verdict), detail);
        case Verdict::pass:
            break;
    }
    return xml + "/>\n";
}

std::size_t count(const KernelVerdict& kernel, Verdict verdict) {
    return static_cast<std::size_t>(std::ranges::count(kernel.statements, verdict, &StatementVerdict::verdict));
}

}  // namespace

std::string junit_text(const Report& report) {
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"brickproof\">\n";
    for (const KernelVerdict& kernel : report.kernels) {
        const std::string name = escaped(fmt::format("{} / {} ({})", kernel.op, kernel.variant, kernel.library));
        if (kernel.statements.empty()) {
            xml += fmt::format(
                "  <testsuite name=\"{}\" tests=\"1\" failures=\"0\" skipped=\"1\">\n    <testcase "
                "classname=\"{}.{}\" name=\"all\">\n"
                "      <skipped message=\"{}\"/>\n    </testcase>\n  </testsuite>\n",
                name, escaped(kernel.op), escaped(kernel.variant), escaped(kernel.reason));
            continue;
        }
        xml +=
            fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n",
                        name, kernel.statements.size(), count(kernel, Verdict::fail),
                        count(kernel, Verdict::not_run), kernel.seconds);
        for (const StatementVerdict& statement : kernel.statements) xml += test_case(kernel, statement);
        xml += "  </testsuite>\n";
    }
    return xml + "</testsuites>\n";
}

}  // namespace brickproof
