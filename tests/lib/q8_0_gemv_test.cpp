#include "brick/q8_0_gemv.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "brick/rounding.hpp"
#include "q8_0_cases.hpp"

namespace {

using namespace q8_0_cases;

constexpr float poison = -12345.75f;

class Q8_0Gemv : public testing::TestWithParam<brickproof_kernel> {
  protected:
    // y[rows], and a look at whether anything was written behind it.
    std::vector<float> gemv(const Blocks& w, const Blocks& x, std::size_t rows) const {
        std::vector<float> y(rows + 16, poison);
        function()(w.data(), x.data(), y.data(), rows, x.size() * block_size);
        for (std::size_t i = rows; i < y.size(); ++i) EXPECT_EQ(y[i], poison) << "written behind y[" << rows << "]";
        y.resize(rows);
        return y;
    }
    brickproof_q8_0_gemv_fn* function() const { return reinterpret_cast<brickproof_q8_0_gemv_fn*>(GetParam().fn); }
    Random random_{20240718};
};

std::span<const brickproof_q8_0> row_of(const Blocks& w, std::size_t row, std::size_t blocks) {
    return std::span(w).subspan(row * blocks, blocks);
}

void expect_exact(const std::vector<float>& y, const Blocks& w, const Blocks& x) {
    for (std::size_t row = 0; row < y.size(); ++row) {
        ASSERT_EQ(y[row], exact_dot(row_of(w, row, x.size()), x).sum)
            << "row " << row << " of " << y.size() << ", " << x.size() << " blocks";
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Q8_0Gemv, testing::ValuesIn(kernels_of("q8_0.gemv")),
                         [](const auto& test) { return std::string(test.param.variant); });

TEST_P(Q8_0Gemv, IsExactOnTheExactDomainForEveryShape) {
    for (std::size_t rows = 0; rows <= 20; ++rows) {
        for (std::size_t blocks = 0; blocks <= 40; ++blocks) {
            const Blocks w = exact_domain(rows * blocks, random_);
            const Blocks x = exact_domain(blocks, random_);
            expect_exact(gemv(w, x, rows), w, x);
        }
    }
}

// Longer rows than any buffer that a kernel could keep on its stack.
TEST_P(Q8_0Gemv, IsExactForVeryLongRows) {
    for (const std::size_t blocks : {1023u, 1024u, 1025u, 2048u, 2051u}) {
        for (const std::size_t rows : {1u, 5u, 17u}) {
            const Blocks w = exact_domain(rows * blocks, random_);
            const Blocks x = exact_domain(blocks, random_);
            expect_exact(gemv(w, x, rows), w, x);
        }
    }
}

TEST_P(Q8_0Gemv, DoesNotSaturateAtTheExtremesOfInt8) {
    constexpr int extremes[] = {-128, -127, -1, 0, 1, 127};
    for (const std::size_t rows : {1u, 4u, 11u}) {
        for (const int qw : extremes) {
            for (const int qx : extremes) {
                const Blocks w = filled(rows * 9, one, qw);
                const Blocks x = filled(9, one, qx);
                expect_exact(gemv(w, x, rows), w, x);
            }
        }
    }
}

TEST_P(Q8_0Gemv, MultipliesEveryPairOfInt8InEveryLane) {
    for (std::size_t lane = 0; lane < block_size; ++lane) {
        Blocks w = filled(256, one, 0);
        for (int qw = -128; qw <= 127; ++qw)
            w[static_cast<std::size_t>(qw + 128)].qs[lane] = static_cast<std::int8_t>(qw);
        for (int qx = -128; qx <= 127; ++qx) {
            Blocks x = filled(1, one, 0);
            x[0].qs[lane] = static_cast<std::int8_t>(qx);
            const std::vector<float> y = gemv(w, x, 256);
            for (int qw = -128; qw <= 127; ++qw) {
                ASSERT_EQ(y[static_cast<std::size_t>(qw + 128)], static_cast<float>(qw * qx))
                    << "lane " << lane << ": " << qw << " * " << qx;
            }
        }
    }
}

// All other blocks have quants of 0 and another scale: a block left out, taken twice or scaled by its neighbour, in
// its row or in the next, shows.
TEST_P(Q8_0Gemv, CountsEveryBlockOnceWithItsOwnScales) {
    constexpr std::size_t blocks = 19;
    for (std::size_t rows = 1; rows <= 20; ++rows) {
        Blocks w = filled(rows * blocks, one, 0);
        Blocks x = filled(blocks, one, 1);
        for (std::size_t i = 0; i < w.size(); ++i) w[i].d = power_of_two(static_cast<int>(i % 23) - 11);
        for (std::size_t i = 0; i < x.size(); ++i) x[i].d = power_of_two(static_cast<int>(i) - 9);
        for (std::size_t hot = 0; hot < w.size(); ++hot) {
            w[hot].qs[hot % block_size] = -7;
            expect_exact(gemv(w, x, rows), w, x);
            w[hot].qs[hot % block_size] = 0;
        }
    }
}

TEST_P(Q8_0Gemv, UsesEveryHalfAsScale) {
    constexpr std::size_t rows = 13;
    for (int half = 0; half <= 0xffff; ++half) {
        Blocks w = filled(rows, one, 0);
        Blocks x = filled(1, one, 0);
        const std::size_t hot = static_cast<std::size_t>(half) % rows;
        w[hot].d = static_cast<std::uint16_t>(half);
        w[hot].qs[30] = 3;
        x[0].qs[30] = 1;
        const std::vector<float> y = gemv(w, x, rows);
        x[0].d = static_cast<std::uint16_t>(half);
        w[hot].d = one;
        const std::vector<float> swapped = gemv(w, x, rows);
        if ((half & 0x7c00) == 0x7c00) {
            ASSERT_FALSE(std::isfinite(y[hot])) << "scale " << half;
            ASSERT_FALSE(std::isfinite(swapped[hot])) << "scale " << half;
        } else {
            ASSERT_EQ(y[hot], 3 * half_value(static_cast<std::uint16_t>(half))) << "scale " << half;
            ASSERT_EQ(swapped[hot], 3 * half_value(static_cast<std::uint16_t>(half))) << "scale " << half;
        }
    }
}

TEST_P(Q8_0Gemv, NeverMakesAFiniteNumberOfANaNOrInfiniteScale) {
    for (const std::uint16_t scale : not_finite) {
        for (const std::size_t rows : {1u, 5u, 8u, 11u}) {
            for (std::size_t hot = 0; hot < rows * 3; ++hot) {
                Blocks w = filled(rows * 3, one, 0);
                w[hot].d = scale;
                const std::vector<float> y = gemv(w, filled(3, one, 1), rows);
                for (std::size_t row = 0; row < rows; ++row) {
                    ASSERT_EQ(std::isfinite(y[row]), row != hot / 3) << "row " << row << ", block " << hot;
                }
            }
        }
    }
}

TEST_P(Q8_0Gemv, GivesARowTheSameBitsWhereverItIs) {
    constexpr std::size_t blocks = 33;
    const Blocks x = any_finite(blocks, random_);
    for (std::size_t rows = 1; rows <= 20; ++rows) {
        const Blocks w = any_finite(rows * blocks, random_);
        const std::vector<float> y = gemv(w, x, rows);
        for (std::size_t row = 0; row < rows; ++row) {
            const auto blocks_of_row = row_of(w, row, blocks);
            ASSERT_EQ(gemv(Blocks(blocks_of_row.begin(), blocks_of_row.end()), x, 1)[0], y[row])
                << "row " << row << " of " << rows;
        }
    }
}

TEST_P(Q8_0Gemv, GivesTheSameBitsAtEveryAlignment) {
    const Blocks w = any_finite(11 * 6, random_);
    const Blocks x = any_finite(6, random_);
    const std::vector<float> expected = gemv(w, x, 11);
    for (std::size_t offset = 0; offset < 64; offset += 2) {
        const Placed at_w(w, offset);
        const Placed at_x(x, 62 - offset);
        std::vector<float> y(11, poison);
        function()(at_w.data(), at_x.data(), y.data(), 11, 6 * block_size);
        ASSERT_EQ(y, expected) << "offset " << offset;
    }
}

TEST_P(Q8_0Gemv, StaysWithinTheErrorBound) {
    for (int round = 0; round < 200; ++round) {
        const auto rows = static_cast<std::size_t>(pick(random_, 1, 20));
        const auto blocks = static_cast<std::size_t>(pick(random_, 1, 200));
        const Blocks w = any_finite(rows * blocks, random_);
        const Blocks x = any_finite(blocks, random_);
        const std::vector<float> y = gemv(w, x, rows);
        for (std::size_t row = 0; row < rows; ++row) {
            const Exact exact = exact_dot(row_of(w, row, blocks), x);
            ASSERT_LE(std::abs(y[row] - exact.sum), brick::gamma(blocks + 3) * exact.magnitudes) << "row " << row;
        }
    }
}

class Q8_0GemvApi : public testing::Test {
  protected:
    // Runs it, and sees to it that an error has left y alone.
    brick::Result<void> gemv(std::size_t rows, std::size_t cols) {
        const brick::Result<void> result = brick::q8_0::gemv(w_, x_, y_, rows, cols);
        if (!result) {
            EXPECT_EQ(y_, std::vector<float>(y_.size(), poison));
        }
        return result;
    }
    void expect_error(std::size_t rows, std::size_t cols, brick::ErrorCode code, std::string_view part) {
        const brick::Result<void> result = gemv(rows, cols);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_NE(result.error().message.view().find(part), std::string_view::npos)
            << result.error().message.view();
    }
    Blocks w_ = filled(12, one, 2);
    Blocks x_ = filled(4, one, 3);
    std::vector<float> y_ = std::vector<float>(3, poison);
};

TEST_F(Q8_0GemvApi, GivesTheProduct) {
    ASSERT_TRUE(gemv(3, 128));
    EXPECT_EQ(y_, std::vector<float>(3, 2 * 3 * 128));
}

TEST_F(Q8_0GemvApi, RejectsZeroDimensions) {
    expect_error(0, 128, brick::ErrorCode::zero_dimension, "rows is 0 and cols is 128");
    expect_error(3, 0, brick::ErrorCode::zero_dimension, "rows is 3 and cols is 0");
}

TEST_F(Q8_0GemvApi, RejectsPartialBlocks) {
    expect_error(3, 100, brick::ErrorCode::not_a_block_multiple, "cols is 100");
}

TEST_F(Q8_0GemvApi, RejectsWrongLengths) {
    expect_error(4, 128, brick::ErrorCode::length_mismatch, "w has length 12, but needs 16");
    expect_error(4, 96, brick::ErrorCode::length_mismatch, "x has length 4, but needs 3");
    y_.resize(5, poison);
    expect_error(3, 128, brick::ErrorCode::length_mismatch, "y has length 5, but needs 3");
}

TEST_F(Q8_0GemvApi, RejectsASizeThatOverflows) {
    const std::size_t rows = std::numeric_limits<std::size_t>::max() / 64;
    expect_error(rows, 128, brick::ErrorCode::length_mismatch, "is more than a size_t holds");
}

TEST_F(Q8_0GemvApi, NamesTheOperandAndBlockOfABadScale) {
    w_[7].d = 0x7c00;
    expect_error(3, 128, brick::ErrorCode::bad_scale, "block 7 of w is infinite");
    x_[2].d = 0x7fff;
    expect_error(3, 128, brick::ErrorCode::bad_scale, "block 2 of x is NaN");
}

}  // namespace
