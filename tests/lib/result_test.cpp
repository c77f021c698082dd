#include "brick/result.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>

namespace brick {
namespace {

TEST(Result, HoldsAValueOrAnError) {
    const Result<int> value = 42;
    ASSERT_TRUE(value);
    EXPECT_EQ(*value, 42);
    const Result<int> failed = make_error(ErrorCode::bad_scale, "no");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::bad_scale);
    EXPECT_TRUE(Result<void>());
    EXPECT_FALSE(Result<void>(failed.error()));
}

// A value that cannot be copied comes out of a Result that is about to go, and stays in one that is not.
TEST(Result, AValueIsMovedOut) {
    const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
    const std::unique_ptr<int> taken = *make();
    EXPECT_EQ(*taken, 7);
    auto kept = make();
    **kept = 8;
    const std::unique_ptr<int> moved = *std::move(kept);
    EXPECT_EQ(*moved, 8);
}

Result<int> half_of(int number) {
    if (number % 2 != 0) return make_error(ErrorCode::bad_parameter, number, " is odd");
    return number / 2;
}
Result<std::string> quarter_of(int number, bool& went_on) {
    const auto half = half_of(number);
    BRICK_TRY(half);
    went_on = true;
    if (number > 0) BRICK_TRY(half_of(*half));
    return std::to_string(number / 4);
}

TEST(Result, TryReturnsTheErrorOfAVariableOrOfAnExpression) {
    bool went_on = false;
    EXPECT_EQ(quarter_of(3, went_on).error().message.view(), "3 is odd");
    EXPECT_FALSE(went_on);
    EXPECT_EQ(quarter_of(6, went_on).error().message.view(), "3 is odd");
    EXPECT_TRUE(went_on);
    EXPECT_EQ(*quarter_of(8, went_on), "2");
}

TEST(Result, MessagesAreTextAndNumbers) {
    const Error error = make_error(ErrorCode::not_finite, "x[", std::size_t{7}, "] is ",
                                   -std::numeric_limits<float>::infinity(), " not ", 0.1f);
    EXPECT_EQ(error.message.view(), "x[7] is -inf not 0.1");
}

TEST(Result, ALongMessageIsCutNotOverrun) {
    const std::string part(300, 'a');
    const Error error = make_error(ErrorCode::not_finite, part, part, 12345);
    EXPECT_EQ(error.message.view(), std::string(383, 'a'));
}

}  // namespace
}  // namespace brick
