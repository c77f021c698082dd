#include "report/junit_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/xml_text.hpp"

namespace brickproof {
namespace {

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
        if (!kernel.output.empty()) xml += fmt::format("    <system-out>{}</system-out>\n", escaped(kernel.output));
        xml += "  </testsuite>\n";
    }
    return xml + "</testsuites>\n";
}

}  // namespace brickproof
