#include "cases/movement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/compare.hpp"

namespace brickproof::golden {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Of number `index` of an array of elements.
double ulp_at(const Type& type, std::size_t index, double value) {
    std::size_t within = index % type.numbers();
    for (const Field& field : type.fields) {
        if (within < field.count) return field.number->spacing(value);
        within -= field.count;
    }
    return 1.0;
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

double share_of(double distance, double bound) {
    if (std::isinf(bound)) return 0.0;  // nothing is promised here
    return bound > 0.0 ? distance / bound : infinity;
}

constexpr std::array<double, 6> limits{0.01, 0.1, 1.0, 10.0, 100.0, 1000.0};

std::size_t bin_of(double ulps) {
    return static_cast<std::size_t>(std::ranges::upper_bound(limits, ulps) - limits.begin());
}

void raise(Peak& peak, double amount, std::string_view where, double before, double after) {
    if (amount > peak.amount) peak = {amount, std::string(where), before, after};
}

void merge_peak(Peak& peak, const Peak& other, std::string_view prefix) {
    raise(peak, other.amount, std::string(prefix) + other.where, other.before, other.after);
}

void add(Movement& movement, const Operand& operand, std::size_t index, double before, double after, double bound) {
    ++movement.moved;
    const double distance = std::fabs(after - before);
    const double share = std::isfinite(distance) ? share_of(distance, bound) : share_of(infinity, bound);
    const std::string where = operand.type->place(operand.name, index);
    if (share > 1.0) ++movement.outside;
    raise(movement.share, share, where, before, after);
    if (!std::isfinite(distance)) {
        ++movement.incomparable;
        return;
    }
    const double ulps = distance / ulp_at(*operand.type, index, before);
    raise(movement.ulps, ulps, where, before, after);
    ++movement.histogram[bin_of(ulps)];
}

// A mask has a byte for each element of the stored output, or of a block for each of its bytes: a number is
// compared where all of its bytes are.
std::vector<char> compared_values(const Operand& operand, const Expectation& expectation) {
    if (!expectation.mask) return {};
    const std::string& mask = expectation.mask->bytes;
    if (!operand.type->is_block()) return {mask.begin(), mask.end()};
    std::vector<char> compared;
    for (std::size_t at = 0; at + operand.type->bytes <= mask.size(); at += operand.type->bytes)
        for (const Field& field : operand.type->fields)
            for (std::size_t i = 0; i < field.count; ++i) {
                const auto bytes =
                    std::string_view(mask).substr(at + field.offset + i * field.number->bytes, field.number->bytes);
                compared.push_back(bytes.find('\0') == std::string_view::npos);
            }
    return compared;
}

std::string show_share(double share) {
    return std::isinf(share) ? "no bound allows it" : fmt::format("{:.3g} of the bound", share);
}

}  // namespace

void Movement::merge(const Movement& other, std::string_view prefix) {
    values += other.values;
    moved += other.moved;
    incomparable += other.incomparable;
    outside += other.outside;
    merge_peak(ulps, other.ulps, prefix);
    merge_peak(share, other.share, prefix);
    for (std::size_t i = 0; i < histogram.size(); ++i) histogram[i] += other.histogram[i];
}

Movement movement_of(const Operand& operand, std::span<const double> before, std::span<const double> after,
                     std::span<const double> bound, std::span<const char> compared) {
    Movement movement;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (!compared.empty() && compared[i] == 0) continue;
        ++movement.values;
        if (!same(before[i], after[i])) add(movement, operand, i, before[i], after[i], bound[i]);
    }
    return movement;
}

Movement movement_of(const GoldenCase& golden, const Values& before, const Values& after) {
    const std::vector<OracleOutput> oracle = golden.contract->oracle(golden.inputs);
    Movement movement;
    std::size_t output = 0;
    for (const Operand& operand : golden.inputs.operands) {
        if (operand.access != Access::output) continue;
        movement.merge(movement_of(operand, before[output], after[output], oracle[output].bound,
                                   compared_values(operand, golden.expected[output])));
        ++output;
    }
    return movement;
}

Values expected_values(const GoldenCase& golden) {
    Values values;
    for (const Operand& operand : golden.inputs.operands) {
        if (operand.access != Access::output) continue;
        const Tensor& tensor = golden.expected[values.size()].tensor;
        if (tensor.dtype == Dtype::float64)
            values.push_back(doubles_of(tensor));
        else
            values.push_back(output_values(*operand.type, std::as_bytes(std::span(tensor.bytes))));
    }
    return values;
}

Values output_values_of(const GoldenCase& golden, const Outputs& outputs) {
    Values values;
    for (const Operand& operand : golden.inputs.operands)
        if (operand.access == Access::output)
            values.push_back(output_values(*operand.type, outputs.arrays[values.size()]));
    return values;
}

std::string summary_of(const Movement& movement) {
    if (movement.moved == 0) return fmt::format("none of {} values moved", movement.values);
    std::string text = fmt::format("{} of {} values moved", movement.moved, movement.values);
    if (movement.ulps.amount > 0.0)
        text += fmt::format(", by {:.3g} ulp and {} at most, at {}: {:.9g} -> {:.9g}", movement.ulps.amount,
                            show_share(movement.share.amount), movement.ulps.where, movement.ulps.before,
                            movement.ulps.after);
    if (movement.incomparable > 0)
        text += fmt::format("; {} became NaN or infinite, or were so", movement.incomparable);
    if (movement.share.where != movement.ulps.where && movement.share.amount > 0.0)
        text += fmt::format("; the largest share at {}: {:.9g} -> {:.9g}", movement.share.where,
                            movement.share.before, movement.share.after);
    return text;
}

std::string histogram_of(const Movement& movement) {
    constexpr std::array<std::string_view, 7> labels{"below 0.01", "0.01 to 0.1", "0.1 to 1",     "1 to 10",
                                                     "10 to 100",  "100 to 1000", "1000 and more"};
    constexpr std::size_t widest = 40;
    const std::size_t most = std::max(*std::ranges::max_element(movement.histogram), movement.incomparable);
    if (most == 0) return "";
    std::string text = fmt::format("    {:<15}{:>8}\n", "ulps", "values");
    const auto line = [&](std::string_view label, std::size_t count) {
        if (count > 0)
            text += fmt::format("    {:<15}{:>8}  {}\n", label, count,
                                std::string(std::max<std::size_t>(1, widest * count / most), '#'));
    };
    for (std::size_t i = 0; i < labels.size(); ++i) line(labels[i], movement.histogram[i]);
    line("NaN, infinite", movement.incomparable);
    return text;
}

}  // namespace brickproof::golden
