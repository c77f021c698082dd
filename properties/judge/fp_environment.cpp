#include "judge/fp_environment.hpp"

#include <fmt/format.h>

#include <array>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace brickproof {

#if defined(__x86_64__)
namespace {

constexpr std::uint64_t mxcsr_flags = 0x3F;
constexpr std::uint64_t mxcsr_flush_to_zero = 0x8000;
constexpr std::uint64_t mxcsr_denormals_are_zero = 0x0040;
constexpr std::uint64_t mxcsr_rounding = 0x6000;

// fnstenv's layout (Intel SDM vol. 1, 8.1.10): control word at 0, tag word at 8. It also masks x87 exceptions, so
// the environment is loaded back.
std::uint64_t read_x87() {
    std::array<std::uint8_t, 28> image{};
    asm volatile("fnstenv %0\n\tfldenv %0" : "+m"(image));
    return static_cast<std::uint64_t>(image[0] | image[1] << 8) |
           static_cast<std::uint64_t>(image[8] | image[9] << 8) << 16;
}

}  // namespace

FpEnvironment standard_fp_environment() {
    constexpr std::uint64_t mxcsr = 0x1F80;
    constexpr std::uint64_t x87_control = 0x037F;
    constexpr std::uint64_t x87_empty = 0xFFFF;
    return {mxcsr, x87_control | x87_empty << 16};
}

FpEnvironment read_fp_environment() {
    return {_mm_getcsr() & ~mxcsr_flags, read_x87()};
}

void restore_fp_environment(const FpEnvironment& environment) {
    _mm_setcsr(static_cast<unsigned>(environment.control));
    if (read_x87() == environment.x87) return;
    const auto control = static_cast<std::uint16_t>(environment.x87);
    asm volatile("fninit\n\tfldcw %0" : : "m"(control));
}

std::string describe_change(const FpEnvironment& before, const FpEnvironment& after) {
    std::string what;
    const std::uint64_t changed = before.control ^ after.control;
    const auto add = [&](std::string_view part) { what += (what.empty() ? "" : ", ") + std::string(part); };
    if ((changed & mxcsr_flush_to_zero) != 0) add("flush-to-zero");
    if ((changed & mxcsr_denormals_are_zero) != 0) add("denormals-are-zero");
    if ((changed & mxcsr_rounding) != 0) add("the rounding mode");
    if ((changed & ~(mxcsr_flush_to_zero | mxcsr_denormals_are_zero | mxcsr_rounding)) != 0)
        add("the exception masks");
    if (before.x87 != after.x87) add("the x87 state (control word, or MMX without emms)");
    if (changed != 0) what += fmt::format(" (MXCSR was 0x{:04x}, is 0x{:04x})", before.control, after.control);
    return what;
}

#else

FpEnvironment standard_fp_environment() {
    return {0, 0};
}

FpEnvironment read_fp_environment() {
    std::uint64_t control = 0;
    asm volatile("mrs %0, fpcr" : "=r"(control));
    return {control, 0};
}

void restore_fp_environment(const FpEnvironment& environment) {
    asm volatile("msr fpcr, %0" : : "r"(environment.control));
}

std::string describe_change(const FpEnvironment& before, const FpEnvironment& after) {
    if (before == after) return "";
    constexpr std::uint64_t flush_to_zero = std::uint64_t{1} << 24;
    constexpr std::uint64_t rounding = std::uint64_t{3} << 22;
    const std::uint64_t changed = before.control ^ after.control;
    const char* what = (changed & flush_to_zero) != 0 ? "flush-to-zero"
                       : (changed & rounding) != 0    ? "the rounding mode"
                                                      : "a control bit";
    return fmt::format("{} (FPCR was 0x{:x}, is 0x{:x})", what, before.control, after.control);
}

#endif

}  // namespace brickproof
