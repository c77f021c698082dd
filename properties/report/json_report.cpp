#include "report/json_report.hpp"

#include <array>

namespace brickproof {
namespace {

constexpr std::array kinds = {StatementKind::exact, StatementKind::bound, StatementKind::law,
                              StatementKind::behaviour, StatementKind::character};
constexpr std::array verdicts = {Verdict::pass,  Verdict::note,    Verdict::known,
                                 Verdict::fixed, Verdict::not_run, Verdict::fail};

template <typename T, std::size_t N>
T from_name(const std::array<T, N>& values, const std::string& name) {
    for (const T value : values)
        if (name_of(value) == name) return value;
    return values.front();
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
             {"verdict", name_of(kernel.verdict)},
             {"reason", kernel.reason},
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

StatementVerdict statement_from_json(const nlohmann::json& json) {
    return {.name = json.at("name"),
            .kind = from_name(kinds, json.at("kind")),
            .says = json.at("says"),
            .verdict = from_name(verdicts, json.at("verdict")),
            .cases = json.at("cases"),
            .discarded = json.at("discarded"),
            .largest_share = json.at("largest_share_of_bound"),
            .message = json.at("message"),
            .sizes = json.at("sizes"),
            .token = json.at("token")};
}

}  // namespace brickproof
