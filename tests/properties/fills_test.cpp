// What breaks kernels is reached, and soon; preconditions keep out what they promise to keep out.
#include "engine/fills.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "random_bytes.hpp"

namespace brickproof {
namespace {

using limits = std::numeric_limits<float>;
constexpr std::size_t most_cases = 2000;
constexpr std::size_t count = 96;

std::vector<float> floats(Random& random, const Preconditions& holding) {
    const Bytes bytes = random_bytes(random, 40);
    ChoiceReader choices(bytes);
    std::vector<float> x(count);
    fill_floats(choices, holding, x);
    return x;
}
std::vector<std::int8_t> quants(Random& random, const Preconditions& holding) {
    const Bytes bytes = random_bytes(random, 40);
    ChoiceReader choices(bytes);
    std::vector<std::int8_t> q(count);
    fill_quants(choices, holding, q);
    return q;
}
std::vector<std::uint16_t> half_scales(Random& random, const Preconditions& holding) {
    const Bytes bytes = random_bytes(random, 40);
    ChoiceReader choices(bytes);
    std::vector<std::uint16_t> d(count);
    fill_half_scales(choices, holding, d);
    return d;
}

// Something to reach: a name and how to recognise it in an array.
template <typename T>
struct Sight {
    const char* name;
    std::function<bool(const std::vector<T>&)> seen;
};

template <typename T>
Sight<T> any(const char* name, std::function<bool(T)> is) {
    return {name, [is](const std::vector<T>& x) { return std::ranges::any_of(x, is); }};
}
template <typename T>
Sight<T> all(const char* name, std::function<bool(T)> is) {
    return {name, [is](const std::vector<T>& x) { return std::ranges::all_of(x, is); }};
}

template <typename T, typename Fill>
void expect_all_seen(const std::vector<Sight<T>>& sights, Fill fill) {
    Random random(40);
    std::vector<bool> seen(sights.size());
    for (std::size_t i = 0; i < most_cases; ++i) {
        const std::vector<T> x = fill(random);
        for (std::size_t s = 0; s < sights.size(); ++s) seen[s] = seen[s] || sights[s].seen(x);
    }
    for (std::size_t s = 0; s < sights.size(); ++s)
        EXPECT_TRUE(seen[s]) << "not within " << most_cases << " cases: " << sights[s].name;
}

float block_amax(const std::vector<float>& x, std::size_t block) {
    float amax = 0.0f;
    for (std::size_t i = 32 * block; i < 32 * block + 32; ++i) amax = std::max(amax, std::fabs(x[i]));
    return amax;
}

// x over amax/127 is k + 1/2, in numbers that are all exact.
bool has_exact_tie(const std::vector<float>& x) {
    const double scale = static_cast<double>(block_amax(x, 0)) / 127.0;
    if (scale == 0.0 || !std::isfinite(scale) || std::exp2(std::rint(std::log2(scale))) != scale) return false;
    return std::any_of(x.begin(), x.begin() + 32,
                       [&](float v) { return std::fabs(v / scale - std::trunc(v / scale)) == 0.5; });
}

bool is_one_hot(const std::vector<float>& x) {
    return std::ranges::count_if(x, [](float v) { return v != 0.0f; }) == 1;
}
bool is_ramp(const std::vector<float>& x) {
    const float step = x[1] - x[0];
    if (step == 0.0f) return false;
    for (std::size_t i = 1; i < x.size(); ++i)
        if (x[i] - x[i - 1] != step) return false;
    return true;
}
bool alternates(const std::vector<float>& x) {
    for (std::size_t i = 1; i < x.size(); ++i)
        if (x[i] != -x[i - 1] || x[i] == 0.0f) return false;
    return true;
}
bool nearly_cancels(const std::vector<float>& x) {
    double sum = 0.0;
    double magnitudes = 0.0;
    for (const float v : x) {
        sum += v;
        magnitudes += std::fabs(static_cast<double>(v));
    }
    return sum != 0.0 && std::isfinite(magnitudes) && std::fabs(sum) < 1e-5 * magnitudes;
}
bool has_lone_extreme(const std::vector<float>& x) {
    std::vector<float> sorted(x.begin(), x.begin() + 32);
    std::ranges::sort(sorted, {}, [](float v) { return std::fabs(v); });
    return std::isfinite(sorted[31]) && std::fabs(sorted[30]) > 0.0f &&
           std::fabs(sorted[31]) > 30.0f * std::fabs(sorted[30]);
}
bool mixes_magnitudes(const std::vector<float>& x) {
    const float first = block_amax(x, 0);
    const float second = block_amax(x, 1);
    return std::isfinite(first) && std::isfinite(second) && second > 0.0f && first > 0x1p20f * second;
}

const std::vector<Sight<float>>& float_sights() {
    static const std::vector<Sight<float>> sights = {
        all<float>("all zero", [](float v) { return v == 0.0f; }),
        any<float>("-0", [](float v) { return v == 0.0f && std::signbit(v); }),
        {"one hot", is_one_hot},
        {"ramp", is_ramp},
        {"alternating signs", alternates},
        all<float>("constant signs and sizes", [](float v) { return std::fabs(v) >= 0.5f && v > 0.0f; }),
        {"an exact tie", has_exact_tie},
        any<float>("subnormal", [](float v) { return std::fpclassify(v) == FP_SUBNORMAL; }),
        any<float>("smallest subnormal", [](float v) { return std::fabs(v) == limits::denorm_min(); }),
        all<float>("subnormals only", [](float v) { return v == 0.0f || std::fpclassify(v) == FP_SUBNORMAL; }),
        any<float>("FLT_MAX", [](float v) { return v == limits::max(); }),
        any<float>("-FLT_MAX", [](float v) { return v == -limits::max(); }),
        {"cancellation", nearly_cancels},
        {"a lone extreme in a block", has_lone_extreme},
        {"blocks of different magnitude", mixes_magnitudes},
        any<float>("65520, where halves overflow", [](float v) { return v == 65520.0f; }),
        any<float>("2^-25, where halves underflow", [](float v) { return std::fabs(v) == 0x1p-25f; }),
        any<float>("1e-10, the zero threshold", [](float v) { return v == 1e-10f; }),
    };
    return sights;
}

TEST(Fills, FloatsReachEveryPattern) {
    expect_all_seen(float_sights(), [](Random& random) { return floats(random, Preconditions({"finite"})); });
}

TEST(Fills, FloatsReachNaNAndInfUnlessFinite) {
    expect_all_seen<float>(
        {any<float>("NaN", [](float v) { return std::isnan(v); }),
         any<float>("signaling NaN",
                    [](float v) { return std::isnan(v) && (std::bit_cast<std::uint32_t>(v) & 0x00400000u) == 0; }),
         any<float>("Inf", [](float v) { return v == limits::infinity(); }),
         any<float>("-Inf", [](float v) { return v == -limits::infinity(); })},
        [](Random& random) { return floats(random, {}); });
    Random random(41);
    for (std::size_t i = 0; i < most_cases; ++i)
        for (const float x : floats(random, Preconditions({"finite"}))) ASSERT_TRUE(std::isfinite(x));
}

TEST(Fills, NonfiniteHasAtLeastOneNaNOrInf) {
    Random random(42);
    for (std::size_t i = 0; i < most_cases; ++i) {
        const auto x = floats(random, Preconditions({"nonfinite"}));
        ASSERT_TRUE(std::ranges::any_of(x, [](float v) { return !std::isfinite(v); }));
        const auto d = half_scales(random, Preconditions({"nonfinite"}));
        ASSERT_TRUE(std::ranges::any_of(d, [](std::uint16_t bits) { return (bits & 0x7C00) == 0x7C00; }));
    }
}

TEST(Fills, TiesAreInEveryCaseThatAsksForThem) {
    Random random(43);
    for (std::size_t i = 0; i < most_cases; ++i)
        ASSERT_TRUE(has_exact_tie(floats(random, Preconditions({"finite", "ties"})))) << "case " << i;
}

TEST(Fills, QuantsReachEveryPattern) {
    using Q = std::int8_t;
    expect_all_seen<Q>(
        {all<Q>("all zero", [](Q q) { return q == 0; }),
         any<Q>("-128", [](Q q) { return q == -128; }),
         all<Q>("all -128", [](Q q) { return q == -128; }),
         all<Q>("all 127", [](Q q) { return q == 127; }),
         all<Q>("-1, 0 and 1", [](Q q) { return q >= -1 && q <= 1; }),
         all<Q>("extremes only", [](Q q) { return std::abs(q) >= 126 || std::abs(q) == 1; }),
         {"one hot", [](const std::vector<Q>& q) { return std::ranges::count(q, Q{0}) + 1 == std::ssize(q); }},
         {"alternating",
          [](const std::vector<Q>& q) { return q[0] == 127 && q[1] == -127 && q[94] == 127 && q[95] == -127; }},
         {"ramp through the wrap",
          [](const std::vector<Q>& q) {
              const auto top = std::ranges::find(q, Q{127});
              return top != q.begin() && top < q.end() - 1 && top[-1] == 126 && top[1] == -128;
          }}},
        [](Random& random) { return quants(random, {}); });
    Random random(44);
    for (std::size_t i = 0; i < most_cases; ++i)
        for (const Q q : quants(random, Preconditions({"quants>-128"}))) ASSERT_GT(q, -128);
}

TEST(Fills, HalfScalesReachEveryPattern) {
    using H = std::uint16_t;
    const auto is = [](H wanted) { return [wanted](H d) { return d == wanted; }; };
    expect_all_seen<H>(
        {all<H>("all 1", is(0x3C00)), any<H>("0", is(0x0000)), any<H>("-0", is(0x8000)),
         any<H>("smallest subnormal", is(0x0001)), any<H>("largest subnormal", is(0x03FF)),
         any<H>("smallest normal", is(0x0400)), any<H>("largest", is(0x7BFF)), any<H>("-largest", is(0xFBFF)),
         all<H>("subnormals only", [](H d) { return (d & 0x7C00) == 0; }),
         all<H>("powers of two", [](H d) { return (d & 0x03FF) == 0 && (d & 0x7C00) != 0; }),
         any<H>("Inf", is(0x7C00)), any<H>("-Inf", is(0xFC00)),
         any<H>("NaN", [](H d) { return (d & 0x7FFF) > 0x7C00; }),
         any<H>("negative", [](H d) { return d > 0x8000; })},
        [](Random& random) { return half_scales(random, {}); });
}

TEST(Fills, HalfScalesKeepToTheirPreconditions) {
    Random random(45);
    for (std::size_t i = 0; i < most_cases; ++i) {
        for (const std::uint16_t d : half_scales(random, Preconditions({"finite"}))) ASSERT_NE(d & 0x7C00, 0x7C00);
        for (const std::uint16_t d : half_scales(random, Preconditions({"finite", "normal_scales"}))) {
            const int exponent = d >> 10 & 31;
            ASSERT_GE(exponent - 1, 1) << "half of it is subnormal";
            ASSERT_LE(exponent + 1, 30) << "twice it is Inf";
        }
    }
}

TEST(Fills, AnEmptyArrayIsFilled) {
    Random random(46);
    for (int i = 0; i < 200; ++i) {
        const Bytes bytes = random_bytes(random, 60);
        ChoiceReader choices(bytes);
        fill_floats(choices, {}, {});
        fill_quants(choices, {}, {});
        fill_half_scales(choices, Preconditions({"nonfinite"}), {});
        fill_float_scales(choices, Preconditions({"nonfinite"}), {});
        EXPECT_GT(choices.consumed(), 0u);
    }
}

}  // namespace
}  // namespace brickproof
