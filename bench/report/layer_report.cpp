#include "bench/report/layer_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/report/bench_report.hpp"
#include "bench/report/data_report.hpp"

namespace brickproof::bench {
namespace {

nlohmann::json json_of(const BrickRow& row) {
    nlohmann::json json = json_of(row.summary, "us");
    json.update({{"brick", row.brick},
                 {"budget_us", row.budget},
                 {"factor", row.factor()},
                 {"meets_budget", row.meets_budget()},
                 {"share", row.share}});
    return json;
}

std::string line_of(const BrickRow& row) {
    const auto& interval = row.summary.median_interval;
    return fmt::format(
        "{:<16} {:>10.2f} {:>22} {:>10.2f} {:>9.1f} {:>7.2f} {:>6.1f}%  {}\n", row.brick, row.summary.median,
        interval ? fmt::format("[{:.2f}, {:.2f}]", interval->low, interval->high) : "-", row.summary.p99,
        row.budget, row.factor(), 100.0 * row.share, row.meets_budget() ? "met" : "OVER BUDGET");
}

std::string voided_text(const LayerReport& report) {
    const auto count = [&report](Disturbance disturbance) {
        return report.disturbances[static_cast<std::size_t>(disturbance)];
    };
    if (report.voided.empty()) return "none voided";
    return fmt::format("{} voided: another thread had the CPU in {}, time was stolen in {}", report.voided.size(),
                       count(Disturbance::switched), count(Disturbance::stolen));
}

}  // namespace

std::string text_of(const LayerReport& report) {
    std::string text = fmt::format("{}; {}\n{}; token {} of the cache\n\n", report.machine.cpu_model,
                                   describe_quiet(report.machine), report.layer, report.keys);
    text += fmt::format("{:<16} {:>10} {:>22} {:>10} {:>9} {:>7} {:>7}\n", "brick", "us/token", "95% interval",
                        "p99", "budget", "factor", "share");
    for (const BrickRow& row : report.bricks) text += line_of(row);
    text += line_of(report.total);
    text += fmt::format(
        "\nbottleneck: {}\n{} of {} bricks meet their budgets; {:.0f} tokens/s for one layer\n{} tokens, CV "
        "{:.1f}% "
        "(raw {:.1f}%, {}){}\n",
        report.bottleneck, std::ranges::count_if(report.bricks, &BrickRow::meets_budget), report.bricks.size(),
        report.tokens_per_second(), report.samples.size(), 100.0 * report.total.summary.variation,
        100.0 * report.raw_variation(), voided_text(report),
        report.diagnosis.is_valid() ? "" : "; INVALID: " + report.diagnosis.says);
    return text;
}

nlohmann::json json_of(const LayerReport& report) {
    nlohmann::json bricks = nlohmann::json::array();
    for (const BrickRow& row : report.bricks) bricks.push_back(json_of(row));
    nlohmann::json json{{"layer", report.layer},
                        {"keys", report.keys},
                        {"machine", json_of(report.machine)},
                        {"state", report.diagnosis.is_valid() ? "valid" : "invalid"},
                        {"reason", report.diagnosis.says},
                        {"tokens_per_second", report.tokens_per_second()},
                        {"raw_cv", report.raw_variation()},
                        {"warm_ups", report.warm_ups},
                        {"samples_us", rounded(report.samples)},
                        {"voided_us", rounded(report.voided)},
                        {"bottleneck", report.bottleneck},
                        {"total", json_of(report.total)},
                        {"bricks", bricks}};
    for (const Disturbance d : {Disturbance::interrupt, Disturbance::stolen, Disturbance::switched})
        json["disturbed"][std::string(name_of(d))] = report.disturbances[static_cast<std::size_t>(d)];
    return json;
}

}  // namespace brickproof::bench
