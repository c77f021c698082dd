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

// Null where there is no map.
nlohmann::ordered_json to_json(const ElementMap& map) {
    if (map.output.empty()) return nullptr;
    return {{"output", map.output},
            {"of_case", map.of_case},
            {"first_found", map.first_found},
            {"elements", map.elements},
            {"wrong", map.wrong},
            {"says", map.says},
            {"runs", map.runs},
            {"runs_left_off", map.runs_left_off},
            {"picture", map.picture}};
}

ElementMap map_from_json(const nlohmann::json& json) {
    if (json.is_null()) return {};
    ElementMap map;
    json.at("output").get_to(map.output);
    json.at("of_case").get_to(map.of_case);
    json.at("first_found").get_to(map.first_found);
    json.at("elements").get_to(map.elements);
    json.at("wrong").get_to(map.wrong);
    json.at("says").get_to(map.says);
    json.at("runs").get_to(map.runs);
    json.at("runs_left_off").get_to(map.runs_left_off);
    json.at("picture").get_to(map.picture);
    return map;
}

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
            {"sizes", statement.sizes},
            {"operands", statement.operands},
            {"consequence_of", statement.consequence_of},
            {"map", to_json(statement.map)}};
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
             {"output", kernel.output},
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
    verdict.consequence_of = fields.text("consequence_of");
    if (!fields.problem().empty()) return Problem{fields.problem()};
    try {
        json.at("operands").get_to(verdict.operands);
        verdict.map = map_from_json(json.at("map"));
    } catch (const nlohmann::json::exception& error) {
        return Problem{fmt::format("the operands or the map of a verdict are not as written: {}", error.what())};
    }
    return verdict;
}

}  // namespace brickproof
