#include "judge/call/call_guard.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <vector>

#include "brick/isa.hpp"
#include "judge/call/call_frame.hpp"

thread_local constinit brickproof::CallFrame brickproof_call_frame{};

namespace brickproof {
namespace {

// As float, double, half and bfloat16 these are quiet NaNs; as integers of any width they are not zero.
constexpr std::uint64_t all_ones = ~std::uint64_t{0};
constexpr std::uint64_t other_nan = 0x7FFDFFFD7FFDFFFD;

std::uint64_t vector_pattern(RegisterFill fill) {
    if (fill == RegisterFill::zero) return 0;
    return fill == RegisterFill::all_ones ? all_ones : other_nan;
}

// No address, so that a kernel that uses one without setting it crashes.
std::uint64_t canary(std::size_t index) {
    return 0xB10CB10CB10C0000u + index;
}

// Memory of a thread for calls whose stack is measured: what was not touched has no pages.
class MeasuredStack {
  public:
    MeasuredStack() = default;
    MeasuredStack(const MeasuredStack&) = delete;
    MeasuredStack& operator=(const MeasuredStack&) = delete;
    ~MeasuredStack() {
        if (begin_ != nullptr) munmap(begin_ - guard_bytes, guard_bytes + largest_stack);
    }

    // The end of the stack, all of it untouched.
    std::byte* renew() {
        if (begin_ == nullptr) begin_ = reserve();
        if (mmap(begin_, largest_stack, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
            fail();
        madvise(begin_, largest_stack, MADV_NOHUGEPAGE);  // else one touch is 2 MiB
        return begin_ + largest_stack;
    }
    std::size_t used() const {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        std::vector<unsigned char> resident(largest_stack / page);
        if (begin_ == nullptr || mincore(begin_, largest_stack, resident.data()) != 0) return 0;
        const auto first = std::ranges::find_if(resident, [](unsigned char flags) { return (flags & 1) != 0; });
        return static_cast<std::size_t>(resident.end() - first) * page;
    }

  private:
    static constexpr std::size_t guard_bytes = std::size_t{1} << 20;

    [[noreturn]] static void fail() {
        throw std::system_error(errno, std::generic_category(), "making a stack for a kernel");
    }
    static std::byte* reserve() {
        void* memory = mmap(nullptr, guard_bytes + largest_stack, PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) fail();
        return static_cast<std::byte*>(memory) + guard_bytes;
    }

    std::byte* begin_ = nullptr;
};

thread_local MeasuredStack measured_stack;

// The stack pointer at the kernel's first instruction: below it lies what the ABI wants there, above it room for a
// copy of the arguments.
#if defined(__x86_64__)
constexpr std::size_t return_address_bytes = 8;
#else
constexpr std::size_t return_address_bytes = 0;
#endif

std::uint64_t entry_stack() {
    const std::byte* end = measured_stack.renew();
    return reinterpret_cast<std::uint64_t>(end) - most_stack_arguments - 64 - return_address_bytes;
}

std::uint64_t expected_stack(const CallFrame& frame) {
    return frame.stack == 0 ? frame.saved_stack : frame.stack + return_address_bytes;
}

void fill_bytes(std::span<std::uint8_t> bytes, std::uint64_t pattern) {
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(pattern))
        std::memcpy(bytes.data() + at, &pattern, sizeof(pattern));
}

void set_general(CallFrame& frame, const ArgumentRegisters& arguments, std::uint64_t garbage) {
    constexpr std::uint64_t low_half = 0xFFFFFFFF;
    for (unsigned i = 0; i < general_argument_registers; ++i) {
        const bool narrow = (arguments.narrow >> i & 1u) != 0;
        frame.keep[i] = i >= arguments.general ? 0 : narrow ? low_half : ~std::uint64_t{0};
        frame.fill[i] = garbage & ~frame.keep[i];
    }
    frame.garbage = garbage;
}

void set_vectors(CallFrame& frame, const ArgumentRegisters& arguments, std::uint64_t pattern) {
    fill_bytes(frame.pattern, pattern);
    for (unsigned i = 0; i < vector_argument_registers; ++i) {
        fill_bytes(frame.vector_fill[i], pattern);
        fill_bytes(frame.vector_keep[i], 0);
        if (i >= arguments.vector) continue;
        std::memset(frame.vector_fill[i], 0, sizeof(float));
        std::memset(frame.vector_keep[i], 0xFF, sizeof(float));
    }
}

// What a kernel's local variables hold before they are set. (Written so that no optimiser takes it away.)
__attribute__((noinline, no_sanitize("address"))) void fill_stack_below(std::uint64_t pattern) {
    std::uint64_t room[1024];
    std::ranges::fill(room, pattern);
    asm volatile("" : : "r"(room) : "memory");
}

#if defined(__x86_64__)
std::uint64_t widest_registers() {
    static const std::uint64_t widest = brick::cpu_has("avx512f,avx512bw") ? 2 : brick::cpu_has("avx") ? 1 : 0;
    return widest;
}

bool direction_flag_is_set(const CallFrame& frame) {
    return (frame.seen_flags & 0x400) != 0;
}
#else
bool direction_flag_is_set(const CallFrame&) {
    return false;
}
#endif

}  // namespace

KernelFunction guarded(KernelFunction fn, const ArgumentRegisters& arguments, const GuardedCall& call) {
    CallFrame& frame = brickproof_call_frame;
    frame.target = reinterpret_cast<std::uint64_t>(fn);
    frame.stack = call.own_stack ? entry_stack() : 0;
    for (std::size_t i = 0; i < preserved_registers.size(); ++i) frame.canaries[i] = canary(i);
    set_general(frame, arguments, call.fill == RegisterFill::all_ones ? all_ones : other_nan);
    set_vectors(frame, arguments, vector_pattern(call.fill));
#if defined(__x86_64__)
    frame.registers = widest_registers();
    frame.filled = call.upper_halves ? frame.registers : 0;
    frame.look = call.look_at_vectors ? 1 : 0;
#endif
    fill_stack_below(vector_pattern(call.fill));
    return brickproof_call_guard;
}

std::string lost_registers() {
    const CallFrame& frame = brickproof_call_frame;
    const bool lost = !std::ranges::equal(frame.seen, frame.canaries) ||
                      frame.seen_stack != expected_stack(frame) || direction_flag_is_set(frame);
    if (!lost) return "";
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < preserved_registers.size(); ++i)
        if (frame.seen[i] != frame.canaries[i]) names.emplace_back(preserved_registers[i]);
    if (frame.seen_stack != expected_stack(frame)) names.emplace_back(stack_pointer_name);
    if (direction_flag_is_set(frame)) names.emplace_back("the direction flag");
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string dirty_upper_halves() {
    std::vector<std::string> names;
#if defined(__x86_64__)
    const CallFrame& frame = brickproof_call_frame;
    const std::size_t bytes = frame.registers == 2 ? 64 : frame.registers == 1 ? 32 : 16;
    for (std::size_t i = 0; i < std::size(frame.vectors); ++i) {
        const auto upper = std::span(frame.vectors[i]).first(bytes).subspan(16);
        if (std::ranges::any_of(upper, [](std::uint8_t byte) { return byte != 0; }))
            names.push_back(fmt::format("ymm{}", i));
    }
#endif
    return fmt::format("{}", fmt::join(names, ", "));
}

bool is_sanitized() {
#if defined(__SANITIZE_ADDRESS__)
    return true;
#elif defined(__has_feature)
    return __has_feature(address_sanitizer);
#else
    return false;
#endif
}

std::size_t stack_used() {
    return brickproof_call_frame.stack == 0 ? 0 : measured_stack.used();
}

bool is_in_call_guard(std::uintptr_t address) {
    return address >= reinterpret_cast<std::uintptr_t>(&brickproof_call_guard) &&
           address < reinterpret_cast<std::uintptr_t>(&brickproof_call_guard_end);
}

}  // namespace brickproof
