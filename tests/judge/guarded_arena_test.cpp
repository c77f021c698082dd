#include "judge/guarded_arena.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <utility>

#include "judge/fault_trap.hpp"
#include "misbehaviour.hpp"

namespace brickproof {
namespace {

class Arena : public testing::Test {
  protected:
    void SetUp() override { install_fault_trap(); }
    static Stop read(const std::byte* at) {
        return call_trapped([at] { faults::read_bytes(at, 1); });
    }
    static Stop write(std::byte* at) {
        return call_trapped([at] { faults::write_byte(at, 1); });
    }

    GuardedArena arena_{10'000};
};

TEST_F(Arena, IsUsableFromEndToEnd) {
    EXPECT_GE(arena_.capacity(), 10'000u);
    EXPECT_EQ(write(arena_.writable()).kind, Stop::Kind::none);
    EXPECT_EQ(write(arena_.writable() + arena_.capacity() - 1).kind, Stop::Kind::none);
    EXPECT_EQ(read(arena_.read_only()).kind, Stop::Kind::none);
    EXPECT_EQ(read(arena_.read_only() + arena_.capacity() - 1).kind, Stop::Kind::none);
}

TEST_F(Arena, TrapsEveryAccessOnEitherSideOfEitherView) {
    const auto far = static_cast<std::ptrdiff_t>(GuardedArena::guard_bytes) - 1;
    const auto capacity = static_cast<std::ptrdiff_t>(arena_.capacity());
    for (std::byte* view : {arena_.writable(), arena_.read_only()}) {
        for (const std::ptrdiff_t offset : {std::ptrdiff_t{-1}, -far, capacity, capacity + far}) {
            for (const Stop& stop : {read(view + offset), write(view + offset)}) {
                EXPECT_EQ(stop.kind, Stop::Kind::signal) << offset;
                EXPECT_EQ(stop.signal, SIGSEGV);
                std::ptrdiff_t at = 0;
                EXPECT_TRUE(arena_.offset_of(stop.address, at));
                EXPECT_EQ(at, offset);
            }
        }
    }
}

TEST_F(Arena, TheReadOnlyViewTrapsWrites) {
    const Stop stop = write(arena_.read_only() + 5);
    EXPECT_EQ(stop.signal, SIGSEGV);
    EXPECT_TRUE(stop.is_write);
    EXPECT_FALSE(read(arena_.read_only() + arena_.capacity()).is_write);
}

TEST_F(Arena, BothViewsShowTheSameBytes) {
    arena_.writable()[123] = std::byte{0x5C};
    EXPECT_EQ(arena_.read_only()[123], std::byte{0x5C});
}

TEST_F(Arena, AnAddressElsewhereHasNoOffset) {
    int local = 0;
    std::ptrdiff_t at = 0;
    EXPECT_FALSE(arena_.offset_of(&local, at));
    EXPECT_FALSE(arena_.offset_of(nullptr, at));
}

TEST_F(Arena, MovesWithItsMemory) {
    std::byte* memory = arena_.writable();
    GuardedArena moved = std::move(arena_);
    EXPECT_EQ(moved.writable(), memory);
    moved = GuardedArena(1);
    EXPECT_EQ(read(memory).signal, SIGSEGV) << "the old memory is given back";
}

}  // namespace
}  // namespace brickproof
