#include "brick/q8_0_dot.hpp"

#include <gtest/gtest.h>

#include "brick/rounding.hpp"
#include "q8_0_cases.hpp"

namespace {

using namespace q8_0_cases;

class Q8_0Dot : public testing::TestWithParam<brickproof_kernel> {
  protected:
    float dot(const Blocks& a, const Blocks& b) const {
        return function()(a.data(), b.data(), a.size() * block_size);
    }
    brickproof_q8_0_dot_fn* function() const { return reinterpret_cast<brickproof_q8_0_dot_fn*>(GetParam().fn); }
    Random random_{20240717};
};

INSTANTIATE_TEST_SUITE_P(Kernels, Q8_0Dot, testing::ValuesIn(kernels_of("q8_0.dot")),
                         [](const auto& test) { return std::string(test.param.variant); });

TEST_P(Q8_0Dot, IsExactOnTheExactDomainForEveryLength) {
    for (std::size_t blocks = 0; blocks <= 200; ++blocks) {
        const Blocks a = exact_domain(blocks, random_);
        const Blocks b = exact_domain(blocks, random_);
        ASSERT_EQ(dot(a, b), exact_dot(a, b).sum) << blocks << " blocks";
    }
}

TEST_P(Q8_0Dot, DoesNotSaturateAtTheExtremesOfInt8) {
    constexpr int extremes[] = {-128, -127, -1, 0, 1, 127};
    for (std::size_t blocks = 0; blocks <= 31; ++blocks) {  // 31 * 2^19 < 2^24
        for (const int qa : extremes) {
            for (const int qb : extremes) {
                const double sum = qa * qb * static_cast<double>(blocks * block_size);
                ASSERT_EQ(dot(filled(blocks, one, qa), filled(blocks, one, qb)), sum) << qa << " * " << qb;
            }
        }
    }
    for (std::size_t blocks = 32; blocks <= 200; ++blocks) {  // multiples of 2^19
        const double sum = static_cast<double>(blocks << 19);
        ASSERT_EQ(dot(filled(blocks, one, -128), filled(blocks, one, -128)), sum) << blocks << " blocks";
    }
}

TEST_P(Q8_0Dot, IsExactForMixedExtremes) {
    constexpr int extremes[] = {-128, -127, 126, 127};
    const auto mixed = [&](std::size_t blocks) {
        Blocks result = filled(blocks, one, 0);
        for (auto& block : result) {
            for (auto& q : block.qs) q = static_cast<std::int8_t>(extremes[pick(random_, 0, 3)]);
        }
        return result;
    };
    for (int round = 0; round < 2000; ++round) {
        const auto blocks = static_cast<std::size_t>(pick(random_, 1, 31));
        const Blocks a = mixed(blocks);
        const Blocks b = mixed(blocks);
        ASSERT_EQ(dot(a, b), exact_dot(a, b).sum) << blocks << " blocks";
    }
}

TEST_P(Q8_0Dot, MultipliesEveryPairOfInt8InEveryLane) {
    for (const std::size_t blocks : {1u, 8u}) {  // a partial group and a whole one
        Blocks a = filled(blocks, one, 0);
        Blocks b = filled(blocks, one, 0);
        for (std::size_t lane = 0; lane < block_size; ++lane) {
            for (int qa = -128; qa <= 127; ++qa) {
                for (int qb = -128; qb <= 127; ++qb) {
                    const std::size_t block = static_cast<std::size_t>(qb + 128) % blocks;
                    a[block].qs[lane] = static_cast<std::int8_t>(qa);
                    b[block].qs[lane] = static_cast<std::int8_t>(qb);
                    ASSERT_EQ(dot(a, b), static_cast<float>(qa * qb))
                        << "lane " << lane << ": " << qa << " * " << qb;
                    a[block].qs[lane] = 0;
                    b[block].qs[lane] = 0;
                }
            }
        }
    }
}

// All other blocks have quants of 0 and another scale: a block left out, taken twice or scaled by its neighbour
// shows.
TEST_P(Q8_0Dot, CountsEveryBlockOnceWithItsOwnScales) {
    const auto scale = [](std::size_t block, std::size_t period) {
        return power_of_two(static_cast<int>(block % period) - 11);
    };
    for (std::size_t blocks = 1; blocks <= 70; ++blocks) {
        Blocks a = filled(blocks, one, 0);
        Blocks b = filled(blocks, one, 0);
        for (std::size_t i = 0; i < blocks; ++i) {
            a[i].d = scale(i, 23);
            b[i].d = scale(i, 19);
        }
        for (std::size_t hot = 0; hot < blocks; ++hot) {
            a[hot].qs[hot % block_size] = 3;
            b[hot].qs[hot % block_size] = -5;
            ASSERT_EQ(dot(a, b), exact_dot(a, b).sum) << "block " << hot << " of " << blocks;
            a[hot].qs[hot % block_size] = 0;
        }
    }
}

TEST_P(Q8_0Dot, UsesEveryHalfAsScale) {
    for (const std::size_t blocks : {3u, 16u}) {
        for (int half = 0; half <= 0xffff; ++half) {
            const std::size_t hot = static_cast<std::size_t>(half) % blocks;
            Blocks a = filled(blocks, one, 0);
            Blocks b = filled(blocks, one, 0);
            a[hot].d = static_cast<std::uint16_t>(half);
            a[hot].qs[7] = -100;
            b[hot].qs[7] = 127;
            if ((half & 0x7c00) == 0x7c00) {
                ASSERT_FALSE(std::isfinite(dot(a, b))) << "scale " << half;
                ASSERT_FALSE(std::isfinite(dot(b, a))) << "scale " << half;
            } else {  // 11 bits times 14 bits: exact for up to 24, else one rounding
                const auto expected = static_cast<float>(exact_dot(a, b).sum);
                ASSERT_EQ(dot(a, b), expected) << "scale " << half;
                ASSERT_EQ(dot(b, a), expected) << "scale " << half;
            }
        }
    }
}

TEST_P(Q8_0Dot, NeverMakesAFiniteNumberOfANaNOrInfiniteScale) {
    for (const std::uint16_t scale : not_finite) {
        for (std::size_t blocks = 1; blocks <= 20; ++blocks) {
            for (std::size_t hot = 0; hot < blocks; ++hot) {
                for (const int quant : {0, 1, -128}) {
                    Blocks a = filled(blocks, one, quant);
                    a[hot].d = scale;
                    ASSERT_FALSE(std::isfinite(dot(a, filled(blocks, one, 1))))
                        << "block " << hot << " of " << blocks;
                    ASSERT_FALSE(std::isfinite(dot(filled(blocks, one, 1), a)))
                        << "block " << hot << " of " << blocks;
                }
            }
        }
    }
}

TEST_P(Q8_0Dot, GivesTheSameBitsAtEveryAlignment) {
    const Blocks a = any_finite(37, random_);
    const Blocks b = any_finite(37, random_);
    const float expected = dot(a, b);
    for (std::size_t offset = 0; offset < 64; offset += 2) {
        const Placed at_a(a, offset);
        const Placed at_b(b, 62 - offset);
        ASSERT_EQ(function()(at_a.data(), at_b.data(), 37 * block_size), expected) << "offset " << offset;
    }
}

TEST_P(Q8_0Dot, StaysWithinTheErrorBound) {
    for (int round = 0; round < 2000; ++round) {
        const auto blocks = static_cast<std::size_t>(pick(random_, 1, 300));
        const Blocks a = any_finite(blocks, random_);
        const Blocks b = any_finite(blocks, random_);
        const Exact exact = exact_dot(a, b);
        ASSERT_LE(std::abs(dot(a, b) - exact.sum), brick::gamma(blocks + 3) * exact.magnitudes)
            << blocks << " blocks";
    }
}

TEST(Q8_0DotApi, GivesTheDotProduct) {
    Random random(1);
    const Blocks a = exact_domain(41, random);
    const Blocks b = exact_domain(41, random);
    const auto result = brick::q8_0::dot(a, b);
    ASSERT_TRUE(result) << result.error().message.view();
    EXPECT_EQ(*result, exact_dot(a, b).sum);
}

TEST(Q8_0DotApi, NamesBothLengthsWhenTheyDiffer) {
    const auto result = brick::q8_0::dot(filled(3, one, 1), filled(5, one, 1));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, brick::ErrorCode::length_mismatch);
    EXPECT_EQ(result.error().message.view(), "q8_0::dot: a has 3 blocks and b has 5; both need the same number");
}

TEST(Q8_0DotApi, RejectsNoBlocks) {
    const auto result = brick::q8_0::dot({}, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, brick::ErrorCode::zero_dimension);
}

TEST(Q8_0DotApi, NamesTheOperandAndBlockOfABadScale) {
    const Blocks good = filled(9, one, 1);
    Blocks bad = good;
    bad[4].d = 0xfc00;
    bad[7].d = 0x7e01;
    const auto infinite = brick::q8_0::dot(bad, good);
    ASSERT_FALSE(infinite);
    EXPECT_EQ(infinite.error().code, brick::ErrorCode::bad_scale);
    EXPECT_NE(infinite.error().message.view().find("block 4 of a is infinite"), std::string_view::npos);
    bad[4].d = one;
    const auto nan = brick::q8_0::dot(good, bad);
    ASSERT_FALSE(nan);
    EXPECT_EQ(nan.error().code, brick::ErrorCode::bad_scale);
    EXPECT_NE(nan.error().message.view().find("block 7 of b is NaN"), std::string_view::npos);
}

}  // namespace
