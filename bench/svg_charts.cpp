#include "bench/svg_charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace brickproof::bench {
namespace {

// A logarithmic axis from low to high on pixels from begin to end.
struct Axis {
    double low;
    double high;
    double begin;
    double end;

    double at(double value) const { return begin + (end - begin) * std::log(value / low) / std::log(high / low); }
};

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

std::string name_of(const Row& row) {
    return fmt::format("{} {}, {}", row.op, row.a.variant, row.workload);
}

double operations(const Row& row) {
    return row.work.multiply_adds + row.work.int8_multiply_adds;
}

// Ceilings by memory and by arithmetic, from the left edge to the right one.
class Roofline {
  public:
    explicit Roofline(const BenchReport& report) : report_(report) {}

    std::string draw() const {
        std::string body = grid();
        body += slopes();
        body += ceiling(report_.limits.peaks.multiply_adds, "float32 multiply-adds");
        body += ceiling(report_.limits.peaks.int8_multiply_adds, "int8 multiply-adds");
        for (const Row& row : report_.rows)
            if (row.shows_numbers() && operations(row) > 0.0) body += point(row);
        return svg(width, height, "chart", "Roofline: what each row reaches under the measured limits", body);
    }

  private:
    static constexpr double width = 900;
    static constexpr double height = 460;

    double top() const {
        const Peaks& peaks = report_.limits.peaks;
        return 2.0 * std::max({peaks.multiply_adds, peaks.int8_multiply_adds, 1.0});
    }
    Axis x() const { return {0.02, 50.0, 64, width - 20}; }
    Axis y() const { return {top() / 4000.0, top(), height - 46, 16}; }

    std::string grid() const {
        std::string body;
        for (const double value : axis_labels(x().low, x().high)) {
            body += line(x().at(value), y().begin, x().at(value), y().end, "grid");
            body += label(x().at(value), height - 28, "tick mid", fmt::format("{:g}", value));
        }
        for (const double value : axis_labels(y().low, y().high)) {
            body += line(x().begin, y().at(value), x().end, y().at(value), "grid");
            body += label(x().begin - 8, y().at(value) + 4, "tick end", fmt::format("{:g}", value));
        }
        body +=
            label((x().begin + x().end) / 2, height - 8, "axis mid", "multiply-adds per byte of memory traffic");
        body += fmt::format(
            "<text transform=\"translate(14 {:.0f}) rotate(-90)\" class=\"axis mid\">billion multiply-adds a "
            "second</text>",
            height / 2 - 20);
        return body;
    }

    // Two levels that read at one rate are one line.
    std::string slopes() const {
        std::string body;
        std::string farther;  // levels that the line to come is also for
        for (const Level level : {Level::dram, Level::l3, Level::l2, Level::l1}) {
            const auto& bandwidth = report_.limits.bandwidth[static_cast<std::size_t>(level)];
            if (!bandwidth) continue;
            const Level next = level == Level::l1 ? level : static_cast<Level>(static_cast<int>(level) - 1);
            const auto& of_next = report_.limits.bandwidth[static_cast<std::size_t>(next)];
            const bool alike = next != level && of_next && of_next->read < 1.03 * bandwidth->read;
            if (alike) {
                farther.insert(0, fmt::format(", {}", bench::name_of(level)));
                continue;
            }
            body += slope(level, bandwidth->read, fmt::format("{}{}", bench::name_of(level), farther));
            farther.clear();
        }
        return body;
    }

    // Of so many GB/s: y = bandwidth times x, as far as it stays within the picture and under the highest ceiling.
    std::string slope(Level level, double bandwidth, const std::string& levels) const {
        const Peaks& peaks = report_.limits.peaks;
        const double roof = std::max(peaks.multiply_adds, peaks.int8_multiply_adds);
        const double from = std::max(x().low, y().low / bandwidth);
        const double to = std::min(x().high, roof / bandwidth);
        if (!(from < to)) return {};
        const std::string text = fmt::format("{} read {:.0f} GB/s", levels, bandwidth);
        const double angle =
            -std::atan2(y().at(bandwidth * from) - y().at(bandwidth * to), x().at(to) - x().at(from)) * 180.0 /
            std::acos(-1.0);
        const double at = from * 1.25;
        return fmt::format(
                   "<g class=\"{}\">{}</g>", class_of(level),
                   line(x().at(from), y().at(bandwidth * from), x().at(to), y().at(bandwidth * to), "roof")) +
               fmt::format(
                   "<text transform=\"translate({:.1f} {:.1f}) rotate({:.1f})\" class=\"tick {}\">{}</text>",
                   x().at(at) - 4, y().at(bandwidth * at) - 6, angle, class_of(level), text);
    }

