// How far a correct float32 attention may be from the exact result.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "brick/rounding.hpp"

namespace brick {

inline constexpr std::string_view attention_bound_derivation =
    "Exact: s_t = q.k_t / sqrt(d), p = softmax(s), out = sum p_t v_t; m = max s. A kernel may make two passes, "
    "work key "
    "by key or by tiles with a running maximum, split the keys and merge. "
    "Scores: d products and additions in any order, square root, reciprocal and product with it, and three more "
    "for a "
    "kernel that works in base 2: |s'_t - s_t| <= delta_t = gamma_(d+6) * sum_i |q_i k_ti| / sqrt(d), and 2^-149 * "
    "(d "
    "+ sum |q_i| + sum |k_ti|) where products or scaled factors underflow. "
    "Weights exp(s'_t - m'): the difference rounds by u (m - s_t + 2 max delta) in all, however many maxima it "
    "takes, "
    "since the differences of running maxima add up to it. exp of 2 ulp is 4u. A key's weight is rescaled only "
    "when a "
    "larger score comes: at most r_t times, r_t the number of keys whose score may be larger (s_j + delta_j > s_t "
    "- "
    "delta_t), each time by another exp. So weight t carries a factor exp(x_t), |x_t| <= c_t = delta_t + u (m - "
    "s_t + "
    "2 max delta) + 4u (1 + r_t), the same in numerator and denominator: normalised weights p'_t = p_t exp(x_t) / "
    "sum p_j "
    "exp(x_j), |p'_t - p_t| <= p_t eps_t, eps_t = exp(c_t) sum p_j exp(c_j) - 1. As both sum to 1, out moves by at "
    "most W = sum p_t eps_t |v_t - out|, and never by more than max |v_t - out|. "
    "Sums: the numerator's term t passes seq - 1 additions, a product with v_t, r_t rescalings, and the division "
    "(2, "
    "by a reciprocal): gamma_(seq+2+r_t) |v_t| p'_t; the denominator's seq - 1 additions and r_t rescalings: G = "
    "sum p'_t "
    "gamma_(seq-1+r_t). In all |error| <= W + (sum p'_t |v_t| gamma_(seq+2+r_t) + (|out| + W) G) / (1 - G). "
    "Underflow: a weight (of a largest one of 1) is off by at most 2^-148 for each exp, a product by 2^-150: (seq "
    "+ 2) "
    "* 2^-148 * (1 + sum |v_t|). Nothing is promised for a head with 2 sum |q_i k_ti| beyond the largest float32 "
    "for a "
    "key, nor for a column with sum |v_t| beyond it. A kernel that divides after every key or tile, as the first "
    "FlashAttention, rounds more often and is not covered.";

// What the bound needs of a key, for one head.
struct AttentionScore {
    double score;
    double error;  // attention_score_error
};

// sum_of_magnitudes = sum |q_i k_i|; sums of |q_i| and |k_i| for what underflows. Infinite where q.k may overflow.
inline double attention_score_error(std::size_t head_dim, double sum_of_magnitudes, double sum_of_q,
                                    double sum_of_k) {
    const double d = static_cast<double>(head_dim);
    if (2.0 * sum_of_magnitudes > static_cast<double>(std::numeric_limits<float>::max()))
        return std::numeric_limits<double>::infinity();
    return gamma(head_dim + 6) * sum_of_magnitudes / std::sqrt(d) +
           2.0 * half_denorm_min * (d + sum_of_q + sum_of_k);
}

// The bounds of one head's outputs, column by column: everything but v is computed once.
class AttentionBound {
  public:
    explicit AttentionBound(std::span<const AttentionScore> scores)
        : probabilities_(scores.size()),
          largest_(scores.size()),
          rounding_(scores.size()),
          rescalings_(scores.size()) {
        largest_score_ = -std::numeric_limits<double>::infinity();
        double largest_error = 0.0;
        for (const AttentionScore& key : scores) {
            largest_score_ = std::max(largest_score_, key.score);
            largest_error = std::max(largest_error, key.error);
        }
        promised_ = std::isfinite(largest_error);
        if (!promised_) return;
        count_rescalings(scores);
        weigh(scores, largest_error);
    }

