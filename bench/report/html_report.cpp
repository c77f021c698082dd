#include "bench/report/html_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/report/bench_report.hpp"
#include "bench/report/svg_charts.hpp"
#include "report/xml_text.hpp"

namespace brickproof::bench {
namespace {

constexpr std::string_view style = R"css(
:root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--ink:#1d2226;--soft:#5c666e;--line:#e2e5e7;--bar:#9fb3c2;
--accent:#1f6f8b;--l1:#0f857b;--l2:#2f6bd0;--l3:#8550c0;--dram:#b9561f;--good:#1e7d45;--bad:#b3372f;--warn:#8a5a00}
@media(prefers-color-scheme:dark){:root{--page:#14171a;--card:#1b1f23;--ink:#e6e9eb;--soft:#9aa5ad;--line:#2e353b;
--bar:#4c6272;--accent:#6fc0dc;--l1:#4cc7ba;--l2:#7ba8f5;--l3:#bd94ec;--dram:#ec935e;--good:#6cc78f;--bad:#f0857c;
--warn:#e0b25c}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1480px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;font-weight:650;letter-spacing:-.01em;margin:0 0 4px}
h2{font-size:18px;font-weight:600;margin:40px 0 6px}
p{margin:4px 0 12px;max-width:76ch}
.soft,figcaption{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px;overflow-x:auto}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:12px 28px;margin:20px 0 0}
.facts div{min-width:0}.facts .wide{grid-column:span 2}.facts dt{color:var(--soft);font-size:13px}.facts dd{margin:0}
.counts{display:flex;flex-wrap:wrap;gap:10px;margin:22px 0 0;padding:0;list-style:none}
.counts li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:8px 16px;min-width:104px}
.counts b{display:block;font-size:22px;font-weight:650}
.warning{margin-top:20px;border-left:4px solid var(--warn);padding:8px 14px;background:var(--card)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th{font-weight:600;color:var(--soft);text-align:right;white-space:nowrap;font-size:13px}
th,td{padding:7px;border-bottom:1px solid var(--line);vertical-align:middle}
td{text-align:right;white-space:nowrap}td.name{white-space:normal;min-width:150px}tr:last-child td{border-bottom:0}
th.text,td.text{text-align:left}td small{color:var(--soft);display:block}
tr.op td{text-align:left;font-weight:600;padding-top:18px}
td.remark{white-space:normal;text-align:left;color:var(--warn);font-size:13px;padding-top:0}td.remark.soft{color:var(--soft)}
tr.follows td{border-bottom:0;padding-bottom:3px}
.share{width:72px;height:8px;border-radius:4px;background:var(--line);display:inline-block;overflow:hidden}
.share i{display:block;height:100%;background:currentColor;border-radius:4px}
.tag{font-size:12px;font-weight:600}.valid,.faster{color:var(--good)}.bad,.slower{color:var(--bad)}
table.limits{width:auto;min-width:min(100%,420px)}
.l1{color:var(--l1)}.l2{color:var(--l2)}.l3{color:var(--l3)}.dram{color:var(--dram)}
svg{display:block}svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
svg.chart{width:100%;min-width:760px;max-width:1060px;height:auto}svg.distribution{width:132px;height:34px}
svg.chart text{paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
.mid{text-anchor:middle}.end{text-anchor:end}svg text.name,svg text.axis{fill:var(--ink)}
svg text.l1{fill:var(--l1)}svg text.l2{fill:var(--l2)}svg text.l3{fill:var(--l3)}svg text.dram{fill:var(--dram)}
.grid{stroke:var(--line);stroke-width:1}.guide{stroke:var(--soft);stroke-width:1;stroke-dasharray:1 4}.one{stroke:var(--ink);stroke-width:1}
.roof{stroke:currentColor;stroke-width:1.75}.bar{fill:var(--bar)}.median{stroke:var(--accent);stroke-width:1.5}
.mark *{fill:currentColor;stroke:var(--card);stroke-width:1}.mark.invalid *{fill:none;stroke:currentColor}
.interval{stroke:currentColor;stroke-width:2.5;stroke-linecap:round}
.strip{display:grid;grid-template-columns:minmax(0,34em) minmax(0,1fr) 14em;gap:0 16px;align-items:center;font-size:13px}
.shares .strip{grid-template-columns:minmax(0,15em) minmax(0,1fr) 1.5em}
.strip svg{width:100%;height:24px;overflow:visible}.strip .what{overflow-wrap:anywhere}
.strip.faster{color:var(--good)}.strip.slower{color:var(--bad)}.strip.same{color:var(--soft)}.strip span{color:var(--ink)}
.strip span:last-child{font-variant-numeric:tabular-nums;white-space:nowrap}
.strip circle{fill:currentColor}.strip.invalid circle{fill:var(--card);stroke:currentColor;stroke-width:1.5}
.legend{display:flex;flex-wrap:wrap;gap:6px 20px;margin:10px 0 0;padding:0;list-style:none;font-size:13px}
@media(max-width:1250px){table.rows,.rows tbody,.rows td{display:block}.rows thead{display:none}
.rows tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:6px 12px;padding:12px 0;
border-bottom:1px solid var(--line)}
.rows td,.rows td.name{border:0;padding:0;text-align:left;white-space:normal;min-width:0}.rows td.name{grid-column:span 2}
.rows td[data-name]::before{content:attr(data-name);display:block;color:var(--soft);font-size:12px}
.rows tr.op,.rows tr.remark{display:block}.rows tr.remark{padding-top:0}.rows tr.follows{border-bottom:0;padding-bottom:6px}
.rows svg.distribution,.rows .share{width:100%}}
@media(max-width:760px){.facts .wide{grid-column:auto}main{padding:20px 12px 40px}h1{font-size:22px}.card{padding:12px}
.strip,.shares .strip{grid-template-columns:minmax(0,1fr) auto;padding:4px 0}.strip svg{grid-column:1/-1;order:1}
.shares .strip{grid-template-columns:minmax(0,1fr)}.shares .strip span:last-child{display:none}}
@media print{.card{break-inside:avoid}}
)css";

std::string fact(std::string_view name, std::string_view value, std::string_view style_class = "") {
    return fmt::format("<div class=\"{}\"><dt>{}</dt><dd>{}</dd></div>", style_class, escaped(name),
                       escaped(value));
}

std::string facts_of(const BenchReport& report) {
    const Machine& m = report.machine;
    std::string text = "<dl class=\"facts\">";
    text += fact("Processor", m.cpu_model);
    text += fact("State found", describe_quiet(m), "wide");
    text += fact("Caches",
                 fmt::format("L1d {}, L2 {}, last level {}{}", size_text(m.caches.l1_data), size_text(m.caches.l2),
                             size_text(m.caches.last_level), m.caches.reported ? "" : " (assumed)"));
    text += fact("Clock", fmt::format("{}, {:.1f} MHz; {:.0f} ns a sample, subtracted", report.clock,
                                      1e3 / report.nanoseconds_per_tick, report.sample_overhead));
    text +=
        fact("Cycles", report.without_counters.empty() ? "counted by perf_event"
                                                       : "by the core's clock rate; " + report.without_counters);
    text += fact("Run",
                 fmt::format("{}; brickproof {}; seed {}; {:g} s a row at most{}", report.started, report.version,
                             report.seed, report.seconds_per_row, report.interrupted ? "; interrupted" : ""));
    return text + "</dl>";
}

std::string limits_of(const Limits& limits) {
    if (limits.instructions.empty())
        return "<p class=\"soft\">Not measured: this CPU has none of the instructions that the loops need.</p>";
    std::string text =
        "<div class=\"card\"><table class=\"limits\"><thead><tr><th class=\"text\">GB/s</th><th>read</th><th>write"
        "</th><th>copy</th><th>update</th></tr></thead><tbody>";
    for (const Level level : {Level::l1, Level::l2, Level::l3, Level::dram})
        if (const auto& b = limits.bandwidth[static_cast<std::size_t>(level)])
            text += fmt::format(
                "<tr><td class=\"text\">{}</td><td>{:.0f}</td><td>{:.0f}</td><td>{:.0f}</td>"
                "<td>{:.0f}</td></tr>",
                name_of(level), b->read, b->write, b->copy, b->update);
    const Peaks& p = limits.peaks;
    return text +
           fmt::format(
               "</tbody></table><p class=\"soft\">Billions a second: {:.0f} float32 multiply-adds, {:.0f} int8 "
               "multiply-adds, {:.1f} divisions, {:.1f} square roots.</p></div>",
               p.multiply_adds, p.int8_multiply_adds, p.divisions, p.square_roots);
}

std::string counts_of(const BenchReport& report) {
    std::string text = "<ul class=\"counts\">";
    for (const Row::State state :
         {Row::State::valid, Row::State::invalid, Row::State::not_run, Row::State::wrong, Row::State::stopped}) {
        const auto count = std::ranges::count(report.rows, state, &Row::state);
        const bool always = state == Row::State::valid || state == Row::State::invalid;
        if (count > 0 || always)
            text += fmt::format("<li><b>{}</b><span class=\"soft\">{}</span></li>", count, name_of(state));
    }
    return text + "</ul>";
}

std::string_view class_of(Level level) {
    constexpr std::string_view names[] = {"l1", "l2", "l3", "dram"};
    return names[static_cast<std::size_t>(level)];
}

std::string time_text(double nanoseconds) {
    if (nanoseconds >= 1e6) return fmt::format("{:.2f} ms", nanoseconds / 1e6);
    if (nanoseconds >= 1e4) return fmt::format("{:.2f} µs", nanoseconds / 1e3);
    return fmt::format("{:.1f} ns", nanoseconds);
}

std::string share_of(const Row& row) {
    if (row.bound.nanoseconds <= 0.0) return "<td></td>";
    const double share = row.share_of_bound();
    return fmt::format(
        "<td class=\"text {}\" data-name=\"share of limit\"><span class=\"share\"><i style=\"width:{:.0f}%\"></i>"
        "</span> {:.0f}%<small>of {}</small></td>",
        class_of(row.level), std::min(100.0, 100.0 * share), 100.0 * share, escaped(row.bound.name));
}

// "±0.12%" of the value in its middle.
std::string within_of(const std::optional<Interval>& interval) {
    if (!interval) return {};
    return fmt::format("±{:.2f}%", 100.0 * (interval->high - interval->low) / (interval->high + interval->low));
}

std::string median_of(std::string_view name, const Summary& s) {
    return fmt::format("<td data-name=\"{}\">{} <span class=\"soft\">{}</span><small>mean {} {}</small></td>", name,
                       time_text(s.median), within_of(s.median_interval), time_text(s.mean),
                       within_of(s.mean_interval));
}

std::string_view class_of(Verdict verdict) {
    constexpr std::string_view names[] = {"faster", "slower", "soft"};
    return names[static_cast<std::size_t>(verdict)];
}

// The peer's time, and the ratio.
std::string comparison_cells(const Row& row) {
    if (!row.comparison) return "<td></td><td></td>";
    const Comparison& c = *row.comparison;
    return fmt::format("<td data-name=\"B\">{}<small>{}</small></td>", time_text(row.b->summary.median),
                       escaped(row.b->variant)) +
           fmt::format("<td data-name=\"B/A\" class=\"{}\">{:.3f}<small>{:.3f} to {:.3f}</small></td>",
                       class_of(c.verdict), c.ratio, c.interval.low, c.interval.high);
}

std::string numbers_of(const Row& row, bool compared) {
    const Summary& s = row.a.summary;
    std::string cells = median_of(compared ? "A" : "median", s);
    if (compared) cells += comparison_cells(row);
    cells += share_of(row);
    cells += "<td class=\"text\" data-name=\"samples\">" + distribution_svg(row.a) + "</td>";
    cells += fmt::format("<td data-name=\"CV\">{:.1f}%<small>raw {:.1f}%</small></td>", 100.0 * s.variation,
                         100.0 * row.a.raw_variation);
    cells += fmt::format("<td data-name=\"n\">{}<small>{} voided</small></td>", s.count, row.voided());
    return cells + fmt::format(
                       "<td data-name=\"p99\">{}<small>MAD {}</small></td><td "
                       "data-name=\"GB/s\">{:.1f}<small>{:.2f} el/cycle</small></td>",
                       time_text(s.p99), time_text(s.median_absolute_deviation), row.gigabytes_per_second(),
                       row.elements_per_cycle());
}

std::string row_of(const Row& row, bool compared) {
    const std::string remark = remark_of(row);
    const int columns = compared ? 12 : 10;
    std::string text = fmt::format(
        "<tr{}><td class=\"text name\">{}<small>{}</small></td><td class=\"text\">{}<small>{}</small></td>",
        remark.empty() ? "" : " class=\"follows\"", escaped(row.workload), escaped(row.sizes),
        escaped(row.a.variant), escaped(row.a.library));
    text += row.shows_numbers() ? numbers_of(row, compared) : fmt::format("<td colspan=\"{}\"></td>", columns - 3);
    const bool valid = row.state == Row::State::valid;
    text += fmt::format("<td class=\"text tag {}\">{}</td></tr>", valid ? "valid" : "bad", name_of(row.state));
    if (!remark.empty())
        text += fmt::format("<tr class=\"remark\"><td class=\"remark{}\" colspan=\"{}\">{}</td></tr>",
                            valid ? " soft" : "", columns, escaped(remark));
    return text;
}

std::string table_of(const BenchReport& report) {
    const bool compared =
        std::ranges::any_of(report.rows, [](const Row& row) { return row.comparison.has_value(); });
    std::string text =
        "<div class=\"card\"><table class=\"rows\"><thead><tr><th class=\"text\">Workload</th><th "
        "class=\"text\">Kernel</th>";
    text += compared ? "<th>A, a call</th><th>B, a call</th><th>B/A</th>" : "<th>Median a call</th>";
    text +=
        "<th class=\"text\">Share of the limit</th><th class=\"text\">Samples</th><th>CV</th><th>n</th>"
        "<th>p99</th><th>GB/s</th><th></th></tr></thead><tbody>";
    std::string op;
    for (const Row& row : report.rows) {
        if (row.op != op)
            text += fmt::format("<tr class=\"op\"><td colspan=\"{}\">{}</td></tr>", compared ? 12 : 10,
                                escaped(row.op));
        op = row.op;
        text += row_of(row, compared);
    }
    return text + "</tbody></table></div>";
}

std::string legend() {
    return "<ul class=\"legend\"><li class=\"l1\">● in L1</li><li class=\"l2\">■ in L2</li><li class=\"l3\">▲ in L3"
           "</li><li class=\"dram\">◆ in DRAM</li><li class=\"soft\">hollow: INVALID</li></ul>";
}

std::string comparison_of(const BenchReport& report) {
    const std::string chart = ratios_chart(report.rows);
    if (chart.empty()) return {};
    return fmt::format(
        "<h2>Ratios</h2><p class=\"soft\">How many times faster each kernel (A) is than {} (B): the ratio of the "
        "medians with its 95% interval, on a logarithmic scale. Grey where the interval holds 1: the samples "
        "cannot "
        "tell. Hollow: an INVALID row, whose ratio does not hold either.{}</p><div class=\"card\">{}</div>",
        escaped(report.against),
        std::ranges::all_of(report.rows, &Row::side_by_side)
            ? ""
            : " B was measured at another time: a ratio holds what changed in the machine since, too.",
        chart);
}

}  // namespace

std::string html_of(const BenchReport& report) {
    const std::string warning =
        report.not_comparable.empty()
            ? std::string()
            : fmt::format(
                  "<p class=\"warning\">{} is of another machine, its ratios say little about the kernels: "
                  "{}</p>",
                  escaped(report.against), escaped(report.not_comparable));
    const std::string shares = shares_chart(report.rows);
    std::string text = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Brickproof bench: {}</title>"
        "<style>{}</style></head><body><main><h1>Kernel benchmark</h1>"
        "<p class=\"soft\">One thread. An INVALID row shows what was measured, and why it is not to be relied "
        "on.</p>"
        "{}{}{}{}",
        escaped(report.machine.cpu_model), style, counts_of(report), facts_of(report), warning,
        comparison_of(report));
    if (!shares.empty())
        text += fmt::format(
            "<h2>Share of the limit</h2><p class=\"soft\">What each row reaches of what binds it, bandwidth or "
            "arithmetic. More than 100%: the limit was measured in a worse moment, or the kernel has instructions "
            "that it was not measured with.</p><div class=\"card\">{}{}</div>",
            shares, legend());
    text += fmt::format(
        "<h2>Roofline</h2><p class=\"soft\">Multiply-adds a second, under what this machine was measured to do at "
        "most with {}. Rows without arithmetic, such as conversions, are not in it.</p><div "
        "class=\"card\">{}{}</div>"
        "<h2>Limits</h2>{}",
        escaped(report.limits.instructions.empty() ? "nothing" : report.limits.instructions), roofline_svg(report),
        legend(), limits_of(report.limits));
    text += fmt::format(
        "<h2>Rows</h2><p class=\"soft\">Medians and means of a call, each with its 95% interval. Bars: the "
        "distribution of the samples that count, from the least on; the "
        "line "
        "is the median. CV: their coefficient of variation. raw: with the samples that were voided because the "
        "system reports an interruption, or a probe in their round found memory busy; how many those are stands "
        "beside. Nothing is voided for its value.</p>{}"
        "</main></body></html>\n",
        table_of(report));
    return text;
}

}  // namespace brickproof::bench
