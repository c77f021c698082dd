// What a child was doing, in memory that outlives it.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/case.hpp"
#include "judge/pulse.hpp"

namespace brickproof {

struct FlightRecorder {
    std::atomic<std::uint64_t> cases{0};  // tried so far
    Pulse pulse{};
    std::array<char, 64> statement{};
    std::uint32_t size = 0;
    std::array<std::uint8_t, 4096> bytes{};

    void record_statement(std::string_view name) {
        statement.fill('\0');
        std::copy_n(name.begin(), std::min(name.size(), statement.size() - 1), statement.begin());
    }
    void record_case(const Bytes& of) {
        size = static_cast<std::uint32_t>(std::min(of.size(), bytes.size()));
        std::copy_n(of.begin(), size, bytes.begin());
        cases.fetch_add(1, std::memory_order_relaxed);
        pulse.beat();
    }
    // Whatever the child has left here: a kernel may have written over it.
    Bytes last_case() const { return {bytes.begin(), bytes.begin() + std::min<std::size_t>(size, bytes.size())}; }
    std::string last_statement() const { return {statement.begin(), std::ranges::find(statement, '\0')}; }
};

}  // namespace brickproof
