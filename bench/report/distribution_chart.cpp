#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/report/svg_charts.hpp"
#include "bench/report/svg_parts.hpp"

namespace brickproof::bench {

std::string distribution_svg(const Timing& timing) {
    constexpr std::size_t bars = 44;
    constexpr double width = 132, height = 34;
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
        body += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"2.4\" height=\"{:.1f}\" class=\"bar\"/>",
                            3.0 * static_cast<double>(i), height - tall, tall);
    }
    const double middle = (s.median - s.least) / (high - s.least) * width;
    body += line(middle, 0, middle, height, "median");
    body += fmt::format(
        "<title>{:.4g} to {:.4g} ns, median {:.4g}, p99 {:.4g}; {} of {} samples lie beyond the "
        "picture</title>",
        s.least, s.most, s.median, s.p99, beyond, s.count);
    return svg(width, height, "distribution", "Distribution of the samples", body);
}

}  // namespace brickproof::bench
