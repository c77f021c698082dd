// Whether a series of samples is fit to be one number, and if not, what was seen in it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace brickproof::bench {

inline constexpr std::size_t least_samples = 100;
// The coefficient of variation of a valid series.
inline constexpr double largest_variation = 0.05;

struct Diagnosis {
    enum class Kind { valid, too_few, drift, bimodal, outliers, spread };
    Kind kind = Kind::valid;
    std::string says{};  // what was seen, in figures; empty where valid

    bool is_valid() const { return kind == Kind::valid; }
};
std::string_view name_of(Diagnosis::Kind kind);

// Samples in the order in which they were taken. Too few: less than least_samples. Bimodal: two groups, each of a
// tenth of the samples or more, explain more than 85% of the variance (of an even spread they explain 75%, of a
// normal one 64%) and their means are more than twice largest_variation apart. Drift: two such groups one after the
// other, or the last third's median more than largest_variation from the first third's. These stand even where the
// variation is small: the median of such a series belongs to none of the machine's states. Else the variation
// decides; outliers are named where it would be small without them, but they stay in every figure.
Diagnosis diagnose(std::span<const double> samples);

}  // namespace brickproof::bench
