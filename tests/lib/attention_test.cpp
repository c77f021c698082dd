#include "brick/attention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "attention/attention_bound.hpp"
#include "kernel_rows.hpp"

namespace brick {
namespace {

using Values = std::vector<float>;

Values values(std::size_t count, std::size_t seed) {
    Values x(count);
    for (std::size_t i = 0; i < count; ++i)
        x[i] = static_cast<float>((i + 1) * (seed + 2654435761u) >> 9 & 0xffffu) * 0x1p-15f - 1.0f;
    return x;
}

struct Call {
    explicit Call(const AttentionSizes& of)
        : sizes(of),
          q(values(of.heads * of.head_dim, 1)),
          k(values(of.seq * of.kv_heads * of.head_dim, 2)),
          v(values(of.seq * of.kv_heads * of.head_dim, 3)) {}

    Values run(const brickproof_kernel& kernel) const {
        Values out(sizes.heads * sizes.head_dim + 8, -7.0f);
        kernel_function<brickproof_attention_fn>(kernel)(q.data(), k.data(), v.data(), out.data(), sizes.seq,
                                                         sizes.heads, sizes.kv_heads, sizes.head_dim);
        for (std::size_t i = out.size() - 8; i < out.size(); ++i) EXPECT_EQ(out[i], -7.0f) << kernel.variant;
        out.resize(out.size() - 8);
        return out;
    }