    std::string ceiling(double peak, std::string_view what) const {
        if (!(peak > y().low)) return {};
        double steepest = 0.0;
        for (const auto& bandwidth : report_.limits.bandwidth)
            if (bandwidth) steepest = std::max(steepest, bandwidth->read);
        const double from = steepest > 0.0 ? std::clamp(peak / steepest, x().low, x().high) : x().low;
        return line(x().at(from), y().at(peak), x().end, y().at(peak), "roof") +
               label(x().end - 4, y().at(peak) - 6, "tick end", fmt::format("{:.0f} billion {}", peak, what));
    }

    std::string point(const Row& row) const {
        const double intensity = std::clamp(operations(row) / static_cast<double>(row.bytes()), x().low, x().high);
        const double rate = std::clamp(operations(row) / row.a.summary.median, y().low, y().high);
        return fmt::format("<g class=\"mark {}{}\">{}<title>{}: {:.2f} billion a second, {:.0f}% of {}</title></g>",
                           class_of(row.level), row.state == Row::State::valid ? "" : " invalid",
                           mark(row.level, x().at(intensity), y().at(rate)), escaped(name_of(row)),
                           operations(row) / row.a.summary.median, 100.0 * row.share_of_bound(),
                           escaped(row.bound.name));
    }

    const BenchReport& report_;
};

std::string_view class_of(Verdict verdict) {
    constexpr std::string_view names[] = {"faster", "slower", "same"};
    return names[static_cast<std::size_t>(verdict)];
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
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

std::string distribution_svg(const Timing& timing) {
    constexpr std::size_t bars = 44;
    constexpr double width = 176, height = 34;
    if (timing.samples.empty()) return {};
    const Summary& s = timing.summary;
    const double high = std::max({1.25 * s.median, s.p99, s.least * 1.0001});
    std::array<std::size_t, bars> counts{};
    std::size_t beyond = 0;
    for (const double sample : timing.samples) {
        const double place = (sample - s.least) / (high - s.least) * static_cast<double>(bars);
        ++counts[std::min(bars - 1, static_cast<std::size_t>(std::max(0.0, place)))];
        beyond += sample > high ? 1 : 0;
    }
    const double tallest = static_cast<double>(std::ranges::max(counts));
    std::string body;
    for (std::size_t i = 0; i < bars; ++i) {
        if (counts[i] == 0) continue;
        const double tall = std::max(1.0, (height - 4) * static_cast<double>(counts[i]) / tallest);
        body += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"3.2\" height=\"{:.1f}\" class=\"bar\"/>",
                            4.0 * static_cast<double>(i), height - tall, tall);
    }
    const double middle = (s.median - s.least) / (high - s.least) * width;
    body += line(middle, 0, middle, height, "median");
    body += fmt::format(
        "<title>{:.4g} to {:.4g} ns, median {:.4g}, p99 {:.4g}; {} of {} samples lie beyond the "
        "picture</title>",
        s.least, s.most, s.median, s.p99, beyond, s.count);
    return svg(width, height, "distribution", "Distribution of the samples", body);
}

std::string ratios_svg(std::span<const Row> rows) {
    constexpr double width = 900, step = 24, names = 330, numbers = 110;
    double reach = 1.1;
    std::vector<const Row*> compared;
    for (const Row& row : rows) {
        if (!row.comparison || !row.shows_numbers()) continue;
        compared.push_back(&row);
        reach = std::max({reach, row.comparison->interval.high, 1.0 / row.comparison->interval.low});
    }
    if (compared.empty()) return {};
    reach *= 1.05;
    const Axis x{1.0 / reach, reach, names, width - numbers};
    const double height = step * static_cast<double>(compared.size()) + 44;
    std::string body;
    for (const double value : axis_labels(x.low, x.high)) {
        body += line(x.at(value), 22, x.at(value), height - 8, value == 1.0 ? "one" : "grid");
        body += label(x.at(value), 14, "tick mid", fmt::format("{:g}", value));
    }
    double y = 40;
    for (const Row* row : compared) {
        const Comparison& c = *row->comparison;
        body += fmt::format("<g class=\"{}{}\">", class_of(c.verdict),
                            row->state == Row::State::valid ? "" : " invalid");
        body += label(0, y + 4, "name", name_of(*row));
        body += line(x.at(c.interval.low), y, x.at(c.interval.high), y, "interval");
        body += fmt::format(
            "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"><title>{} against {}: {:.3f} [{:.3f}, "
            "{:.3f}]</title></circle>",
            x.at(c.ratio), y, escaped(row->a.variant), escaped(row->b->variant), c.ratio, c.interval.low,
            c.interval.high);
        body +=
            label(width - numbers + 12, y + 4, "name",
                  fmt::format("{:.3f} {}", c.ratio, c.verdict == Verdict::cannot_tell ? "=" : name_of(c.verdict)));
        body += "</g>";
        y += step;
    }
    return svg(width, height, "chart", "How many times faster A is than B, with intervals", body);
}

std::string roofline_svg(const BenchReport& report) {
    return Roofline(report).draw();
}

}  // namespace brickproof::bench
