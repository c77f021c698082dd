#include "judge/large_sizes.hpp"
#include "judge/call/call_guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "guest_kernels.hpp"
#include "judge/fault_trap.hpp"
#include "judge/plugin.hpp"

namespace brickproof {
namespace {

void fills(const std::uint16_t* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(x[i]);
}
// An n above 2^31 is negative: nothing is done.
void counts_in_int(const std::uint16_t* x, float* y, std::size_t n) {
    for (int i = 0; i < static_cast<int>(n); ++i) y[i] = static_cast<float>(x[i]);
}
// Of an n above 2^32 the low bits are left.
void counts_in_32_bits(const std::uint16_t* x, float* y, std::size_t n) {
    fills(x, y, static_cast<std::uint32_t>(n));
}
// The offset in bytes is negative from 2^31 bytes on.
void addresses_in_int(const std::uint16_t* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        *reinterpret_cast<float*>(reinterpret_cast<char*>(y) + static_cast<int>(4 * i)) = static_cast<float>(x[i]);
}

Outcome judge(decltype(fills)* fn) {
    install_fault_trap();
    const Kernel kernel = guest("f16.to_f32", "guest", fn);
    Probe probe(kernel);
    Pulse pulse;
    probe.watch(pulse, {600.0});  // no size is left out on a busy machine
    return works_at_large_sizes({}, probe);
}

TEST(LargeSizes, IndicesThatAreTooNarrowAreSeen) {
#ifdef BRICKPROOF_EMULATED
    GTEST_SKIP() << "billions of elements take minutes in an emulator";
#endif
    if (is_sanitized()) GTEST_SKIP() << "billions of elements take minutes with a sanitizer";
    const Outcome right = judge(fills);
    EXPECT_EQ(right.kind, Outcome::Kind::pass) << right.message;
    for (const auto fn : {counts_in_int, counts_in_32_bits, addresses_in_int}) {
        SCOPED_TRACE(fn == counts_in_int ? "int" : fn == counts_in_32_bits ? "32 bits" : "offset");
        const Outcome outcome = judge(fn);
        EXPECT_EQ(outcome.kind, Outcome::Kind::fail) << outcome.message;
        EXPECT_NE(outcome.message.find("at n = "), std::string::npos) << outcome.message;
    }
}

}  // namespace
}  // namespace brickproof
