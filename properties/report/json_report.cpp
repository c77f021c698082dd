#include "report/json_report.hpp"

#include <fmt/format.h>

#include <array>

#include "report/json_fields.hpp"

namespace brickproof {
namespace {

constexpr std::array kinds = {StatementKind::exact, StatementKind::bound, StatementKind::law,
                              StatementKind::behaviour, StatementKind::character};
constexpr std::array verdicts = {Verdict::pass,  Verdict::note,    Verdict::known,
                                 Verdict::fixed, Verdict::not_run, Verdict::fail};

}  // namespace

nlohmann::ordered_json to_json(const StatementVerdict& statement) {
    return {{"name", statement.name},
            {"kind", name_of(statement.kind)},
            {"verdict", name_of(statement.verdict)},
            {"cases", statement.cases},
            {"message", statement.message},
            {"token", statement.token},
            {"says", statement.says},
            {"discarded", statement.discarded},
            {"largest_share_of_bound", statement.largest_share},
            {"sizes", statement.sizes}};
}

nlohmann::ordered_json to_json(const Report& report, const std::string& version) {
    nlohmann::ordered_json kernels = nlohmann::ordered_json::array();
    for (const KernelVerdict& kernel : report.kernels) {
        nlohmann::ordered_json statements = nlohmann::ordered_json::array();
        std::size_t cases = 0;
        for (const StatementVerdict& statement : kernel.statements) {
            statements.push_back(to_json(statement));
            cases += statement.cases;
        }
        kernels.push_back(
            {{"library", kernel.library},
             {"op", kernel.op},
             {"variant", kernel.variant},
             {"plugin", kernel.plugin_path},
             {"apart", kernel.apart},
             {"verdict", name_of(kernel.verdict)},
             {"reason", kernel.reason},
             {"unfinished", kernel.unfinished},
             {"assumptions", kernel.assumptions},
             {"read_slack", kernel.read_slack},
             {"seconds", kernel.seconds},
             {"cases_per_second", kernel.seconds > 0 ? static_cast<double>(cases) / kernel.seconds : 0.0},
             {"statements", std::move(statements)}});
    }
    return {{"brickproof", version},        {"seed", report.seed},
            {"effort", report.effort},      {"interrupted", report.interrupted},
            {"judged", judged(report)},     {"selected", report.selected},
            {"kernels", std::move(kernels)}};
}

Expected<StatementVerdict> statement_from_json(const nlohmann::json& json) {
    Fields fields(json, "a verdict");
    StatementVerdict verdict{.name = fields.text("name"),
                             .kind = fields.named("kind", kinds),
                             .says = fields.text("says"),
                             .verdict = fields.named("verdict", verdicts),
                             .cases = fields.count("cases"),
                             .discarded = fields.count("discarded"),
                             .largest_share = fields.number("largest_share_of_bound"),
                             .message = fields.text("message"),
                             .sizes = fields.text("sizes"),
                             .token = fields.text("token")};
    if (!fields.problem().empty()) return Problem{fields.problem()};
    return verdict;
}

}  // namespace brickproof
