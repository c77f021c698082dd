#include "brick/gemv.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "brick/rounding.hpp"
#include "kernel_rows.hpp"

namespace brick {
namespace {

using Values = std::vector<float>;

constexpr float poison = -12345.75f;
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

class Gemv : public testing::TestWithParam<brickproof_kernel> {
  protected:
    // y[rows], and a look at whether anything was written behind it.
    Values gemv(const Values& w, const Values& x, const Values& bias, std::size_t rows) const {
        Values y(rows + 9, poison);
        kernel_function<brickproof_gemv_fn>(GetParam())(w.data(), x.data(), bias.empty() ? nullptr : bias.data(),
                                                        y.data(), rows, x.size());
        for (std::size_t i = rows; i < y.size(); ++i) EXPECT_EQ(y[i], poison) << "written behind y[" << rows << "]";
        y.resize(rows);
        return y;
    }
    Values normal(std::size_t n) {
        std::normal_distribution<float> distribution;
        Values values(n);
        for (float& value : values) value = distribution(random_);
        return values;
    }
    // Sums of 4096 products of them, and one more, are exact in any order.
    Values small_integers(std::size_t n) {
        std::uniform_int_distribution<int> distribution(-60, 60);
        Values values(n);
        for (float& value : values) value = static_cast<float>(distribution(random_));
        return values;
    }
    std::mt19937 random_{20240718};
};

struct Exact {
    double sum = 0.0;
    double magnitudes = 0.0;
};

Exact exact_row(const Values& w, const Values& x, const Values& bias, std::size_t row) {
    Exact exact;
    const auto add = [&](double term) {
        exact.sum += term;
        exact.magnitudes += std::fabs(term);
    };
    for (std::size_t col = 0; col < x.size(); ++col)
        add(static_cast<double>(w[row * x.size() + col]) * static_cast<double>(x[col]));
    if (!bias.empty()) add(static_cast<double>(bias[row]));
    return exact;
}

INSTANTIATE_TEST_SUITE_P(Kernels, Gemv, testing::ValuesIn(runnable_kernels_of("gemv")),
                         [](const auto& test) { return std::string(test.param.variant); });

TEST_P(Gemv, IsExactOnSmallIntegersForEveryShape) {
    for (std::size_t rows = 0; rows <= 13; ++rows) {
        for (std::size_t cols = 0; cols <= 70; ++cols) {
            const Values w = small_integers(rows * cols);
            const Values x = small_integers(cols);
            for (const Values& bias : {Values(), small_integers(rows)}) {
                const Values y = gemv(w, x, bias, rows);
                for (std::size_t row = 0; row < rows; ++row)
                    ASSERT_EQ(y[row], exact_row(w, x, bias, row).sum) << rows << " x " << cols << ", row " << row;
            }
        }
    }
}

// Larger than any L2 cache, where kernels take other paths.
TEST_P(Gemv, IsExactOnLargeMatrices) {
    for (const std::size_t rows : {519u, 522u}) {
        const Values w = small_integers(rows * 1031);
        const Values x = small_integers(1031);
        const Values y = gemv(w, x, {}, rows);
        for (std::size_t row = 0; row < rows; ++row) ASSERT_EQ(y[row], exact_row(w, x, {}, row).sum) << row;
    }
}

TEST_P(Gemv, StaysWithinTheErrorOfSixteenSums) {
    for (const std::size_t cols : {1u, 15u, 16u, 17u, 100u, 1000u, 4099u}) {
        const Values w = normal(7 * cols);
        const Values x = normal(cols);
        const Values bias = normal(7);
        const Values y = gemv(w, x, bias, 7);
        for (std::size_t row = 0; row < y.size(); ++row) {
            const Exact exact = exact_row(w, x, bias, row);
            ASSERT_NEAR(y[row], exact.sum, gamma(cols / 16 + 6) * exact.magnitudes) << cols << ", row " << row;
        }
    }
}

TEST_P(Gemv, GivesARowTheSameBitsWhereverItIs) {
    for (const std::size_t cols : {33u, 48u, 61u}) {
        const Values w = normal(19 * cols);
        const Values x = normal(cols);
        const Values bias = normal(19);
        for (std::size_t rows = 1; rows <= 19; ++rows) {
            const Values y = gemv(w, x, bias, rows);
            for (std::size_t row = 0; row < rows; ++row) {
                const auto first = w.begin() + static_cast<std::ptrdiff_t>(row * cols);
                const Values alone(first, first + static_cast<std::ptrdiff_t>(cols));
                ASSERT_EQ(gemv(alone, x, {bias[row]}, 1)[0], y[row]) << "row " << row << " of " << rows;
            }
        }
    }
}

TEST_P(Gemv, KeepsNaNInItsRow) {
    for (const std::size_t cols : {5u, 16u, 29u}) {
        for (std::size_t hot = 0; hot < 9 * cols; ++hot) {
            Values w(9 * cols, 1.0f);
            w[hot] = not_a_number;
            const Values y = gemv(w, Values(cols, 0.0f), {}, 9);
            for (std::size_t row = 0; row < y.size(); ++row)
                ASSERT_EQ(std::isnan(y[row]), row == hot / cols) << "row " << row << ", weight " << hot;
        }
    }
}

class GemvApi : public testing::Test {
  protected:
    void expect_error(std::size_t rows, std::size_t cols, ErrorCode code, std::string_view message) {
        const auto result = gemv(w_, x_, bias_, y_, rows, cols);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_EQ(result.error().message.view(), message);
        EXPECT_EQ(y_, Values(y_.size(), poison));
    }
    Values w_ = {1, 2, 3, 4, 5, 6};
    Values x_ = {1, 10, 100};
    Values bias_ = {0.5f, 0.25f};
    Values y_ = {poison, poison};
};

TEST_F(GemvApi, GivesTheProduct) {
    ASSERT_TRUE(gemv(w_, x_, bias_, y_, 2, 3));
    EXPECT_EQ(y_, (Values{321.5f, 654.25f}));
    ASSERT_TRUE(gemv(w_, x_, {}, y_, 2, 3));
    EXPECT_EQ(y_, (Values{321, 654}));
}

TEST_F(GemvApi, RejectsShapes) {
    expect_error(0, 3, ErrorCode::zero_dimension, "gemv: rows is 0 and cols is 3; both must be at least 1");
    expect_error(2, 0, ErrorCode::zero_dimension, "gemv: rows is 2 and cols is 0; both must be at least 1");
    expect_error(3, 3, ErrorCode::length_mismatch, "gemv: w has length 6, but needs 9: rows * cols");
    expect_error(3, 2, ErrorCode::length_mismatch, "gemv: x has length 3, but needs 2: cols");
    const auto overflow = gemv(w_, x_, bias_, y_, std::numeric_limits<std::size_t>::max() / 2, 3);
    ASSERT_FALSE(overflow);
    EXPECT_EQ(overflow.error().code, ErrorCode::length_mismatch);
    EXPECT_NE(overflow.error().message.view().find("is more than a size_t holds"), std::string_view::npos);
    bias_.push_back(1.0f);
    expect_error(2, 3, ErrorCode::length_mismatch,
                 "gemv: bias has length 3, but needs 2: one value for each row, or none");
    y_.push_back(poison);
    expect_error(2, 3, ErrorCode::length_mismatch, "gemv: y has length 3, but needs 2: one value for each row");
}

TEST_F(GemvApi, RejectsValuesThatAreNotFinite) {
    w_[4] = not_a_number;
    expect_error(2, 3, ErrorCode::not_finite, "gemv: w[4] is nan; all values must be finite");
    bias_[1] = std::numeric_limits<float>::infinity();
    expect_error(2, 3, ErrorCode::not_finite, "gemv: bias[1] is inf; all values must be finite");
    x_[2] = -std::numeric_limits<float>::infinity();
    expect_error(2, 3, ErrorCode::not_finite, "gemv: x[2] is -inf; all values must be finite");
}

}  // namespace
}  // namespace brick