    bool promised() const { return promised_; }
    std::span<const double> probabilities() const { return probabilities_; }

    // v is the column's values, exact their exact mean.
    double of_column(std::span<const double> v, double exact) const {
        const std::size_t seq = v.size();
        double magnitudes = 0.0, farthest = 0.0, moved = 0.0, rounded = 0.0, most_rounded = 0.0;
        for (std::size_t t = 0; t < seq; ++t) {
            const double distance = std::fabs(v[t] - exact);
            const double rounding = std::fabs(v[t]) * rounding_[t];
            magnitudes += std::fabs(v[t]);
            farthest = std::max(farthest, distance);
            most_rounded = std::max(most_rounded, rounding);
            if (distance > 0.0) moved += (largest_[t] - probabilities_[t]) * distance;
            if (rounding > 0.0) rounded += largest_[t] * rounding;
        }
        if (!promised_ ||
            magnitudes * (1.0 + gamma(2 * seq)) > static_cast<double>(std::numeric_limits<float>::max()))
            return std::numeric_limits<double>::infinity();
        moved = std::min(moved, farthest);
        rounded = std::min(rounded, most_rounded);
        return moved + (rounded + (std::fabs(exact) + moved) * denominator_) / (1.0 - denominator_) +
               static_cast<double>(seq + 2) * 4.0 * half_denorm_min * (1.0 + magnitudes);
    }

  private:
    // Keys that may score higher than t: of the others' upper ends, those above its lower end.
    void count_rescalings(std::span<const AttentionScore> scores) {
        std::vector<double> upper;
        upper.reserve(scores.size());
        for (const AttentionScore& key : scores) upper.push_back(key.score + key.error);
        std::ranges::sort(upper);
        for (std::size_t t = 0; t < scores.size(); ++t) {
            const auto above = std::ranges::upper_bound(upper, scores[t].score - scores[t].error);
            const auto count = static_cast<std::size_t>(upper.end() - above);
            rescalings_[t] = count - (scores[t].error > 0.0 ? 1 : 0);  // itself
        }
    }

    // p_t, and the largest p'_t: p_t exp(c_t) sum p_j exp(c_j). Infinite for all keys where the sum is: p_t may be
    // 0.
    void weigh(std::span<const AttentionScore> scores, double largest_error) {
        double sum = 0.0;
        for (const AttentionScore& key : scores) sum += std::exp(key.score - largest_score_);
        const double log_sum = std::log(sum);
        double factor = 0.0;
        for (std::size_t t = 0; t < scores.size(); ++t) {
            const double below = largest_score_ - scores[t].score;
            const double exponent = scores[t].error + unit_roundoff * (below + 2.0 * largest_error) +
                                    4.0 * unit_roundoff * static_cast<double>(1 + rescalings_[t]);
            probabilities_[t] = std::exp(-below - log_sum);
            largest_[t] = std::exp(exponent - below - log_sum);
            factor += largest_[t];
        }
        double most = 0.0;
        denominator_ = 0.0;
        for (std::size_t t = 0; t < scores.size(); ++t) {
            largest_[t] = std::isinf(factor) ? factor : largest_[t] * factor;
            rounding_[t] = gamma(scores.size() + 2 + rescalings_[t]);
            const double of_sum = gamma(scores.size() - 1 + rescalings_[t]);
            if (of_sum > 0.0) denominator_ += largest_[t] * of_sum;
            most = std::max(most, of_sum);
        }
        denominator_ = std::min(denominator_, most);
    }

    bool promised_ = false;
    double largest_score_ = 0.0;
    std::vector<double> probabilities_;
    std::vector<double> largest_;
    std::vector<double> rounding_;
    std::vector<std::size_t> rescalings_;
    double denominator_ = 0.0;  // G
};

}  // namespace brick
