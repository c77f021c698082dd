// The container of cases and outputs, and the memory that it takes and gives back.
#include "engine/array.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <span>
#include <thread>
#include <vector>

namespace brickproof {
namespace {

std::vector<int> values(const Array<int>& array) {
    return array;
}

TEST(Array, HoldsWhatItWasMadeOf) {
    EXPECT_EQ(values(Array<int>(3)), (std::vector<int>{0, 0, 0}));
    EXPECT_EQ(values(Array<int>(2, 7)), (std::vector<int>{7, 7}));
    EXPECT_EQ(values({1, 2, 3}), (std::vector<int>{1, 2, 3}));
    const std::vector<short> shorts{4, 5};
    EXPECT_EQ(values(Array<int>(shorts.begin(), shorts.end())), (std::vector<int>{4, 5}));
    EXPECT_TRUE(Array<int>().empty());
}

TEST(Array, CopiesAreIndependent) {
    const Array<int> original{1, 2, 3};
    Array<int> copy = original;
    copy[1] = 9;
    EXPECT_EQ(values(original), (std::vector<int>{1, 2, 3}));
    copy = original;
    EXPECT_EQ(copy, original);
    copy = Array<int>{5};
    EXPECT_EQ(values(copy), std::vector<int>{5});
    const Array<int>& itself = copy;
    copy = itself;
    EXPECT_EQ(values(copy), std::vector<int>{5});
}

TEST(Array, MovedFromIsEmpty) {
    Array<int> from{1, 2};
    const Array<int> to = std::move(from);
    EXPECT_EQ(values(to), (std::vector<int>{1, 2}));
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is the question
}

TEST(Array, GrowsAndShrinks) {
    Array<int> array;
    for (int i = 0; i < 100; ++i) array.push_back(i);
    std::vector<int> expected(100);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(values(array), expected);
    array.resize(2);
    array.append(std::vector<int>{8, 9});
    array.push_back(array.front());
    array.resize(7, -1);
    EXPECT_EQ(values(array), (std::vector<int>{0, 1, 8, 9, 0, -1, -1}));
    array.clear();
    EXPECT_TRUE(array.empty());
}

// Else an array of millions that is built piece by piece moves all of them for every piece: hours.
TEST(Array, MovesSeldomWhileItIsAppendedTo) {
    Array<int> array;
    int moves = 0;
    for (int i = 0; i < 1000; ++i) {
        const int* const before = array.data();
        array.append(std::vector<int>{i, -i});
        moves += array.data() == before ? 0 : 1;
    }
    EXPECT_LE(moves, 12) << "for 2,000 values";
    EXPECT_EQ(array[1998], 999);
}

TEST(Array, IsEqualWhereAllValuesAre) {
    EXPECT_NE((Array<int>{1, 2}), (Array<int>{1, 3}));
    EXPECT_NE((Array<int>{1, 2}), (Array<int>{1, 2, 0}));
    EXPECT_EQ((Array<float>{0.0f}), (Array<float>{-0.0f}));
}

TEST(RecycledMemory, ComesBackToItsThread) {
    void* const first = take_memory(200);
    give_back(first, 200);
    void* const again = take_memory(150);  // of the same power of two
    EXPECT_EQ(again, first);
    void* const other = take_memory(150);
    EXPECT_NE(other, again);
    give_back(again, 150);
    give_back(other, 150);
}

TEST(RecycledMemory, IsAlignedForEverything) {
    constexpr std::size_t sizes[] = {1, 31, 32, 33, 4096, 65536, 65537, 1000000};
    for (const std::size_t bytes : sizes) {
        void* const memory = take_memory(bytes);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t), 0u) << bytes;
        give_back(memory, bytes);
    }
}

TEST(RecycledMemory, MayBeGivenBackByAnotherThread) {
    std::vector<Array<int>> arrays;
    for (int i = 0; i < 200; ++i) arrays.emplace_back(100u, i);  // more than a thread keeps
    std::thread([taken = std::move(arrays)]() mutable {
        for (int i = 0; i < 200; ++i) EXPECT_EQ(taken[static_cast<std::size_t>(i)][99], i);
        taken.clear();
    }).join();
}

}  // namespace
}  // namespace brickproof
