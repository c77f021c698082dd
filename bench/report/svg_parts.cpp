#include "bench/report/svg_parts.hpp"

#include <fmt/format.h>

#include <cmath>

#include "bench/report/svg_charts.hpp"
#include "report/xml_text.hpp"

namespace brickproof::bench {
namespace {

// A mark of its own for each level: colour alone does not tell them apart for everybody.
std::string mark(Level level, double x, double y) {
    constexpr double r = 4.5;
    switch (level) {
        case Level::l1:
            return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"/>", x, y, r);
        case Level::l2:
            return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\"/>", x - 4, y - 4, 8, 8);
        case Level::l3:
            return fmt::format("<path d=\"M{:.1f} {:.1f}l5.5 9.5h-11z\"/>", x, y - 6);
        case Level::dram:
            return fmt::format("<path d=\"M{:.1f} {:.1f}l5.5 5.5l-5.5 5.5l-5.5 -5.5z\"/>", x, y - 5.5);
    }
    return {};
}

}  // namespace

std::string line(double x1, double y1, double x2, double y2, std::string_view style) {
    return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>", x1, y1, x2,
                       y2, style);
}

std::string label(double x, double y, std::string_view style, std::string_view text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>", x, y, style, escaped(text));
}

std::string svg(double width, double height, std::string_view style, std::string_view says, std::string_view body) {
    return fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" class=\"{}\" role=\"img\" aria-label=\"{}\">{}</svg>",
                       width, height, style, escaped(says), body);
}

std::string_view class_of(Level level) {
    constexpr std::string_view names[] = {"l1", "l2", "l3", "dram"};
    return names[static_cast<std::size_t>(level)];
}

std::string mark_of(const Row& row, double x, double y, std::string_view says) {
    return fmt::format("<g class=\"mark {}{}\">{}<title>{}</title></g>", class_of(row.level),
                       row.state == Row::State::valid ? "" : " invalid", mark(row.level, x, y), escaped(says));
}

std::string name_of(const Row& row) {
    return fmt::format("{} {}, {}", row.op, row.a.variant, row.workload);
}

std::vector<double> axis_labels(double low, double high) {
    std::vector<double> fine, coarse;
    if (high < 3.0 * low) {
        double step = std::pow(10.0, std::floor(std::log10(high - low)));
        step /= (high - low) / step < 3.0 ? 4.0 : 1.0;
        const int last = static_cast<int>(std::floor(high / step));
        for (int i = static_cast<int>(std::ceil(low / step)); i <= last; ++i) fine.push_back(i * step);
        return fine;
    }
    const int last = static_cast<int>(std::floor(std::log10(high)));
    for (int power = static_cast<int>(std::floor(std::log10(low))); power <= last; ++power)
        for (const double times : {1.0, 2.0, 5.0}) {
            const double value = times * std::pow(10.0, power);
            if (value < low * 0.999 || value > high * 1.001) continue;
            fine.push_back(value);
            if (times == 1.0) coarse.push_back(value);
        }
    return fine.size() > 10 ? coarse : fine;
}

}  // namespace brickproof::bench
