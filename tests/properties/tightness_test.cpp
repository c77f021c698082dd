// How near correct kernels come to the derived bounds: a bound that nobody can reach hides faults.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/fills.hpp"
#include "engine/q8_0_blocks.hpp"
#include "judge/probe.hpp"
#include "q8_0_quantize/q8_0_quantize_oracle.hpp"
#include "q8_0f_quantize/q8_0f_quantize_bound.hpp"
#include "q8_0f_quantize/q8_0f_quantize_oracle.hpp"

namespace brickproof {
namespace {

using Block = brickproof_q8_0;

Outcome judge_case(std::string_view op, std::string_view statement, KernelFunction fn, const Case& c) {
    const Contract& contract = *find_contract(op);
    const Kernel kernel{.library = "test", .variant = "test", .fn = fn, .contract = &contract};
    Probe probe(kernel);
    const auto found = std::ranges::find(contract.statements, statement, &Statement::name);
    return found == contract.statements.end() ? Outcome::fail("no such statement") : found->check(c, probe);
}

// Round half away of x / scale, as the definition says; written anew.
void quantize_block(const float* x, std::size_t count, float scale, std::int8_t* q) {
    for (std::size_t i = 0; i < count; ++i)
        q[i] = static_cast<std::int8_t>(std::clamp(std::round(x[i] / scale), -127.0f, 127.0f));
}
void quantize_with_float_scales(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    for (std::size_t start = 0; start < n; start += 32) {
        const std::size_t count = std::min<std::size_t>(32, n - start);
        const float amax = amax_of({x + start, count});
        scales[start / 32] = amax <= 1e-10f ? 1.0f / 127.0f : amax / 127.0f;
        quantize_block(x + start, count, scales[start / 32], q + start);
    }
}
// The scale by two reciprocals, which the bound must allow: 1 / fl(127 / amax).
void quantize_by_reciprocals(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    for (std::size_t start = 0; start < n; start += 32) {
        const std::size_t count = std::min<std::size_t>(32, n - start);
        const float amax = amax_of({x + start, count});
        const float inverse = amax <= 1e-10f ? 127.0f : 127.0f / amax;
        scales[start / 32] = 1.0f / inverse;
        for (std::size_t i = start; i < start + count; ++i)
            q[i] = static_cast<std::int8_t>(std::round(x[i] * inverse));
    }
}
void quantize_with_half_scales(const float* x, Block* y, std::size_t n) {
    for (std::size_t b = 0; b < n / 32; ++b) {
        const float scale = amax_of({x + 32 * b, 32}) / 127.0f;
        y[b] = {.d = half_nearest(scale), .qs = {}};
        if (scale > 0.0f) quantize_block(x + 32 * b, 32, scale, y[b].qs);
    }
}

template <typename Fn>
KernelFunction erased(Fn* fn) {
    return reinterpret_cast<KernelFunction>(fn);
}

const std::vector<float>& halfway_block() {
    static const std::vector<float> x = [] {
        std::vector<float> values(32, 0.0f);
        values[0] = 127.0f;
        values[1] = 0.5f;
        return values;
    }();
    return x;
}

Case case_of(std::string_view op, std::span<const float> x) {
    Case c = find_contract(op)->signature.shape({x.size()});
    std::ranges::copy(x, c.input<float>(0).begin());
    return c;
}

TEST(Tightness, CodesReachTheirBound) {
    const Outcome f = judge_case("q8_0f.quantize", "codes_within_half_step", erased(quantize_with_float_scales),
                                 case_of("q8_0f.quantize", halfway_block()));
    EXPECT_EQ(f.kind, Outcome::Kind::pass) << f.message;
    EXPECT_GT(f.share_of_bound, 0.999);
    const Outcome h = judge_case("q8_0.quantize", "codes_within_half_step", erased(quantize_with_half_scales),
                                 case_of("q8_0.quantize", halfway_block()));
    EXPECT_EQ(h.kind, Outcome::Kind::pass) << h.message;
    EXPECT_GT(h.share_of_bound, 0.999);
}

TEST(Tightness, ReconstructionReachesItsBound) {
    const Outcome f = judge_case("q8_0f.quantize", "reconstruction_error", erased(quantize_with_float_scales),
                                 case_of("q8_0f.quantize", halfway_block()));
    EXPECT_EQ(f.kind, Outcome::Kind::pass) << f.message;
    EXPECT_GT(f.share_of_bound, 0.999);
    const Outcome h = judge_case("q8_0.quantize", "reconstruction_error", erased(quantize_with_half_scales),
                                 case_of("q8_0.quantize", halfway_block()));
    EXPECT_EQ(h.kind, Outcome::Kind::pass) << h.message;
    EXPECT_GT(h.share_of_bound, 0.9);
}

// 127 and 0.5 in one block: the scale is 1, 0.5 becomes 0 or 1, and both are half a step away.
TEST(Tightness, TheOftenQuotedTenthOfAPercentIsFalse) {
    std::int8_t q[32];
    float scale = 0.0f;
    quantize_with_float_scales(halfway_block().data(), q, &scale, 32);
    const double error = std::fabs(0.5 - q[1] * static_cast<double>(scale));
    EXPECT_EQ(error / 127.0, 1.0 / 254.0);  // 0.394 %
    EXPECT_GT(error / 127.0, 0.001);
    for (const char* op : {"q8_0.quantize", "q8_0f.quantize"})
        EXPECT_NE(find_contract(op)->bound_derivation.find("0.394 %"), std::string_view::npos) << op;
}

// The largest share over one binade of amax, every 1,009th float.
double largest_scale_share(KernelFunction fn) {
    std::vector<float> x;
    for (unsigned k = 0; k < 1u << 23; k += 1009) {
        x.push_back(std::ldexp(static_cast<float>((1u << 23) + k), -23));
        x.resize(x.size() + 31, 0.0f);
    }
    const Outcome outcome =
        judge_case("q8_0f.quantize", "scale_is_amax_over_127", fn, case_of("q8_0f.quantize", x));
    EXPECT_EQ(outcome.kind, Outcome::Kind::pass) << outcome.message;
    return outcome.share_of_bound;
}

// A division is off by u 2^e at most, of u 2^e (1 + f^2/2): two thirds where f is near 1. Reciprocals reach more.
TEST(Tightness, ScalesComeNearTheirBound) {
    EXPECT_GT(largest_scale_share(erased(quantize_with_float_scales)), 0.6);
    EXPECT_GT(largest_scale_share(erased(quantize_by_reciprocals)), 0.75);
}

float dot_by_elements(const Block* a, const Block* b, std::size_t n) {
    float sum = 0.0f;
    for (std::size_t i = 0; i < n; ++i) {
        const Block& x = a[i / 32];
        const Block& y = b[i / 32];
        const auto scale = static_cast<float>(half_value(x.d) * half_value(y.d));
        sum += scale * static_cast<float>(x.qs[i % 32] * y.qs[i % 32]);
    }
    return sum;
}
float dot_by_blocks(const Block* a, const Block* b, std::size_t n) {
    float sum = 0.0f;
    for (std::size_t k = 0; k < n / 32; ++k) {
        int block_sum = 0;
        for (std::size_t i = 0; i < 32; ++i) block_sum += a[k].qs[i] * b[k].qs[i];
        sum += static_cast<float>(half_value(a[k].d) * half_value(b[k].d)) * static_cast<float>(block_sum);
    }
    return sum;
}

// 2^24, then ones that a sequential float32 sum loses, all of them: `ones` in each block but the first.
Case losing_dot(std::size_t blocks, std::size_t ones) {
    Case c = find_contract("q8_0.dot")->signature.shape({32 * blocks});
    for (const std::size_t operand : {0u, 1u}) {
        const auto row = c.input<Block>(operand);
        for (Block& block : row) {
            block.d = half_nearest(1.0);
            std::fill_n(std::begin(block.qs), ones, std::int8_t{1});
        }
        row[0] = {.d = half_nearest(32.0), .qs = {-128}};  // 2^5 2^5 2^7 2^7 = 2^24
    }
    return c;
}

TEST(Tightness, ADotThatSumsElementsOneByOneReachesItsBound) {
    const Outcome outcome =
        judge_case("q8_0.dot", "error_within_bound", erased(dot_by_elements), losing_dot(513, 32));
    EXPECT_EQ(outcome.kind, Outcome::Kind::pass) << outcome.message;
    EXPECT_GT(outcome.share_of_bound, 0.99);
}

// 512 of 513 + 8 roundings.
TEST(Tightness, ADotThatSumsBlocksReachesTheBoundOfItsCharacter) {
    const Case c = losing_dot(513, 1);
    const Outcome outcome = judge_case("q8_0.dot", "integer_block_sums", erased(dot_by_blocks), c);
    EXPECT_EQ(outcome.kind, Outcome::Kind::pass) << outcome.message;
    EXPECT_GT(outcome.share_of_bound, 0.98);
    EXPECT_EQ(judge_case("q8_0.dot", "integer_block_sums", erased(dot_by_elements), losing_dot(513, 32)).kind,
              Outcome::Kind::note);
}

}  // namespace
}  // namespace brickproof
