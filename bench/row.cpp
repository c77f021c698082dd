#include "bench/row.hpp"

#include <fmt/format.h>

#include "bench/sampler.hpp"

namespace brickproof::bench {

std::string why_invalid(const Row& row) {
    if (row.samples < least_samples)
        return fmt::format(
            "{} undisturbed samples, {} are needed; {} batches were interrupted: give it an idle CPU, or real-time "
            "priority (chrt -f 1)",
            row.samples, least_samples, row.voided);
    for (const Timing* timing : {&row.a, row.b ? &*row.b : nullptr})
        if (timing != nullptr && timing->variation > largest_variation)
            return fmt::format("samples of {} vary by {:.1f}%, more than {:.0f}%", timing->variant,
                               100.0 * timing->variation, 100.0 * largest_variation);
    return {};
}

double gigabytes_per_second(std::size_t bytes, double nanoseconds) {
    return static_cast<double>(bytes) / nanoseconds;
}

}  // namespace brickproof::bench
