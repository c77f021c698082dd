#include "report/junit_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/xml_text.hpp"

namespace brickproof {
namespace {

std::string test_case(const KernelVerdict& kernel, const StatementVerdict& statement) {
    std::string xml = fmt::format("    <testcase classname=\"{}.{}\" name=\"{}\"", escaped(kernel.op),
                                  escaped(full_variant(kernel)), escaped(statement.name));
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

// What was not judged to the end is an error in JUnit's words: neither a failure nor a pass.
std::string unfinished_case(const KernelVerdict& kernel) {
    if (!kernel.unfinished) return "";
    return fmt::format(
        "    <testcase classname=\"{}.{}\" name=\"judged_to_the_end\">\n      <error message=\"{}\"/>\n"
        "    </testcase>\n",
        escaped(kernel.op), escaped(full_variant(kernel)), escaped(kernel.reason));
}

std::string suite(const KernelVerdict& kernel) {
    std::string cases = unfinished_case(kernel);
    std::size_t skipped = count(kernel, Verdict::not_run);
    const std::size_t errors = kernel.unfinished ? 1 : 0;
    for (const StatementVerdict& statement : kernel.statements) cases += test_case(kernel, statement);
    std::size_t tests = kernel.statements.size() + errors;
    if (tests == 0) {
        tests = skipped = 1;
        cases = fmt::format(
            "    <testcase classname=\"{}.{}\" name=\"all\">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
            escaped(kernel.op), escaped(full_variant(kernel)), escaped(kernel.reason));
    }
    if (!kernel.output.empty()) cases += fmt::format("    <system-out>{}</system-out>\n", escaped(kernel.output));
    return fmt::format(
               "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
               "time=\"{:.3f}\">\n",
               escaped(fmt::format("{} / {} ({})", kernel.op, full_variant(kernel), kernel.library)), tests,
               count(kernel, Verdict::fail), errors, skipped, kernel.seconds) +
           cases + "  </testsuite>\n";
}

}  // namespace

std::string junit_text(const Report& report) {
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"brickproof\">\n";
    for (const KernelVerdict& kernel : report.kernels) xml += suite(kernel);
    return xml + "</testsuites>\n";
}

}  // namespace brickproof
