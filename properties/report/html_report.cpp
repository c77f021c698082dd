#include "report/html_report.hpp"

#include <nlohmann/json.hpp>

#include "report/html_page.hpp"
#include "report/json_report.hpp"
#include "report/text_report.hpp"

namespace brickproof {

extern const std::string_view verdicts_page;  // verdicts.html, by the build

std::string html_of(const Report& report, const std::string& version) {
    nlohmann::json data = to_json(report, version);
    for (std::size_t k = 0; k < report.kernels.size(); ++k) {
        // Causes first, each with the command that replays it.
        nlohmann::json& statements = data["kernels"][k]["statements"];
        statements = nlohmann::json::array();
        for (const StatementVerdict* statement : by_cause(report.kernels[k])) {
            nlohmann::json one = to_json(*statement);
            one["command"] =
                statement->token.empty() ? "" : replay_command(report.kernels[k], statement->token, {});
            statements.push_back(std::move(one));
        }
    }
    return page_with(verdicts_page, data);
}

}  // namespace brickproof
