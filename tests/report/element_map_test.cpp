#include "report/element_map.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "engine/random.hpp"

namespace brickproof {
namespace {

ElementMap map_of(std::size_t elements, const std::function<bool(std::size_t)>& is_wrong,
                  const ElementRows& rows = {}) {
    WrongElements wrong{"y", elements, {}};
    for (std::size_t i = 0; i < elements; ++i)
        if (is_wrong(i)) wrong.add(i);
    return element_map(wrong, rows);
}
std::string says(std::size_t elements, const std::function<bool(std::size_t)>& is_wrong,
                 const ElementRows& rows = {}) {
    return map_of(elements, is_wrong, rows).says;
}

TEST(ElementMaps, SayThePattern) {
    EXPECT_EQ(says(100, [](std::size_t) { return true; }), "every element");
    EXPECT_EQ(says(100, [](std::size_t i) { return i == 0; }), "only element 0");
    EXPECT_EQ(says(100, [](std::size_t i) { return i == 99; }), "only element 99, the last");
    EXPECT_EQ(says(67, [](std::size_t i) { return i >= 64; }), "the last 3 elements, from 64 on");
    EXPECT_EQ(says(1000, [](std::size_t i) { return i >= 256; }), "elements from 256 on");
    EXPECT_EQ(says(1000, [](std::size_t i) { return i < 4; }), "the first 4 elements");
    EXPECT_EQ(says(64, [](std::size_t i) { return i % 8 == 7; }), "elements with index 7 modulo 8");
    EXPECT_EQ(says(131, [](std::size_t i) { return i % 16 >= 8; }), "elements with index 8 to 15 modulo 16");
    EXPECT_EQ(says(64, [](std::size_t i) { return i % 2 == 1; }), "elements with index 1 modulo 2");
    EXPECT_EQ(says(128, [](std::size_t i) { return i >= 64 && i % 8 == 3; }),
              "elements with index 3 modulo 8, from 64 on");
    EXPECT_EQ(says(128, [](std::size_t i) { return i % 32 == 5 && i != 37; }),
              "only elements with index 5 modulo 32, but not all of them");
}

TEST(ElementMaps, SayRowsAndColumns) {
    const ElementRows rows{32, "row", "column"};
    EXPECT_EQ(says(
                  320, [](std::size_t i) { return i % 32 >= 16; }, rows),
              "the last 16 columns, from 16 on, of every row");
    EXPECT_EQ(says(
                  320, [](std::size_t i) { return i % 32 >= 8 && i % 32 < 16; }, rows),
              "columns 8 to 15 of every row");
    EXPECT_EQ(says(
                  320, [](std::size_t i) { return i / 32 >= 8; }, rows),
              "the last 2 rows, from 8 on");
    EXPECT_EQ(says(
                  320, [](std::size_t i) { return i / 32 == 2; }, rows),
              "only row 2");
}

TEST(ElementMaps, ChanceIsNoPattern) {
    Random random(5);
    int named = 0;
    for (int trial = 0; trial < 200; ++trial)
        named += !says(256, [&](std::size_t) { return random.below(8) == 0; }).empty();
    EXPECT_LE(named, 2);
}

TEST(ElementMaps, AreBounded) {
    const ElementMap map = map_of(100000, [](std::size_t i) { return i % 7 == 0; });
    EXPECT_EQ(map.runs.size(), ElementMap::most_runs);
    EXPECT_EQ(map.runs.size() + map.runs_left_off, map.wrong);
    EXPECT_LE(map.picture.size(), 9u);
    EXPECT_TRUE(map_of(1, [](std::size_t) { return true; }).output.empty()) << "one element has no pattern";
}

}  // namespace
}  // namespace brickproof