    AttentionSizes sizes;
    Values q;
    Values k;
    Values v;
};

// All inputs are below 1 in magnitude: sums of |q k| are at most head_dim, scores within sqrt(head_dim).
TEST(Attention, EveryKernelIsNearTheDefinitionForEveryShape) {
    const auto kernels = runnable_kernels_of("attention");
    for (const std::size_t head_dim : {1u, 3u, 4u, 7u, 8u, 9u, 16u, 24u, 65u, 80u, 128u, 130u}) {
        for (const std::size_t seq : {1u, 2u, 7u, 8u, 9u, 63u, 64u, 65u, 130u}) {
            for (const std::size_t group : {1u, 2u, 3u, 4u, 5u, 8u, 9u, 17u}) {
                const Call call({seq, 2 * group, 2, head_dim});
                const Values expected = call.run(kernels[0]);
                for (const auto& kernel : kernels) {
                    const Values out = call.run(kernel);
                    for (std::size_t i = 0; i < out.size(); ++i)
                        ASSERT_NEAR(out[i], expected[i], 4e-6f)
                            << kernel.variant << ", seq " << seq << ", group " << group << ", head_dim " << head_dim
                            << ", value " << i;
                }
            }
        }
    }
}

// One kv head of several, as a cache of its own.
Call only_kv_head(const Call& all, std::size_t kv_head) {
    const AttentionSizes& sizes = all.sizes;
    const std::size_t group = sizes.heads / sizes.kv_heads;
    Call one({sizes.seq, group, 1, sizes.head_dim});
    std::copy_n(all.q.begin() + static_cast<std::ptrdiff_t>(kv_head * one.q.size()), one.q.size(), one.q.begin());
    for (std::size_t t = 0; t < sizes.seq; ++t) {
        for (std::size_t i = 0; i < sizes.head_dim; ++i) {
            const std::size_t from = (t * sizes.kv_heads + kv_head) * sizes.head_dim + i;
            one.k[t * sizes.head_dim + i] = all.k[from];
            one.v[t * sizes.head_dim + i] = all.v[from];
        }
    }
    return one;
}

// Keys that are fetched from memory ahead of time, beside a cache that is too small for that.
TEST(Attention, EveryKernelGivesTheSameBitsInALargeCache) {
    const Call all({2113, 32, 16, 64});
    for (const auto& kernel : runnable_kernels_of("attention")) {
        const Values out = all.run(kernel);
        for (const std::size_t kv_head : {0u, 15u}) {
            const Values expected = only_kv_head(all, kv_head).run(kernel);
            const auto own = out.begin() + static_cast<std::ptrdiff_t>(kv_head * expected.size());
            EXPECT_TRUE(std::equal(expected.begin(), expected.end(), own)) << kernel.variant << ' ' << kv_head;
        }
    }
}

TEST(Attention, EveryKernelChoosesADominantKeyInEveryTile) {
    for (const auto& kernel : runnable_kernels_of("attention")) {
        for (std::size_t top = 0; top < 200; ++top) {
            Call call({200, 3, 1, 10});
            std::ranges::fill(call.q, 1.0f);
            std::ranges::fill(call.k, -50.0f);
            std::fill_n(call.k.begin() + static_cast<std::ptrdiff_t>(10 * top), 10, 50.0f);
            const Values out = call.run(kernel);
            for (std::size_t i = 0; i < out.size(); ++i)
                ASSERT_EQ(out[i], call.v[10 * top + i % 10]) << kernel.variant;
        }
    }
}

TEST(Attention, EveryKernelDoesNothingWithoutHeads) {
    for (const auto& kernel : runnable_kernels_of("attention")) {
        EXPECT_TRUE(Call({3, 0, 0, 4}).run(kernel).empty());
        EXPECT_TRUE(Call({3, 2, 1, 0}).run(kernel).empty());
    }
}

TEST(Attention, AveragesValuesOfEqualKeys) {
    const Values q = {0, 0};
    const Values k = {1, 2, 3, 4};
    const Values v = {1, 10, 3, 30};
    Values out(2);
    ASSERT_TRUE(attention(q, k, v, out, {2, 1, 1, 2}));
    EXPECT_EQ(out, (Values{2, 20}));
}

class AttentionApi : public testing::Test {
  protected:
    void expect_error(const AttentionSizes& sizes, ErrorCode code, std::string_view part) {
        const Result<void> result = attention(q_, k_, v_, out_, sizes);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_NE(result.error().message.view().find(part), std::string_view::npos)
            << result.error().message.view();
        EXPECT_EQ(out_, Values(out_.size(), -7.0f));
    }
    Values q_ = values(16, 1);
    Values k_ = values(24, 2);
    Values v_ = values(24, 3);
    Values out_ = Values(16, -7.0f);
};

TEST_F(AttentionApi, RefusesWithAMessageAndWritesNothing) {
    expect_error({0, 4, 2, 4}, ErrorCode::zero_dimension, "seq is 0");
    expect_error({3, 4, 0, 4}, ErrorCode::zero_dimension, "kv_heads is 0");
    expect_error({3, 4, 3, 4}, ErrorCode::indivisible_heads, "heads is 4, which is no multiple of kv_heads, 3");
    expect_error({3, 2, 2, 4}, ErrorCode::length_mismatch, "q has length 16, but q[heads][head_dim] needs 8");
    expect_error({2, 4, 2, 4}, ErrorCode::length_mismatch,
                 "k has length 24, but k[seq][kv_heads][head_dim] needs 16");
    expect_error({std::numeric_limits<std::size_t>::max() / 2, 4, 2, 4}, ErrorCode::length_mismatch,
                 "more values than a size_t counts");
    v_.pop_back();
    expect_error({3, 4, 2, 4}, ErrorCode::length_mismatch, "v has length 23");
    v_.push_back(std::numeric_limits<float>::infinity());
    expect_error({3, 4, 2, 4}, ErrorCode::not_finite, "v[23] is inf");
    k_[5] = std::numeric_limits<float>::quiet_NaN();
    expect_error({3, 4, 2, 4}, ErrorCode::not_finite, "k[5] is nan");
    out_.push_back(-7.0f);
    expect_error({3, 4, 2, 4}, ErrorCode::length_mismatch, "out has length 17");
}

TEST_F(AttentionApi, Attends) {
    EXPECT_TRUE(attention(q_, k_, v_, out_, {3, 4, 2, 4}));
}

}  // namespace
}  // namespace brick
