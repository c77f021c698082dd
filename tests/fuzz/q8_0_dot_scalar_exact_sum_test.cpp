// Found by 'brickproof fuzz' in q8_0.dot / scalar of brick, n = 64. The statement exact_sum failed:
// result[0] is 1, expected 2
// To see it: brickproof replay q8_0.dot@2:AgMHAQAE:4225b0a3 --variant scalar
#include <gtest/gtest.h>

#include "fuzz/campaign/regression.hpp"

TEST(Regression, Q80DotScalarExactSum) {
    EXPECT_EQ(brickproof::fuzz::failure_of({
                  .token = "q8_0.dot@2:AgMHAQAE:4225b0a3",
                  .kernels = "",
                  .variant = "scalar",
                  .statement = "exact_sum",
              }),
              "");
}
