// Charts with a line for each of many things: each line is a picture of its own, whose places are shares of its
// width, between its name and its figures. So a page of any width shows all of it, with letters of one size.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/report/svg_charts.hpp"
#include "bench/report/svg_parts.hpp"
#include "report/xml_text.hpp"

namespace brickproof::bench {
namespace {

constexpr double strip_height = 24;

// Within an axis from 0 to 100: a share of the width.
std::string vertical(double place, std::string_view style) {
    return fmt::format("<line x1=\"{0:.2f}%\" y1=\"0\" x2=\"{0:.2f}%\" y2=\"100%\" class=\"{1}\"/>", place, style);
}

// What is drawn around (0, 0), moved to a place on the strip.
std::string placed(double place, const std::string& drawing) {
    return fmt::format("<svg x=\"{:.2f}%\" y=\"{}\" overflow=\"visible\">{}</svg>", place, strip_height / 2,
                       drawing);
}

std::string strip(std::string_view style, std::string_view name, std::string_view drawing,
                  std::string_view figures) {
    return fmt::format("<div class=\"strip {}\"><span class=\"what\">{}</span><svg>{}</svg><span>{}</span></div>",
                       style, escaped(name), drawing, escaped(figures));
}

struct Tick {
    double place;
    std::string text;  // empty: a line alone
    bool is_one = false;
};

std::string lines_of(const std::vector<Tick>& ticks) {
    std::string lines;
    for (const Tick& tick : ticks) lines += vertical(tick.place, tick.is_one ? "one" : "grid");
    return lines;
}

std::string scale_of(const std::vector<Tick>& ticks) {
    std::string texts;
    for (const Tick& tick : ticks)
        if (!tick.text.empty())
            texts +=
                fmt::format("<text x=\"{:.2f}%\" y=\"16\" class=\"tick mid\">{}</text>", tick.place, tick.text);
    return strip("scale", "", texts, "");
}

std::string_view class_of(Verdict verdict) {
    constexpr std::string_view names[] = {"faster", "slower", "same"};
    return names[static_cast<std::size_t>(verdict)];
}

std::string ratio_of(const Row& row, const Axis& x, const std::string& lines) {
    const Comparison& c = *row.comparison;
    const bool valid = row.state == Row::State::valid || c.holds;
    const std::string figures = fmt::format("{:.3f} [{:.3f}, {:.3f}]", c.ratio, c.interval.low, c.interval.high);
    const std::string dot =
        fmt::format("<circle r=\"4\"><title>{} against {} {}: {}{}</title></circle>", escaped(name_of(row)),
                    escaped(row.b->library), escaped(row.b->variant), figures, valid ? "" : ", INVALID");
    const std::string interval =
        fmt::format("<line x1=\"{:.2f}%\" y1=\"{}\" x2=\"{:.2f}%\" y2=\"{}\" class=\"interval\"/>",
                    x.at(c.interval.low), strip_height / 2, x.at(c.interval.high), strip_height / 2);
    return strip(fmt::format("{}{}", class_of(c.verdict), valid ? "" : " invalid"),
                 fmt::format("{} {} : {}, {}", row.op, row.a.variant, row.b->variant, row.workload),
                 lines + interval + placed(x.at(c.ratio), dot), figures);
}

// Rows of one op and variant.
struct Line {
    std::string name;
    std::vector<const Row*> rows;
};

std::vector<Line> lines_with_limits(std::span<const Row> rows) {
    std::vector<Line> lines;
    for (const Row& row : rows) {
        if (!row.shows_numbers() || row.bound.nanoseconds <= 0.0) continue;
        const std::string name = fmt::format("{} {}", row.op, row.a.variant);
        auto of_name = std::ranges::find(lines, name, &Line::name);
        if (of_name == lines.end()) of_name = lines.insert(of_name, {name, {}});
        of_name->rows.push_back(&row);
    }
    return lines;
}

}  // namespace

std::string ratios_chart(std::span<const Row> rows) {
    double least = 1.0 / 1.1, most = 1.1;
    std::vector<const Row*> compared;
    for (const Row& row : rows) {
        if (!row.comparison || !row.shows_numbers()) continue;
        compared.push_back(&row);
        least = std::min(least, row.comparison->interval.low);
        most = std::max(most, row.comparison->interval.high);
    }
    if (compared.empty()) return {};
    const Axis x{least / 1.05, most * 1.05, 0.0, 100.0};
    std::vector<Tick> ticks;
    for (const double value : axis_labels(x.low, x.high))
        ticks.push_back({x.at(value), fmt::format("{:g}", value), value == 1.0});
    const std::string lines = lines_of(ticks);
    std::string chart = scale_of(ticks);
    for (const Row* row : compared) chart += ratio_of(*row, x, lines);
    return "<div class=\"ratios\">" + chart + "</div>";
}

std::string shares_chart(std::span<const Row> rows) {
    const std::vector<Line> lines = lines_with_limits(rows);
    if (lines.empty()) return {};
    double most = 1.1;
    for (const Line& line : lines)
        for (const Row* row : line.rows) most = std::max(most, 1.05 * row->share_of_bound());
    std::vector<Tick> ticks;
    for (int tenth = 0; tenth <= static_cast<int>(10.0 * most); ++tenth)
        ticks.push_back({10.0 * tenth / most, tenth % 2 == 0 ? fmt::format("{}%", 10 * tenth) : "", tenth == 10});
    const std::string scale = lines_of(ticks);
    std::string chart = scale_of(ticks);
    for (const Line& line : lines) {
        std::string marks;
        for (const Row* row : line.rows) {
            const double share = row->share_of_bound();
            marks +=
                placed(100.0 * share / most,
                       mark_of(*row, 0, 0,
                               fmt::format("{}: {:.0f}% of {}", name_of(*row), 100.0 * share, row->bound.name)));
        }
        chart += strip("", line.name, scale + marks, "");
    }
    return "<div class=\"shares\">" + chart + "</div>";
}

}  // namespace brickproof::bench
