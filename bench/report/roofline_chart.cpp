#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/report/svg_charts.hpp"
#include "bench/report/svg_parts.hpp"

namespace brickproof::bench {
namespace {

// About, in the picture's units: text is measured by nobody before it is drawn.
double width_of(std::string_view text) {
    return 6.6 * static_cast<double>(text.size());
}

double operations(const Row& row) {
    return row.work.multiply_adds + row.work.int8_multiply_adds;
}

double intensity(const Row& row) {
    return operations(row) / static_cast<double>(row.bytes());
}

// Multiply-adds a nanosecond.
double rate(const Row& row) {
    return operations(row) / row.a.summary.median;
}

// Ceilings by memory and by arithmetic, from the left edge to the right one; under them the rows, and under these
// the names of their ops.
class Roofline {
  public:
    explicit Roofline(const BenchReport& report) : report_(report) {
        for (const Row& row : report.rows)
            if (row.shows_numbers() && operations(row) > 0.0) rows_.push_back(&row);
        find_ranges();
        place_names();
    }

    std::string draw() const {
        std::string body = grid();
        body += slopes();
        body += ceiling(report_.limits.peaks.multiply_adds, "float32 multiply-adds");
        body += ceiling(report_.limits.peaks.int8_multiply_adds, "int8 multiply-adds");
        for (const Name& name : names_) body += draw(name);
        for (const Row* row : rows_) body += point(*row);
        return svg(width, height(), "chart", "Roofline: what each row reaches under the measured limits", body);
    }

  private:
    static constexpr double width = 900;
    static constexpr double plot_height = 400;
    static constexpr double lane_height = 17;

    // Of an op, in the middle of its marks.
    struct Name {
        std::string op;
        double x = 0.0;
        double lowest_mark = 0.0;  // y
        std::size_t lane = 0;
    };

    double highest_peak() const {
        return std::max({report_.limits.peaks.multiply_adds, report_.limits.peaks.int8_multiply_adds, 1.0});
    }

    // All rows, and the corners at which the ceilings bend, with some room.
    void find_ranges() {
        low_x_ = 0.1;
        high_x_ = 4.0;
        double slowest = highest_peak() / 100.0;
        for (const Row* row : rows_) {
            low_x_ = std::min(low_x_, intensity(*row) / 4.0);
            high_x_ = std::max(high_x_, intensity(*row) * 2.0);
            slowest = std::min(slowest, rate(*row));
        }
        for (const auto& bandwidth : report_.limits.bandwidth)
            if (bandwidth) high_x_ = std::max(high_x_, 1.5 * highest_peak() / bandwidth->read);
        low_y_ = slowest / 2.0;
    }

    // Each in the first lane in which it does not touch its neighbour.
    void place_names() {
        for (const Row* row : rows_) {
            auto name = std::ranges::find(names_, row->op, &Name::op);
            if (name == names_.end()) name = names_.insert(name, {row->op, x().at(intensity(*row)), 0.0, 0});
            name->lowest_mark = std::max(name->lowest_mark, y().at(rate(*row)));
        }
        std::ranges::sort(names_, {}, &Name::x);
        std::vector<double> ends;
        for (Name& name : names_) {
            const double half = width_of(name.op) / 2.0;
            name.x = std::min(name.x, x().end - half);
            const auto free = std::ranges::find_if(ends, [&](double end) { return end + 8.0 < name.x - half; });
            name.lane = static_cast<std::size_t>(free - ends.begin());
            if (free == ends.end()) ends.push_back(0.0);
            ends[name.lane] = name.x + half;
        }
        lanes_ = ends.size();
    }

    double height() const { return plot_height + 58 + lane_height * static_cast<double>(lanes_); }
    Axis x() const { return {low_x_, high_x_, 64, width - 20}; }
    Axis y() const { return {low_y_, 2.0 * highest_peak(), plot_height, 16}; }

    std::string grid() const {
        std::string body;
        for (const double value : axis_labels(x().low, x().high)) {
            body += line(x().at(value), y().begin, x().at(value), y().end, "grid");
            body += label(x().at(value), height() - 32, "tick mid", fmt::format("{:g}", value));
        }
        for (const double value : axis_labels(y().low, y().high)) {
            body += line(x().begin, y().at(value), x().end, y().at(value), "grid");
            body += label(x().begin - 8, y().at(value) + 4, "tick end", fmt::format("{:g}", value));
        }
        body +=
            label((x().begin + x().end) / 2, height() - 10, "axis mid", "multiply-adds per byte of memory traffic");
        body += fmt::format(
            "<text transform=\"translate(14 {:.0f}) rotate(-90)\" class=\"axis mid\">billion multiply-adds a "
            "second</text>",
            plot_height / 2);
        return body;
    }

    // Two levels that read at one rate are one line.
    std::string slopes() const {
        std::string body;
        std::string farther;  // levels that the line to come is also for
        double last = 0.0;    // bandwidth of the line before
        double shift = 0.0;   // of its label, along the line
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
            constexpr double near = 26.0;  // pixels from line to line in which a label has no room beside another
            const bool is_near = last > 0.0 && y().at(last) - y().at(bandwidth->read) < near;
            shift = is_near ? shift + 190.0 : 0.0;
            last = bandwidth->read;
            body += slope(level, bandwidth->read, fmt::format("{}{}", bench::name_of(level), farther), shift);
            farther.clear();
        }
        return body;
    }

    // Of so many GB/s: y = bandwidth times x, as far as it stays within the picture and under the highest ceiling.
    std::string slope(Level level, double bandwidth, const std::string& levels, double shift) const {
        const double from = std::max(x().low, y().low / bandwidth);
        const double to = std::min(x().high, highest_peak() / bandwidth);
        if (!(from < to)) return {};
        const double along_x = x().at(to) - x().at(from);
        const double along_y = y().at(bandwidth * to) - y().at(bandwidth * from);
        const double share = (12.0 + shift) / std::hypot(along_x, along_y);
        const double angle = std::atan2(along_y, along_x) * 180.0 / std::acos(-1.0);
        return fmt::format(
                   "<g class=\"{}\">{}</g>", class_of(level),
                   line(x().at(from), y().at(bandwidth * from), x().at(to), y().at(bandwidth * to), "roof")) +
               fmt::format(
                   "<text transform=\"translate({:.1f} {:.1f}) rotate({:.1f})\" class=\"tick {}\">{} read "
                   "{:.0f} GB/s</text>",
                   x().at(from) + share * along_x - 4, y().at(bandwidth * from) + share * along_y - 6, angle,
                   class_of(level), levels, bandwidth);
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

    std::string draw(const Name& name) const {
        const double base = plot_height + lane_height * static_cast<double>(name.lane + 1);
        return line(name.x, name.lowest_mark + 8, name.x, base - 11, "guide") +
               label(name.x, base, "axis mid", name.op);
    }

    std::string point(const Row& row) const {
        return mark_of(row, x().at(intensity(row)), y().at(rate(row)),
                       fmt::format("{}: {:.2f} billion a second, {:.0f}% of {}", name_of(row), rate(row),
                                   100.0 * row.share_of_bound(), row.bound.name));
    }

    const BenchReport& report_;
    std::vector<const Row*> rows_;
    std::vector<Name> names_;
    std::size_t lanes_ = 0;
    double low_x_ = 0.0;
    double high_x_ = 0.0;
    double low_y_ = 0.0;
};

}  // namespace

std::string roofline_svg(const BenchReport& report) {
    return Roofline(report).draw();
}

}  // namespace brickproof::bench
