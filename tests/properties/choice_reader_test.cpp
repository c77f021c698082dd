#include "engine/choice_reader.hpp"

#include <gtest/gtest.h>

#include "random_bytes.hpp"

namespace brickproof {
namespace {

TEST(ChoiceReader, EveryChoicePastTheEndIsZero) {
    const Bytes bytes = {0xFF};
    ChoiceReader choices(bytes);
    EXPECT_EQ(choices.pick(256), 255u);
    EXPECT_EQ(choices.pick(7), 0u);
    EXPECT_EQ(choices.pick(65536), 0u);
    EXPECT_EQ(choices.byte(), 0u);
    EXPECT_EQ(choices.u16(), 0u);
    EXPECT_EQ(choices.consumed(), 1u + 1 + 2 + 1 + 2);
}

TEST(ChoiceReader, AWideChoiceIsLittleEndianAndMayBeCutInItsMiddle) {
    const Bytes whole = {0x34, 0x12};
    EXPECT_EQ(ChoiceReader(whole).pick(65536), 0x1234u);
    EXPECT_EQ(ChoiceReader(whole).u16(), 0x1234u);
    EXPECT_EQ(ChoiceReader(whole).pick(1000), 0x1234u % 1000);
    const Bytes half = {0x34};
    EXPECT_EQ(ChoiceReader(half).pick(65536), 0x34u);
}

TEST(ChoiceReader, TheOnlyAlternativeIsZeroAndStillTakesItsByte) {
    const Bytes bytes = {9, 3};
    ChoiceReader choices(bytes);
    EXPECT_EQ(choices.pick(1), 0u);
    EXPECT_EQ(choices.pick(10), 3u);
}

TEST(ChoiceReader, TheLogHoldsEveryPickAndNoRawByte) {
    const Bytes bytes = {1, 2, 3, 4};
    std::vector<Choice> log;
    ChoiceReader choices(bytes, &log);
    choices.pick(5);
    choices.u16();
    choices.pick(300);
    choices.byte();
    choices.pick(2);
    ASSERT_EQ(log.size(), 3u);
    EXPECT_EQ(log[0].position, 0u);
    EXPECT_EQ(log[0].width, 1u);
    EXPECT_EQ(log[0].alternatives, 5u);
    EXPECT_EQ(log[1].position, 3u);
    EXPECT_EQ(log[1].width, 2u);
    EXPECT_EQ(log[1].alternatives, 300u);
    EXPECT_EQ(log[2].position, 6u);
}

}  // namespace
}  // namespace brickproof
