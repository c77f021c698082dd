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

// A value that cannot be copied comes out of a Result that is about to go.
TEST(Result, AValueIsMovedOut) {
    const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
    const std::unique_ptr<int> taken = *make();
    EXPECT_EQ(*taken, 7);
    auto kept = make();
    EXPECT_EQ(**kept, 7);
    const std::unique_ptr<int> moved = *std::move(kept);
    EXPECT_EQ(*moved, 7);
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
