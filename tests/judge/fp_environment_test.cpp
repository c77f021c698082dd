#include "judge/fp_environment.hpp"

#include <gtest/gtest.h>

#include <cfenv>
#include <functional>

#include "misbehaviour.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace brickproof {
namespace {

// What a change of the environment is called; the environment is put back.
std::string name_of_change(const std::function<void()>& change) {
    const FpEnvironment before = read_fp_environment();
    change();
    const FpEnvironment after = read_fp_environment();
    restore_fp_environment(before);
    EXPECT_EQ(read_fp_environment(), before);
    EXPECT_EQ(before == after, describe_change(before, after).empty());
    return describe_change(before, after);
}

TEST(FpEnvironment, NoChangeHasNoName) {
    EXPECT_EQ(name_of_change([] {}), "");
}

TEST(FpEnvironment, ExceptionFlagsAreNoChange) {
    EXPECT_EQ(name_of_change([] { std::feraiseexcept(FE_ALL_EXCEPT); }), "");
    std::feclearexcept(FE_ALL_EXCEPT);
}

TEST(FpEnvironment, FlushToZeroIsSeen) {
    EXPECT_NE(name_of_change(faults::leave_flush_to_zero_on).find("flush-to-zero"), std::string::npos);
}

TEST(FpEnvironment, TheRoundingModeIsSeen) {
    EXPECT_NE(name_of_change(faults::leave_rounding_upward).find("the rounding mode"), std::string::npos);
    EXPECT_EQ(std::fegetround(), FE_TONEAREST);
}

#if defined(__x86_64__)

TEST(FpEnvironment, DenormalsAreZeroAndExceptionMasksAreSeen) {
    EXPECT_NE(name_of_change([] { _mm_setcsr(_mm_getcsr() | 0x0040u); }).find("denormals-are-zero"),
              std::string::npos);
    EXPECT_NE(name_of_change([] { _mm_setcsr(_mm_getcsr() & ~0x0080u); }).find("the exception masks"),
              std::string::npos);
}

TEST(FpEnvironment, TheX87ControlWordIsSeen) {
    const std::string what = name_of_change([] {
        const std::uint16_t single_precision = 0x007F;
        asm volatile("fldcw %0" : : "m"(single_precision));
    });
    EXPECT_NE(what.find("x87"), std::string::npos) << what;
}

TEST(FpEnvironment, MmxRegistersLeftInUseAreSeen) {
    const std::string what = name_of_change([] { asm volatile("pxor %%mm0, %%mm0" ::: "mm0"); });
    EXPECT_NE(what.find("MMX without emms"), std::string::npos) << what;
}

#endif

}  // namespace
}  // namespace brickproof
